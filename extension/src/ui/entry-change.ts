/** What is being changed about one entry of a list, and how the changes are sent. */

import { useState } from "preact/hooks";
import { ApiProblem, type TimeEntry, type TimeEntryPatch } from "../api/client.ts";
import { isPastEditWindow } from "./edit-window.ts";
import { explainRefusal } from "./entry-refusal.ts";
import type { Failure } from "./failure.ts";
import { formatDateTime } from "./format.ts";
import { type Conflict, overtakenBy, type Shown, shownOn, withShown } from "./operations/conflict.tsx";
import { type Rest, restBody } from "./operations/rest.ts";
import { operationTexts } from "./operations/texts.ts";
import { isAdmin, type Session, useSession } from "./session.ts";
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

/** The entity tag of an entry, as it is to be changed. */
type EtagOf = (entry: TimeEntry) => string;

/** A change: how it is sent, what it is in words, and what is said of it and of its undoing. */
interface Change {
  send: (etagOf: EtagOf) => Promise<TimeEntry>;
  /** What was wanted, to be told from somebody else's change. Without it there is nothing to choose. */
  mine?: Conflict["mine"];
  /** Another entry that it changes, too. */
  other?: TimeEntry | undefined;
  done: string;
  undone: string;
}

export type EntryChange = ReturnType<typeof useEntryChange>;

/** Sends changes of an entry. `onSent` closes what is open. */
function useSending(entry: TimeEntry, onSent: () => void) {
  const { api, me, timers } = useSession();
  const [working, setWorking] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [conflict, setConflict] = useState<Conflict | null>(null);

  /**
   * Sends a change, says so and offers to take it back. A failure is for the caller to show, a conflict is shown here.
   * `newer` are versions that aren't those that are listed.
   */
  async function send(change: Change, newer: ReadonlyMap<string, string> = new Map()) {
    let changed: TimeEntry;
    try {
      changed = await change.send(({ id, etag }) => newer.get(id) ?? etag);
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.status !== 412) throw error;
      const theirs = overtakenBy(error);
      const of = [entry, change.other].find((each) => each && each.id === theirs?.id);
      if (!theirs || !of || change.mine === undefined) {
        // The list shows from here on what it is now.
        timers.entriesChanged("");
        throw error;
      }
      onSent();
      // Both versions stay in sight until the person has chosen.
      setConflict({
        entry: of,
        mine: change.mine,
        theirs,
        again: () => void attempt(() => send(change, new Map([...newer, [theirs.id, theirs.etag]]))),
        leave() {
          setConflict(null);
          timers.entriesChanged("");
        },
      });
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
      setFailure(explainRefusal(error, me.user.time_zone));
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
    /** Corrects a version, which may not be the newest. */
    correct: (body: TimeEntryPatch, shown: Shown, of: TimeEntry) =>
      send(changes.correct(body, withShown(of, shown)), new Map([[of.id, of.etag]])),
    split: (at: string, rest: Rest, given: string | undefined) => send(changes.split(at, rest, given)),
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
function changesOf(entry: TimeEntry, { before, target }: Others, { api, me, timers }: Session) {
  const { conflict, ...words } = operationTexts;
  const because = (reason: string | undefined) => ({ ...(reason && { reason }) });
  return {
    confirm: (given: string): Change => ({
      send: (etagOf) => api.patchEntry(entry.id, etagOf(entry), { needs_review: false, ...because(given) }),
      mine: { ...entry, needs_review: false },
      done: texts.entries.confirmed,
      undone: texts.undo.confirmed,
    }),
    void: (given: string): Change => ({
      send: (etagOf) => api.voidEntry(entry.id, etagOf(entry), given || undefined),
      mine: { ...entry, voided_at: new Date(timers.clock.now()).toISOString() },
      done: texts.entries.voided,
      undone: texts.undo.voided,
    }),
    // After somebody else's change it would take that one back.
    put_back: (given: string): Change => ({
      send: (etagOf) => api.undoEntry(entry.id, etagOf(entry), given || undefined),
      done: texts.entries.putBackDone,
      undone: texts.undo.putBack,
    }),
    merge: (given: string): Change => ({
      send: (etagOf) => {
        const both = before ? [entry, before] : [entry];
        return api.mergeEntries(
          both.map((each) => ({ id: each.id, etag: etagOf(each) })),
          because(given),
        );
      },
      mine: conflict.merges,
      other: before,
      done: words.mergeDone,
      undone: words.mergeUndone,
    }),
    moved: (given: string): Change => ({
      send: (etagOf) =>
        api.patchEntry(entry.id, etagOf(entry), { ...(target && referenceOf(target)), ...because(given) }),
      mine: target ? withShown(entry, shownOn(target)) : entry,
      done: words.moveDone(itemName(target ?? workOf(entry))),
      undone: words.moveUndone,
    }),
    correct: (body: TimeEntryPatch, wanted: TimeEntry): Change => ({
      send: (etagOf) => api.patchEntry(entry.id, etagOf(entry), body),
      mine: wanted,
      done: texts.entries.corrected,
      undone: texts.undo.corrected,
    }),
    split: (at: string, rest: Rest, given: string | undefined): Change => ({
      send: async (etagOf) => {
        const { data } = await api.splitEntry(entry.id, etagOf(entry), {
          at,
          ...restBody(rest),
          ...because(given),
        });
        return data[0] ?? entry;
      },
      mine: conflict.splits(formatDateTime(Date.parse(at), me.user.time_zone)),
      done: words.splitDone,
      undone: words.splitUndone,
    }),
    copy: (at: string, given: string | undefined): Change => ({
      send: () => api.copyEntry(entry.id, at, given),
      done: words.copyDone,
      undone: words.copyUndone,
    }),
  };
}
