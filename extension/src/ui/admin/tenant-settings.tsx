/** The tenant's settings: super_admins change them, admins read them. */

import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { ApiProblem, type TenantDetails, type TenantPatch } from "../../api/client.ts";
import { Button, FailureNotice, Field, Loading, Notice } from "../controls.tsx";
import type { Failure } from "../failure.ts";
import { useAsync } from "../hooks.ts";
import { useSession } from "../session.ts";
import { currencies, timeZones } from "../zone-names.ts";
import { explainToAdmin, isStale } from "./failure.ts";
import { adminTexts } from "./texts.ts";
import "./tenant-settings.css";

const texts = adminTexts.tenant;

export type SettingName = keyof TenantPatch;
export type Values = Record<SettingName, string>;
/** What has been changed and not yet saved. */
export type Draft = Partial<Values>;

const names = Object.keys(texts.labels) as SettingName[];
const hourMs = 3_600_000;

export function valuesOf({ tenant, admin_email }: TenantDetails): Values {
  const { settings } = tenant;
  return {
    name: tenant.name,
    admin_email,
    time_zone: settings.time_zone,
    currency: tenant.currency,
    on_start_while_running: settings.on_start_while_running,
    auto_stop_after_ms: String(settings.auto_stop_after_ms / hourMs),
    edit_window_days: String(settings.edit_window_days),
    allow_overlap: settings.allow_overlap ? "yes" : "no",
    join_policy: settings.join_policy,
    write_back: settings.write_back ? "yes" : "no",
  };
}

/** The API's patch for what has been changed; the values have no faults. */
export function patchOf(draft: Draft): TenantPatch {
  const read: Record<SettingName, (value: string) => unknown> = {
    name: (value) => value.trim(),
    admin_email: (value) => value.trim(),
    time_zone: (value) => value.trim(),
    currency: (value) => value.trim(),
    on_start_while_running: (value) => value,
    auto_stop_after_ms: (value) => Math.round(Number(value) * hourMs),
    edit_window_days: Number,
    allow_overlap: (value) => value === "yes",
    join_policy: (value) => value,
    write_back: (value) => value === "yes",
  };
  const changed = Object.entries(draft) as [SettingName, string][];
  return Object.fromEntries(changed.map(([name, value]) => [name, read[name](value)]));
}

export function faultsOf(draft: Draft): Draft {
  const rules: Partial<Record<SettingName, (value: string) => boolean>> = {
    // The patterns and limits of the API's contract.
    admin_email: (value) => /^(?=.{3,254}$)[^@\s]+@[^@\s]+$/.test(value),
    time_zone: (value) => timeZones.includes(value),
    currency: (value) => /^[A-Z]{3}$/.test(value),
    auto_stop_after_ms: (value) => Number(value) >= 0.25 && Number(value) <= 24,
    edit_window_days: (value) => /^\d{1,3}$/.test(value) && Number(value) <= 366,
  };
  const faults: Draft = {};
  for (const [name, given] of Object.entries(draft) as [SettingName, string][]) {
    const value = given.trim();
    if (value === "") faults[name] = texts.required;
    else if (rules[name]?.(value) === false) faults[name] = (texts.bad as Draft)[name] ?? texts.required;
  }
  return faults;
}

interface TenantSettingsProps {
  /** Kept by the parent, so that looking at another tab loses nothing. */
  draft: Draft;
  onDraft: (draft: Draft) => void;
}

export function TenantSettings({ draft, onDraft }: TenantSettingsProps) {
  const { api, me } = useSession();
  const tenant = useAsync(() => api.tenant(), [api]);
  const mayChange = me.user.role === "super_admin" && me.tenant.status === "active";
  return (
    <section class="settings" aria-labelledby="settings">
      <h2 id="settings" tabIndex={-1}>
        {texts.title}
      </h2>
      {!tenant.data && tenant.failure && <FailureNotice failure={tenant.failure} onRetry={tenant.reload} />}
      {!tenant.data && !tenant.failure && <Loading />}
      {tenant.data && !mayChange && <SettingsList details={tenant.data} />}
      {tenant.data && mayChange && (
        <SettingsForm details={tenant.data} reload={tenant.reload} draft={draft} onDraft={onDraft} />
      )}
    </section>
  );
}

/** The choices of the settings that are one of a few values. */
const choices: Partial<Record<SettingName, Record<string, string>>> = {
  on_start_while_running: texts.starts,
  allow_overlap: texts.overlaps,
  join_policy: texts.joins,
  write_back: texts.writesBack,
};

function SettingsList({ details }: { details: TenantDetails }) {
  const { me } = useSession();
  const values = valuesOf(details);
  const shown = (name: SettingName) => {
    if (name === "auto_stop_after_ms") return texts.hours(values[name]);
    if (name === "edit_window_days") return texts.days(values[name]);
    return choices[name]?.[values[name]] ?? values[name];
  };
  return (
    <>
      {me.user.role !== "super_admin" && <p class="secondary">{texts.readOnly}</p>}
      <dl class="settings-list">
        {names.map((name) => (
          <div key={name}>
            <dt>{texts.labels[name]}</dt>
            <dd>
              {shown(name)}
              <span class="secondary">{texts.help[name]}</span>
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}

interface SettingsFormProps extends TenantSettingsProps {
  details: TenantDetails;
  reload: () => void;
}

function SettingsForm({ details, reload, draft, onDraft }: SettingsFormProps) {
  const { api, record, reloadMe } = useSession();
  const [faults, setFaults] = useState<Draft>({});
  const [failure, setFailure] = useState<Failure | null>(null);
  const [stale, setStale] = useState(false);
  const [working, setWorking] = useState(false);
  const [said, setSaid] = useState("");
  const form = useRef<HTMLFormElement>(null);
  const stored = valuesOf(details);
  const values = { ...stored, ...draft };
  const dirty = Object.keys(draft).length > 0;

  function change(name: SettingName, value: string) {
    const { [name]: _, ...others } = draft;
    onDraft(value === stored[name] ? others : { ...others, [name]: value });
    setFaults({ ...faults, [name]: undefined });
    setSaid("");
  }

  function show(found: Draft) {
    setFaults(found);
    const first = names.find((name) => found[name]);
    form.current?.querySelector<HTMLElement>(`[name="${first}"]`)?.focus();
  }

  async function save() {
    if (working || !dirty) return;
    const found = faultsOf(draft);
    show(found);
    setFailure(null);
    setStale(false);
    if (Object.keys(found).length > 0) return;
    setWorking(true);
    try {
      await api.patchTenant(details.etag, patchOf(draft));
      record("settings_saved", "admin");
      onDraft({});
      setSaid(texts.saved);
      reloadMe();
      reload();
    } catch (error) {
      if (isStale(error)) {
        setStale(true);
        reload();
      } else {
        setFailure(explainToAdmin(error));
        if (error instanceof ApiProblem) {
          show(Object.fromEntries(error.errors.map(({ pointer, detail }) => [pointer.slice(1), detail])));
        }
      }
    }
    setWorking(false);
  }

  function control(name: SettingName, attributes: object): JSX.Element {
    const common = { ...attributes, name, value: values[name] };
    const options = choices[name];
    if (options) {
      return (
        <select {...common} onChange={(event) => change(name, event.currentTarget.value)}>
          {Object.entries(options).map(([value, text]) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </select>
      );
    }
    const numeric = {
      auto_stop_after_ms: { type: "number", min: 0.25, max: 24, step: 0.25 },
      edit_window_days: { type: "number", min: 0, max: 366, step: 1 },
    };
    const lists = { time_zone: { list: "zones" }, currency: { list: "currencies", maxLength: 3 } };
    const special = { ...numeric, ...lists, name: { maxLength: 120 }, admin_email: { inputMode: "email" } };
    return (
      <input
        autocomplete="off"
        {...common}
        {...(special as Partial<Record<SettingName, object>>)[name]}
        onInput={(event: { currentTarget: HTMLInputElement }) => change(name, event.currentTarget.value)}
      />
    );
  }

  return (
    <form
      ref={form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      {stale && <Notice kind="error">{texts.stale}</Notice>}
      <div class="settings-fields">
        {names.map((name) => (
          <Field key={name} label={texts.labels[name]} help={texts.help[name]} error={faults[name]}>
            {(attributes) => control(name, attributes)}
          </Field>
        ))}
      </div>
      <datalist id="zones">
        {timeZones.map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
      <datalist id="currencies">
        {currencies.map((currency) => (
          <option key={currency} value={currency} />
        ))}
      </datalist>
      {failure && <FailureNotice failure={failure} onRetry={() => void save()} />}
      <div class="actions">
        <Button type="submit" kind="primary" disabled={!dirty || working}>
          {working ? texts.saving : texts.save}
        </Button>
        {dirty && (
          <Button
            onClick={() => {
              onDraft({});
              setFaults({});
              setFailure(null);
            }}
          >
            {texts.discard}
          </Button>
        )}
        <p class="secondary" role="status">
          {dirty ? texts.dirty : said}
        </p>
      </div>
    </form>
  );
}
