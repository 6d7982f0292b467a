/** What the table of people's weeks shows, so that every row and every column adds up to its sum, and the sums to the whole. */

import { useMemo } from "preact/hooks";
import type { Timesheet } from "../../api/client.ts";
import { lastMinuteOf, useMinutesOf } from "../hub/running-until.ts";
import { missingOf } from "../missing.ts";
import { shownParts, shownWhole } from "../shown.ts";
import { splitByDay } from "../zone.ts";

/** A person's week as it is shown, in milliseconds. */
export interface PersonFigures {
  days: ReadonlyMap<string, number>;
  sum: number;
  review: number;
  missing: ReturnType<typeof missingOf>;
}

export interface TeamFigures {
  /** In the order of the sheets. */
  people: PersonFigures[];
  days: ReadonlyMap<string, number>;
  sum: number;
  review: number;
  /** What the weeks miss together. */
  missing: number;
}

/** The days of all sheets. Whose weeks begin on another weekday has other ones. */
export function daysOfSheets(sheets: readonly Timesheet[]): string[] {
  return [...new Set(sheets.flatMap(({ days }) => days.map(({ day }) => day)))].sort();
}

/** What each day of a week has, with the running timer, as the owner's own week counts it. */
function workedOf({ days, running_since, time_zone }: Timesheet, now: number): number[] {
  const started = running_since ? Date.parse(running_since) : now;
  const running = splitByDay(started, lastMinuteOf(started, now), time_zone);
  return days.map(({ day, recorded_ms, adjusted_ms }) => recorded_ms + adjusted_ms + (running.get(day) ?? 0));
}

/** The figures of weeks with their running timers. They are others when a timer has come to a full minute. */
export function useFigures(sheets: readonly Timesheet[]): TeamFigures {
  const starts = useMemo(
    () => sheets.flatMap(({ running_since }) => (running_since ? [Date.parse(running_since)] : [])),
    [sheets],
  );
  const now = useMinutesOf(starts);
  return useMemo(() => figuresOf(sheets, now), [sheets, now]);
}

/** Each person's row is as their own week shows it. The sums below are those of the rows. */
export function figuresOf(sheets: readonly Timesheet[], now: number): TeamFigures {
  const days = new Map(daysOfSheets(sheets).map((date) => [date, 0]));
  const people = sheets.map((sheet): PersonFigures => {
    const worked = workedOf(sheet, now);
    const shown = shownParts(worked);
    const ofDays = sheet.days.map(({ day }, i) => [day, shown[i] ?? 0] as const);
    for (const [day, ms] of ofDays) days.set(day, (days.get(day) ?? 0) + ms);
    return {
      days: new Map(ofDays),
      sum: shownWhole(worked),
      review: shownWhole([sheet.needs_review_ms]),
      missing: missingOf(sheet, worked),
    };
  });
  const sumOf = (of: (person: PersonFigures) => number) =>
    people.reduce((sum, person) => sum + of(person), 0);
  return {
    people,
    days,
    sum: sumOf(({ sum }) => sum),
    review: sumOf(({ review }) => review),
    missing: sumOf(({ missing }) => missing.sum),
  };
}
