/**
 * The week as a table: a row for each work item (or general time of a project) and activity, grouped by project, and a
 * column for each day. Entries are cut at the borders of days in the person's zone.
 */

import type { WorkItem } from "../../api/client.ts";
import { splitByDay } from "../zone.ts";
import type { GridEntry, RowWork } from "./entry.ts";
import { type ShownTable, shownTable } from "./shown-table.ts";

export const daysOfWeek = 7;

/** What was recorded in a row on a day, in milliseconds. */
export interface Cell {
  /** What counts, the running timer with it. */
  ms: number;
  /** What is under review, and doesn't count. */
  reviewMs: number;
  /** Of which the cell has a part, in the order of their starts. */
  entries: GridEntry[];
  /** Whether the timer runs in it. */
  running: boolean;
  /** As what the lengths are shown. */
  shownMs: number;
  shownReviewMs: number;
}

export interface Row {
  /** The same for the same work and activity in every week. */
  key: string;
  work: RowWork;
  cells: Cell[];
  shownMs: number;
  shownReviewMs: number;
}

/** The entries of a row in the week that can be changed together, each once. What runs is changed in the timer bar. */
export function entriesOfRow({ cells }: Row): GridEntry[] {
  const entries = cells.flatMap((cell) => cell.entries).filter(({ to }) => to !== undefined);
  return [...new Map(entries.map((entry) => [entry.id, entry])).values()];
}

/** The rows of a project. */
export interface Group {
  key: string;
  name: string;
  rows: Row[];
  shownMs: number;
}

export interface Day {
  date: string;
  /** What counts, exactly. */
  ms: number;
  shownMs: number;
  shownReviewMs: number;
}

export interface GridModel {
  groups: Group[];
  days: Day[];
  shownMs: number;
  shownReviewMs: number;
  /** By key. */
  rows: ReadonlyMap<string, Row>;
}

/** The running timer's entry ends now for the grid. */
export interface ModelInput {
  /** The seven days of the week. */
  dates: readonly string[];
  zone: string;
  entries: readonly GridEntry[];
  /** Rows that are there without time: pinned items, and what was added. */
  extra: readonly RowWork[];
  /** Until when the running timer counts, in milliseconds since the epoch. */
  now: number;
  /** The person's own organization, of which projects need no name. */
  organization: string;
}

/** The number or, where there is none, the name that items are sorted by. */
const byItem = new Intl.Collator("en", { numeric: true });

export function gridModel(input: ModelInput): GridModel {
  const { dates, zone, entries, extra, now } = input;
  const column = new Map(dates.map((date, at) => [date, at]));
  const rows = new Map<string, Row>();
  const rowOf = (work: RowWork) => {
    const row = rows.get(work.key) ?? emptyRow(work);
    rows.set(work.key, row);
    return row;
  };
  const inOrder = [...entries].sort((a, b) => a.from - b.from);
  for (const entry of inOrder) {
    const parts = splitByDay(entry.from, entry.to ?? Math.max(now, entry.from), zone);
    // A timer that has just begun has a cell, too.
    if (parts.size === 0 && entry.to === undefined) addRunning(entry, zone, column, rowOf);
    for (const [date, ms] of parts) {
      const at = column.get(date);
      const cell = at === undefined ? undefined : rowOf(entry.work).cells[at];
      if (!cell) continue;
      cell.entries.push(entry);
      if (entry.review) cell.reviewMs += ms;
      else cell.ms += ms;
      if (entry.to === undefined) cell.running = true;
    }
  }
  for (const work of extra) rowOf(work);
  return show(grouped([...rows.values()], input), dates);
}

function addRunning(
  entry: GridEntry,
  zone: string,
  column: ReadonlyMap<string, number>,
  rowOf: (work: RowWork) => Row,
): void {
  for (const date of splitByDay(entry.from, entry.from + 1, zone).keys()) {
    const at = column.get(date);
    const cell = at === undefined ? undefined : rowOf(entry.work).cells[at];
    if (!cell) continue;
    cell.entries.push(entry);
    cell.running = true;
  }
}

function emptyRow(work: RowWork): Row {
  const cells = Array.from({ length: daysOfWeek }, () => ({
    ms: 0,
    reviewMs: 0,
    entries: [],
    running: false,
    shownMs: 0,
    shownReviewMs: 0,
  }));
  return { key: work.key, work, cells, shownMs: 0, shownReviewMs: 0 };
}

/** Projects by name, and their rows by number; general time comes after the items. */
function grouped(rows: Row[], { organization }: ModelInput): Group[] {
  const groups = new Map<string, Group>();
  for (const row of rows) {
    const name = row.work.projectIn(organization);
    const key = row.work.projectKey;
    const group = groups.get(key) ?? { key, name, rows: [], shownMs: 0 };
    group.rows.push(row);
    groups.set(key, group);
  }
  for (const group of groups.values()) {
    group.rows.sort(
      (a, b) =>
        Number(!a.work.item) - Number(!b.work.item) ||
        byItem.compare(numberOf(a.work.item), numberOf(b.work.item)) ||
        byItem.compare(a.work.activity.name, b.work.activity.name) ||
        (a.key < b.key ? -1 : 1),
    );
  }
  return [...groups.values()].sort((a, b) => byItem.compare(a.name, b.name) || (a.key < b.key ? -1 : 1));
}

const numberOf = (item: WorkItem | undefined) => item?.id ?? "";

function show(groups: Group[], dates: readonly string[]): GridModel {
  const table = (of: (cell: Cell) => number) =>
    shownTable(
      groups.map(({ rows }) => rows.map(({ cells }) => cells.map(of))),
      dates.length,
    );
  const counted = table(({ ms }) => ms);
  const review = table(({ reviewMs }) => reviewMs);
  groups.forEach((group, g) => {
    group.shownMs = counted.groups[g] ?? 0;
    group.rows.forEach((row, r) => {
      row.shownMs = counted.rows[g]?.[r] ?? 0;
      row.shownReviewMs = review.rows[g]?.[r] ?? 0;
      row.cells.forEach((cell, c) => {
        cell.shownMs = cellOf(counted, g, r, c);
        cell.shownReviewMs = cellOf(review, g, r, c);
      });
    });
  });
  const all = groups.flatMap(({ rows }) => rows);
  return {
    groups,
    rows: new Map(all.map((row) => [row.key, row])),
    days: dates.map((date, c) => ({
      date,
      ms: all.reduce((sum, { cells }) => sum + (cells[c]?.ms ?? 0), 0),
      shownMs: counted.columns[c] ?? 0,
      shownReviewMs: review.columns[c] ?? 0,
    })),
    shownMs: counted.total,
    shownReviewMs: review.total,
  };
}

/** The model with the rows of the one before, where they show the same, so that they are not rendered again. */
export function withSameRows(model: GridModel, before: GridModel | undefined): GridModel {
  if (!before) return model;
  const same = (row: Row) => {
    const old = before.rows.get(row.key);
    return old && showsSame(old, row) ? old : row;
  };
  const groups = model.groups.map((group) => ({ ...group, rows: group.rows.map(same) }));
  const rows = new Map(groups.flatMap((group) => group.rows.map((row) => [row.key, row] as const)));
  return { ...model, groups, rows };
}

function showsSame(a: Row, b: Row): boolean {
  return (
    a.work.name === b.work.name &&
    a.work.item?.type === b.work.item?.type &&
    a.work.activity.name === b.work.activity.name &&
    a.work.input.billable === b.work.input.billable &&
    a.shownMs === b.shownMs &&
    a.shownReviewMs === b.shownReviewMs &&
    a.cells.every((cell, day) => b.cells[day] !== undefined && sameCell(cell, b.cells[day]))
  );
}

function sameCell(a: Cell, b: Cell): boolean {
  return (
    a.ms === b.ms &&
    a.reviewMs === b.reviewMs &&
    a.running === b.running &&
    a.shownMs === b.shownMs &&
    a.shownReviewMs === b.shownReviewMs &&
    a.entries.length === b.entries.length &&
    a.entries.every((entry, i) => sameEntry(entry, b.entries[i]))
  );
}

/** A version of an entry is always the same, but for whether it is closed. */
function sameEntry(a: GridEntry, b: GridEntry | undefined): boolean {
  return a === b || (a.id === b?.id && a.etag === b.etag && a.locked === b.locked);
}

const cellOf = ({ cells }: ShownTable, g: number, r: number, c: number) => cells[g]?.[r]?.[c] ?? 0;
