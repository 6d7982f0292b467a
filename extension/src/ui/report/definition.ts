/**
 * What a report is of: its period, its levels and its filters. The address of the page and a saved view hold it as an
 * object of strings, in which absent is what the page shows by itself.
 */

import { type Period, type Preset, presets } from "./period.ts";

/** What a report can be grouped by, in the order in which it is offered. */
export const dimensions = [
  "project",
  "user",
  "work_item",
  "parent",
  "type",
  "activity",
  "billable",
  "site",
  "day",
  "week",
  "month",
  "quarter",
] as const;
export type Dimension = (typeof dimensions)[number];

/** Those of which a report has at most one. */
const times: readonly Dimension[] = ["day", "week", "month", "quarter"];

export function isTime(dimension: Dimension): boolean {
  return times.includes(dimension);
}

export const mostLevels = 3;

/** Filters by a list of values: any of them counts. */
export const listFilters = ["user", "project", "work_item", "type", "state", "activity"] as const;
export type ListFilter = (typeof listFilters)[number];
/** Filters by yes or no. */
export const flagFilters = ["billable", "approved", "review"] as const;
export type FlagFilter = (typeof flagFilters)[number];

export type Filters = Partial<Record<ListFilter, readonly string[]> & Record<FlagFilter, boolean>> & {
  /** Words in the note. */
  note?: string;
};

export interface Rounding {
  minutes: number;
  direction: "nearest" | "up" | "down";
}

export interface Definition {
  /** A preset moves with the calendar, and a period doesn't. */
  period: Preset | Period;
  /** Whether the period before is shown beside. */
  beside: boolean;
  levels: readonly Dimension[];
  filters: Filters;
  rounding?: Rounding | undefined;
}

export const roundingMinutes = [5, 6, 10, 15, 30, 60] as const;
const directions: readonly Rounding["direction"][] = ["nearest", "up", "down"];

/** The definition as strings. */
export type Written = Readonly<Record<string, string>>;

const names = ["period", "beside", "by", "round", ...listFilters, ...flagFilters, "note"] as const;

/** The names that a definition may use. */
export const writtenNames: readonly string[] = names;

/** What the page shows by itself. */
export function defaultDefinition(admin: boolean): Definition {
  return {
    period: "this_month",
    beside: true,
    levels: admin ? ["project", "user"] : ["project", "work_item"],
    filters: {},
  };
}

/** Writes what differs from what the page shows by itself. */
export function write(definition: Definition, usual: Definition): Written {
  const { period, beside, levels, filters, rounding } = definition;
  const written: Record<string, string> = {};
  const text = writePeriod(period);
  if (text !== writePeriod(usual.period)) written.period = text;
  if (beside !== usual.beside) written.beside = beside ? "yes" : "no";
  if (levels.join() !== usual.levels.join()) written.by = levels.join(",");
  for (const name of listFilters) {
    const values = filters[name];
    if (values && values.length > 0) written[name] = values.map(escapeComma).join(",");
  }
  for (const name of flagFilters) {
    const value = filters[name];
    if (value !== undefined) written[name] = value ? "yes" : "no";
  }
  if (filters.note) written.note = filters.note;
  if (rounding) written.round = `${rounding.minutes}-${rounding.direction}`;
  return written;
}

/** Writes all of it, for somebody else to whom the page shows something else by itself. */
export function writeAll(definition: Definition): Written {
  const { beside } = definition;
  return write(definition, { period: { from: "", to: "" }, beside: !beside, levels: [], filters: {} });
}

/** Reads a definition. What nobody can have meant is as if it were not there. */
export function read(written: Written, usual: Definition): Definition {
  const filters: Filters = {};
  for (const name of listFilters) {
    const values = written[name]?.split(",").filter(Boolean).map(unescapeComma);
    if (values && values.length > 0) filters[name] = [...new Set(values)];
  }
  for (const name of flagFilters) {
    const value = readFlag(written[name]);
    if (value !== undefined) filters[name] = value;
  }
  if (written.note?.trim()) filters.note = written.note.trim();
  return {
    period: readPeriod(written.period) ?? usual.period,
    beside: readFlag(written.beside) ?? usual.beside,
    levels: readLevels(written.by) ?? usual.levels,
    filters,
    rounding: readRounding(written.round),
  };
}

function writePeriod(period: Definition["period"]): string {
  return typeof period === "string" ? period : `${period.from}/${period.to}`;
}

const dates = /^(\d{4}-\d\d-\d\d)\/(\d{4}-\d\d-\d\d)$/;

function readPeriod(text: string | undefined): Definition["period"] | undefined {
  const preset = presets.find((each) => each === text);
  if (preset) return preset;
  const [, from = "", to = ""] = dates.exec(text ?? "") ?? [];
  return isDate(from) && isDate(to) && from < to ? { from, to } : undefined;
}

function isDate(text: string): boolean {
  const instant = Date.parse(`${text}T00:00Z`);
  return !Number.isNaN(instant) && new Date(instant).toISOString().startsWith(text);
}

function readLevels(text: string | undefined): Dimension[] | undefined {
  const levels: Dimension[] = [];
  for (const name of text?.split(",") ?? []) {
    const dimension = dimensions.find((each) => each === name);
    if (dimension && mayAdd(levels, dimension)) levels.push(dimension);
  }
  return levels.length > 0 ? levels : undefined;
}

/** Whether a report with these levels may have another one. */
export function mayAdd(levels: readonly Dimension[], dimension: Dimension): boolean {
  return (
    levels.length < mostLevels && !levels.includes(dimension) && !(isTime(dimension) && levels.some(isTime))
  );
}

function readFlag(text: string | undefined): boolean | undefined {
  return text === "yes" ? true : text === "no" ? false : undefined;
}

function readRounding(text: string | undefined): Rounding | undefined {
  const [minutes, name] = text?.split("-") ?? [];
  const direction = directions.find((each) => each === name);
  const known = Number(minutes);
  return direction && Number.isInteger(known) && known >= 1 && known <= 60
    ? { minutes: known, direction }
    : undefined;
}

function escapeComma(value: string): string {
  return value.replaceAll("%", "%25").replaceAll(",", "%2C");
}

function unescapeComma(value: string): string {
  return value.replaceAll("%2C", ",").replaceAll("%25", "%");
}

/** Whether both show the same. */
export function sameDefinition(a: Definition, b: Definition): boolean {
  const text = (definition: Definition) => JSON.stringify(Object.entries(writeAll(definition)).sort());
  return text(a) === text(b);
}

/** Whether anything is filtered. */
export function isFiltered(filters: Filters): boolean {
  return Object.keys(filters).length > 0;
}
