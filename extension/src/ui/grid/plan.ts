/**
 * What a typed sum means for the entries of a cell. Entries are intervals, and those of a person never overlap. A bigger
 * sum makes the cell's last manual entry longer where the time after it is free, and else adds manual entries where the
 * day is free. A smaller one cuts or voids the latest entries. What runs, waits for a review or is still to come is left
 * alone. docs/week-grid.md has the rules in words.
 */

import { dayMs, minuteMs } from "../units.ts";

/** An entry of the person, with what the plan needs of it. Instants are milliseconds since the epoch. */
export interface Recorded {
  id: string;
  from: number;
  /** Absent while it runs. */
  to: number | undefined;
  manual: boolean;
}

/** The day of the cell. */
export interface DayWindow {
  from: number;
  to: number;
  /** When entries begin where nothing else says so: nine in the morning. */
  nine: number;
}

export interface CellState<Entry extends Recorded> {
  day: DayWindow;
  now: number;
  /** The cell's entries that count and don't run. */
  entries: readonly Entry[];
  /** All of the person's entries that have a part in the day. */
  recorded: readonly Recorded[];
}

export type Step<Entry extends Recorded> =
  | { kind: "add"; from: number; to: number }
  | { kind: "change"; entry: Entry; from: number; to: number }
  | { kind: "void"; entry: Entry };

export type Refusal =
  /** The day is still to come. */
  | { kind: "future" }
  /** The day has less free time than the sum needs, in milliseconds; today that is the time until now. */
  | { kind: "full"; free: number; untilNow: boolean }
  /** An entry goes on over both ends of the day. */
  | { kind: "spans" }
  /** The timer runs in the cell. */
  | { kind: "running" }
  /** Time in the cell waits for a review. */
  | { kind: "review" }
  /** The time is closed: its week was handed in, or the organization has locked it. */
  | { kind: "submitted" | "approved" | "locked" };

export type Plan<Entry extends Recorded> =
  | { ok: true; steps: Step<Entry>[] }
  | { ok: false; refusal: Refusal };

/** What makes the cell's sum the one wanted, in milliseconds; at most 24 hours. */
export function planCell<Entry extends Recorded>(wanted: number, cell: CellState<Entry>): Plan<Entry> {
  const own = [...cell.entries].sort((a, b) => a.from - b.from);
  const sum = own.reduce((all, entry) => all + partOf(entry, cell.day), 0);
  if (wanted === sum) return { ok: true, steps: [] };
  return wanted < sum ? less(sum - wanted, own, cell.day) : more(wanted - sum, own, cell);
}

/** How much of an entry is in the day. */
function partOf({ from, to = from }: Recorded, day: DayWindow): number {
  return Math.max(0, Math.min(to, day.to) - Math.max(from, day.from));
}

/** Takes time from the latest entries. */
function less<Entry extends Recorded>(by: number, own: readonly Entry[], day: DayWindow): Plan<Entry> {
  const steps: Step<Entry>[] = [];
  let left = by;
  for (const entry of [...own].reverse()) {
    const { from, to = from } = entry;
    const part = Math.min(left, partOf(entry, day));
    if (part === 0) continue;
    // What an entry has in other days stays.
    if (part === to - from) steps.push({ kind: "void", entry });
    else if (to <= day.to) steps.push({ kind: "change", entry, from, to: to - part });
    else if (from >= day.from) steps.push({ kind: "change", entry, from: from + part, to });
    else return { ok: false, refusal: { kind: "spans" } };
    left -= part;
    if (left === 0) break;
  }
  return { ok: true, steps };
}

/** Makes the last manual entry longer, or adds entries where the day is free. */
function more<Entry extends Recorded>(
  by: number,
  own: readonly Entry[],
  cell: CellState<Entry>,
): Plan<Entry> {
  const { day, now } = cell;
  const end = Math.min(day.to, Math.floor(now / minuteMs) * minuteMs);
  if (end <= day.from) return { ok: false, refusal: { kind: "future" } };
  const gaps = gapsOf(cell.recorded, day.from, end);
  const last = own.at(-1);
  if (last?.manual && last.to !== undefined) {
    const { from, to } = last;
    const after = gaps.find((gap) => gap.from === to);
    if (after && after.to - to >= by && to + by - from <= dayMs) {
      return { ok: true, steps: [{ kind: "change", entry: last, from, to: to + by }] };
    }
  }
  // What is shorter than a minute lies between two timers, and takes no entry.
  const usable = gaps.filter((gap) => gap.to - gap.from >= minuteMs);
  const free = usable.reduce((sum, gap) => sum + gap.to - gap.from, 0);
  if (free < by) return { ok: false, refusal: { kind: "full", free, untilNow: end < day.to } };
  return { ok: true, steps: place(by, inOrderOfUse(usable, cell), day.nine) };
}

interface Gap {
  from: number;
  to: number;
}

/** The time in which nothing is recorded, in its order. */
function gapsOf(recorded: readonly Recorded[], from: number, to: number): Gap[] {
  const gaps: Gap[] = [];
  let at = from;
  for (const entry of [...recorded].sort((a, b) => a.from - b.from)) {
    if (entry.from > at) gaps.push({ from: at, to: Math.min(entry.from, to) });
    at = Math.max(at, entry.to ?? Number.POSITIVE_INFINITY);
    if (at >= to) break;
  }
  if (at < to) gaps.push({ from: at, to });
  return gaps.filter((gap) => gap.to > gap.from);
}

/** First what is free after the day's last entry, then from nine on, then before nine, the latest first. */
function inOrderOfUse(gaps: readonly Gap[], { day }: CellState<Recorded>): Gap[] {
  const last = gaps.at(-1);
  const rest = gaps.slice(0, -1);
  const [early, late] = [rest.filter(({ to }) => to <= day.nine), rest.filter(({ to }) => to > day.nine)];
  return [...(last ? [last] : []), ...late, ...early.reverse()];
}

/** One entry in the first gap that is long enough, or else several that fill gaps. */
function place<Entry extends Recorded>(by: number, gaps: readonly Gap[], nine: number): Step<Entry>[] {
  const fits = gaps.find((gap) => gap.to - gap.from >= by);
  if (fits) return [added(fits, by, nine)];
  const steps: Step<Entry>[] = [];
  let left = by;
  for (const gap of gaps) {
    const part = Math.min(left, gap.to - gap.from);
    if (part > 0) steps.push(added(gap, part, nine));
    left -= part;
  }
  return steps;
}

/** From nine on where that is free, else from the gap's first full minute, or where that is too late, as late as it fits. */
function added(gap: Gap, ms: number, nine: number): { kind: "add"; from: number; to: number } {
  const minute = Math.ceil(gap.from / minuteMs) * minuteMs;
  const from = Math.min(Math.max(minute, nine), gap.to - ms);
  return { kind: "add", from, to: from + ms };
}
