/** What lies on a day of the calendar: the parts of entries, side by side where they overlap, and the time between them. */

import type { TimeEntry } from "../../api/client.ts";
import { hourMs, minuteMs } from "../units.ts";
import type { CalendarDay } from "./days.ts";

/** An entry with its interval in milliseconds since the epoch; a running one ends now. */
export interface Placed {
  entry: TimeEntry;
  from: number;
  to: number;
  running: boolean;
}

/** The part of an entry on one day. */
export interface Part extends Placed {
  /** The part's own interval; `from` and `to` are those of the whole entry. */
  partFrom: number;
  partTo: number;
  /** Its lane of so many lanes, from 0. */
  lane: number;
  lanes: number;
}

/** A part with its length as it is shown, in milliseconds. */
export interface ShownPart extends Part {
  shownMs: number;
}

export function placedOf(entry: TimeEntry, now: number): Placed {
  const from = Date.parse(entry.started_at);
  const running = entry.stopped_at === undefined;
  return { entry, from, to: running ? Math.max(from, now) : Date.parse(entry.stopped_at ?? ""), running };
}

/** The parts of the entries on a day, in the order of their start. */
export function partsOn({ from, to }: Pick<CalendarDay, "from" | "to">, placed: readonly Placed[]): Part[] {
  if (to <= from) return [];
  const parts = placed
    .filter((each) => each.from < to && (each.to > from || (each.to === each.from && each.from >= from)))
    .map((each) => ({
      ...each,
      partFrom: Math.max(each.from, from),
      partTo: Math.min(each.to, to),
      lane: 0,
      lanes: 1,
    }))
    .sort((a, b) => a.partFrom - b.partFrom || b.partTo - a.partTo || compare(a.entry.id, b.entry.id));
  inLanes(parts);
  return parts;
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** Gives each part the first free lane. Parts that touch each other over others have equally many lanes. */
function inLanes(parts: Part[]): void {
  let group: Part[] = [];
  let groupEnd = Number.NEGATIVE_INFINITY;
  let ends: number[] = [];
  const close = () => {
    for (const part of group) part.lanes = ends.length;
    group = [];
    ends = [];
  };
  for (const part of parts) {
    if (part.partFrom >= groupEnd) close();
    const free = ends.findIndex((end) => end <= part.partFrom);
    part.lane = free < 0 ? ends.length : free;
    ends[part.lane] = part.partTo;
    groupEnd = Math.max(groupEnd, part.partTo);
    group.push(part);
  }
  close();
}

export interface Interval {
  from: number;
  to: number;
}

/** Time between entries that is shorter was not forgotten. */
const shortestFreeMs = 5 * minuteMs;
/** Time between two entries of a day that is shown as not recorded; a shorter one is a break. */
export const shortestGapMs = hourMs;

export interface Free extends Interval {
  /** Whether it is shown as time in which something is missing. */
  gap: boolean;
}

/**
 * The time without an entry between two instants, up to now. Long time between two entries is a gap, where it begins in the
 * time in which something is lacking; undefined: nothing is.
 */
export function freeBetween(
  from: number,
  to: number,
  parts: readonly Part[],
  now: number,
  lacking: Interval | undefined,
): Free[] {
  const free: Free[] = [];
  let at = from;
  const end = Math.min(to, now);
  const add = (until: number, between: boolean) => {
    const stop = Math.min(until, end);
    if (stop - at >= shortestFreeMs) {
      const lacks = lacking !== undefined && lacking.from <= at && at < lacking.to;
      const gap = lacks && between && stop - at >= shortestGapMs;
      free.push({ from: at, to: stop, gap });
    }
  };
  let any = false;
  for (const { partFrom, partTo } of parts) {
    if (partTo <= from) {
      any = true;
      continue;
    }
    if (partFrom > at) add(partFrom, any);
    at = Math.max(at, partTo);
    any = true;
  }
  add(end, false);
  return free;
}

/** The entry with which an interval shares time, but for one of them. */
export function overlapping(
  placed: readonly Placed[],
  { from, to }: Interval,
  except: string | undefined,
): Placed | undefined {
  return placed.find((each) => each.entry.id !== except && each.from < to && each.to > from);
}
