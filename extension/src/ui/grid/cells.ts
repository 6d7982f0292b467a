/** What a typed sum does to a cell of a week, with the entries that the week has just now. */

import type { WeekStore } from "../hub/week-entries.ts";
import { minuteMs } from "../units.ts";
import { addDays, instantsOf, startOfDay } from "../zone.ts";
import type { ClosedDay } from "./closed.ts";
import type { CellTarget } from "./edits.ts";
import { type GridEntry, gridEntry } from "./entry.ts";
import { type DayWindow, type Plan, planCell, type Refusal } from "./plan.ts";

/** The day as instants in the zone. */
export function windowOf(date: string, zone: string): DayWindow {
  const from = startOfDay(date, zone);
  const to = startOfDay(addDays(date, 1), zone);
  return { from, to, nine: instantsOf(`${date}T09:00`, zone)[0] ?? from };
}

/** Why nothing can be typed into a cell with these entries, on a day that is closed or not. */
export function closedBy(
  entries: readonly Pick<GridEntry, "to" | "review" | "locked">[],
  day: ClosedDay,
): Refusal | undefined {
  if (day) return day;
  if (entries.some(({ to }) => to === undefined)) return { kind: "running" };
  if (entries.some(({ review }) => review)) return { kind: "review" };
  if (entries.some(({ locked }) => locked)) return { kind: "locked" };
  return undefined;
}

function entriesOf(store: WeekStore, { work, date }: CellTarget, zone: string) {
  const day = windowOf(date, zone);
  const recorded = (store.entries ?? [])
    .map(gridEntry)
    .filter(({ from, to }) => from < day.to && (to === undefined || to > day.from));
  return { day, recorded, own: recorded.filter((entry) => entry.work.key === work.key) };
}

/** What makes the cell's sum the one wanted. A sum that is the one shown already changes nothing. */
export function planFor(
  store: WeekStore,
  target: CellTarget,
  wanted: number,
  zone: string,
  now: number,
  closed: ClosedDay,
): Plan<GridEntry> {
  const { day, recorded, own } = entriesOf(store, target, zone);
  const refusal = closedBy(own, closed);
  if (refusal) return { ok: false, refusal };
  const sum = lengthIn(own, day);
  if (wanted === sum - (sum % minuteMs)) return { ok: true, steps: [] };
  return planCell(wanted, { day, now, entries: own, recorded });
}

/** What the cell holds now, without what runs or waits for a review. */
export function sumOf(store: WeekStore, target: CellTarget, zone: string): number {
  const { day, own } = entriesOf(store, target, zone);
  const sum = lengthIn(
    own.filter(({ to, review }) => to !== undefined && !review),
    day,
  );
  return sum - (sum % minuteMs);
}

function lengthIn(entries: readonly GridEntry[], day: DayWindow): number {
  return entries.reduce(
    (sum, { from, to = from }) => sum + Math.max(0, Math.min(to, day.to) - Math.max(from, day.from)),
    0,
  );
}
