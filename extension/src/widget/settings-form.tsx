/** The settings of a widget, beside the dashboard. The name and the size of a widget are the dashboard's own fields. */

import { render } from "preact";
import { useState } from "preact/hooks";
import { followHeight, offerToDashboard, shakeHands } from "../frame/frame.ts";
import {
  configurationChange,
  loaded,
  type SaveStatus,
  type SettingsContext,
  type WidgetSettings,
} from "./contract.ts";
import { writeSettings } from "./settings.ts";
import { widgetTexts } from "./texts.ts";
import "../ui/base.css";
import "./settings-form.css";

/** One setting: what it is called, and its values with their names. */
export interface Choice {
  label: string;
  values: Readonly<Record<string, string>>;
}

type Settings = Record<string, string>;

interface FormProps {
  choices: Readonly<Record<string, Choice>>;
  first: Settings;
  onChange(settings: Settings): void;
}

export function SettingsForm({ choices, first, onChange }: FormProps) {
  const [settings, setSettings] = useState(first);
  const choose = (name: string, value: string) => {
    const next = { ...settings, [name]: value };
    setSettings(next);
    onChange(next);
  };
  return (
    <form class="settings">
      <h1 class="visually-hidden">{widgetTexts.settings}</h1>
      {Object.entries(choices).map(([name, { label, values }]) => (
        <fieldset key={name}>
          <legend>{label}</legend>
          {Object.entries(values).map(([value, text]) => (
            <label key={value}>
              <input
                type="radio"
                name={name}
                checked={settings[name] === value}
                onChange={() => choose(name, value)}
              />
              {text}
            </label>
          ))}
        </fieldset>
      ))}
    </form>
  );
}

/**
 * What the dashboard calls on the settings. Each change is told to it, so that it shows what comes of it, and they are
 * its to save.
 */
export function settingsListener(
  read: (kept: WidgetSettings["customSettings"] | undefined) => Settings,
  show: (first: Settings, onChange: (settings: Settings) => void) => void,
) {
  let current = read(undefined);
  return {
    async load({ customSettings }: WidgetSettings, context: SettingsContext) {
      current = read(customSettings);
      show(current, (settings) => {
        current = settings;
        void context.notify(configurationChange, { data: writeSettings(settings) });
      });
      return loaded;
    },
    onSave: async (): Promise<SaveStatus> => ({ isValid: true, customSettings: writeSettings(current) }),
  };
}

/** Shows the settings in the frame, once the dashboard has told what they are. */
export async function mountSettings(
  choices: Readonly<Record<string, Choice>>,
  read: (kept: WidgetSettings["customSettings"] | undefined) => object,
): Promise<void> {
  const root = document.getElementById("app");
  if (!root) throw new Error("the document has no element with the id app");
  const listener = settingsListener(
    (kept) => read(kept) as Settings,
    (first, onChange) => render(<SettingsForm {...{ choices, first, onChange }} />, root),
  );
  try {
    await shakeHands();
  } catch {
    render(<p>{widgetTexts.noHost}</p>, root);
    return;
  }
  followHeight(root);
  await offerToDashboard(listener);
}
