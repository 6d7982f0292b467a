/** What people's weekdays are to come to, and who decides on their weeks. */

import { useState } from "preact/hooks";
import type { Minutes, Targets, TenantUser } from "../../api/client.ts";
import { Button, FailureNotice, Field, Loading } from "../controls.tsx";
import type { Failure } from "../failure.ts";
import { formatDate, formatDuration } from "../format.ts";
import { useAsync, useToday } from "../hooks.ts";
import { firstOfWeek, weekStartOf } from "../hub/week-start.ts";
import { largestPage } from "../paging.tsx";
import { isolate } from "../sentence.ts";
import { useSession } from "../session.ts";
import { teamTexts } from "../team/texts.ts";
import { addDays } from "../zone.ts";
import { explainToAdmin } from "./failure.ts";
import "./sheet-settings.css";

const texts = teamTexts.settings;

type Weekday = keyof Minutes;

/** In the order of ISO 8601, with a date of each for its name. */
const weekdays: readonly [Weekday, string][] = (
  ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const
).map((day, i) => [day, addDays("2026-11-23", i)]);

/** Minutes of "7:30", "7.5" or "7,5"; undefined for what is no length of a day. */
export function minutesOf(text: string): number | undefined {
  const [, hours = "", minutes, fraction] =
    /^(\d{1,2})(?::([0-5]\d)|[.,](\d{1,2}))?$/.exec(text.trim()) ?? [];
  if (hours === "") return text.trim() === "" ? 0 : undefined;
  const total = Number(hours) * 60 + Number(minutes ?? 0) + Math.round(Number(`0.${fraction ?? 0}`) * 60);
  return total <= 1440 ? total : undefined;
}

export function SheetSettings() {
  const { api } = useSession();
  const [chosen, setChosen] = useState("");
  const people = useAsync(() => api.listUsers({ status: "active", limit: largestPage }), [api]);
  const targets = useAsync(() => api.targets(chosen || undefined), [api, chosen]);
  const person = people.data?.data.find(({ id }) => id === chosen);
  const failure = people.failure ?? targets.failure;
  return (
    <section aria-labelledby="sheet-settings" class="sheet-settings">
      <h2 id="sheet-settings" tabIndex={-1}>
        {texts.title}
      </h2>
      <p class="secondary">{texts.lead}</p>
      {failure && <FailureNotice failure={failure} onRetry={targets.reload} />}
      <Field label={texts.whose}>
        {(attributes) => (
          <select {...attributes} value={chosen} onChange={(event) => setChosen(event.currentTarget.value)}>
            <option value="">{texts.everybody}</option>
            {people.data?.data.map(({ id, name }) => (
              <option key={id} value={id}>
                {isolate(name)}
              </option>
            ))}
          </select>
        )}
      </Field>
      {person && (
        <ApproverChoice
          key={`${person.id} ${person.etag}`}
          person={person}
          people={people.data?.data ?? []}
          onChange={people.reload}
        />
      )}
      {targets.loading && !targets.data && <Loading />}
      {targets.data && (targets.data.user_id ?? "") === chosen && (
        <TargetForm
          key={`${chosen} ${targets.data.etag}`}
          targets={targets.data}
          person={person}
          onChange={targets.reload}
        />
      )}
    </section>
  );
}

interface ApproverChoiceProps {
  person: TenantUser;
  people: readonly TenantUser[];
  onChange: () => void;
}

function ApproverChoice({ person, people, onChange }: ApproverChoiceProps) {
  const { api, me, timers } = useSession();
  const [failure, setFailure] = useState<Failure | null>(null);
  const nameOf = (id: string) => people.find((each) => each.id === id)?.name ?? texts.admins;

  async function choose(id: string) {
    setFailure(null);
    try {
      const before = person.approver?.id ?? null;
      const changed = await api.patchUser(person.id, person.etag, { approver_id: id || null });
      timers.announce(texts.approverSet(person.name, nameOf(id)), async () => {
        await api.patchUser(person.id, changed.etag, { approver_id: before });
        onChange();
        return texts.approverSet(person.name, nameOf(before ?? ""));
      });
    } catch (error) {
      setFailure(explainToAdmin(error));
    }
    onChange();
  }

  return (
    <>
      {failure && <FailureNotice failure={failure} onDismiss={() => setFailure(null)} />}
      <Field label={texts.approver} help={texts.approverHelp}>
        {(attributes) => (
          <select
            {...attributes}
            value={person.approver?.id ?? ""}
            disabled={me.tenant.status !== "active"}
            onChange={(event) => void choose(event.currentTarget.value)}
          >
            <option value="">{texts.admins}</option>
            {people
              .filter(({ id }) => id !== person.id)
              .map(({ id, name }) => (
                <option key={id} value={id}>
                  {isolate(name)}
                </option>
              ))}
          </select>
        )}
      </Field>
    </>
  );
}

interface TargetFormProps {
  targets: Targets;
  /** Absent for the tenant's default. */
  person: TenantUser | undefined;
  onChange: () => void;
}

function TargetForm({ targets, person, onChange }: TargetFormProps) {
  const { api, me, timers } = useSession();
  const today = useToday(timers.clock, me.user.time_zone);
  const [from, setFrom] = useState(firstOfWeek(today, weekStartOf(me)));
  const [values, setValues] = useState<Record<Weekday, string>>(() => valuesOf(targets.current));
  const [failure, setFailure] = useState<Failure | null>(null);
  const minutes = Object.fromEntries(weekdays.map(([day]) => [day, minutesOf(values[day])])) as Record<
    Weekday,
    number | undefined
  >;
  const wrong = weekdays.some(([day]) => minutes[day] === undefined);

  async function save(wanted: Minutes | null) {
    setFailure(null);
    try {
      await api.setTarget({ from, minutes: wanted }, targets.etag, person?.id);
      timers.announce(texts.saved(person?.name ?? texts.everybody));
    } catch (error) {
      setFailure(explainToAdmin(error));
    }
    onChange();
  }

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!wrong) void save(minutes as Minutes);
      }}
    >
      <fieldset class="target-days">
        <legend>{texts.target}</legend>
        {weekdays.map(([day, date]) => (
          <label key={day}>
            {formatDate(date, "weekday")}
            <input
              class="text-input"
              inputMode="decimal"
              value={values[day]}
              aria-invalid={minutes[day] === undefined}
              onInput={(event) => setValues({ ...values, [day]: event.currentTarget.value })}
            />
          </label>
        ))}
      </fieldset>
      {wrong && (
        <p class="field-error" role="alert">
          {texts.wrong}
        </p>
      )}
      <Field label={texts.from} help={texts.fromHelp}>
        {(attributes) => (
          <input
            {...attributes}
            type="date"
            required
            value={from}
            onInput={(event) => setFrom(event.currentTarget.value)}
          />
        )}
      </Field>
      {failure && <FailureNotice failure={failure} onDismiss={() => setFailure(null)} />}
      <div class="form-actions">
        <Button kind="primary" type="submit" disabled={wrong || me.tenant.status !== "active"}>
          {texts.save}
        </Button>
        {person && targets.history.at(-1)?.minutes && (
          <Button kind="quiet" onClick={() => void save(null)}>
            {texts.asEverybody}
          </Button>
        )}
      </div>
      <History targets={targets} />
    </form>
  );
}

function History({ targets: { history } }: { targets: Targets }) {
  if (history.length === 0) return <p class="secondary">{texts.noHistory}</p>;
  return (
    <ul class="secondary">
      {history.map(({ from, minutes }) => (
        <li key={from}>
          {texts.held(formatDate(from, "medium"), minutes ? weekText(minutes) : texts.asEverybody)}
        </li>
      ))}
    </ul>
  );
}

const hours = (minutes: number) => formatDuration(minutes * 60_000, "hours");

const weekText = (minutes: Minutes) => weekdays.map(([day]) => hours(minutes[day])).join(" ");

function valuesOf(minutes: Minutes | undefined): Record<Weekday, string> {
  return Object.fromEntries(weekdays.map(([day]) => [day, hours(minutes?.[day] ?? 0)])) as Record<
    Weekday,
    string
  >;
}
