/** The geometry of the chart: a bar per day, week or month, with the parts that the first level cuts it into. */

import type { WeekStart } from "../hub/week-start.ts";
import { firstOfWeek } from "../hub/week-start.ts";
import { shownParts } from "../shown.ts";
import { hourMs, minuteMs } from "../units.ts";
import type { Period, Unit } from "./period.ts";

/** The parts that have a colour of their own. The others share one. */
export const colours = 6;

/** A part of the bars, named in the legend. */
export interface Part {
  /** The id of the value; undefined is all that have no colour of their own. */
  id: string | undefined;
  name: string;
}

/** A length that belongs to a bar and, unless it is about the bar as a whole, to a part. */
export interface Cell {
  /** Which of the bars. */
  bar: number;
  id: string;
  name: string;
  hours: number;
  review: number;
}

export interface Segment {
  part: Part;
  /** Which of the parts. */
  index: number;
  shown: number;
  /** The share of the chart's height. */
  height: number;
}

export interface Bar extends Period {
  segments: Segment[];
  shown: number;
  review: number;
  reviewHeight: number;
  /** Whether a week begins, before which there is a gap. */
  beginsWeek: boolean;
}

export interface Chart {
  bars: Bar[];
  parts: Part[];
  /** The hours at the top of the chart. */
  top: number;
}

/** The parts with a colour of their own, the most hours first. */
export function partsOf(cells: readonly Cell[], more: (n: number) => string): Part[] {
  const sums = new Map<string, { name: string; sum: number }>();
  for (const { id, name, hours, review } of cells) {
    const known = sums.get(id);
    if (known) known.sum += hours + review;
    else sums.set(id, { name, sum: hours + review });
  }
  const all = [...sums].sort(([, a], [, b]) => b.sum - a.sum || a.name.localeCompare(b.name));
  const named = all.slice(0, colours).map(([id, { name }]) => ({ id, name }));
  const others = all.length - named.length;
  return others > 0 ? [...named, { id: undefined, name: more(others) }] : named;
}

/** Draws the cells. Days of the weekend without time have no bar; other days without time have an empty one. */
export function chartOf(
  units: readonly Period[],
  unit: Unit,
  parts: Part[],
  cells: readonly Cell[],
  weekStart: WeekStart,
): Chart {
  const indexOf = new Map(parts.flatMap(({ id }, i) => (id === undefined ? [] : [[id, i]])));
  const exact = units.map(() => ({ hours: parts.map(() => 0), review: 0 }));
  for (const { bar, id, hours, review } of cells) {
    const sums = exact[bar];
    const index = indexOf.get(id) ?? parts.length - 1;
    if (!sums) continue;
    sums.hours[index] = (sums.hours[index] ?? 0) + hours;
    sums.review += review;
  }
  const wholes = exact.map(({ hours }) => hours.reduce((sum, ms) => sum + ms, 0));
  const reviews = exact.map(({ review }) => review);
  const [shown, shownReviews] = [shownParts(wholes), shownParts(reviews)];
  // Below nothing there is no bar: a correction may make a day negative.
  const longest = Math.max(0, ...exact.map(({ hours, review }) => positive(hours) + Math.max(0, review)));
  const top = topOf(longest);
  const height = (ms: number) => Math.max(0, ms) / (top * hourMs);
  const bars = units.map((period, i): Bar => {
    const { hours = [], review = 0 } = exact[i] ?? {};
    const lengths = shownParts(hours, minuteMs, shown[i]);
    return {
      ...period,
      segments: parts.flatMap((part, index) => {
        const ms = hours[index] ?? 0;
        return ms === 0 ? [] : [{ part, index, shown: lengths[index] ?? 0, height: height(ms) }];
      }),
      shown: shown[i] ?? 0,
      review: shownReviews[i] ?? 0,
      reviewHeight: height(review),
      beginsWeek: unit === "day" && firstOfWeek(period.from, weekStart) === period.from,
    };
  });
  return { bars: unit === "day" ? withoutFreeWeekends(bars, weekStart) : bars, parts, top };
}

function positive(lengths: readonly number[]): number {
  return lengths.reduce((sum, ms) => sum + Math.max(0, ms), 0);
}

/** Leaves out Saturdays and Sundays without time. The gap of the week goes to the next day that is there. */
function withoutFreeWeekends(bars: readonly Bar[], weekStart: WeekStart): Bar[] {
  const left = bars.filter((bar) => bar.segments.length > 0 || bar.review > 0 || !isWeekend(bar.from));
  return left.map((bar, i) => {
    const before = left[i - 1];
    const sameWeek = before && firstOfWeek(before.from, weekStart) === firstOfWeek(bar.from, weekStart);
    return { ...bar, beginsWeek: before !== undefined && !sameWeek };
  });
}

function isWeekend(date: string): boolean {
  const weekday = new Date(`${date}T00:00Z`).getUTCDay();
  return weekday === 0 || weekday === 6;
}

/** Hours that can be halved in one's head. */
const steps = [2, 4, 6, 8, 10, 12, 16, 20, 24, 32, 40, 48, 60, 80];

/** The hours at the top of a chart whose longest bar is so long. */
export function topOf(longestMs: number): number {
  const hours = longestMs / hourMs;
  for (let factor = 1; ; factor *= 10) {
    const found = steps.find((step) => step * factor >= hours);
    if (found) return found * factor;
  }
}
