/** What is typed into the cells of a week, and what is said of it. */

import { useEffect, useLayoutEffect, useMemo, useState } from "preact/hooks";
import { formatDuration } from "../format.ts";
import type { WeekStore } from "../hub/week-entries.ts";
import { useSession } from "../session.ts";
import type { ClosedDay } from "./closed.ts";
import type { CellEdit, GridEdits } from "./edits.ts";
import { allEditsOf } from "./week-edits.ts";

export interface Edits {
  edits: GridEdits;
  /** What isn't saved, by row and date. */
  byRow: ReadonlyMap<string, ReadonlyMap<string, CellEdit>>;
  /** What is said at once of what failed. */
  failure: string;
}

/** The edits of a week go on while something else is shown. */
export function useEdits(store: WeekStore, reason: string, closedOn: (date: string) => ClosedDay): Edits {
  const session = useSession();
  const all = allEditsOf(session.timers);
  const given = { store, session, reason, closedOn };
  const week = all.begin(store.first, given);
  week.given = given;
  const { edits } = week;
  const [, setShown] = useState({});
  useEffect(() => all.subscribe(() => setShown({})), [all]);
  useLayoutEffect(() => {
    all.show(week, true);
    return () => all.show(week, false);
  }, [all, week]);
  const { state } = edits;
  const byRow = useMemo(() => groupByRow(state), [state]);
  return { edits, byRow, failure: week.failure };
}

function groupByRow(state: ReadonlyMap<string, CellEdit>) {
  const rows = new Map<string, Map<string, CellEdit>>();
  for (const edit of state.values()) {
    const { work, date } = edit.target;
    rows.set(work.key, (rows.get(work.key) ?? new Map<string, CellEdit>()).set(date, edit));
  }
  return rows;
}

/** As what a sum is copied and edited; nothing for none. */
export const sumText = (ms: number) => (ms > 0 ? formatDuration(ms, "hours") : "");
