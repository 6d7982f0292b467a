/** What is typed into the cells of a week, and what is said of it. */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { formatDuration } from "../format.ts";
import { hubTexts } from "../hub/texts.ts";
import type { WeekStore } from "../hub/week-entries.ts";
import { useSession } from "../session.ts";
import { planFor, sumOf } from "./cells.ts";
import type { ClosedDay } from "./closed.ts";
import { type CellEdit, GridEdits } from "./edits.ts";
import { editText } from "./refusal-text.ts";

const texts = hubTexts.grid;

export interface Edits {
  edits: GridEdits;
  /** What isn't saved, by row and date. */
  byRow: ReadonlyMap<string, ReadonlyMap<string, CellEdit>>;
  /** What is said at once of what failed. */
  failure: string;
}

/** The edits of a week go on while another week is shown. */
export function useEdits(store: WeekStore, reason: string, closedOn: (date: string) => ClosedDay): Edits {
  const session = useSession();
  const { api, me, timers } = session;
  const given = useRef({ reason, closedOn });
  given.current = { reason, closedOn };
  const [failure, setFailure] = useState("");
  const [, setShown] = useState({});
  const all = useMemo(() => new Map<WeekStore, GridEdits>(), [api, me.user.id]);

  function begin(): GridEdits {
    const zone = me.user.time_zone;
    return new GridEdits({
      api,
      plan: (target, wanted) => {
        const closed = given.current.closedOn(target.date);
        return planFor(store, target, wanted, zone, timers.clock.now(), closed);
      },
      sumOf: (target) => sumOf(store, target, zone),
      merge: (changed) => store.merge(changed),
      reason: () => given.current.reason,
      onDone({ edits, left }, undo) {
        setFailure("");
        const [first] = edits;
        if (!first) return;
        const { work, date } = first.target;
        const what =
          edits.length === 1 ? texts.changed(work.name, date, first.wanted) : texts.changedMany(edits.length);
        const said = left > 0 ? `${what} ${texts.someLeft(left)}` : what;
        timers.entriesChanged(said, async () => {
          await undo();
          return texts.undone;
        });
      },
      onFailed: (edit) => setFailure(texts.notSaved(edit.target.work.name, edit.target.date, editText(edit))),
    });
  }
  const edits = all.get(store) ?? begin();
  all.set(store, edits);
  useEffect(() => edits.subscribe(() => setShown({})), [edits]);
  useWarning(edits);
  const { state } = edits;
  const byRow = useMemo(() => groupByRow(state), [state]);
  return { edits, byRow, failure };
}

function groupByRow(state: ReadonlyMap<string, CellEdit>) {
  const rows = new Map<string, Map<string, CellEdit>>();
  for (const edit of state.values()) {
    const { work, date } = edit.target;
    rows.set(work.key, (rows.get(work.key) ?? new Map<string, CellEdit>()).set(date, edit));
  }
  return rows;
}

/** Asks before the page is left while something waits to be sent. */
function useWarning(edits: GridEdits): void {
  const waits = [...edits.state.values()].some(({ state }) => state.kind === "offline");
  useEffect(() => {
    if (!waits) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    const online = () => edits.tryNow();
    window.addEventListener("beforeunload", warn);
    window.addEventListener("online", online);
    return () => {
      window.removeEventListener("beforeunload", warn);
      window.removeEventListener("online", online);
    };
  }, [waits, edits]);
}

/** As what a sum is copied and edited; nothing for none. */
export const sumText = (ms: number) => (ms > 0 ? formatDuration(ms, "hours") : "");
