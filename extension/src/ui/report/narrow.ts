/** Which entries a row of a report counts: its values narrow the filters and the period. */

import type { ListEntriesQuery, TimeEntry } from "../../api/client.ts";
import { addDays, addMonths, startOfDay } from "../zone.ts";
import type { Filters } from "./definition.ts";
import type { Period } from "./period.ts";
import type { Calendar } from "./query.ts";
import type { Step } from "./tree.ts";
import { mondayOfWeek } from "./values.ts";

export interface Narrowed {
  filters: Filters;
  period: Period;
  /** Whether the entry counts, where the API can't be asked for that. */
  counts: (entry: TimeEntry) => boolean;
}

/** Narrows filters and period to the values on the way to a row. */
export function narrowed(
  path: readonly Step[],
  filters: Filters,
  period: Period,
  _calendar: Calendar,
): Narrowed {
  let narrow: Narrowed = { filters, period, counts: () => true };
  for (const step of path) narrow = { ...narrow, ...byStep(step, narrow) };
  return narrow;
}

function byStep({ dimension, value }: Step, { filters, period, counts }: Narrowed): Partial<Narrowed> {
  switch (dimension) {
    case "project":
    case "user":
    case "work_item":
      return value.id
        ? { filters: { ...filters, [dimension]: [value.id] } }
        : { counts: (entry) => counts(entry) && !entry[dimension as "work_item"] };
    case "day":
      return { period: { from: value.id, to: addDays(value.id, 1) } };
    case "week": {
      const monday = mondayOfWeek(value.id);
      return { period: overlap(period, { from: monday, to: addDays(monday, 7) }) };
    }
    case "month":
      return {
        period: overlap(period, { from: `${value.id}-01`, to: `${addMonths(value.id, 1)}-01` }),
      };
    default:
      return {};
  }
}

function overlap(a: Period, b: Period): Period {
  return { from: a.from > b.from ? a.from : b.from, to: a.to < b.to ? a.to : b.to };
}

/** How the list of entries is asked for them. */
export function entriesQuery({ filters, period }: Narrowed, { zone }: Calendar): ListEntriesQuery {
  const instant = (date: string) => new Date(startOfDay(date, zone)).toISOString();
  const [user] = filters.user ?? [];
  const [project] = filters.project ?? [];
  const [item] = filters.work_item ?? [];
  return {
    from: instant(period.from),
    to: instant(period.to),
    ...(user ? { user_id: [user] } : { scope: "tenant" }),
    ...(project && { project: [project] }),
    ...(item && { work_item: [item] }),
  };
}
