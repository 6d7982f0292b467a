/** Time entries as a table. Each can be changed in every way that there is, alone or with others, and has a history. */

import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import type { TimeEntry } from "../api/client.ts";
import { Button, Duration, FailureNotice } from "./controls.tsx";
import { CorrectForm } from "./correct-form.tsx";
import {
  type Asked,
  type EntryChange,
  mayChange,
  type Opened,
  reasonNeeded,
  useEntryChange,
} from "./entry-change.ts";
import { EntryHistory } from "./entry-history.tsx";
import { useFocusHandover } from "./focus.ts";
import { useElapsed } from "./hooks.ts";
import { intervalText } from "./interval-text.ts";
import { CopyForm, SplitForm } from "./operations/at-form.tsx";
import { BulkBar } from "./operations/bulk-bar.tsx";
import { ConflictNotice } from "./operations/conflict.tsx";
import { MoveForm } from "./operations/move-form.tsx";
import { mergeableBefore } from "./operations/neighbours.ts";
import { operationTexts } from "./operations/texts.ts";
import { type Selection, useSelection } from "./operations/use-selection.ts";
import { ReasonDialog } from "./reason.tsx";
import { useSession } from "./session.ts";
import { needsSeconds, shownLength } from "./shown.ts";
import { texts } from "./texts.ts";
import { TypeMark } from "./type-mark.tsx";
import { itemName, workOf } from "./work-item.ts";
import "./table.css";
import "./review.css";
import "./entries.css";

export { reasonNeeded } from "./entry-change.ts";

/** How many entries are loaded at once. */
export const entriesPerPage = 50;

interface EntryTableProps {
  entries: TimeEntry[];
  caption: string;
  showItem?: boolean;
  showWho?: boolean;
}

export function EntryTable({ entries, caption, showItem = false, showWho = false }: EntryTableProps) {
  const { me, timers } = useSession();
  // All rows are written alike, so that nobody takes 1:30 of one for 0:01:30 of another.
  const seconds = entries.some(needsSeconds);
  const selectable = entries.filter((entry) => mayChange(entry, me) && !entry.voided_at);
  const selection = useSelection(selectable);
  const selects = selectable.length > 1;
  return (
    <>
      <table class="table entries">
        <caption class="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            {selects && (
              <th scope="col" class="select">
                <SelectAll selection={selection} />
              </th>
            )}
            <th scope="col">{texts.entries.when}</th>
            {showItem && <th scope="col">{texts.entries.item}</th>}
            {showWho && <th scope="col">{texts.entries.who}</th>}
            <th scope="col" class="number">
              {texts.entries.duration}
            </th>
            <th scope="col">{texts.entries.source}</th>
            <th scope="col">
              <span class="visually-hidden">{texts.entries.actions}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry, i) => (
            <EntryRow
              key={entry.id}
              entry={entry}
              before={mergeableBefore(entry, entries.slice(i + 1, i + 2))}
              seconds={seconds}
              showItem={showItem}
              showWho={showWho}
              {...(selects && { selection })}
            />
          ))}
        </tbody>
      </table>
      <BulkBar selection={selection} reasonNeeded={(entry) => reasonNeeded(entry, me, timers.clock.now())} />
    </>
  );
}

function SelectAll({ selection }: { selection: Selection<TimeEntry> }) {
  return (
    <input
      type="checkbox"
      aria-label={operationTexts.selection.all}
      checked={selection.all === "all"}
      indeterminate={selection.all === "some"}
      onChange={selection.toggleAll}
    />
  );
}

interface EntryRowProps {
  entry: TimeEntry;
  /** The neighbour that it can be merged with. */
  before: TimeEntry | undefined;
  /** Whether times and length have seconds. */
  seconds: boolean;
  showItem: boolean;
  showWho: boolean;
  /** Absent where nothing can be selected. */
  selection?: Selection<TimeEntry>;
}

function EntryRow({ entry, before, seconds, showItem, showWho, selection }: EntryRowProps) {
  const { me } = useSession();
  const row = useRef<HTMLTableRowElement>(null);
  useFocusHandover(row);
  const change = useEntryChange(entry, before);
  const when = intervalText(entry, me.user.time_zone, seconds);
  const columns = 4 + Number(showItem) + Number(showWho) + Number(selection !== undefined);
  const classes = [entry.voided_at && "voided", selection?.has(entry.id) && "selected"].filter(Boolean);
  return (
    <>
      <tr ref={row} class={classes.join(" ") || undefined}>
        {selection && (
          <td class="select">
            {mayChange(entry, me) && !entry.voided_at && (
              <Select entry={entry} when={when} selection={selection} />
            )}
          </td>
        )}
        <td class="when">
          {when}
          {!showItem && <Told entry={entry} />}
        </td>
        {showItem && (
          <td class="item">
            <TypeMark type={entry.work_item?.type} />
            <bdi>{itemName(workOf(entry))}</bdi>
            <Told entry={entry} />
          </td>
        )}
        {showWho && (
          <td>
            <bdi>{entry.user.name}</bdi>
          </td>
        )}
        <td class="number">
          <EntryDuration entry={entry} seconds={seconds} />
        </td>
        <td class="source">
          {texts.entries.sources[entry.source]}
          {entry.voided_at && <span class="badge">{texts.entries.isVoided}</span>}
          {entry.needs_review && !entry.voided_at && (
            <span class="badge review-key" title={texts.entries.underReviewHint}>
              {texts.entries.underReview}
            </span>
          )}
        </td>
        <td class="row-actions">
          <EntryActions entry={entry} when={when} change={change} />
          <EntryDialog entry={entry} when={when} change={change} />
        </td>
      </tr>
      <RowDetail entry={entry} before={before} when={when} change={change} columns={columns} />
    </>
  );
}

/** What the time was for, below the work item, or the time where that is known. */
function Told({ entry: { activity, billable, note } }: { entry: TimeEntry }) {
  return (
    <span class="secondary told">
      <bdi>{activity.name}</bdi>
      {!billable && ` · ${texts.timer.notBillable}`}
      {note && (
        <>
          {" · "}
          <bdi>{note}</bdi>
        </>
      )}
    </span>
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
      {opened === "more" && (
        <DetailRow columns={columns}>
          <MoreActions when={when} change={change} mergeable={before !== undefined} />
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

interface MoreActionsProps {
  when: string;
  change: EntryChange;
  mergeable: boolean;
}

/** What is done to an entry less often. */
function MoreActions({ when, change, mergeable }: MoreActionsProps) {
  const label = (text: string) => texts.entries.about(text, when);
  return (
    <div class="more-actions">
      <Button kind="quiet" label={label(operationTexts.move)} onClick={() => change.open("move")}>
        {operationTexts.move}
      </Button>
      <Button kind="quiet" label={label(operationTexts.split)} onClick={() => change.open("split")}>
        {operationTexts.split}
      </Button>
      <Button kind="quiet" label={label(operationTexts.copy)} onClick={() => change.open("copy")}>
        {operationTexts.copy}
      </Button>
      {mergeable && (
        <Button
          kind="quiet"
          disabled={change.working}
          label={label(operationTexts.mergeBefore)}
          onClick={change.merge}
        >
          {operationTexts.mergeBefore}
        </Button>
      )}
    </div>
  );
}

function DetailRow({ columns, children }: { columns: number; children: ComponentChildren }) {
  return (
    <tr class="detail">
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
  const toggle = (part: Opened) => open(opened === part ? null : part);
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
      {changeable && !entry.voided_at && (
        <>
          <Button
            kind="quiet"
            label={label(texts.entries.correct)}
            expanded={opened === "correct"}
            onClick={() => toggle("correct")}
          >
            {texts.entries.correct}
          </Button>
          <Button
            kind="quiet"
            disabled={working}
            label={label(texts.entries.void)}
            onClick={change.voidEntry}
          >
            {texts.entries.void}
          </Button>
          <Button
            kind="quiet"
            label={label(operationTexts.more)}
            expanded={opened === "more" || opened === "split" || opened === "copy" || opened === "move"}
            onClick={() => toggle("more")}
          >
            {operationTexts.more}
          </Button>
        </>
      )}
      <Button
        kind="quiet"
        label={label(texts.entries.history)}
        expanded={opened === "history"}
        onClick={() => toggle("history")}
      >
        {texts.entries.history}
      </Button>
    </>
  );
}

/** Asks for the reason of a change that needs one. */
export function EntryDialog({ when, change }: EntryPartProps) {
  const { opened, open, reason } = change;
  const asked = askedOf(opened);
  if (!reason || !asked) return null;
  const { detail, ...dialog } = dialogOf(asked);
  return (
    <ReasonDialog
      {...dialog}
      {...(detail && { detail: `${when}. ${detail}` })}
      reasonNeeded={reason}
      onClose={() => open(null)}
      onSubmit={(given) => change.giveReason(asked, given)}
    />
  );
}

function askedOf(opened: Opened | null): Asked | undefined {
  switch (opened) {
    case "confirm":
    case "void":
    case "merge":
    case "moved":
    case "put_back":
      return opened;
    default:
      return undefined;
  }
}

interface DialogTexts {
  title: string;
  submit: string;
  working: string;
  danger?: true;
  detail?: string;
}

function dialogOf(asked: Asked): DialogTexts {
  const words = texts.entries;
  switch (asked) {
    case "confirm":
      return { title: words.confirmTitle, submit: words.confirm, working: words.saving };
    case "void":
      return {
        title: words.voidTitle,
        submit: words.voidConfirm,
        working: words.voiding,
        danger: true,
        detail: words.voidDetail,
      };
    case "merge":
      return { title: operationTexts.mergeBefore, submit: operationTexts.merge, working: words.saving };
    case "moved":
      return { title: operationTexts.moveTo, submit: operationTexts.move, working: words.saving };
    case "put_back":
      return { title: words.putBackTitle, submit: words.putBack, working: words.saving };
  }
}

function EntryDuration({ entry, seconds }: { entry: TimeEntry; seconds: boolean }) {
  const { timers } = useSession();
  const start = Date.parse(entry.started_at);
  const elapsed = useElapsed(timers.clock, entry.stopped_at === undefined ? start : undefined);
  if (entry.stopped_at === undefined) return <Duration ms={elapsed} seconds={seconds} />;
  const shown = shownLength(start, Date.parse(entry.stopped_at), seconds);
  return <Duration ms={entry.elapsed_ms} shown={shown} seconds={seconds} />;
}
