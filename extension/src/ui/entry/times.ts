/** An entry's day, start and end as three fields show them, and the instants that they mean. */

import { needsSeconds } from "../shown.ts";
import { dayMs } from "../units.ts";
import { addDays, instantsOf, localDateTime } from "../zone.ts";

export interface Times {
  /** "2026-11-25" */
  day: string;
  /** "14:10", or with seconds "14:10:30". */
  start: string;
  end: string;
}

export interface Ends {
  from: number;
  to: number;
}

export function timesOf({ from, to }: Ends, zone: string, seconds: boolean): Times {
  const digits = seconds ? 19 : 16;
  const start = localDateTime(from, zone).slice(0, digits);
  return { day: start.slice(0, 10), start: start.slice(11), end: localDateTime(to, zone).slice(11, digits) };
}

/** Whether the fields need seconds, so that they say how long the entry is. */
export function timesNeedSeconds({ from, to }: Ends): boolean {
  return needsSeconds({ started_at: new Date(from).toISOString(), stopped_at: new Date(to).toISOString() });
}

export type TimesFault =
  | "start_missing"
  | "end_missing"
  | "start_skipped"
  | "end_skipped"
  | "too_long"
  | "future"
  | "length";

/**
 * The instants that the fields mean. An end that isn't after the start is on the next day. What wasn't changed keeps its
 * milliseconds. In an hour that the clocks repeat, the instant nearest to the one before is meant.
 */
export function endsOf(times: Times, before: Ends, zone: string, now: number): Ends | TimesFault {
  const shown = timesOf(before, zone, times.start.length > 5 || times.end.length > 5);
  const length = before.to - before.from;
  if (times.start === "") return "start_missing";
  if (times.end === "") return "end_missing";
  const from = instantOf(
    times.day,
    times.start,
    before.from,
    times.day === shown.day && times.start === shown.start,
    zone,
  );
  if (from === undefined) return "start_skipped";
  let to: number | undefined;
  const endDay = times.end > times.start ? times.day : addDays(times.day, 1);
  if (times.end === shown.end && times.start === shown.start) {
    to = times.day === shown.day ? before.to : from + length;
  } else {
    const kept = times.end === shown.end && times.day === shown.day && before.to > from;
    to = kept ? before.to : instantOf(endDay, times.end, before.to, false, zone);
  }
  if (to === undefined) return "end_skipped";
  if (to - from > dayMs) return "too_long";
  if (to > now) return "future";
  return { from, to };
}

/** The instants of an interval of another length. */
export function endsAfter(from: number, ms: number, now: number): Ends | TimesFault {
  if (ms > dayMs) return "too_long";
  return from + ms > now ? "future" : { from, to: from + ms };
}

function instantOf(day: string, time: string, near: number, same: boolean, zone: string): number | undefined {
  if (same) return near;
  const instants = instantsOf(`${day}T${time}`, zone);
  const [first] = instants;
  return instants.reduce(
    (best, each) => (best === undefined || Math.abs(each - near) < Math.abs(best - near) ? each : best),
    first,
  );
}
