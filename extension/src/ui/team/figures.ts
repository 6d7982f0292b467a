/** What the table of people's weeks shows, so that every row and every column adds up to its sum, and the sums to the whole. */

import { useMemo } from "preact/hooks";
import type { Timesheet } from "../../api/client.ts";
import { shownTable } from "../grid/shown-table.ts";
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

export function figuresOf(sheets: readonly Timesheet[], now: number): TeamFigures {
  const dates = daysOfSheets(sheets);
  const worked = sheets.map((sheet) => workedOf(sheet, now));
  const lengths = sheets.map(({ days }, r) => {
    const byDay = new Map(days.map(({ day }, i) => [day, worked[r]?.[i] ?? 0]));
    return dates.map((date) => byDay.get(date) ?? 0);
  });
  const table = shownTable([lengths], dates.length);
  const byDate = (shown: readonly number[]) => new Map(dates.map((date, c) => [date, shown[c] ?? 0]));
  const reviews = sheets.map(({ needs_review_ms }) => needs_review_ms);
  const review = shownParts(reviews);
  const people = sheets.map((sheet, r) => ({
    days: byDate(table.cells[0]?.[r] ?? []),
    sum: table.rows[0]?.[r] ?? 0,
    review: review[r] ?? 0,
    missing: missingOf(sheet, worked[r]),
  }));
  return {
    people,
    days: byDate(table.columns),
    sum: table.total,
    review: shownWhole(reviews),
    missing: people.reduce((sum, person) => sum + person.missing.sum, 0),
  };
}
