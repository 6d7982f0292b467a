import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { type Api, ApiProblem, type TimeEntry } from "../api/client.ts";
import { Button, FailureNotice, Field } from "./controls.tsx";
import { explainRefusal } from "./entry-refusal.ts";
import type { Failure } from "./failure.ts";
import { useFocusReturn } from "./focus.ts";
import { formatDuration } from "./format.ts";
import { parseDuration } from "./grid/duration.ts";
import { useOpenItem } from "./item-link.tsx";
import { ReasonField } from "./reason.tsx";
import { useSession } from "./session.ts";
import { texts } from "./texts.ts";
import { dayMs, minuteMs } from "./units.ts";
import { equalNames } from "./work-item.ts";
import { instantsOf, localDateTime, offsetName, zoneName } from "./zone.ts";
import "./interval-form.css";

/** One end of the interval, as it is being edited. */
export interface EditedTime {
  /** The instant before editing; it has milliseconds that the input doesn't show. */
  original: number;
  /** The input's value: "2026-11-21T09:30:05". Browsers may leave out seconds that are zero. */
  local: string;
  /** Which of the two instants of a repeated hour is meant. */
  pass: 0 | 1;
}

export function fromInstant(instant: number, zone: string): EditedTime {
  const local = localDateTime(instant, zone);
  const second = instantsOf(local, zone)[1];
  return { original: instant, local, pass: second !== undefined && instant >= second ? 1 : 0 };
}

/** The instant of the edited time. Undefined where the input is empty, or the clocks skipped the hour. */
export function toInstant(time: EditedTime, zone: string): number | undefined {
  const before = fromInstant(time.original, zone);
  const instants = instantsOf(time.local, zone);
  const same = instants[0] !== undefined && instants[0] === instantsOf(before.local, zone)[0];
  if (same && time.pass === before.pass) return time.original;
  return instants[time.pass] ?? instants[0];
}

const longestMs = dayMs;
const secondMs = 1_000;

/**
 * The instants that the typed seconds mean. Where another entry of the person ends within the same second as this one is
 * to begin, or begins where this one is to end, its exact instant is meant: no gap and no overlap remains.
 */
async function meetNeighbours(api: Api, { userId, entryId, ends }: Edited, from: number, to: number) {
  const others = async (second: number) => {
    const { data } = await api.listEntries({
      user_id: [userId],
      from: new Date(second).toISOString(),
      to: new Date(second + secondMs).toISOString(),
    });
    return data.filter(({ id }) => id !== entryId);
  };
  const meet = async (typed: number, before: number, edge: (other: TimeEntry) => string | undefined) => {
    if (entryId && typed === before) return typed;
    const edges = (await others(typed)).map((other) => Date.parse(edge(other) ?? ""));
    return edges.find((at) => at >= typed && at < typed + secondMs) ?? typed;
  };
  return Promise.all([
    meet(from, ends[0], (other) => other.stopped_at),
    meet(to, ends[1], (other) => other.started_at),
  ]);
}

/** Whose interval is edited, and what it is at first. */
interface Edited {
  userId: string;
  /** The entry that is changed; absent for a new one. */
  entryId?: string;
  /** The first and the last instant, in milliseconds since the epoch. */
  ends: readonly [number, number];
}

/** The instants to save. */
export interface Interval {
  from: number;
  to: number;
  reason: string;
}

interface Faults {
  start?: string | undefined;
  stop?: string | undefined;
  reason?: string | undefined;
}

interface IntervalFormProps extends Edited {
  label: string;
  submit: string;
  /** The submit button's text while the request is under way. */
  working: string;
  /** Why a reason is needed for an interval that ends then; undefined when it isn't. */
  reasonNeeded: (to: number) => string | undefined;
  onCancel: () => void;
  /** Whether anything else of the entry was changed. */
  changed?: boolean;
  /** What else is asked. */
  children?: ComponentChildren;
  /** Saves, and removes the form. A failure is shown in it. */
  onSave: (interval: Interval) => Promise<void>;
}

/** The start and the stop of an entry, in the caller's time zone. */
export function IntervalForm(props: IntervalFormProps) {
  const { label, submit, working, reasonNeeded, onCancel } = props;
  const edit = useInterval(props);
  const { zone, from, to, faults, failure, saving } = edit;
  const form = useRef<HTMLFormElement>(null);
  useFocusReturn();
  useLayoutEffect(() => form.current?.querySelector("input")?.focus(), []);
  const needed = to === undefined ? undefined : reasonNeeded(to);

  return (
    <form
      ref={form}
      noValidate
      aria-label={label}
      onSubmit={(event) => {
        event.preventDefault();
        void edit.save();
      }}
    >
      <div class="interval-fields">
        <TimeField
          label={texts.entries.start}
          value={edit.start}
          zone={zone}
          error={faults.start}
          onChange={edit.setStart}
        />
        <TimeField
          label={texts.entries.stop}
          value={edit.stop}
          zone={zone}
          error={faults.stop}
          onChange={edit.setStop}
        />
        <LengthField
          ms={from === undefined || to === undefined ? undefined : to - from}
          onChange={(ms) =>
            from !== undefined &&
            edit.setStop({ ...edit.stop, ...fromInstant(from + ms, zone), original: edit.stop.original })
          }
        />
        {props.children}
        {(props.entryId || needed) && (
          <ReasonField value={edit.reason} needed={needed} error={faults.reason} onChange={edit.setReason} />
        )}
      </div>
      <p class="help">
        {texts.entries.zone(zoneName(zone))}
        {from !== undefined &&
          to !== undefined &&
          to > from &&
          ` ${texts.entries[props.entryId ? "newDuration" : "durationIs"](to - from)}.`}
      </p>
      {failure && (
        <FailureNotice failure={failure} onRetry={() => void edit.save()}>
          {edit.overlapping && <OpenItem entry={edit.overlapping} />}
        </FailureNotice>
      )}
      <div class="actions">
        <Button type="submit" kind="primary" disabled={saving}>
          {saving ? working : submit}
        </Button>
        <Button onClick={onCancel}>{texts.cancel}</Button>
      </div>
    </form>
  );
}

/** Leads to the work item of the entry that is in the way. The host shows only those of its own organization. */
function OpenItem({ entry }: { entry: TimeEntry }) {
  const { frame } = useSession();
  const open = useOpenItem();
  if (!entry.work_item) return null;
  const { organization, id } = entry.work_item;
  if (!equalNames(organization, frame.context.organization.name)) return null;
  return (
    <Button kind="quiet" onClick={() => open(id)}>
      {texts.entries.open(id)}
    </Button>
  );
}

/** The values of the form, their checks, and how they are saved. */
function useInterval({ userId, entryId, ends, reasonNeeded, changed, onSave }: IntervalFormProps) {
  const { api, me, timers } = useSession();
  const zone = me.user.time_zone;
  const [start, setStart] = useState(() => fromInstant(ends[0], zone));
  const [stop, setStop] = useState(() => fromInstant(ends[1], zone));
  const [reason, setReason] = useState("");
  const [faults, setFaults] = useState<Faults>({});
  const [failure, setFailure] = useState<Failure | null>(null);
  const [overlapping, setOverlapping] = useState<TimeEntry>();
  const [saving, setSaving] = useState(false);
  const from = toInstant(start, zone);
  const to = toInstant(stop, zone);

  function findFaults(): Faults {
    if (from === undefined) return { start: start.local ? texts.entries.skipped : texts.entries.enterTime };
    if (to === undefined) return { stop: stop.local ? texts.entries.skipped : texts.entries.enterTime };
    if (to <= from) return { stop: texts.entries.order };
    if (to - from > longestMs) return { stop: texts.entries.tooLong };
    if (to > timers.clock.now()) return { stop: texts.entries.future };
    if (entryId && !changed && from === start.original && to === stop.original)
      return { start: texts.entries.unchanged };
    const needed = reasonNeeded(to);
    if (needed && reason.trim() === "") return { reason: needed };
    return {};
  }

  async function save() {
    if (saving) return;
    const found = findFaults();
    setFaults(found);
    setFailure(null);
    setOverlapping(undefined);
    if (Object.keys(found).length > 0 || from === undefined || to === undefined) return;
    setSaving(true);
    try {
      const edited = { userId, ends, ...(entryId && { entryId }) };
      const [fromAt, toAt] = await meetNeighbours(api, edited, from, to);
      await onSave({ from: fromAt, to: toAt, reason: reason.trim() });
    } catch (error) {
      showFailure(error);
      setSaving(false);
    }
  }

  function showFailure(error: unknown) {
    const other = error instanceof ApiProblem && error.code === "interval_overlaps" && error.timeEntry;
    if (other) setOverlapping(other);
    setFailure(explainRefusal(error, zone));
  }

  const values = { zone, start, setStart, stop, setStop, reason, setReason, from, to };
  return { ...values, faults, failure, overlapping, saving, save };
}

interface TimeFieldProps {
  label: string;
  value: EditedTime;
  zone: string;
  error: string | undefined;
  onChange: (value: EditedTime) => void;
}

interface LengthFieldProps {
  /** Undefined where the ends say none. */
  ms: number | undefined;
  onChange: (ms: number) => void;
}

/** How long the interval is. What is typed moves its end. */
function LengthField({ ms, onChange }: LengthFieldProps) {
  const [typed, setTyped] = useState<string>();
  const [fault, setFault] = useState(false);
  const seconds = ms !== undefined && ms % minuteMs >= secondMs;
  const shown = ms !== undefined && ms > 0 ? formatDuration(ms, seconds ? "clock" : "hours") : "";
  function commit() {
    const length = typed === undefined || typed === shown ? undefined : parseDuration(typed);
    setFault(typed !== undefined && typed !== shown && !length);
    if (length) onChange(length);
    if (length || typed === shown) setTyped(undefined);
  }
  return (
    <Field label={texts.entries.duration} error={fault ? texts.entries.lengthFault : undefined}>
      {(attributes) => (
        <input
          {...attributes}
          autocomplete="off"
          value={typed ?? shown}
          onInput={(event) => setTyped(event.currentTarget.value)}
          onBlur={commit}
          onKeyDown={(event) => {
            if (event.key === "Enter") commit();
          }}
        />
      )}
    </Field>
  );
}

/** A local date and time. In the hour that the clocks repeat, it asks which of the two is meant. */
export function TimeField({ label, value, zone, error, onChange }: TimeFieldProps) {
  const instants = instantsOf(value.local, zone);
  return (
    <Field label={label} error={error}>
      {(attributes) => (
        <>
          <input
            {...attributes}
            type="datetime-local"
            step={1}
            value={value.local}
            onInput={(event) => onChange({ ...value, local: event.currentTarget.value, pass: 0 })}
          />
          {instants.length === 2 && (
            <select
              aria-label={texts.entries.repeated}
              value={value.pass}
              onChange={(event) => onChange({ ...value, pass: event.currentTarget.value === "1" ? 1 : 0 })}
            >
              {instants.map((instant, pass) => (
                <option key={instant} value={pass}>
                  {offsetName(instant, zone)}
                </option>
              ))}
            </select>
          )}
        </>
      )}
    </Field>
  );
}
