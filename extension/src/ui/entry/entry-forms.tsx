/** Where an entry is split, and to when it is duplicated. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { TimeEntry } from "../../api/client.ts";
import { Button, FailureNotice } from "../controls.tsx";
import { explain, type Failure } from "../failure.ts";
import { formatTimeSpan } from "../format.ts";
import type { Rest } from "../operations/rest.ts";
import { RestFields } from "../operations/rest-fields.tsx";
import { useSession } from "../session.ts";
import { texts } from "../texts.ts";
import { minuteMs } from "../units.ts";
import { instantsOf } from "../zone.ts";
import { splitChange } from "./changes-of.ts";
import { entryTexts } from "./texts.ts";
import { type Ends, endsOf, timesOf } from "./times.ts";
import { type EntryChanges, nameOf } from "./use-entry-changes.ts";

const roundMs = 5 * minuteMs;

function endsOfEntry(entry: TimeEntry): Ends {
  return { from: Date.parse(entry.started_at), to: Date.parse(entry.stopped_at ?? entry.started_at) };
}

/** Its middle is proposed, on five minutes. */
export function SplitForm({
  entry,
  changes,
  onDone,
}: {
  entry: TimeEntry;
  changes: EntryChanges;
  onDone: () => void;
}) {
  const { api, me, timers } = useSession();
  const zone = me.user.time_zone;
  const ends = endsOfEntry(entry);
  const middle = Math.round((ends.from + ends.to) / 2 / roundMs) * roundMs;
  const [time, setTime] = useState(() => timesOf({ from: middle, to: middle }, zone, false).start);
  const [rest, setRest] = useState<Rest>({});
  const [fault, setFault] = useState(false);
  function split() {
    const part = endsOf({ ...timesOf(ends, zone, false), end: time }, ends, zone, timers.clock.now());
    if (typeof part === "string" || part.to <= ends.from || part.to >= ends.to) {
      setFault(true);
      return;
    }
    onDone();
    changes.make(splitChange(api, entry, part.to, rest, zone));
  }
  return (
    <TimeForm
      submit={entryTexts.split}
      fault={fault}
      onSubmit={split}
      below={<RestFields entry={entry} rest={rest} onChange={setRest} />}
    >
      {(first) => (
        <input
          ref={first}
          type="time"
          class="entry-time"
          aria-label={entryTexts.splitAt}
          aria-invalid={fault}
          value={time}
          onInput={(event) => setTime(event.currentTarget.value)}
        />
      )}
    </TimeForm>
  );
}

/** The time after the entry is proposed. Undo voids the duplicate. */
export function DuplicateForm({ entry, onDone }: { entry: TimeEntry; onDone: () => void }) {
  const { api, me, timers } = useSession();
  const zone = me.user.time_zone;
  const { from, to } = endsOfEntry(entry);
  const after = timesOf({ from: to, to }, zone, to % minuteMs !== 0);
  const [day, setDay] = useState(after.day);
  const [time, setTime] = useState(after.start);
  const [fault, setFault] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  async function duplicate() {
    const same = day === after.day && time === after.start;
    const start = same ? to : instantsOf(`${day}T${time}`, zone)[0];
    setFault(start === undefined);
    if (start === undefined) return;
    try {
      const copy = await api.copyEntry(entry.id, new Date(start).toISOString());
      onDone();
      const when = formatTimeSpan(start, start + to - from, zone, timers.clock.now());
      timers.entriesChanged(entryTexts.duplicated(nameOf(entry), when), async () => {
        await api.voidEntry(copy.id, copy.etag);
        return entryTexts.notDuplicated;
      });
    } catch (error) {
      setFailure(explain(error));
    }
  }
  return (
    <>
      <TimeForm submit={entryTexts.duplicate} fault={fault} onSubmit={() => void duplicate()}>
        {(first) => (
          <>
            <input
              ref={first}
              type="date"
              class="entry-date"
              aria-label={entryTexts.day}
              value={day}
              onInput={(event) => setDay(event.currentTarget.value)}
            />
            <input
              type="time"
              class="entry-time"
              aria-label={entryTexts.duplicateTo}
              aria-invalid={fault}
              value={time}
              onInput={(event) => setTime(event.currentTarget.value)}
            />
          </>
        )}
      </TimeForm>
      {failure && <FailureNotice failure={failure} onRetry={() => void duplicate()} />}
    </>
  );
}

interface TimeFormProps {
  submit: string;
  fault: boolean;
  onSubmit: () => void;
  /** What else is asked. */
  below?: preact.ComponentChildren;
  children: (first: { current: HTMLInputElement | null }) => preact.ComponentChildren;
}

function TimeForm({ submit, fault, onSubmit, below, children }: TimeFormProps) {
  const first = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => first.current?.focus(), []);
  return (
    <form
      class="entry-row"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      {children(first)}
      <Button type="submit">{submit}</Button>
      {fault && (
        <span class="field-error" role="alert">
          {texts.entries.enterTime}
        </span>
      )}
      {below}
    </form>
  );
}
