/** Which entries a row of a report counts: its values narrow the filters and the period. */

import type { ReportEntriesQuery } from "../../api/client.ts";
import { addDays, addMonths } from "../zone.ts";
import type { Filters, Rounding } from "./definition.ts";
import type { Period } from "./period.ts";
import { type Calendar, type Filtered, filterQuery, roundingQuery } from "./query.ts";
import type { Step } from "./tree.ts";
import { firstDayOf } from "./values.ts";

export interface Narrowed {
  filtered: Filtered;
  period: Period;
}

/** Narrows filters and period to the values on the way to a row. */
export function narrowed(path: readonly Step[], filters: Filters, period: Period): Narrowed {
  let narrow: Narrowed = { filtered: filterQuery(filters), period };
  for (const step of path) {
    const days = daysOf(step);
    narrow = {
      filtered: { ...narrow.filtered, ...filterOf(step) },
      period: days ? overlap(narrow.period, days) : narrow.period,
    };
  }
  return narrow;
}

/** What the API calls work that has none. */
const none = "none";

function filterOf({ dimension, value: { id } }: Step): Filtered {
  switch (dimension) {
    case "user":
      return { user_id: [id] };
    case "project":
      return { project: [id] };
    case "site":
      return { organization: [id] };
    case "work_item":
      return { work_item: [id || none] };
    case "parent":
      return { parent: [id || none] };
    case "type":
      return { type: [id] };
    case "activity":
      return { activity_id: [id] };
    case "billable":
      return { billable: id === "true" };
    default:
      return {};
  }
}

function daysOf({ dimension, value: { id } }: Step): Period | undefined {
  if (dimension !== "day" && dimension !== "week" && dimension !== "month" && dimension !== "quarter") {
    return undefined;
  }
  const from = firstDayOf(id, dimension);
  if (dimension === "day") return { from, to: addDays(from, 1) };
  if (dimension === "week") return { from, to: addDays(from, 7) };
  return { from, to: `${addMonths(from.slice(0, 7), dimension === "month" ? 1 : 3)}-01` };
}

function overlap(a: Period, b: Period): Period {
  return { from: a.from > b.from ? a.from : b.from, to: a.to < b.to ? a.to : b.to };
}

/** How the API is asked for them. They round as the report does. */
export function entriesQuery(
  { filtered, period: { from, to } }: Narrowed,
  { zone }: Calendar,
  rounding: Rounding | undefined,
): ReportEntriesQuery {
  return { from, to, time_zone: zone, ...filtered, ...roundingQuery(rounding) };
}
