/** Forms that ask for one instant: where an entry is split, and from when on it is recorded again. */

import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { TimeEntry } from "../../api/client.ts";
import { Button, FailureNotice } from "../controls.tsx";
import { explain, type Failure } from "../failure.ts";
import { useFocusReturn } from "../focus.ts";
import { formatDuration } from "../format.ts";
import { fromInstant, TimeField, toInstant } from "../interval-form.tsx";
import { ReasonField } from "../reason.tsx";
import { useSession } from "../session.ts";
import { texts } from "../texts.ts";
import { dayMs, minuteMs } from "../units.ts";
import { zoneName } from "../zone.ts";
import type { Rest } from "./rest.ts";
import { RestFields } from "./rest-fields.tsx";
import { operationTexts } from "./texts.ts";

interface AtFormProps {
  title: string;
  label: string;
  submit: string;
  working: string;
  /** What the field has at first, in milliseconds since the epoch. */
  initial: number;
  /** Why the instant can't be; undefined when it can. */
  faultOf: (at: number) => string | undefined;
  /** What else is asked. */
  children?: ComponentChildren;
  /** What the instant means. */
  help?: (at: number) => ComponentChildren;
  reasonNeeded: (at: number) => string | undefined;
  onCancel: () => void;
  /** Sends it, and removes the form. A failure is shown in it. */
  onSubmit: (at: string, reason: string | undefined) => Promise<void>;
}

export function AtForm(props: AtFormProps) {
  const { me } = useSession();
  const zone = me.user.time_zone;
  const [time, setTime] = useState(() => fromInstant(props.initial, zone));
  const [reason, setReason] = useState("");
  const [faults, setFaults] = useState<{ at?: string | undefined; reason?: string | undefined }>({});
  const [failure, setFailure] = useState<Failure | null>(null);
  const [working, setWorking] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  useFocusReturn();
  useLayoutEffect(() => form.current?.querySelector("input")?.focus(), []);
  const at = toInstant(time, zone);
  const needed = at === undefined ? undefined : props.reasonNeeded(at);

  async function submit() {
    if (working) return;
    const missing = time.local ? texts.entries.skipped : texts.entries.enterTime;
    const found = {
      at: at === undefined ? missing : props.faultOf(at),
      reason: needed && reason.trim() === "" ? needed : undefined,
    };
    setFaults(found);
    setFailure(null);
    if (found.at || found.reason || at === undefined) return;
    setWorking(true);
    try {
      await props.onSubmit(new Date(at).toISOString(), reason.trim() || undefined);
    } catch (error) {
      setFailure(explain(error));
      setWorking(false);
    }
  }

  return (
    <form
      ref={form}
      noValidate
      aria-label={props.title}
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape" && !event.defaultPrevented) props.onCancel();
      }}
    >
      <div class="interval-fields">
        <TimeField label={props.label} value={time} zone={zone} error={faults.at} onChange={setTime} />
        {needed && <ReasonField value={reason} needed={needed} error={faults.reason} onChange={setReason} />}
      </div>
      {props.children}
      <p class="help">
        {texts.entries.zone(zoneName(zone))} {at !== undefined && !props.faultOf(at) && props.help?.(at)}
      </p>
      {failure && <FailureNotice failure={failure} onRetry={() => void submit()} />}
      <div class="actions">
        <Button type="submit" kind="primary" disabled={working}>
          {working ? props.working : props.submit}
        </Button>
        <Button onClick={props.onCancel}>{texts.cancel}</Button>
      </div>
    </form>
  );
}

interface EntryFormProps {
  entry: TimeEntry;
  reasonNeeded: string | undefined;
  onCancel: () => void;
  onSubmit: (at: string, reason: string | undefined) => Promise<void>;
}

interface SplitFormProps extends Omit<EntryFormProps, "onSubmit"> {
  onSubmit: (at: string, rest: Rest, reason: string | undefined) => Promise<void>;
}

/** Asks where a stopped entry is split, at its middle unless said otherwise, and what the rest is on. */
export function SplitForm({ entry, reasonNeeded, onSubmit, ...form }: SplitFormProps) {
  const [rest, setRest] = useState<Rest>({});
  const [from, to] = [Date.parse(entry.started_at), Date.parse(entry.stopped_at ?? entry.started_at)];
  const middle = (from + to) / 2;
  const full = Math.round(middle / minuteMs) * minuteMs;
  return (
    <AtForm
      {...form}
      title={operationTexts.splitTitle}
      label={operationTexts.splitAt}
      submit={operationTexts.split}
      working={operationTexts.splitting}
      initial={full > from && full < to ? full : Math.floor(middle)}
      faultOf={(at) => (at <= from || at >= to ? operationTexts.splitOutside : undefined)}
      help={(at) =>
        operationTexts.splitInto(formatDuration(at - from, "clock"), formatDuration(to - at, "clock"))
      }
      reasonNeeded={() => reasonNeeded}
      onSubmit={(at, reason) => onSubmit(at, rest, reason)}
    >
      <RestFields entry={entry} rest={rest} onChange={setRest} />
    </AtForm>
  );
}

/** Asks from when on an entry is recorded again: a day later, unless that is still to come. */
export function CopyForm({ entry, reasonNeeded, ...form }: EntryFormProps) {
  const { timers } = useSession();
  const from = Date.parse(entry.started_at);
  const length = Date.parse(entry.stopped_at ?? entry.started_at) - from;
  const now = timers.clock.now();
  const next = from + dayMs + length <= now ? from + dayMs : from - dayMs;
  return (
    <AtForm
      {...form}
      title={operationTexts.copyTitle}
      label={operationTexts.copyTo}
      submit={operationTexts.copy}
      working={operationTexts.copying}
      initial={next}
      faultOf={(at) => (at + length > timers.clock.now() ? texts.entries.future : undefined)}
      help={() => texts.entries.durationIs(length)}
      reasonNeeded={() => reasonNeeded}
    />
  );
}
