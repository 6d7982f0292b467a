/** What of the organization ends by itself, and how long it keeps its logs. For super_admins. */

import { useState } from "preact/hooks";
import type { RetainedClass, TenantDetails } from "../../api/client.ts";
import { Button, FailureNotice, Field, Loading, Notice } from "../controls.tsx";
import type { Failure } from "../failure.ts";
import { formatDateTime, formatNumber } from "../format.ts";
import { useAsync } from "../hooks.ts";
import { useSession } from "../session.ts";
import { explainToAdmin, isStale } from "./failure.ts";
import { adminTexts } from "./texts.ts";
import "../table.css";
import "./list.css";
import "./retention.css";

const { retention: texts, tenant: settingTexts } = adminTexts;

export function Retention() {
  const { api, me } = useSession();
  const report = useAsync(() => api.retention(), [api]);
  const tenant = useAsync(() => api.tenant(), [api]);
  const failure = report.failure ?? tenant.failure;
  function reload() {
    tenant.reload();
    report.reload();
  }
  return (
    <section class="retention" aria-labelledby="retention">
      <h2 id="retention" tabIndex={-1}>
        {texts.title}
      </h2>
      <p class="secondary">{texts.lead}</p>
      {failure && <FailureNotice failure={failure} onRetry={reload} />}
      {!report.data && !report.failure && <Loading />}
      {report.data && <Classes classes={report.data.data} busy={report.loading} />}
      {tenant.data && me.tenant.status === "active" && <LogDays details={tenant.data} reload={reload} />}
    </section>
  );
}

function Classes({ classes, busy }: { classes: readonly RetainedClass[]; busy: boolean }) {
  const { me } = useSession();
  const when = (instant: string) => formatDateTime(Date.parse(instant), me.user.time_zone);
  return (
    <table class="table lines" aria-busy={busy}>
      <caption class="visually-hidden">{texts.caption}</caption>
      <thead>
        <tr>
          <th scope="col">{texts.what}</th>
          <th scope="col">{texts.kept}</th>
          <th scope="col" class="number">
            {texts.due}
          </th>
          <th scope="col">{texts.ran}</th>
          <th scope="col">{texts.removed}</th>
        </tr>
      </thead>
      <tbody>
        {classes.map((each) => (
          <tr key={each.class}>
            <th scope="row">{texts.classes[each.class]}</th>
            <td class="item" data-label={texts.kept}>
              {keptText(each)}
              <span class="secondary">{texts.why[each.class]}</span>
            </td>
            <td class="number" data-label={texts.due}>
              {formatNumber(each.due)}
            </td>
            <td class="when" data-label={texts.ran}>
              {each.ran_at ? when(each.ran_at) : texts.never}
            </td>
            <td data-label={texts.removed}>
              {each.removed_at ? texts.rows(each.removed ?? 0, when(each.removed_at)) : texts.nothing}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function keptText({ kept, days = 0 }: RetainedClass): string {
  return kept === "days" ? settingTexts.days(String(days)) : texts.terms[kept];
}

const names = ["timer_log_days", "action_log_days"] as const;
type Values = Partial<Record<(typeof names)[number], string>>;

const least = 92;
const most = 3660;

function isTerm(value: string): boolean {
  return value === "" || (/^\d{1,4}$/.test(value) && Number(value) >= least && Number(value) <= most);
}

interface LogDaysProps {
  details: TenantDetails;
  reload: () => void;
}

function LogDays({ details, reload }: LogDaysProps) {
  const { draft, faults, failure, stale, working, dirty, stored, change, save, discard } = useLogDays(
    details,
    reload,
  );
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        const form = event.currentTarget;
        void save((wrong) => form.querySelector<HTMLElement>(`[name="${wrong}"]`)?.focus());
      }}
    >
      <h3>{texts.logs}</h3>
      <p class="secondary">{texts.logsLead}</p>
      {stale && <Notice kind="error">{settingTexts.stale}</Notice>}
      <div class="retention-fields">
        {names.map((name) => (
          <Field
            key={name}
            label={texts.labels[name]}
            help={texts.help}
            error={faults.includes(name) ? texts.bad : undefined}
          >
            {(attributes) => (
              <input
                {...attributes}
                name={name}
                inputMode="numeric"
                autocomplete="off"
                value={draft[name] ?? stored[name]}
                onInput={(event) => change(name, event.currentTarget.value)}
              />
            )}
          </Field>
        ))}
      </div>
      {failure && <FailureNotice failure={failure} />}
      <div class="actions">
        <Button type="submit" kind="primary" disabled={!dirty || working}>
          {working ? settingTexts.saving : settingTexts.save}
        </Button>
        {dirty && <Button onClick={discard}>{settingTexts.discard}</Button>}
        <p class="secondary" role="status">
          {dirty && settingTexts.dirty}
        </p>
      </div>
    </form>
  );
}

/** What is typed into the fields, its checks, and how it is saved. */
function useLogDays({ tenant, etag }: TenantDetails, reload: () => void) {
  const { api, record, reloadMe, timers } = useSession();
  const [draft, setDraft] = useState<Values>({});
  const [faults, setFaults] = useState<readonly string[]>([]);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [stale, setStale] = useState(false);
  const [working, setWorking] = useState(false);
  const daysOf = (name: (typeof names)[number]) => tenant.settings[name] ?? null;
  const stored = Object.fromEntries(
    names.map((name) => [name, String(daysOf(name) ?? "")]),
  ) as Required<Values>;
  const changed = names.filter((name) => draft[name] !== undefined && draft[name].trim() !== stored[name]);

  function discard() {
    setDraft({});
    setFaults([]);
    setFailure(null);
    setStale(false);
  }

  async function send() {
    const wanted = changed.map((name) => [name, draft[name]?.trim() ? Number(draft[name]) : null]);
    const before = Object.fromEntries(changed.map((name) => [name, daysOf(name)]));
    const saved = await api.patchTenant(etag, Object.fromEntries(wanted));
    record("settings_saved", "admin");
    discard();
    timers.announce(settingTexts.saved, async () => {
      await api.patchTenant(saved.etag, before);
      reloadMe();
      reload();
      return settingTexts.undone;
    });
    reloadMe();
    reload();
  }

  async function save(focus: (name: string) => void) {
    if (working || changed.length === 0) return;
    const wrong = changed.filter((name) => !isTerm(draft[name]?.trim() ?? ""));
    setFaults(wrong);
    setFailure(null);
    setStale(false);
    if (wrong[0]) {
      focus(wrong[0]);
      return;
    }
    setWorking(true);
    try {
      await send();
    } catch (error) {
      if (isStale(error)) {
        setStale(true);
        reload();
      } else setFailure(explainToAdmin(error));
    }
    setWorking(false);
  }

  function change(name: (typeof names)[number], value: string) {
    setDraft({ ...draft, [name]: value });
    setFaults(faults.filter((each) => each !== name));
  }

  return { draft, faults, failure, stale, working, dirty: changed.length > 0, stored, change, save, discard };
}
