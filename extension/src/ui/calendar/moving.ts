/** How an entry's interval changes when it is moved, resized or drawn. Lengths are elapsed time, whatever the clocks do. */

import { dayMs, minuteMs } from "../units.ts";
import { addDays, instantsOf, localDateTime, startOfDay } from "../zone.ts";
import type { Interval, Placed } from "./blocks.ts";

/** Everything moves in steps of five minutes. */
export const stepMs = 5 * minuteMs;
/** The longest entry that can be made by hand. */
export const longestMs = dayMs;

/**
 * The instant nearest to a place in the calendar: another entry's edge where one is within half a step, so that no sliver
 * remains, or else a step. Steps are counted from an instant on a full hour.
 */
export function snapped(instant: number, origin: number, edges: readonly number[]): number {
  let best = origin + Math.round((instant - origin) / stepMs) * stepMs;
  let distance = stepMs / 2;
  for (const edge of edges) {
    if (Math.abs(edge - instant) < distance) {
      best = edge;
      distance = Math.abs(edge - instant);
    }
  }
  return best;
}

/** The edges of all entries but one. */
export function edgesOf(placed: readonly Placed[], except: string | undefined): number[] {
  return placed.flatMap(({ entry, from, to }) => (entry.id === except ? [] : [from, to]));
}

/** The same time of day so many days later; where the clocks skip it, the instant to which they jump. */
export function sameTimeOn(instant: number, days: number, zone: string): number {
  const local = localDateTime(instant, zone);
  const date = addDays(local.slice(0, 10), days);
  const rest = instant - Math.floor(instant / 1000) * 1000;
  const instants = instantsOf(`${date}T${local.slice(11)}`, zone);
  const earlier = instantsOf(local, zone);
  const pass = earlier.length === 2 && instant - rest === earlier[1] ? 1 : 0;
  const same = instants[pass] ?? instants[0];
  if (same !== undefined) return same + rest;
  // The clocks skip that time: by as much later as they are put forward.
  const from = startOfDay(date, zone);
  for (let at = from; at < from + dayMs; at += 15 * minuteMs) {
    if (localDateTime(at, zone).slice(11) > local.slice(11)) return at;
  }
  return startOfDay(addDays(date, 1), zone);
}

/** The bounds that an interval's ends keep when it is resized. */
export interface Bounds {
  /** Another entry may lie over it. */
  overlap: boolean;
  now: number;
}

/** One end moved to an instant: not past the other end, another entry, now, or the longest length. */
export function resized(
  interval: Interval,
  end: "from" | "to",
  instant: number,
  others: readonly Placed[],
  { overlap, now }: Bounds,
): Interval {
  const { from, to } = interval;
  if (end === "to") {
    const next = overlap
      ? Number.POSITIVE_INFINITY
      : Math.min(...others.filter((o) => o.from >= to).map((o) => o.from));
    return { from, to: clamp(instant, from + minuteMs, Math.min(next, now, from + longestMs)) };
  }
  const before = overlap
    ? Number.NEGATIVE_INFINITY
    : Math.max(...others.filter((o) => o.to <= from).map((o) => o.to));
  return { from: clamp(instant, Math.max(before, to - longestMs), to - minuteMs), to };
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(Math.min(value, high), Math.min(low, high));
}

/** The interval so much later, or earlier. */
export function shifted({ from, to }: Interval, ms: number): Interval {
  return { from: from + ms, to: to + ms };
}
