/** What is being changed about one entry of a list, and how the changes are sent. */

import { useState } from "preact/hooks";
import { ApiProblem, type TimeEntry, type TimeEntryPatch } from "../api/client.ts";
import { isPastEditWindow } from "./edit-window.ts";
import { explain, type Failure } from "./failure.ts";
import { formatDateTime } from "./format.ts";
import { intervalText } from "./interval-text.ts";
import { type Conflict, overtakenBy } from "./operations/conflict.tsx";
import { operationTexts } from "./operations/texts.ts";
import { isAdmin, type Session, useSession } from "./session.ts";
import { needsSeconds } from "./shown.ts";
import { texts } from "./texts.ts";
import { itemName, referenceOf, type Work, workOf } from "./work-item.ts";

/** Why a change of the entry needs a reason; undefined when it needs none. */
export function reasonNeeded(entry: TimeEntry, me: Session["me"], now: number): string | undefined {
  if (entry.user.id !== me.user.id) return texts.entries.reasonOther;
  const old = entry.stopped_at !== undefined && isPastEditWindow(Date.parse(entry.stopped_at), me, now);
  return old ? texts.entries.reasonOld(me.tenant.settings.edit_window_days) : undefined;
}

/** Whether the person may change the entry. */
export function mayChange(entry: TimeEntry, me: Session["me"]): boolean {
  const own = entry.user.id === me.user.id;
  return entry.stopped_at !== undefined && me.tenant.status === "active" && (own || isAdmin(me));
}

/** What is open at an entry: a form, the history or more actions below it, or a dialog over it. */
export type Opened = "correct" | "history" | "more" | "split" | "copy" | "move" | Asked;

/** The changes that ask for a reason where they need one. */
export type Asked = "confirm" | "void" | "put_back" | "merge" | "moved";

/** A change: how it is sent, what it is in words, and what is said of it and of its undoing. */
interface Change {
  send: (etag: string) => Promise<TimeEntry>;
  /** What was wanted, to be told from somebody else's change. */
  mine: string;
  done: string;
  undone: string;
}

export type EntryChange = ReturnType<typeof useEntryChange>;

/** Sends changes of an entry. `onSent` closes what is open. */
function useSending(entry: TimeEntry, onSent: () => void) {
  const { api, timers } = useSession();
  const [working, setWorking] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [conflict, setConflict] = useState<Conflict | null>(null);

  /** Sends a change, says so and offers to take it back. A failure is for the caller to show, a conflict is shown here. */
  async function send(change: Change, etag = entry.etag) {
    let changed: TimeEntry;
    try {
      changed = await change.send(etag);
    } catch (error) {
      const theirs = overtakenBy(error);
      if (theirs?.id !== entry.id) {
        // Of what was changed first, the list shows from here on what it is now.
        if (error instanceof ApiProblem && error.status === 412) timers.entriesChanged("");
        throw error;
      }
      onSent();
      // Both versions stay in sight until the person has chosen.
      setConflict({ mine: change.mine, theirs, again: () => void attempt(() => send(change, theirs.etag)) });
      return;
    }
    onSent();
    setConflict(null);
    timers.entriesChanged(change.done, async () => {
      await api.undoEntry(changed.id, changed.etag);
      return change.undone;
    });
  }

  /** Does something whose failure is shown below the entry. */
  async function attempt(action: () => Promise<void>) {
    if (working) return;
    setWorking(true);
    setFailure(null);
    try {
      await action();
    } catch (error) {
      setFailure(explain(error));
    }
    setWorking(false);
  }

  return {
    send,
    attempt,
    working,
    failure,
    dismissFailure: () => setFailure(null),
    conflict,
    /** Leaves the entry as somebody else has made it. The list is read again. */
    takeTheirs() {
      setConflict(null);
      timers.entriesChanged("");
    },
  };
}

/** `before` is the neighbour that the entry can be merged with. */
export function useEntryChange(entry: TimeEntry, before?: TimeEntry) {
  const session = useSession();
  const { me, timers } = session;
  const [opened, open] = useState<Opened | null>(null);
  const [target, setTarget] = useState<Work>();
  const [tried, setTried] = useState<Asked>("confirm");
  const sending = useSending(entry, () => open(null));
  const { send, attempt } = sending;
  const reason = reasonNeeded(entry, me, timers.clock.now());
  const changes = changesOf(entry, { before, target }, session);

  /** Makes a change at once, unless it needs a reason. */
  async function change(what: Asked, needsReason = reason !== undefined, wanted = changes) {
    if (sending.working) return;
    if (needsReason) {
      open(what);
      return;
    }
    setTried(what);
    await attempt(() => send(wanted[what]("")));
  }

  return {
    ...sending,
    opened,
    open,
    retry: () => void change(tried, false),
    reason,
    /** Corrects the version with the entity tag, which may not be the newest. */
    correct: (body: TimeEntryPatch, etag: string) => send(changes.correct(body), etag),
    split: (at: string, given: string | undefined) => send(changes.split(at, given)),
    copy: (at: string, given: string | undefined) => send(changes.copy(at, given)),
    /** Makes a change that asked for its reason. */
    giveReason: (what: Asked, given: string) => send(changes[what](given)),
    confirm: () => void change("confirm"),
    voidEntry: () => void change("void"),
    merge: () => void change("merge"),
    /** Moves the entry to a work item, or to time without one. */
    moveTo(work: Work) {
      setTarget(work);
      void change("moved", reason !== undefined, changesOf(entry, { before, target: work }, session));
    },
    // One's own change is taken back without a reason.
    putBack: (changedBy: string) => void change("put_back", reason !== undefined && changedBy !== me.user.id),
  };
}

interface Others {
  /** The neighbour that the entry is merged with. */
  before: TimeEntry | undefined;
  /** What it is moved to. */
  target: Work | undefined;
}

/** Every change of an entry, as it is sent and told. */
function changesOf(entry: TimeEntry, { before, target }: Others, { api, me }: Session) {
  const zone = me.user.time_zone;
  const { conflict, ...words } = operationTexts;
  const because = (reason: string | undefined) => ({ ...(reason && { reason }) });
  return {
    confirm: (given: string): Change => ({
      send: (etag) => api.patchEntry(entry.id, etag, { needs_review: false, ...because(given) }),
      mine: conflict.confirms,
      done: texts.entries.confirmed,
      undone: texts.undo.confirmed,
    }),
    void: (given: string): Change => ({
      send: (etag) => api.voidEntry(entry.id, etag, given || undefined),
      mine: conflict.voids,
      done: texts.entries.voided,
      undone: texts.undo.voided,
    }),
    put_back: (given: string): Change => ({
      send: (etag) => api.undoEntry(entry.id, etag, given || undefined),
      mine: conflict.putsBack,
      done: texts.entries.putBackDone,
      undone: texts.undo.putBack,
    }),
    merge: (given: string): Change => ({
      send: (etag) =>
        api.mergeEntries(
          [{ id: entry.id, etag }, ...(before ? [{ id: before.id, etag: before.etag }] : [])],
          because(given),
        ),
      mine: words.merge,
      done: words.mergeDone,
      undone: words.mergeUndone,
    }),
    moved: (given: string): Change => {
      const name = itemName(target ?? workOf(entry));
      return {
        send: (etag) =>
          api.patchEntry(entry.id, etag, {
            ...(target && referenceOf(target)),
            ...because(given),
          }),
        mine: name,
        done: words.moveDone(name),
        undone: words.moveUndone,
      };
    },
    correct: (body: TimeEntryPatch): Change => {
      const { started_at = entry.started_at, stopped_at = entry.stopped_at } = body;
      const wanted = { ...entry, started_at, ...(stopped_at && { stopped_at }) };
      return {
        send: (etag) => api.patchEntry(entry.id, etag, body),
        mine: intervalText(wanted, zone, needsSeconds(wanted)),
        done: texts.entries.corrected,
        undone: texts.undo.corrected,
      };
    },
    split: (at: string, given: string | undefined): Change => ({
      send: async (etag) => {
        const { data } = await api.splitEntry(entry.id, etag, { at, ...because(given) });
        return data[0] ?? entry;
      },
      mine: conflict.splits(formatDateTime(Date.parse(at), zone)),
      done: words.splitDone,
      undone: words.splitUndone,
    }),
    copy: (at: string, given: string | undefined): Change => ({
      send: () => api.copyEntry(entry.id, at, given),
      mine: words.copy,
      done: words.copyDone,
      undone: words.copyUndone,
    }),
  };
}
