/** What is being done to a selection of entries: reasons that are missing, what was refused, and failures. */

import { useState } from "preact/hooks";
import { ApiProblem, type BulkChange, type TimeEntry } from "../../api/client.ts";
import { explain, type Failure } from "../failure.ts";
import { useSession } from "../session.ts";
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
  failure: Failure | null;
  dismiss: () => void;
  /** Whether a merge was refused since there is time between the entries. */
  apart: boolean;
  voidAll: () => void;
  shift: (count: number, unit: ShiftUnit) => void;
  change: (change: BulkChange, name: string, done: (n: number) => string) => void;
  merge: (bridge: boolean) => void;
}

/** `needed` is why the selection can't be changed without a reason; undefined when it can. */
export function useBulkWork(selection: Selection<TimeEntry>, needed: string | undefined): BulkWork {
  const { me } = useSession();
  const zone = me.user.time_zone;
  const [working, setWorking] = useState(false);
  const [asked, setAsked] = useState<Action>();
  const [refused, setRefused] = useState<readonly Refused[]>([]);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [apart, setApart] = useState(false);

  function dismiss() {
    setRefused([]);
    setFailure(null);
    setApart(false);
  }

  /** Does it at once, unless it needs a reason. */
  async function act(action: Action) {
    if (working) return;
    dismiss();
    if (needed) {
      setAsked(action);
      return;
    }
    setWorking(true);
    try {
      await action.run(undefined);
    } catch (error) {
      setFailure(explain(error));
    }
    setWorking(false);
  }

  const { changing, merging } = useActions(selection, {
    refuse(not) {
      setAsked(undefined);
      setRefused(not);
    },
    ask() {
      setAsked(undefined);
      setApart(true);
    },
  });
  const { bulk } = operationTexts;
  return {
    working,
    asked,
    giveReason: async (reason) => asked?.run(reason),
    withdraw: () => setAsked(undefined),
    refused,
    failure,
    dismiss,
    apart,
    voidAll: () => void act(changing(bulk.void, { void: true }, bulk.voided)),
    shift: (count, unit) =>
      void act(
        changing(bulk.shift, (entry) => ({ shift_ms: shiftOf(entry, count, unit, zone) }), bulk.shifted),
      ),
    change: (change, name, done) => void act(changing(name, change, done)),
    merge: (bridge) => void act(merging(bridge)),
  };
}

interface Told {
  /** What was refused of the change, after it has ended. */
  refuse: (refused: readonly Refused[]) => void;
  /** There is time between the entries that were to be merged. */
  ask: () => void;
}

/** What can be done to the selection. */
function useActions(selection: Selection<TimeEntry>, { refuse, ask }: Told) {
  const { api, me, timers } = useSession();
  const zone = me.user.time_zone;
  return {
    /** Changes each. What was refused stays selected. */
    changing: (
      name: string,
      change: Parameters<typeof changeAll>[2],
      done: (n: number) => string,
    ): Action => ({
      name,
      run: async (reason) => {
        const { changed, refused } = await changeAll(api, selection.entries, change, zone, reason);
        refuse(refused);
        selection.set(refused.map(({ id }) => id));
        // The list shows what somebody else has made of those that were refused.
        if (changed.length === 0) timers.entriesChanged("");
        else timers.entriesChanged(done(changed.length), () => undoAll(api, changed, zone));
      },
    }),
    merging: (bridge: boolean): Action => ({
      name: operationTexts.merge,
      run: async (reason) => {
        const seen = selection.entries.map(({ id, etag }) => ({ id, etag }));
        const options = { ...(bridge && { bridge }), ...(reason && { reason }) };
        let merged: TimeEntry;
        try {
          merged = await api.mergeEntries(seen, options);
        } catch (error) {
          if (!(error instanceof ApiProblem) || error.code !== "entries_apart") throw error;
          ask();
          return;
        }
        refuse([]);
        selection.set([]);
        timers.entriesChanged(operationTexts.mergeDone, async () => {
          await api.undoEntry(merged.id, merged.etag);
          return operationTexts.mergeUndone;
        });
      },
    }),
  };
}
