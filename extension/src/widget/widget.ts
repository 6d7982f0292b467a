import { useEffect, useState } from "preact/hooks";
import { loaded, type WidgetSettings, type WidgetStatus } from "./contract.ts";

/** A widget as its dashboard last described it. It is shown before the dashboard has done so. */
export class Widget {
  #settings: WidgetSettings;
  readonly #listeners = new Set<() => void>();

  /** The methods that the dashboard calls. */
  readonly listener = {
    preload: async (settings: WidgetSettings): Promise<WidgetStatus> => this.#take(settings),
    load: async (settings: WidgetSettings): Promise<WidgetStatus> => this.#take(settings),
    /** Somebody changes the settings, and sees here what comes of it. */
    reload: async (settings: WidgetSettings): Promise<WidgetStatus> => this.#take(settings),
    /** Who records time needs no other licence of Azure DevOps. */
    disableWidgetForStakeholders: async () => false,
  };

  constructor(first: WidgetSettings) {
    this.#settings = first;
  }

  get settings(): WidgetSettings {
    return this.#settings;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #take(settings: WidgetSettings): WidgetStatus {
    this.#settings = settings;
    for (const listener of this.#listeners) listener();
    return loaded;
  }
}

/** The widget's settings; renders again at each change. */
export function useWidget(widget: Widget): WidgetSettings {
  const [settings, setSettings] = useState(widget.settings);
  useEffect(() => {
    setSettings(widget.settings);
    return widget.subscribe(() => setSettings(widget.settings));
  }, [widget]);
  return settings;
}
