/** Time entries as a table. Each can be confirmed, corrected and voided, and has a history. */

import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { ApiProblem, type TimeEntry, type TimeEntryPatch } from "../api/client.ts";
import { Button, Duration, FailureNotice } from "./controls.tsx";
import { CorrectForm } from "./correct-form.tsx";
import { isPastEditWindow } from "./edit-window.ts";
import { EntryHistory } from "./entry-history.tsx";
import { explain, type Failure } from "./failure.ts";
import { useFocusHandover } from "./focus.ts";
import { useElapsed } from "./hooks.ts";
import { intervalText } from "./interval-text.ts";
import { ReasonDialog } from "./reason.tsx";
import { isAdmin, type Session, useSession } from "./session.ts";
import { needsSeconds, shownLength } from "./shown.ts";
import { texts } from "./texts.ts";
import { TypeMark } from "./type-mark.tsx";
import { itemName, workOf } from "./work-item.ts";
import "./table.css";
import "./review.css";
import "./entries.css";

/** How many entries are loaded at once. */
export const entriesPerPage = 50;

interface EntryTableProps {
  entries: TimeEntry[];
  caption: string;
  showItem?: boolean;
  showWho?: boolean;
}

export function EntryTable({ entries, caption, showItem = false, showWho = false }: EntryTableProps) {
  // All rows are written alike, so that nobody takes 1:30 of one for 0:01:30 of another.
  const seconds = entries.some(needsSeconds);
  return (
    <table class="table entries">
      <caption class="visually-hidden">{caption}</caption>
      <thead>
        <tr>
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
        {entries.map((entry) => (
          <EntryRow key={entry.id} entry={entry} seconds={seconds} showItem={showItem} showWho={showWho} />
        ))}
      </tbody>
    </table>
  );
}

/** Why a change of the entry needs a reason; undefined when it needs none. */
export function reasonNeeded(entry: TimeEntry, me: Session["me"], now: number): string | undefined {
  if (entry.user.id !== me.user.id) return texts.entries.reasonOther;
  const old = entry.stopped_at !== undefined && isPastEditWindow(Date.parse(entry.stopped_at), me, now);
  return old ? texts.entries.reasonOld(me.tenant.settings.edit_window_days) : undefined;
}

/** What is open at an entry: a form or the history below it, or a dialog over it. */
type Opened = "correct" | "history" | "confirm" | "void" | "put_back";

interface EntryRowProps {
  entry: TimeEntry;
  /** Whether times and length have seconds. */
  seconds: boolean;
  showItem: boolean;
  showWho: boolean;
}

function EntryRow({ entry, seconds, showItem, showWho }: EntryRowProps) {
  const { me } = useSession();
  const row = useRef<HTMLTableRowElement>(null);
  useFocusHandover(row);
  const change = useEntryChange(entry);
  const { opened, open, failure } = change;
  const when = intervalText(entry, me.user.time_zone, seconds);
  const columns = 4 + Number(showItem) + Number(showWho);
  return (
    <>
      <tr ref={row} class={entry.voided_at && "voided"}>
        <td class="when">{when}</td>
        {showItem && (
          <td class="item">
            <TypeMark type={entry.work_item?.type} />
            <bdi>{itemName(workOf(entry))}</bdi>
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
      {failure && (
        <DetailRow columns={columns}>
          <FailureNotice failure={failure} onRetry={change.retry} onDismiss={change.dismissFailure} />
        </DetailRow>
      )}
      {opened === "correct" && (
        <DetailRow columns={columns}>
          <CorrectForm
            entry={entry}
            reasonNeeded={change.reason}
            onCancel={() => open(null)}
            onSave={change.correct}
          />
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

function DetailRow({ columns, children }: { columns: number; children: ComponentChildren }) {
  return (
    <tr class="detail">
      <td colSpan={columns}>{children}</td>
    </tr>
  );
}

/** What is said of a change, and of its undoing. */
interface ChangeTexts {
  done: string;
  undone: string;
}

const confirmation = () => ({ done: texts.entries.confirmed, undone: texts.undo.confirmed });
const correction = () => ({ done: texts.entries.corrected, undone: texts.undo.corrected });
const voiding = () => ({ done: texts.entries.voided, undone: texts.undo.voided });
const puttingBack = () => ({ done: texts.entries.putBackDone, undone: texts.undo.putBack });

/** The changes that ask for a reason where they need one. */
type Asked = "confirm" | "void" | "put_back";

/** Whether the person may change the entry. */
function mayChange(entry: TimeEntry, me: Session["me"]): boolean {
  const own = entry.user.id === me.user.id;
  return entry.stopped_at !== undefined && me.tenant.status === "active" && (own || isAdmin(me));
}

/** What is being changed about an entry, and how the changes are sent. */
export function useEntryChange(entry: TimeEntry) {
  const { api, me, timers } = useSession();
  const [opened, open] = useState<Opened | null>(null);
  const [working, setWorking] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const reason = reasonNeeded(entry, me, timers.clock.now());

  /** Sends a change, says so and offers to take it back. A failure is for the caller to show. */
  async function send(request: () => Promise<TimeEntry>, { done, undone }: ChangeTexts) {
    let changed: TimeEntry;
    try {
      changed = await request();
    } catch (error) {
      // Somebody else has changed the entry first: the list shows from here on what it is now.
      if (error instanceof ApiProblem && error.status === 412) timers.entriesChanged("");
      throw error;
    }
    open(null);
    timers.entriesChanged(done, async () => {
      await api.undoEntry(changed.id, changed.etag);
      return undone;
    });
  }

  function patch(body: TimeEntryPatch, changeTexts: ChangeTexts) {
    return send(() => api.patchEntry(entry.id, entry.etag, body), changeTexts);
  }

  const [tried, setTried] = useState<Asked>("confirm");
  const changes: Record<Asked, (given: string) => Promise<void>> = {
    confirm: (given) => patch({ needs_review: false, ...(given && { reason: given }) }, confirmation()),
    void: (given) => send(() => api.voidEntry(entry.id, entry.etag, given || undefined), voiding()),
    put_back: (given) => send(() => api.undoEntry(entry.id, entry.etag, given || undefined), puttingBack()),
  };

  /** Makes a change at once, unless it needs a reason. */
  async function change(what: Asked, needsReason = reason !== undefined) {
    if (working) return;
    if (needsReason) {
      open(what);
      return;
    }
    setTried(what);
    setWorking(true);
    setFailure(null);
    try {
      await changes[what]("");
    } catch (error) {
      setFailure(explain(error));
    }
    setWorking(false);
  }

  return {
    opened,
    open,
    working,
    failure,
    retry: () => void change(tried, false),
    dismissFailure: () => setFailure(null),
    reason,
    correct: (body: TimeEntryPatch) => patch(body, correction()),
    changes,
    confirm: () => void change("confirm"),
    voidEntry: () => void change("void"),
    // One's own change is taken back without a reason.
    putBack: (changedBy: string) => void change("put_back", reason !== undefined && changedBy !== me.user.id),
  };
}

interface EntryPartProps {
  entry: TimeEntry;
  when: string;
  change: ReturnType<typeof useEntryChange>;
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
  const { opened, open, reason, changes } = change;
  if (!reason || (opened !== "confirm" && opened !== "void" && opened !== "put_back")) return null;
  const { detail, ...dialog } = dialogs[opened];
  return (
    <ReasonDialog
      {...dialog}
      {...(detail && { detail: `${when}. ${detail}` })}
      reasonNeeded={reason}
      onClose={() => open(null)}
      onSubmit={changes[opened]}
    />
  );
}

const dialogs: Record<
  Asked,
  { title: string; submit: string; working: string; danger?: true; detail?: string }
> = {
  confirm: {
    title: texts.entries.confirmTitle,
    submit: texts.entries.confirm,
    working: texts.entries.saving,
  },
  void: {
    title: texts.entries.voidTitle,
    submit: texts.entries.voidConfirm,
    working: texts.entries.voiding,
    danger: true,
    detail: texts.entries.voidDetail,
  },
  put_back: {
    title: texts.entries.putBackTitle,
    submit: texts.entries.putBack,
    working: texts.entries.saving,
  },
};

function EntryDuration({ entry, seconds }: { entry: TimeEntry; seconds: boolean }) {
  const { timers } = useSession();
  const start = Date.parse(entry.started_at);
  const elapsed = useElapsed(timers.clock, entry.stopped_at === undefined ? start : undefined);
  if (entry.stopped_at === undefined) return <Duration ms={elapsed} seconds={seconds} />;
  const shown = shownLength(start, Date.parse(entry.stopped_at), seconds);
  return <Duration ms={entry.elapsed_ms} shown={shown} seconds={seconds} />;
}
