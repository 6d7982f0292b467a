/**
 * Changes of entries that show at once. Each is sent with the version that was shown; what is refused is as it was
 * before. Changes of one entry are sent one after the other, those of several at the same time.
 */

import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { ApiProblem, type TimeEntry } from "../../api/client.ts";
import { isPastEditWindow } from "../edit-window.ts";
import { reasonNeeded } from "../entries.tsx";
import { explainRefusal } from "../entry-refusal.ts";
import type { Failure } from "../failure.ts";
import { type Conflict, type Shown, withShown } from "../operations/conflict.tsx";
import { type Session, useSession } from "../session.ts";
import { texts } from "../texts.ts";
import { itemName, workOf } from "../work-item.ts";
import { entryTexts } from "./texts.ts";

/** A change of an entry: how it looks at once, how it is sent, and what is said of it. */
export interface EntryChange {
  entry: TimeEntry;
  /** What of the entry is different, as long as the server hasn't answered. */
  shown: Shown;
  send(now: TimeEntry, reason: string | undefined): Promise<TimeEntry>;
  done: string;
  /** What the change is, in words. */
  what: string;
  /** Where it does more to the entry than to change how it looks: what it does, to be told from somebody else's change. */
  deed?: string;
  /** It needs no reason, whatever the entry's age. */
  plain?: boolean;
  /** Takes it back. By default the last change of the entry is undone. */
  undo?: (before: TimeEntry, after: TimeEntry) => Promise<unknown>;
}

/** A change that waits for its reason. */
export interface Asked {
  change: EntryChange;
  needed: string;
}

interface Pending {
  shown: Shown;
  /** The entry as the server has it since; undefined until it has answered. */
  saved?: TimeEntry;
}

export interface EntryChanges {
  /** An entry as it is to be shown. */
  shownOf(entry: TimeEntry): TimeEntry;
  make(change: EntryChange): void;
  /** What somebody else has overtaken. Each stays until the person has chosen. */
  conflicts: readonly Conflict[];
  asked: Asked | undefined;
  giveReason(reason: string): Promise<void>;
  withdraw(): void;
  failed: { change: EntryChange; failure: Failure } | undefined;
  retry(): void;
  dismiss(): void;
}

type Queues = Map<string, Promise<TimeEntry | undefined>>;

/** What isn't in what was loaded yet. */
function usePending(loaded: unknown, queues: Queues) {
  const [pending, setPending] = useState<ReadonlyMap<string, Pending>>(new Map());
  useEffect(() => {
    // What was loaded after an answer has the change in it.
    setPending((before) => {
      const after = new Map([...before].filter(([id, { saved }]) => !saved || queues.has(id)));
      return after.size === before.size ? before : after;
    });
  }, [loaded, queues]);
  return {
    put: (id: string, next: (before: Pending | undefined) => Pending | undefined) =>
      setPending((before) => {
        const after = new Map(before);
        const change = next(before.get(id));
        if (change) after.set(id, change);
        else after.delete(id);
        return after;
      }),
    shownOf(entry: TimeEntry): TimeEntry {
      const change = pending.get(entry.id);
      if (!change) return entry;
      return withShown(change.saved ?? entry, change.shown);
    },
    savedOf: (entry: TimeEntry): TimeEntry => pending.get(entry.id)?.saved ?? entry,
  };
}

interface Failed {
  change: EntryChange;
  reason: string | undefined;
  failure: Failure;
}

interface Overtaken {
  change: EntryChange;
  reason: string | undefined;
  theirs: TimeEntry;
}

/** Sends changes. What becomes of each is told to the caller. */
function useSender(
  { put }: ReturnType<typeof usePending>,
  queues: Queues,
  told: { overtaken: (overtaken: Overtaken) => void; failed: (failed: Failed) => void },
) {
  const { api, me, timers } = useSession();

  async function send(change: EntryChange, now: TimeEntry, reason?: string): Promise<TimeEntry | undefined> {
    const { id } = change.entry;
    try {
      const after = await change.send(now, reason);
      put(id, (before) => ({ shown: before?.shown ?? change.shown, saved: after }));
      timers.entriesChanged(change.done, async () => {
        if (change.undo) await change.undo(now, after);
        else await api.undoEntry(after.id, after.etag);
        return entryTexts.takenBack(nameOf(change.entry));
      });
      return after;
    } catch (error) {
      const theirs = await overtakenBy(error, id);
      put(id, () => undefined);
      // From here on that entry is shown, and changed, as it is now.
      if (theirs) put(theirs.id, () => ({ shown: {}, saved: theirs }));
      if (theirs) told.overtaken({ change, reason, theirs });
      else told.failed({ change, reason, failure: explainRefusal(error, me.user.time_zone) });
      // What was made after it was made of the version before, too.
      return undefined;
    }
  }

  /** The entry that has changed meanwhile; undefined when that isn't why it failed. */
  async function overtakenBy(error: unknown, id: string): Promise<TimeEntry | undefined> {
    if (!(error instanceof ApiProblem) || error.status !== 412) return undefined;
    return error.timeEntry ?? (await api.entry(id).catch(() => undefined));
  }

  return (change: EntryChange, from: TimeEntry, reason?: string): Promise<TimeEntry | undefined> => {
    const { id } = change.entry;
    put(id, (before) => ({ ...before, shown: { ...before?.shown, ...change.shown } }));
    const before = queues.get(id);
    // What comes after a change is sent with the version that this one has made.
    const sent = before
      ? before.then((made) => send(change, made ?? from, reason))
      : send(change, from, reason);
    queues.set(id, sent);
    void sent.then(() => {
      if (queues.get(id) === sent) queues.delete(id);
    });
    return sent;
  };
}

/** `loaded` is anything that is another one as soon as the entries have been loaded again. */
export function useEntryChanges(loaded: unknown): EntryChanges {
  const { me, timers } = useSession();
  const [queues] = useState<Queues>(() => new Map());
  const pending = usePending(loaded, queues);
  const [overtaken, setOvertaken] = useState<readonly Overtaken[]>([]);
  const [asked, setAsked] = useState<Asked>();
  const [failed, setFailed] = useState<Failed>();
  const chosen = (change: EntryChange) => setOvertaken((all) => all.filter((each) => each.change !== change));
  const shown = useShown();
  // What fails once something else is shown has no other place to be told.
  const tell = (change: EntryChange, why: string) =>
    timers.announce(`${entryTexts.failedTitle(nameOf(change.entry))} ${why}`);
  const send = useSender(pending, queues, {
    overtaken(each) {
      if (shown.current) setOvertaken((all) => [...all, each]);
      else tell(each.change, texts.failure.stale);
    },
    failed(each) {
      if (shown.current) setFailed(each);
      else tell(each.change, each.failure.text);
    },
  });

  return {
    shownOf: pending.shownOf,
    make(change) {
      setFailed(undefined);
      const needed = whyReason(change, me, timers.clock.now());
      if (needed) {
        pending.put(change.entry.id, (before) => ({ ...before, shown: change.shown }));
        setAsked({ change, needed });
      } else {
        void send(change, pending.savedOf(change.entry));
      }
    },
    conflicts: overtaken.map(({ change, reason, theirs }) => ({
      entry: change.entry,
      mine: change.deed ?? withShown(change.entry, change.shown),
      theirs,
      again() {
        chosen(change);
        void send(change, theirs, reason);
      },
      leave() {
        chosen(change);
        timers.entriesChanged("");
      },
    })),
    asked,
    async giveReason(reason) {
      setAsked(undefined);
      if (asked) await send(asked.change, pending.savedOf(asked.change.entry), reason);
    },
    withdraw() {
      if (asked) pending.put(asked.change.entry.id, () => undefined);
      setAsked(undefined);
    },
    failed,
    retry() {
      setFailed(undefined);
      if (failed) void send(failed.change, pending.savedOf(failed.change.entry), failed.reason);
    },
    dismiss: () => setFailed(undefined),
  };
}

/** Whether the component is still there. */
function useShown(): RefObject<boolean> {
  const shown = useRef(false);
  useLayoutEffect(() => {
    shown.current = true;
    return () => {
      shown.current = false;
    };
  }, []);
  return shown;
}

/** Why a change needs a reason: of the entry as it is, or of what it becomes. */
function whyReason({ entry, shown, plain }: EntryChange, me: Session["me"], now: number): string | undefined {
  if (plain) return undefined;
  const end = shown.stopped_at;
  const old = end !== undefined && isPastEditWindow(Date.parse(end), me, now);
  return (
    reasonNeeded(entry, me, now) ??
    (old ? texts.entries.reasonOld(me.tenant.settings.edit_window_days) : undefined)
  );
}

/** What an entry is called in a sentence. */
export function nameOf(entry: TimeEntry): string {
  return itemName(workOf(entry));
}
