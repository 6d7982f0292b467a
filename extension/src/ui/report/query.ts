/** How the API is asked for what a definition shows. */

import type { ReportQuery } from "../../api/client.ts";
import type { WeekStart } from "../hub/week-start.ts";
import type { Definition, Dimension, Filters, Rounding } from "./definition.ts";
import type { Period } from "./period.ts";

/** The person's own calendar. */
export interface Calendar {
  zone: string;
  weekStart: WeekStart;
  /** Today's date in the zone. */
  today: string;
}

/** The filters that reports, lists and files share. */
export type Filtered = Pick<
  ReportQuery,
  | "user_id"
  | "organization"
  | "project"
  | "work_item"
  | "parent"
  | "type"
  | "state"
  | "activity_id"
  | "billable"
  | "approved"
  | "needs_review"
  | "note"
>;

/** The query of the filters. */
export function filterQuery(filters: Filters): Filtered {
  const { user, project, work_item, type, state, activity, billable, approved, review, note } = filters;
  return {
    ...(user && { user_id: [...user] }),
    ...(project && { project: [...project] }),
    ...(work_item && { work_item: [...work_item] }),
    ...(type && { type: [...type] }),
    ...(state && { state: [...state] }),
    ...(activity && { activity_id: [...activity] }),
    ...(billable !== undefined && { billable }),
    ...(approved !== undefined && { approved }),
    ...(review !== undefined && { needs_review: review }),
    ...(note && { note }),
  };
}

/** The query of the rows by these levels. */
export function rowsQuery(
  { from, to }: Period,
  levels: readonly Dimension[],
  filters: Filters,
  { zone, weekStart }: Calendar,
): ReportQuery {
  const range = { from, to, time_zone: zone, week_start: weekStart };
  return { ...range, group_by: levels.join(","), ...filterQuery(filters) };
}

/** The query of the table, which rounds where that is wanted. */
export function tableQuery(definition: Definition, period: Period, calendar: Calendar): ReportQuery {
  const { levels, filters, rounding, beside } = definition;
  return {
    ...rowsQuery(period, levels, filters, calendar),
    // A week that still runs is put beside the same days of the last one.
    ...(beside && { compare: definition.period === "this_week" ? "week" : "previous" }),
    ...roundingQuery(rounding),
  };
}

export function roundingQuery(
  rounding: Rounding | undefined,
): Pick<ReportQuery, "round_to_minutes" | "rounding"> {
  return rounding ? { round_to_minutes: rounding.minutes, rounding: rounding.direction } : {};
}
