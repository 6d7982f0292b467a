/** A time entry as a row: what it is, what is done to it by icons, and below it what is open of that. */

import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { TimeEntry } from "../api/client.ts";
import { Button, Duration, FailureNotice } from "./controls.tsx";
import { CorrectForm } from "./correct-form.tsx";
import { type EntryChange, mayChange, type Opened, useEntryChange } from "./entry-change.ts";
import { EntryDialog } from "./entry-dialog.tsx";
import { EntryHistory } from "./entry-history.tsx";
import { useFocusHandover } from "./focus.ts";
import { useElapsed } from "./hooks.ts";
import { Icon, type IconName } from "./icons.tsx";
import { intervalText, timesText } from "./interval-text.ts";
import { CopyForm, SplitForm } from "./operations/at-form.tsx";
import { ConflictNotice } from "./operations/conflict.tsx";
import { MoveForm } from "./operations/move-form.tsx";
import { operationTexts } from "./operations/texts.ts";
import type { Selection } from "./operations/use-selection.ts";
import { Person } from "./person.tsx";
import { useSession } from "./session.ts";
import { shownLength } from "./shown.ts";
import { texts } from "./texts.ts";
import { TypeMark } from "./type-mark.tsx";
import { itemName, workOf } from "./work-item.ts";

/** What all rows of a table have in common. */
export interface EntryRowOptions {
  /** Whether times and length have seconds. */
  seconds: boolean;
  showItem: boolean;
  showWho: boolean;
  /** Absent where nothing can be selected. */
  selection?: Selection<TimeEntry>;
}

interface EntryRowProps extends EntryRowOptions {
  entry: TimeEntry;
  /** The neighbour that it can be merged with. */
  before: TimeEntry | undefined;
}

export function EntryRow({ entry, before, seconds, showItem, showWho, selection }: EntryRowProps) {
  const { me } = useSession();
  const row = useRef<HTMLTableRowElement>(null);
  useFocusHandover(row);
  const change = useEntryChange(entry, before);
  const zone = me.user.time_zone;
  const when = intervalText(entry, zone, seconds);
  const columns = 6 + Number(showItem) + Number(showWho) + Number(selection !== undefined);
  const classes = [
    entry.voided_at && "voided",
    selection?.has(entry.id) && "selected",
    change.opened && "open",
  ];
  return (
    <>
      <tr ref={row} class={classes.filter(Boolean).join(" ") || undefined}>
        {selection && (
          <td class="select">
            {mayChange(entry, me) && !entry.voided_at && (
              <Select entry={entry} when={when} selection={selection} />
            )}
          </td>
        )}
        {showWho && (
          <td class="who">
            <span class="entry-person">
              <Person name={entry.user.name} />
            </span>
          </td>
        )}
        <td class="when">{timesText(entry, zone, seconds)}</td>
        {showItem && (
          <td class="item">
            <TypeMark type={entry.work_item?.type} />
            <bdi>{itemName(workOf(entry))}</bdi>
          </td>
        )}
        <td class="activity">
          <bdi>{entry.activity.name}</bdi>
          {!entry.billable && (
            <span class="not-billable" aria-hidden="true">{` · ${texts.timer.notBillable}`}</span>
          )}
        </td>
        <td class="billable">
          <Icon name={entry.billable ? "billable" : "notBillable"} />
          <span class="visually-hidden">
            {entry.billable ? texts.entries.billable : texts.timer.notBillable}
          </span>
        </td>
        <td class="note">
          <Note entry={entry} />
        </td>
        <td class="number">
          <EntryDuration entry={entry} seconds={seconds} />
        </td>
        <td class="row-actions">
          <EntryActions entry={entry} when={when} change={change} />
          <EntryDialog when={when} change={change} />
        </td>
      </tr>
      <RowDetail entry={entry} before={before} when={when} change={change} columns={columns} />
    </>
  );
}

/** The note, and what else there is to say of the entry. */
function Note({ entry: { note, source, voided_at, needs_review } }: { entry: TimeEntry }) {
  return (
    <>
      {note && <bdi>{note}</bdi>}
      {source === "manual" && <span class="by-hand">{texts.entries.addedByHand}</span>}
      {voided_at && <span class="badge">{texts.entries.isVoided}</span>}
      {needs_review && !voided_at && (
        <span class="badge review-key" title={texts.entries.underReviewHint}>
          {texts.entries.underReview}
        </span>
      )}
    </>
  );
}

interface SelectProps {
  entry: TimeEntry;
  when: string;
  selection: Selection<TimeEntry>;
}

function Select({ entry, when, selection }: SelectProps) {
  return (
    <input
      type="checkbox"
      value={entry.id}
      aria-label={operationTexts.selection.one(when)}
      title={operationTexts.selection.keys}
      checked={selection.has(entry.id)}
      onClick={(event) => selection.toggle(entry.id, event.shiftKey)}
      onKeyDown={selection.onKeyDown}
    />
  );
}

interface RowDetailProps extends EntryPartProps {
  before: TimeEntry | undefined;
  columns: number;
}

/** What is open below a row. */
function RowDetail({ entry, before, when, change, columns }: RowDetailProps) {
  const { me } = useSession();
  const { opened, open, failure, conflict } = change;
  const close = () => open(null);
  return (
    <>
      {conflict && (
        <DetailRow columns={columns}>
          <ConflictNotice conflict={conflict} />
        </DetailRow>
      )}
      {failure && (
        <DetailRow columns={columns}>
          <FailureNotice failure={failure} onRetry={change.retry} onDismiss={change.dismissFailure} />
        </DetailRow>
      )}
      {opened === "correct" && (
        <DetailRow columns={columns}>
          <CorrectForm entry={entry} reasonNeeded={change.reason} onCancel={close} onSave={change.correct} />
        </DetailRow>
      )}
      {(opened === "more" || opened === "history") && (
        <DetailRow columns={columns}>
          <MoreActions entry={entry} when={when} change={change} mergeable={before !== undefined} />
        </DetailRow>
      )}
      {opened === "split" && (
        <DetailRow columns={columns}>
          <SplitForm entry={entry} reasonNeeded={change.reason} onCancel={close} onSubmit={change.split} />
        </DetailRow>
      )}
      {opened === "copy" && (
        <DetailRow columns={columns}>
          <CopyForm entry={entry} reasonNeeded={change.reason} onCancel={close} onSubmit={change.copy} />
        </DetailRow>
      )}
      {opened === "move" && (
        <DetailRow columns={columns}>
          <MoveForm entry={entry} onCancel={close} onPick={change.moveTo} />
        </DetailRow>
      )}
      {opened === "history" && (
        <DetailRow columns={columns}>
          <EntryHistory entry={entry} onPutBack={mayChange(entry, me) ? change.putBack : undefined} />
        </DetailRow>
      )}
    </>
  );
}

interface MoreActionsProps extends EntryPartProps {
  mergeable: boolean;
}

/** What is done to an entry less often. Where there is little room, all but correcting it is here. */
function MoreActions({ entry, when, change, mergeable }: MoreActionsProps) {
  const { me } = useSession();
  const { opened, open, working } = change;
  const label = (text: string) => texts.entries.about(text, when);
  const changeable = mayChange(entry, me) && !entry.voided_at;
  const quiet = (text: string, onClick: () => void) => (
    <Button kind="quiet" disabled={working} label={label(text)} onClick={onClick}>
      {text}
    </Button>
  );
  return (
    <div class="more-actions">
      {changeable && (
        <>
          <span class="little-room">
            {quiet(operationTexts.split, () => open("split"))}
            {quiet(operationTexts.move, () => open("move"))}
          </span>
          {quiet(operationTexts.copy, () => open("copy"))}
          {mergeable && quiet(operationTexts.mergeBefore, change.merge)}
          {quiet(texts.entries.void, change.voidEntry)}
        </>
      )}
      <Button
        kind="quiet"
        label={label(texts.entries.history)}
        expanded={opened === "history"}
        onClick={() => open(opened === "history" ? "more" : "history")}
      >
        {texts.entries.history}
      </Button>
    </div>
  );
}

/** When it disappears with the focus in it, the last icon of the entry above gets the focus. */
function DetailRow({ columns, children }: { columns: number; children: ComponentChildren }) {
  const row = useRef<HTMLTableRowElement>(null);
  useLayoutEffect(() => {
    const own = row.current;
    return () => {
      if (!own?.contains(document.activeElement)) return;
      let above = own.previousElementSibling;
      while (above?.classList.contains("detail")) above = above.previousElementSibling;
      const icon = above?.querySelector<HTMLElement>(".row-icons button:last-of-type");
      queueMicrotask(() => {
        if (document.activeElement === document.body) icon?.focus();
      });
    };
  }, []);
  return (
    <tr ref={row} class="detail">
      <td colSpan={columns}>{children}</td>
    </tr>
  );
}

interface EntryPartProps {
  entry: TimeEntry;
  when: string;
  change: EntryChange;
}

function EntryActions({ entry, when, change }: EntryPartProps) {
  const { me } = useSession();
  const { opened, open, working } = change;
  const own = entry.user.id === me.user.id;
  const changeable = mayChange(entry, me);
  const label = (text: string) => texts.entries.about(text, when);
  const icon = (name: IconName, text: string, part: Opened, expanded = opened === part) => (
    <RowIcon
      name={name}
      label={label(text)}
      expanded={expanded}
      onClick={() => open(expanded ? null : part)}
    />
  );
  const isMore = opened === "more" || opened === "history" || opened === "copy";
  return (
    <>
      {changeable && entry.voided_at && (
        <Button
          kind="quiet"
          disabled={working}
          label={label(texts.entries.restore)}
          // Who has voided it isn't known here, so a reason is asked for wherever one may be needed.
          onClick={() => change.putBack("")}
        >
          {texts.entries.restore}
        </Button>
      )}
      {changeable && !entry.voided_at && own && entry.needs_review && (
        <Button kind="quiet" disabled={working} label={label(texts.entries.confirm)} onClick={change.confirm}>
          {texts.entries.confirm}
        </Button>
      )}
      <span class="row-icons">
        {changeable && !entry.voided_at && (
          <>
            {icon("edit", texts.entries.correct, "correct")}
            {icon("split", operationTexts.split, "split")}
            {icon("move", operationTexts.move, "move")}
          </>
        )}
        {icon("more", operationTexts.more, "more", isMore)}
      </span>
    </>
  );
}

interface RowIconProps {
  name: IconName;
  label: string;
  expanded: boolean;
  onClick: () => void;
}

/** A button with a picture alone; its name is shown as a tip. */
function RowIcon({ name, label, expanded, onClick }: RowIconProps) {
  return (
    <button
      type="button"
      class={`row-icon row-icon-${name}`}
      aria-label={label}
      title={label}
      aria-expanded={expanded}
      onClick={onClick}
    >
      <Icon name={name} />
    </button>
  );
}

function EntryDuration({ entry, seconds }: { entry: TimeEntry; seconds: boolean }) {
  const { timers } = useSession();
  const start = Date.parse(entry.started_at);
  const elapsed = useElapsed(timers.clock, entry.stopped_at === undefined ? start : undefined);
  if (entry.stopped_at === undefined) return <Duration ms={elapsed} seconds={seconds} />;
  const shown = shownLength(start, Date.parse(entry.stopped_at), seconds);
  return <Duration ms={entry.elapsed_ms} shown={shown} seconds={seconds} />;
}
