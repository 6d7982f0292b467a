/** What was recorded: on a day, and for a project. Time under review is apart. */

import { shownParts } from "../shown.ts";
import { minuteMs } from "../units.ts";
import type { Part, Placed, ShownPart } from "./blocks.ts";

export interface Sums {
  ms: number;
  reviewMs: number;
}

/** The time between two instants. */
export function sumsOf(span: { from: number; to: number }, placed: readonly Placed[]): Sums {
  const sums = { ms: 0, reviewMs: 0 };
  for (const { entry, from, to } of placed) {
    const part = Math.min(to, span.to) - Math.max(from, span.from);
    if (part <= 0) continue;
    if (entry.needs_review) sums.reviewMs += part;
    else sums.ms += part;
  }
  return sums;
}

/** The sums of days as they are shown: together they are what is shown of the week, as in the grid. */
export function shownSums(
  days: readonly { date: string; from: number; to: number }[],
  placed: readonly Placed[],
): ReadonlyMap<string, Sums> {
  const sums = days.map((day) => sumsOf(day, placed));
  const ms = shownParts(sums.map((each) => each.ms));
  const reviewMs = shownParts(sums.map((each) => each.reviewMs));
  return new Map(days.map(({ date }, i) => [date, { ms: ms[i] ?? 0, reviewMs: reviewMs[i] ?? 0 }]));
}

/** The parts of a day with their lengths as they are shown: they add up to what is shown of the day. */
export function withShownLengths(parts: readonly Part[], { ms, reviewMs }: Sums): ShownPart[] {
  const shownOf = (review: boolean, whole: number) => {
    const own = parts.filter(({ entry }) => entry.needs_review === review);
    const shown = shownParts(
      own.map(({ partFrom, partTo }) => partTo - partFrom),
      minuteMs,
      whole,
    );
    return own.map((part, i): [Part, number] => [part, shown[i] ?? 0]);
  };
  const lengths = new Map([...shownOf(false, ms), ...shownOf(true, reviewMs)]);
  return parts.map((part) => ({ ...part, shownMs: lengths.get(part) ?? 0 }));
}
