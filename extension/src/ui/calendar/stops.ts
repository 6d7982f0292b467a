/** Where the keyboard can go in the calendar: entries and free time, day by day. */

import type { Free, Part } from "./blocks.ts";

export type Stop = { key: string; from: number; to: number } & (
  | { kind: "entry"; part: Part }
  | { kind: "free"; free: Free }
);

export const entryKey = (id: string, date: string) => `${id}@${date}`;
export const freeKey = ({ from }: Free) => `free@${from}`;

/** The stops of a day, in the order of time. */
export function stopsOf(date: string, parts: readonly Part[], free: readonly Free[]): Stop[] {
  const stops: Stop[] = [
    ...parts.map((part) => ({
      key: entryKey(part.entry.id, date),
      from: part.partFrom,
      to: part.partTo,
      kind: "entry" as const,
      part,
    })),
    ...free.map((each) => ({
      key: freeKey(each),
      from: each.from,
      to: each.to,
      kind: "free" as const,
      free: each,
    })),
  ];
  return stops.sort((a, b) => a.from - b.from || a.to - b.to);
}

/** Days with the instant from which their times are counted: the body's first. */
export interface StopDay {
  origin: number;
  stops: readonly Stop[];
}

export type Direction = "ArrowUp" | "ArrowDown" | "ArrowLeft" | "ArrowRight" | "Home" | "End";

/**
 * The stop to which a key leads: the next one in the day, or the one at the same time of day on the next day that has
 * any. Undefined at the ends.
 */
export function nextStop(
  days: readonly StopDay[],
  key: string | undefined,
  direction: Direction,
): Stop | undefined {
  const at = days.findIndex(({ stops }) => stops.some((stop) => stop.key === key));
  const day = days[at];
  if (!day) return days.flatMap(({ stops }) => stops)[0];
  const index = day.stops.findIndex((stop) => stop.key === key);
  if (direction === "Home") return day.stops[0];
  if (direction === "End") return day.stops.at(-1);
  if (direction === "ArrowUp" || direction === "ArrowDown") {
    return day.stops[index + (direction === "ArrowDown" ? 1 : -1)];
  }
  const by = direction === "ArrowRight" ? 1 : -1;
  const wanted = (day.stops[index]?.from ?? 0) - day.origin;
  for (let i = at + by; i >= 0 && i < days.length; i += by) {
    const next = days[i];
    if (next && next.stops.length > 0) return nearest(next, wanted);
  }
  return undefined;
}

/** The stop of a day at a time since its origin, or the one that is closest to it. */
export function nearest({ origin, stops }: StopDay, time: number): Stop | undefined {
  const distance = (stop: Stop) => {
    const [from, to] = [stop.from - origin, stop.to - origin];
    return time < from ? from - time : time >= to ? time - to + 1 : 0;
  };
  return stops.reduce<Stop | undefined>(
    (best, stop) => (best === undefined || distance(stop) < distance(best) ? stop : best),
    undefined,
  );
}
