/** Time entries as a table. Each can be confirmed, corrected and voided, and has a history. */

import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { ApiProblem, type TimeEntry, type TimeEntryPatch } from "../api/client.ts";
import { Button, Duration, FailureNotice } from "./controls.tsx";
import { CorrectForm } from "./correct-form.tsx";
import { EntryHistory } from "./entry-history.tsx";
import { explain, type Failure } from "./failure.ts";
import { useFocusHandover } from "./focus.ts";
import { useElapsed } from "./hooks.ts";
import { intervalText } from "./interval-text.ts";
import { ReasonDialog } from "./reason.tsx";
import { isAdmin, type Session, useSession } from "./session.ts";
import { needsSeconds, shownLength } from "./shown.ts";
import { texts } from "./texts.ts";
import { itemName } from "./work-item.ts";
import "./table.css";
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

const dayMs = 86_400_000;

/** Why a change of the entry needs a reason; undefined when it needs none. */
export function reasonNeeded(entry: TimeEntry, me: Session["me"], now: number): string | undefined {
  if (entry.user.id !== me.user.id) return texts.entries.reasonOther;
  const days = me.tenant.settings.edit_window_days;
  const old = entry.stopped_at !== undefined && now - Date.parse(entry.stopped_at) > days * dayMs;
  return old ? texts.entries.reasonOld(days) : undefined;
}

/** What is open at an entry: a form or the history below it, or a dialog over it. */
type Opened = "correct" | "history" | "confirm" | "void";

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
      <tr ref={row}>
        <td class="when">{when}</td>
        {showItem && <td class="item">{itemName(entry.work_item)}</td>}
        {showWho && <td>{entry.user.name}</td>}
        <td class="number">
          <EntryDuration entry={entry} seconds={seconds} />
        </td>
        <td class="source">
          {texts.entries.sources[entry.source]}
          {entry.needs_review && (
            <span class="badge" title={texts.entries.underReviewHint}>
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
          <FailureNotice failure={failure} onRetry={change.confirm} onDismiss={change.dismissFailure} />
        </DetailRow>
      )}
      {opened === "correct" && (
        <DetailRow columns={columns}>
          <CorrectForm
            entry={entry}
            reasonNeeded={change.reason}
            onCancel={() => open(null)}
            onSave={(patch) => change.patch(patch, texts.entries.corrected)}
          />
        </DetailRow>
      )}
      {opened === "history" && (
        <DetailRow columns={columns}>
          <EntryHistory entry={entry} />
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

/** What is being changed about an entry, and how the changes are sent. */
export function useEntryChange(entry: TimeEntry) {
  const { api, me, timers } = useSession();
  const [opened, open] = useState<Opened | null>(null);
  const [working, setWorking] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const reason = reasonNeeded(entry, me, timers.clock.now());

  /** Sends a change and announces it. A failure is for the caller to show. */
  async function send(request: () => Promise<unknown>, announcement: string) {
    try {
      await request();
    } catch (error) {
      // Somebody else has changed the entry first: the list shows from here on what it is now.
      if (error instanceof ApiProblem && error.status === 412) timers.entriesChanged("");
      throw error;
    }
    open(null);
    timers.entriesChanged(announcement);
  }

  function patch(body: TimeEntryPatch, announcement: string) {
    return send(() => api.patchEntry(entry.id, entry.etag, body), announcement);
  }

  async function confirm() {
    if (reason) {
      open("confirm");
      return;
    }
    setWorking(true);
    setFailure(null);
    try {
      await patch({ needs_review: false }, texts.entries.confirmed);
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
    dismissFailure: () => setFailure(null),
    reason,
    patch,
    confirm,
    voidEntry: (given: string) =>
      send(() => api.voidEntry(entry.id, entry.etag, given || undefined), texts.entries.voided),
  };
}

interface EntryPartProps {
  entry: TimeEntry;
  when: string;
  change: ReturnType<typeof useEntryChange>;
}

function EntryActions({ entry, when, change }: EntryPartProps) {
  const { me } = useSession();
  const { opened, open, working, confirm } = change;
  const own = entry.user.id === me.user.id;
  const changeable = entry.stopped_at !== undefined && me.tenant.status === "active" && (own || isAdmin(me));
  const label = (text: string) => texts.entries.about(text, when);
  const toggle = (part: Opened) => open(opened === part ? null : part);
  return (
    <>
      {changeable && own && entry.needs_review && (
        <Button kind="quiet" disabled={working} label={label(texts.entries.confirm)} onClick={confirm}>
          {texts.entries.confirm}
        </Button>
      )}
      {changeable && (
        <>
          <Button
            kind="quiet"
            label={label(texts.entries.correct)}
            expanded={opened === "correct"}
            onClick={() => toggle("correct")}
          >
            {texts.entries.correct}
          </Button>
          <Button kind="quiet" label={label(texts.entries.void)} onClick={() => open("void")}>
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

export function EntryDialog({ when, change }: EntryPartProps) {
  const { opened, open, reason, patch, voidEntry } = change;
  const common = { reasonNeeded: reason, onClose: () => open(null) };
  if (opened === "confirm") {
    return (
      <ReasonDialog
        {...common}
        title={texts.entries.confirmTitle}
        submit={texts.entries.confirm}
        working={texts.entries.saving}
        onSubmit={(given) =>
          patch({ needs_review: false, ...(given && { reason: given }) }, texts.entries.confirmed)
        }
      />
    );
  }
  if (opened === "void") {
    return (
      <ReasonDialog
        {...common}
        danger
        title={texts.entries.voidTitle}
        detail={`${when}. ${texts.entries.voidDetail}`}
        submit={texts.entries.voidConfirm}
        working={texts.entries.voiding}
        onSubmit={voidEntry}
      />
    );
  }
  return null;
}

function EntryDuration({ entry, seconds }: { entry: TimeEntry; seconds: boolean }) {
  const { timers } = useSession();
  const start = Date.parse(entry.started_at);
  const elapsed = useElapsed(timers.clock, entry.stopped_at === undefined ? start : undefined);
  if (entry.stopped_at === undefined) return <Duration ms={elapsed} seconds={seconds} />;
  const shown = shownLength(start, Date.parse(entry.stopped_at), seconds);
  return <Duration ms={entry.elapsed_ms} shown={shown} seconds={seconds} />;
}
