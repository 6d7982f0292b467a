/** One entry, open to be edited. Each field is saved when it is left, and everything can be taken back. */

import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { TimeEntry } from "../../api/client.ts";
import { Button } from "../controls.tsx";
import { EntryHistory } from "../entry-history.tsx";
import { useFocusReturn } from "../focus.ts";
import { formatDate, formatDuration } from "../format.ts";
import { parseDuration } from "../grid/duration.ts";
import { useElapsed } from "../hooks.ts";
import { Icon } from "../icons.tsx";
import { ItemPicker } from "../item-picker.tsx";
import { operationTexts } from "../operations/texts.ts";
import { isAdmin, useSession } from "../session.ts";
import { texts } from "../texts.ts";
import { TypeMark } from "../type-mark.tsx";
import type { Work } from "../work-item.ts";
import { addDays } from "../zone.ts";
import {
  intervalChange,
  keepChange,
  mergeChange,
  putBackChange,
  voidChange,
  workChange,
} from "./changes-of.ts";
import { DuplicateForm, SplitForm } from "./entry-forms.tsx";
import { entryTexts } from "./texts.ts";
import {
  type Ends,
  endsAfter,
  endsOf,
  type Times,
  type TimesFault,
  timesNeedSeconds,
  timesOf,
} from "./times.ts";
import { ToldFields } from "./told-fields.tsx";
import { type EntryChanges, nameOf } from "./use-entry-changes.ts";
import "./entry-editor.css";

export type EditorPart = "move" | "split" | "duplicate" | "history";

interface EntryEditorProps {
  /** As it is shown, with what isn't saved yet. */
  entry: TimeEntry;
  changes: EntryChanges;
  /** The neighbour that it can be merged with. */
  before?: TimeEntry | undefined;
  /** What is open below the fields at first. */
  part?: EditorPart | undefined;
  onClose: () => void;
}

/** Whether the person may change an entry now. */
export function useMayChange(): (entry: TimeEntry) => boolean {
  const { me } = useSession();
  return (entry) =>
    me.tenant.status === "active" &&
    !entry.voided_at &&
    !entry.locked &&
    (entry.user.id === me.user.id || (isAdmin(me) && entry.stopped_at !== undefined));
}

export function EntryEditor({ entry, changes, before, part, onClose }: EntryEditorProps) {
  const { api, timers } = useSession();
  const [open, setOpen] = useState(part);
  useEffect(() => setOpen(part), [part]);
  const changeable = useMayChange()(entry);
  const stopped = entry.stopped_at !== undefined;
  const toggle = (which: EditorPart) => setOpen(open === which ? undefined : which);
  const moveTo = (work: Work) => {
    setOpen(undefined);
    changes.make(workChange(api, entry, work));
  };
  return (
    <EditorFrame label={entryTexts.title} head={<ItemName entry={entry} />} onClose={onClose}>
      <IntervalFields entry={entry} changes={changes} readOnly={!changeable} />
      <ToldFields entry={entry} changes={changes} readOnly={!changeable} />
      <EditorActions
        entry={entry}
        changes={changes}
        changeable={changeable}
        open={open}
        onToggle={toggle}
        onMerge={
          before &&
          (() => {
            onClose();
            changes.make(mergeChange(api, entry, before, timers.clock.now()));
          })
        }
        onVoid={() => {
          onClose();
          changes.make(voidChange(api, entry, timers.clock.now()));
        }}
      />
      {entry.locked && <p class="help">{entryTexts.locked}</p>}
      {open === "split" && changeable && (
        <SplitForm entry={entry} changes={changes} onDone={() => setOpen(undefined)} />
      )}
      {open === "duplicate" && changeable && (
        <DuplicateForm entry={entry} onDone={() => setOpen(undefined)} />
      )}
      {open === "move" && changeable && (
        <ItemPicker
          label={entryTexts.moveTo}
          without={entry.work_item}
          takesFocus
          onPick={moveTo}
          onGeneral={moveTo}
        />
      )}
      {open === "history" && (
        <EntryHistory
          entry={entry}
          onPutBack={changeable && stopped ? () => changes.make(putBackChange(api, entry)) : undefined}
        />
      )}
    </EditorFrame>
  );
}

interface EditorActionsProps {
  entry: TimeEntry;
  changes: EntryChanges;
  changeable: boolean;
  open: EditorPart | undefined;
  onToggle: (part: EditorPart) => void;
  /** Absent where there is nothing to merge it with. */
  onMerge: (() => void) | undefined;
  onVoid: () => void;
}

function EditorActions({ entry, changes, changeable, open, onToggle, onMerge, onVoid }: EditorActionsProps) {
  const { api } = useSession();
  const stopped = entry.stopped_at !== undefined;
  const toggle = (part: EditorPart, text: string) => (
    <Button kind="quiet" expanded={open === part} onClick={() => onToggle(part)}>
      {text}
    </Button>
  );
  return (
    <div class="entry-actions">
      {changeable && stopped && entry.needs_review && (
        <Button kind="quiet" onClick={() => changes.make(keepChange(api, entry))}>
          {entryTexts.keep}
        </Button>
      )}
      {changeable && stopped && toggle("split", entryTexts.split)}
      {changeable && stopped && toggle("move", entryTexts.move)}
      {changeable && stopped && toggle("duplicate", entryTexts.duplicate)}
      {changeable && onMerge && (
        <Button kind="quiet" onClick={onMerge}>
          {operationTexts.mergeBefore}
        </Button>
      )}
      {toggle("history", entryTexts.history)}
      <span class="entry-space" />
      {changeable && stopped && (
        <Button kind="danger" onClick={onVoid}>
          {entryTexts.void}
        </Button>
      )}
    </div>
  );
}

function ItemName({ entry }: { entry: TimeEntry }) {
  return (
    <>
      <TypeMark type={entry.work_item?.type} />
      <bdi>{nameOf(entry)}</bdi>
    </>
  );
}

interface EditorFrameProps {
  label: string;
  head: ComponentChildren;
  /** What gets the focus, as a selector; by default the first field. */
  first?: string;
  onClose: () => void;
  children: ComponentChildren;
}

/** Takes the focus when it opens, and gives it back. Escape closes it. */
export function EditorFrame({
  label,
  head,
  first = "input.entry-time",
  onClose,
  children,
}: EditorFrameProps) {
  const frame = useRef<HTMLElement>(null);
  useFocusReturn();
  useLayoutEffect(() => {
    // What is open in it at first has taken the focus.
    if (frame.current?.contains(document.activeElement)) return;
    frame.current?.querySelector<HTMLElement>(first)?.focus();
  }, []);
  return (
    <section
      ref={frame}
      class="entry-editor"
      aria-label={label}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || event.defaultPrevented) return;
        event.preventDefault();
        onClose();
      }}
    >
      <div class="entry-head">
        <b class="entry-name">{head}</b>
        <Button kind="quiet" label={entryTexts.close} onClick={onClose}>
          <Icon name="close" />
        </Button>
      </div>
      {children}
    </section>
  );
}

export function faultText(fault: TimesFault): string {
  switch (fault) {
    case "start_missing":
    case "end_missing":
      return texts.entries.enterTime;
    case "start_skipped":
    case "end_skipped":
      return texts.entries.skipped;
    case "too_long":
      return texts.entries.tooLong;
    case "future":
      return texts.entries.future;
    case "length":
      return texts.entries.lengthFault;
  }
}

interface IntervalFieldsProps {
  entry: TimeEntry;
  changes: EntryChanges;
  readOnly: boolean;
}

/**
 * Day, start and end of an entry. A running timer has no end. What is typed stays when the entry is read again, and is saved
 * as a change of the version that it was typed into.
 */
export function IntervalFields({ entry: read, changes, readOnly }: IntervalFieldsProps) {
  const { api, me, timers } = useSession();
  const [typedInto, setTypedInto] = useState<TimeEntry>();
  const entry = typedInto ?? read;
  const zone = me.user.time_zone;
  const started = Date.parse(entry.started_at);
  const running = entry.stopped_at === undefined;
  const elapsed = useElapsed(timers.clock, running ? started : undefined);
  const ends: Ends = {
    from: started,
    to: running ? started + elapsed : Date.parse(entry.stopped_at ?? ""),
  };
  const save = (next: Ends) => changes.make(intervalChange(api, entry, next, zone));
  return (
    <TimeFields
      ends={ends}
      running={running}
      readOnly={readOnly}
      onTyping={(typing) => setTypedInto(typing ? entry : undefined)}
      onChange={save}
    />
  );
}

interface TimeFieldsProps {
  ends: Ends;
  running?: boolean;
  readOnly?: boolean;
  /** Is called when something is typed that isn't saved, and when that is so no more. */
  onTyping?: (typing: boolean) => void;
  /** Is called with other instants, as soon as a field that was changed is left. */
  onChange: (ends: Ends) => void;
}

export function TimeFields({ ends, running = false, readOnly = false, onTyping, onChange }: TimeFieldsProps) {
  const { me, timers } = useSession();
  const zone = me.user.time_zone;
  const seconds = !running && timesNeedSeconds(ends);
  const shown = timesOf(ends, zone, seconds);
  const [typed, setTyped] = useState<Partial<Times>>({});
  const [fault, setFault] = useState<TimesFault>();
  const times = { ...shown, ...typed };
  const keep = (next: Partial<Times>) => {
    setTyped(next);
    onTyping?.(Object.keys(next).length > 0);
  };

  function commit() {
    if (Object.keys(typed).length === 0) return;
    const next = endsOf(times, ends, zone, timers.clock.now());
    if (typeof next === "string") {
      setFault(next);
      return;
    }
    setFault(undefined);
    keep({});
    if (next.from !== ends.from || next.to !== ends.to) onChange(next);
  }

  const field = (name: keyof Times, label: string, type: "date" | "time") => (
    <input
      type={type}
      class={`entry-${type}`}
      aria-label={label}
      aria-invalid={fault?.startsWith(name) ?? false}
      readOnly={readOnly}
      {...(type === "time" && seconds && { step: 1 })}
      value={times[name]}
      onInput={(event) => keep({ ...typed, [name]: event.currentTarget.value })}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === "Enter") commit();
        if (event.key === "Escape" && Object.keys(typed).length > 0) {
          event.preventDefault();
          keep({});
          setFault(undefined);
        }
      }}
    />
  );

  const length = formatDuration(ends.to - ends.from, seconds ? "clock" : "hours");
  const lengthField = (
    <LengthField
      length={length}
      invalid={fault === "length"}
      onTyping={(typing) => onTyping?.(typing || Object.keys(typed).length > 0)}
      onChange={(ms) => {
        const next = ms === undefined ? "length" : endsAfter(ends.from, ms, timers.clock.now());
        setFault(typeof next === "string" ? next : undefined);
        if (typeof next === "string") return;
        keep({});
        if (next.to !== ends.to) onChange(next);
      }}
    />
  );
  const overMidnight = !running && times.end <= times.start && times.end !== "";
  return (
    <div class="entry-times">
      <div class="entry-row">
        {field("start", entryTexts.start, "time")}
        <span aria-hidden="true">–</span>
        {running ? <span>{texts.entries.runningNow}</span> : field("end", entryTexts.end, "time")}
      </div>
      <div class="entry-row">
        {field("day", entryTexts.day, "date")}
        {overMidnight && (
          <span class="secondary">{entryTexts.nextDay(formatDate(addDays(times.day, 1), "weekday"))}</span>
        )}
        <span class="entry-space" />
        {running || readOnly ? <b class="entry-length">{length}</b> : lengthField}
      </div>
      {fault && (
        <p class="field-error" role="alert">
          {faultText(fault)}
        </p>
      )}
    </div>
  );
}

interface LengthFieldProps {
  /** How long it is, as it is shown. */
  length: string;
  invalid: boolean;
  onTyping: (typing: boolean) => void;
  /** Is called with another length, or with undefined for what is none. */
  onChange: (ms: number | undefined) => void;
}

/** How long the entry is. What is typed moves its end. */
function LengthField({ length, invalid, onTyping, onChange }: LengthFieldProps) {
  const [typed, setTyped] = useState<string>();
  const keep = (next: string | undefined) => {
    setTyped(next);
    onTyping(next !== undefined);
  };
  function commit() {
    if (typed === undefined) return;
    const ms = typed === length ? undefined : parseDuration(typed);
    if (typed === length || ms) keep(undefined);
    if (typed !== length) onChange(ms || undefined);
  }
  return (
    <input
      type="text"
      class="entry-length"
      autocomplete="off"
      aria-label={texts.entries.duration}
      aria-invalid={invalid}
      value={typed ?? length}
      onInput={(event) => keep(event.currentTarget.value)}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === "Enter") commit();
        if (event.key === "Escape" && typed !== undefined) {
          event.preventDefault();
          keep(undefined);
        }
      }}
    />
  );
}
