/** What is being done to a selection of entries: reasons that are missing, what was refused, and failures. */

import { useState } from "preact/hooks";
import { ApiProblem, type BulkChange, type TimeEntry } from "../../api/client.ts";
import { explain, type Failure } from "../failure.ts";
import { useSession } from "../session.ts";
import { type Conflict, overtakenBy } from "./conflict.tsx";
import { operationTexts } from "./texts.ts";
import { changeAll, type Refused, type ShiftUnit, shiftOf, undoAll } from "./use-bulk.ts";
import type { Selection } from "./use-selection.ts";

/** Something that is done to the selection, and what it is called. */
interface Action {
  name: string;
  run: (reason: string | undefined) => Promise<void>;
}

export interface BulkWork {
  working: boolean;
  /** What waits for its reason. */
  asked: Action | undefined;
  /** Does what was asked for. A failure is the caller's to show. */
  giveReason: (reason: string) => Promise<void>;
  withdraw: () => void;
  refused: readonly Refused[];
  /** Makes the last change once more of what somebody else has changed first; undefined where nobody has. */
  keepMine: (() => void) | undefined;
  /** Leaves that as it is now. */
  takeTheirs: () => void;
  /** A merge that somebody else's change has overtaken. */
  conflict: Conflict | undefined;
  failure: Failure | null;
  dismiss: () => void;
  /** Whether a merge was refused since there is time between the entries. */
  apart: boolean;
  voidAll: () => void;
  shift: (count: number, unit: ShiftUnit) => void;
  change: (change: BulkChange, name: string, done: (n: number) => string) => void;
  merge: (bridge: boolean) => void;
}

/** What of the last change needs another look. */
interface Outcome {
  refused: readonly Refused[];
  /** Makes it of what somebody else has changed first. */
  again?: Action | undefined;
  conflict?: Conflict;
  failure: Failure | null;
  apart: boolean;
}

const nothing: Outcome = { refused: [], failure: null, apart: false };

/** `needed` is why the selection can't be changed without a reason; undefined when it can. */
export function useBulkWork(selection: Selection<TimeEntry>, needed: string | undefined): BulkWork {
  const { me } = useSession();
  const zone = me.user.time_zone;
  const [working, setWorking] = useState(false);
  const [asked, setAsked] = useState<Action>();
  const [outcome, setOutcome] = useState(nothing);
  const dismiss = () => setOutcome(nothing);

  /** Does it at once, unless it needs a reason that isn't given yet. */
  async function act(action: Action, reasonGiven = false) {
    if (working) return;
    dismiss();
    if (needed && !reasonGiven) {
      setAsked(action);
      return;
    }
    setWorking(true);
    try {
      await action.run(undefined);
    } catch (error) {
      setOutcome({ ...nothing, failure: explain(error) });
    }
    setWorking(false);
  }

  const ended = (what: Partial<Outcome>) => {
    setAsked(undefined);
    setOutcome({ ...nothing, ...what });
  };
  const { changing, merging } = useActions(selection, {
    refuse: (refused, again) => ended({ refused, again }),
    overtaken({ again, ...versions }) {
      const once: Action = { name: operationTexts.merge, run: again };
      ended({ conflict: { ...versions, again: () => void act(once, true), leave: dismiss } });
    },
    ask: () => ended({ apart: true }),
  });
  const { refused, again, conflict, failure, apart } = outcome;
  const { bulk } = operationTexts;
  return {
    ...{ working, asked, refused, conflict, failure, apart, dismiss },
    giveReason: async (reason) => asked?.run(reason),
    withdraw: () => setAsked(undefined),
    keepMine: again && (() => void act(again, true)),
    takeTheirs() {
      const left = refused.filter(({ theirs }) => !theirs);
      selection.set(left.map(({ id }) => id));
      setOutcome({ ...nothing, refused: left });
    },
    voidAll: () => void act(changing(bulk.void, { void: true }, bulk.voided)),
    shift: (count, unit) =>
      void act(
        changing(bulk.shift, (entry) => ({ shift_ms: shiftOf(entry, count, unit, zone) }), bulk.shifted),
      ),
    change: (change, name, done) => void act(changing(name, change, done)),
    merge: (bridge) => void act(merging(bridge)),
  };
}

/** A change of each of some entries. */
interface Each {
  change: Parameters<typeof changeAll>[2];
  done: (n: number) => string;
  entries: readonly TimeEntry[];
  /** What the same change has changed already. */
  before: readonly TimeEntry[];
}

interface Told {
  /** What was refused of the change, after it has ended. `again` makes it of what somebody else has changed first. */
  refuse: (refused: readonly Refused[], again?: Action) => void;
  /** Somebody else has changed an entry that was to be merged. */
  overtaken: (conflict: Overtaken) => void;
  /** There is time between the entries that were to be merged. */
  ask: () => void;
}

interface Overtaken extends Omit<Conflict, "again" | "leave"> {
  again: () => Promise<void>;
}

/** What can be done to the selection. */
function useActions(selection: Selection<TimeEntry>, { refuse, overtaken, ask }: Told) {
  const { api, me, timers } = useSession();
  const zone = me.user.time_zone;

  /** Changes entries after others, which are taken back with them. */
  async function changeEach(
    name: string,
    { change, done, entries, before }: Each,
    reason: string | undefined,
  ): Promise<void> {
    const { changed, refused } = await changeAll(api, entries, change, zone, reason);
    const all = [...before, ...changed];
    const stale = refused.flatMap(({ theirs }) => theirs ?? []);
    const once = { change, done, entries: stale, before: all };
    refuse(refused, stale.length > 0 ? { name, run: () => changeEach(name, once, reason) } : undefined);
    selection.set(refused.map(({ id }) => id));
    // The list shows what somebody else has made of those that were refused.
    if (all.length === 0) timers.entriesChanged("");
    else timers.entriesChanged(done(all.length), () => undoAll(api, all, zone));
  }

  async function merge(
    entries: readonly TimeEntry[],
    bridge: boolean,
    reason: string | undefined,
  ): Promise<void> {
    const seen = entries.map(({ id, etag }) => ({ id, etag }));
    let merged: TimeEntry;
    try {
      merged = await api.mergeEntries(seen, { ...(bridge && { bridge }), ...(reason && { reason }) });
    } catch (error) {
      if (error instanceof ApiProblem && error.code === "entries_apart") {
        ask();
        return;
      }
      const theirs = overtakenBy(error);
      const entry = entries.find(({ id }) => id === theirs?.id);
      if (!theirs || !entry) throw error;
      const now = entries.map((each) => (each === entry ? theirs : each));
      const mine = operationTexts.conflict.merges;
      overtaken({ entry, mine, theirs, again: () => merge(now, bridge, reason) });
      timers.entriesChanged("");
      return;
    }
    refuse([]);
    selection.set([]);
    timers.entriesChanged(operationTexts.mergeDone, async () => {
      await api.undoEntry(merged.id, merged.etag);
      return operationTexts.mergeUndone;
    });
  }

  return {
    /** Changes each. What was refused stays selected. */
    changing: (name: string, change: Each["change"], done: Each["done"]): Action => ({
      name,
      run: (reason) => changeEach(name, { change, done, entries: selection.entries, before: [] }, reason),
    }),
    merging: (bridge: boolean): Action => ({
      name: operationTexts.merge,
      run: (reason) => merge(selection.entries, bridge, reason),
    }),
  };
}
