import { useRef, useState } from "preact/hooks";
import { ApiProblem, type TenantDetails } from "../../api/client.ts";
import { Button, FailureNotice, Field, Notice } from "../controls.tsx";
import { currencies } from "../currencies.ts";
import type { Failure } from "../failure.ts";
import { useSession } from "../session.ts";
import { timeZones } from "../zone-names.ts";
import { explainToAdmin, isStale } from "./failure.ts";
import {
  choices,
  currencyIsThePlans,
  type Draft,
  faultsOf,
  patchOf,
  type SettingName,
  settingNames,
  valuesOf,
} from "./settings-values.ts";
import { ShorterLimitDialog, type Stops, stopsOf } from "./shorter-limit.tsx";
import { adminTexts } from "./texts.ts";

const texts = adminTexts.tenant;

interface SettingsFormProps {
  details: TenantDetails;
  reload: () => void;
  draft: Draft;
  onDraft: (draft: Draft) => void;
}

export function SettingsForm(props: SettingsFormProps) {
  const settings = useSettings(props);
  const { stops, values } = settings;
  return (
    <>
      <Fields details={props.details} settings={settings} />
      {stops && (
        <ShorterLimitDialog
          stops={stops}
          hours={values.auto_stop_after_ms.trim()}
          onSubmit={settings.send}
          onClose={settings.keep}
        />
      )}
    </>
  );
}

interface FieldsProps {
  details: TenantDetails;
  settings: ReturnType<typeof useSettings>;
}

function Fields({ details, settings }: FieldsProps) {
  const { form, values, faults, failure, stale, working, dirty } = settings;
  const ofPlan = currencyIsThePlans(details);
  return (
    <form
      ref={form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void settings.save();
      }}
    >
      {stale && <Notice kind="error">{texts.stale}</Notice>}
      <div class="settings-fields">
        {settingNames.map((name) => (
          <Field
            key={name}
            label={texts.labels[name]}
            help={name === "currency" && ofPlan ? texts.currencyOfPlan : texts.help[name]}
            error={faults[name]}
          >
            {(attributes) => (
              <SettingInput
                attributes={name === "currency" && ofPlan ? { ...attributes, readOnly: true } : attributes}
                name={name}
                value={values[name]}
                onChange={(value) => settings.change(name, value)}
              />
            )}
          </Field>
        ))}
      </div>
      <Suggestions id="zones" values={timeZones} />
      <Suggestions id="currencies" values={currencies} />
      {failure && <FailureNotice failure={failure} onRetry={() => void settings.save()} />}
      <div class="actions">
        <Button type="submit" kind="primary" disabled={!dirty || working}>
          {working ? texts.saving : texts.save}
        </Button>
        {dirty && <Button onClick={settings.discard}>{texts.discard}</Button>}
        <p class="secondary" role="status">
          {dirty && texts.dirty}
        </p>
      </div>
    </form>
  );
}

/** The values of the form, their checks, and how they are saved. */
function useSettings({ details, reload, draft, onDraft }: SettingsFormProps) {
  const { api, record, reloadMe, timers } = useSession();
  const { form, faults, setFaults, showFaults } = useFaults();
  const { failure, stale, refuse, clear } = useRefusal(reload, showFaults);
  const [working, setWorking] = useState(false);
  const [stops, setStops] = useState<Stops>();
  const stored = valuesOf(details);
  const dirty = Object.keys(draft).length > 0;

  function change(name: SettingName, value: string) {
    const { [name]: _, ...others } = draft;
    onDraft(value === stored[name] ? others : { ...others, [name]: value });
    setFaults({ ...faults, [name]: undefined });
  }

  async function save() {
    if (working || !dirty) return;
    const found = faultsOf(draft);
    showFaults(found);
    clear();
    if (Object.keys(found).length > 0) return;
    setWorking(true);
    try {
      const stopped = await stopsOf(api, timers.clock, details, patchOf(draft));
      if (stopped.timers > 0) setStops(stopped);
      else await send();
    } catch (error) {
      refuse(error);
    }
    setWorking(false);
  }

  /** Sends the changes. A refusal is shown at the form. */
  async function send() {
    const before: Draft = Object.fromEntries(
      settingNames.filter((name) => name in draft).map((name) => [name, stored[name]]),
    );
    try {
      const saved = await api.patchTenant(details.etag, patchOf(draft));
      record("settings_saved", "admin");
      onDraft({});
      timers.announce(texts.saved, async () => {
        await api.patchTenant(saved.etag, patchOf(before));
        reloadMe();
        reload();
        return texts.undone;
      });
      reloadMe();
      reload();
      void timers.refresh();
    } catch (error) {
      refuse(error);
    }
    setStops(undefined);
  }

  function discard() {
    onDraft({});
    setFaults({});
    clear();
  }

  return {
    form,
    values: { ...stored, ...draft },
    faults,
    failure,
    stale,
    working,
    dirty,
    stops,
    keep: () => setStops(undefined),
    change,
    save,
    send,
    discard,
  };
}

/** Why the server has refused the changes, for the form as a whole and at its fields. */
function useRefusal(reload: () => void, showFaults: (faults: Draft) => void) {
  const [failure, setFailure] = useState<Failure | null>(null);
  const [stale, setStale] = useState(false);

  function refuse(error: unknown) {
    if (isStale(error)) {
      setStale(true);
      reload();
      return;
    }
    setFailure(explainToAdmin(error));
    if (error instanceof ApiProblem) showFaults(refusedFields(error));
  }

  function clear() {
    setFailure(null);
    setStale(false);
  }

  return { failure, stale, refuse, clear };
}

/** The faults of the form. The first one shown gets the focus. */
function useFaults() {
  const form = useRef<HTMLFormElement>(null);
  const [faults, setFaults] = useState<Draft>({});
  function showFaults(found: Draft) {
    setFaults(found);
    const first = settingNames.find((name) => found[name]);
    form.current?.querySelector<HTMLElement>(`[name="${first}"]`)?.focus();
  }
  return { form, faults, setFaults, showFaults };
}

/** The server's faults by field. */
function refusedFields(error: ApiProblem): Draft {
  return Object.fromEntries(error.errors.map(({ pointer, detail }) => [pointer.slice(1), detail]));
}

/** The attributes of single inputs beyond the common ones. */
const inputAttributes: Partial<Record<SettingName, object>> = {
  name: { maxLength: 120 },
  admin_email: { inputMode: "email" },
  billing_name: { maxLength: 200 },
  time_zone: { list: "zones" },
  currency: { list: "currencies", maxLength: 3 },
  auto_stop_after_ms: { type: "number", min: 0.25, max: 24, step: 0.25 },
  edit_window_days: { type: "number", min: 0, max: 366, step: 1 },
};

interface SettingInputProps {
  /** The attributes that tie the input to its label and its texts. */
  attributes: object;
  name: SettingName;
  value: string;
  onChange: (value: string) => void;
}

function SettingInput({ attributes, name, value, onChange }: SettingInputProps) {
  const options = choices[name];
  if (options) {
    return (
      <select
        {...attributes}
        name={name}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
      >
        {Object.entries(options).map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </select>
    );
  }
  if (name === "billing_address") {
    return (
      <textarea
        {...attributes}
        name={name}
        rows={4}
        maxLength={500}
        value={value}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
    );
  }
  return (
    <input
      autocomplete="off"
      {...attributes}
      name={name}
      value={value}
      {...inputAttributes[name]}
      onInput={(event) => onChange(event.currentTarget.value)}
    />
  );
}

function Suggestions({ id, values }: { id: string; values: readonly string[] }) {
  return (
    <datalist id={id}>
      {values.map((value) => (
        <option key={value} value={value} />
      ))}
    </datalist>
  );
}
