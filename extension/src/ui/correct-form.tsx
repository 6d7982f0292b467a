import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { TimeEntry, TimeEntryPatch } from "../api/client.ts";
import { Button, FailureNotice, Field } from "./controls.tsx";
import { explain, type Failure } from "./failure.ts";
import { useFocusReturn } from "./focus.ts";
import { ReasonField } from "./reason.tsx";
import { useSession } from "./session.ts";
import { texts } from "./texts.ts";
import { instantsOf, localDateTime, offsetName } from "./zone.ts";
import "./correct-form.css";

/** One end of the interval, as it is being edited. */
export interface EditedTime {
  /** The instant before editing; it has seconds and milliseconds that the input doesn't show. */
  original: number;
  /** The input's value: "2026-11-21T09:30". */
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
  if (time.local === before.local && time.pass === before.pass) return time.original;
  const instants = instantsOf(time.local, zone);
  return instants[time.pass] ?? instants[0];
}

const longestMs = 24 * 3_600_000;

interface Faults {
  start?: string | undefined;
  stop?: string | undefined;
  reason?: string | undefined;
}

interface CorrectFormProps {
  entry: TimeEntry;
  reasonNeeded: string | undefined;
  onCancel: () => void;
  onSave: (patch: TimeEntryPatch) => Promise<void>;
}

/** Changes the start and the stop of an entry, in the caller's time zone. */
export function CorrectForm(props: CorrectFormProps) {
  const { reasonNeeded, onCancel } = props;
  const correction = useCorrection(props);
  const { zone, from, to, faults, failure, saving } = correction;
  const form = useRef<HTMLFormElement>(null);
  useFocusReturn();
  useLayoutEffect(() => form.current?.querySelector("input")?.focus(), []);

  return (
    <form
      ref={form}
      class="correct"
      noValidate
      aria-label={texts.entries.correctTitle}
      onSubmit={(event) => {
        event.preventDefault();
        void correction.save();
      }}
    >
      <div class="correct-fields">
        <TimeField
          label={texts.entries.start}
          value={correction.start}
          zone={zone}
          error={faults.start}
          onChange={correction.setStart}
        />
        <TimeField
          label={texts.entries.stop}
          value={correction.stop}
          zone={zone}
          error={faults.stop}
          onChange={correction.setStop}
        />
        <ReasonField
          value={correction.reason}
          needed={reasonNeeded}
          error={faults.reason}
          onChange={correction.setReason}
        />
      </div>
      <p class="help">
        {texts.entries.zone(zone)}
        {from !== undefined && to !== undefined && to > from && ` ${texts.entries.newDuration(to - from)}.`}
      </p>
      {failure && <FailureNotice failure={failure} onRetry={() => void correction.save()} />}
      <div class="actions">
        <Button type="submit" kind="primary" disabled={saving}>
          {saving ? texts.entries.saving : texts.entries.save}
        </Button>
        <Button onClick={onCancel}>{texts.cancel}</Button>
      </div>
    </form>
  );
}

/** The values of the form, their checks, and how they are saved. */
function useCorrection({ entry, reasonNeeded, onSave }: CorrectFormProps) {
  const { me, timers } = useSession();
  const zone = me.user.time_zone;
  const [start, setStart] = useState(() => fromInstant(Date.parse(entry.started_at), zone));
  const [stop, setStop] = useState(() => fromInstant(Date.parse(entry.stopped_at ?? entry.started_at), zone));
  const [reason, setReason] = useState("");
  const [faults, setFaults] = useState<Faults>({});
  const [failure, setFailure] = useState<Failure | null>(null);
  const [saving, setSaving] = useState(false);
  const from = toInstant(start, zone);
  const to = toInstant(stop, zone);

  function findFaults(): Faults {
    if (from === undefined) return { start: start.local ? texts.entries.skipped : texts.entries.enterTime };
    if (to === undefined) return { stop: stop.local ? texts.entries.skipped : texts.entries.enterTime };
    if (to <= from) return { stop: texts.entries.order };
    if (to - from > longestMs) return { stop: texts.entries.tooLong };
    if (to > timers.clock.now()) return { stop: texts.entries.future };
    if (from === start.original && to === stop.original) return { start: texts.entries.unchanged };
    if (reasonNeeded && reason.trim() === "") return { reason: reasonNeeded };
    return {};
  }

  async function save() {
    if (saving) return;
    const found = findFaults();
    setFaults(found);
    setFailure(null);
    if (Object.keys(found).length > 0 || from === undefined || to === undefined) return;
    setSaving(true);
    try {
      await onSave({
        ...(from !== start.original && { started_at: new Date(from).toISOString() }),
        ...(to !== stop.original && { stopped_at: new Date(to).toISOString() }),
        ...(reason.trim() && { reason: reason.trim() }),
      });
    } catch (error) {
      setFailure(explain(error));
      setSaving(false);
    }
  }

  return {
    zone,
    start,
    setStart,
    stop,
    setStop,
    reason,
    setReason,
    from,
    to,
    faults,
    failure,
    saving,
    save,
  };
}

interface TimeFieldProps {
  label: string;
  value: EditedTime;
  zone: string;
  error: string | undefined;
  onChange: (value: EditedTime) => void;
}

/** A local date and time. In the hour that the clocks repeat, it asks which of the two is meant. */
function TimeField({ label, value, zone, error, onChange }: TimeFieldProps) {
  const instants = instantsOf(value.local, zone);
  return (
    <Field label={label} error={error}>
      {(attributes) => (
        <>
          <input
            {...attributes}
            type="datetime-local"
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
