/** What the table of people's weeks shows, so that every row and every column adds up to its sum, and the sums to the whole. */

import type { Timesheet } from "../../api/client.ts";
import { shownTable } from "../grid/shown-table.ts";
import { missingOf } from "../missing.ts";
import { shownParts, shownWhole } from "../shown.ts";

/** A person's week as it is shown, in milliseconds. */
export interface PersonFigures {
  days: ReadonlyMap<string, number>;
  sum: number;
  review: number;
}

export interface TeamFigures {
  /** In the order of the sheets. */
  people: PersonFigures[];
  days: ReadonlyMap<string, number>;
  sum: number;
  review: number;
  missing: number;
}

type Day = Timesheet["days"][number];

const worked = (day: Day | undefined) => (day ? day.recorded_ms + day.adjusted_ms : 0);

/** The days of all sheets. Whose weeks begin on another weekday has other ones. */
export function daysOfSheets(sheets: readonly Timesheet[]): string[] {
  return [...new Set(sheets.flatMap(({ days }) => days.map(({ day }) => day)))].sort();
}

/** What the weeks miss together. */
export function missingIn(sheets: readonly Timesheet[]): number {
  return sheets.reduce((sum, sheet) => sum + missingOf(sheet).sum, 0);
}

export function figuresOf(sheets: readonly Timesheet[]): TeamFigures {
  const dates = daysOfSheets(sheets);
  const lengths = sheets.map((sheet) => {
    const byDay = new Map(sheet.days.map((day) => [day.day, day]));
    return dates.map((date) => worked(byDay.get(date)));
  });
  const table = shownTable([lengths], dates.length);
  const byDate = (shown: readonly number[]) => new Map(dates.map((date, c) => [date, shown[c] ?? 0]));
  const reviews = sheets.map(({ needs_review_ms }) => needs_review_ms);
  const review = shownParts(reviews);
  return {
    people: sheets.map((_, r) => ({
      days: byDate(table.cells[0]?.[r] ?? []),
      sum: table.rows[0]?.[r] ?? 0,
      review: review[r] ?? 0,
    })),
    days: byDate(table.columns),
    sum: table.total,
    review: shownWhole(reviews),
    missing: missingIn(sheets),
  };
}
