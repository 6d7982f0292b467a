/** The periods that a report may be of. Days are "2026-11-21", in the person's zone. */

import { firstOfWeek, type WeekStart } from "../hub/week-start.ts";
import { addDays, addMonths, monthOf } from "../zone.ts";

export interface Period {
  from: string;
  /** The day after the last one. */
  to: string;
}

export const presets = ["this_week", "last_week", "this_month", "last_month", "quarter"] as const;
export type Preset = (typeof presets)[number];

/** The longest period that the API reports on. */
export const mostDays = 366;

/** The period of a preset. One that still runs ends with today, so that it can be put beside as many days before. */
export function periodOf(preset: Preset, today: string, weekStart: WeekStart): Period {
  const week = firstOfWeek(today, weekStart);
  const month = monthOf(today);
  const tomorrow = addDays(today, 1);
  switch (preset) {
    case "this_week":
      return { from: week, to: tomorrow };
    case "last_week":
      return { from: addDays(week, -7), to: week };
    case "this_month":
      return { from: firstOf(month), to: tomorrow };
    case "last_month":
      return { from: firstOf(addMonths(month, -1)), to: firstOf(month) };
    case "quarter":
      return { from: firstOf(quarterOf(month)), to: tomorrow };
  }
}

/** The number of days. */
export function lengthOf({ from, to }: Period): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);
}

/** The last day. */
export function lastOf({ to }: Period): string {
  return addDays(to, -1);
}

function firstOf(month: string): string {
  return `${month}-01`;
}

/** The first month of the month's quarter. */
function quarterOf(month: string): string {
  return addMonths(month, -((Number(month.slice(5, 7)) - 1) % 3));
}

/** What a chart has a bar for. */
export type Unit = "day" | "week" | "month" | "quarter";

/** The unit in which a period of that length can be overlooked. */
export function unitOf(period: Period): Unit {
  const days = lengthOf(period);
  if (days <= 31) return "day";
  return days <= 190 ? "week" : "month";
}

/** The parts into which the unit cuts the period, the first and the last as short as the period makes them. */
export function unitsOf(period: Period, unit: Unit, weekStart: WeekStart): Period[] {
  const units: Period[] = [];
  for (let from = period.from; from < period.to; ) {
    const next = endOf(from, unit, weekStart);
    const to = next < period.to ? next : period.to;
    units.push({ from, to });
    from = to;
  }
  return units;
}

function endOf(date: string, unit: Unit, weekStart: WeekStart): string {
  if (unit === "day") return addDays(date, 1);
  if (unit === "week") return addDays(firstOfWeek(date, weekStart), 7);
  const month = monthOf(date);
  return firstOf(unit === "month" ? addMonths(month, 1) : addMonths(quarterOf(month), 3));
}
