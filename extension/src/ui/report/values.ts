/** The values that rows are grouped by: their identity, and what they are called. */

import type { TimeReport, WorkItem } from "../../api/client.ts";
import { formatDate, formatDateRange, formatMonth } from "../format.ts";
import { itemName, projectName } from "../work-item.ts";
import { addDays } from "../zone.ts";
import type { Dimension } from "./definition.ts";
import { reportTexts } from "./texts.ts";

export type ReportRow = TimeReport["rows"][number];

/** What a row is grouped by on one level. */
export interface Value {
  /** What the API filters by; empty where rows lack the dimension, as general time lacks a work item. */
  id: string;
  name: string;
  /** Of rows by work item or parent. */
  item?: WorkItem;
}

/** The value of a row. The organization is the tenant's own, whose projects need no prefix. */
export function valueIn(row: ReportRow, dimension: Dimension, organization: string): Value {
  const value = known(row, dimension, organization);
  return value ?? { id: "", name: reportTexts.without[dimension] };
}

function known(row: ReportRow, dimension: Dimension, organization: string): Value | undefined {
  switch (dimension) {
    case "project":
      return (
        row.project && {
          id: row.project.id,
          name: projectName(row.project.organization, row.project.name, organization),
        }
      );
    case "user":
      return row.user && { id: row.user.id, name: row.user.name };
    case "work_item":
      return row.work_item && itemValue(row.work_item);
    case "parent":
      return row.parent && itemValue(row.parent);
    case "site":
      return row.site && { id: row.site.id, name: row.site.name };
    case "type":
      return row.type ? { id: row.type, name: row.type } : undefined;
    case "day":
      return timeValue(row.day, (day) => formatDate(day, "medium"));
    case "week":
      return timeValue(row.week, formatWeek);
    case "month":
      return timeValue(row.month, (month) => formatMonth(month));
    case "quarter":
      return timeValue(row.quarter, formatQuarter);
    case "activity":
      return row.activity && { id: row.activity.id, name: row.activity.name };
    case "billable":
      return billableValue(row.billable);
  }
}

function billableValue(billable: boolean | undefined): Value | undefined {
  if (billable === undefined) return undefined;
  return { id: String(billable), name: billable ? reportTexts.billable.yes : reportTexts.billable.no };
}

function itemValue(item: WorkItem): Value {
  return { id: item.uid ?? `${item.organization}/${item.id}`, name: itemName(item), item };
}

function timeValue(id: string | undefined, format: (id: string) => string): Value | undefined {
  return id === undefined ? undefined : { id, name: format(id) };
}

/** The days of a week. */
function formatWeek(week: string): string {
  const first = firstDayOf(week, "week");
  return formatDateRange(first, addDays(first, 6));
}

function formatQuarter(quarter: string): string {
  return reportTexts.period.quarterOf(quarter.slice(6), quarter.slice(0, 4));
}

/** The first day of "2026-11-21", "2026-W47", "2026-11" or "2026-Q4". */
export function firstDayOf(id: string, unit: "day" | "week" | "month" | "quarter"): string {
  if (unit === "month") return `${id}-01`;
  if (unit === "quarter")
    return `${id.slice(0, 4)}-${String(3 * Number(id.slice(6)) - 2).padStart(2, "0")}-01`;
  // A week that doesn't begin on Monday is its first day.
  return id[5] === "W" ? mondayOfWeek(id) : id;
}

/** The first day of "2026-W48" (ISO 8601). The week with January 4 is the first one. */
function mondayOfWeek(week: string): string {
  const fourth = `${week.slice(0, 4)}-01-04`;
  const weekday = (new Date(`${fourth}T00:00Z`).getUTCDay() + 6) % 7;
  return addDays(fourth, 7 * (Number(week.slice(6)) - 1) - weekday);
}
