/** Loads what the Reports page shows. */

import type { TimeReport } from "../../api/client.ts";
import { type AsyncState, useAsync, useTimerState } from "../hooks.ts";
import { useSession } from "../session.ts";
import { addDays } from "../zone.ts";
import { type Cell, type Chart, chartOf, type Part, partsOf } from "./chart.ts";
import { type Definition, type Dimension, type Filters, isTime } from "./definition.ts";
import { type Period, type Unit, unitOf, unitsOf } from "./period.ts";
import { type Calendar, rowsQuery, tableQuery } from "./query.ts";
import { reportTexts } from "./texts.ts";
import { type Tree, treeOf } from "./tree.ts";
import { firstDayOf, type ReportRow, valueIn } from "./values.ts";

/** An answer, and what was asked. */
export interface Answer {
  /** The question as a text. */
  asked: string;
  levels: readonly Dimension[];
  tree: Tree;
  report: Omit<TimeReport, "rows">;
  /** When it was read, in milliseconds since the Unix epoch. */
  readAt: number;
}

/** The days of the period before, where the answer is compared with it. */
export function periodBefore({ previous }: Answer["report"]): Period | undefined {
  return previous && { from: previous.first_day, to: addDays(previous.last_day, 1) };
}

export interface Loaded<T> extends AsyncState<T> {
  /** Whether the data answers another question than the one that is asked now. */
  stale: boolean;
}

/** The rows of the table as a tree. What was read before stays until the answer is there. */
export function useTable(definition: Definition, period: Period, calendar: Calendar): Loaded<Answer> {
  const { api, me, timers } = useSession();
  const { changes } = useTimerState(timers);
  const query = tableQuery(definition, period, calendar);
  const asked = JSON.stringify(query);
  const answer = useAsync(async () => {
    const { rows, ...report } = await api.report(query);
    const { levels } = definition;
    const tree = treeOf(rows, levels, me.tenant.azure_devops_organization);
    return { asked, levels, tree, report, readAt: timers.clock.now() };
  }, [api, asked, changes]);
  return { ...answer, stale: answer.data !== undefined && answer.data.asked !== asked };
}

export interface ChartAnswer {
  asked: string;
  unit: Unit;
  chart: Chart;
  /** What the bars are cut by; nothing where the report is by time alone. */
  by: Dimension | undefined;
}

/** The bars of the whole period. */
export function useChart(definition: Definition, period: Period, calendar: Calendar): Loaded<ChartAnswer> {
  const { api, me, timers } = useSession();
  const { changes } = useTimerState(timers);
  const { levels, filters } = definition;
  const unit = unitFor(levels, period);
  const by = levels.find((each) => !isTime(each));
  const asked = JSON.stringify([period, unit, by, filters, calendar]);
  const answer = useAsync(async () => {
    const rows = async (ask: readonly Dimension[], narrowed: Filters = filters) =>
      (await api.report(rowsQuery(period, ask, narrowed, calendar))).rows;
    const units = unitsOf(period, unit, calendar.weekStart);
    const cut = cutter(units, unit, me.tenant.azure_devops_organization);
    const { parts, cells } = await readCells(unit, by, filters, rows, cut);
    return { asked, unit, by, chart: chartOf(units, unit, parts, cells, calendar.weekStart) };
  }, [api, asked, changes]);
  return { ...answer, stale: answer.data !== undefined && answer.data.asked !== asked };
}

/** The chart has the bars that the first level has, where that is of time. */
function unitFor([first]: readonly Dimension[], period: Period): Unit {
  const isUnit = first === "day" || first === "week" || first === "month" || first === "quarter";
  return isUnit ? first : unitOf(period);
}

type Rows = (levels: readonly Dimension[], filters?: Filters) => Promise<readonly ReportRow[]>;
type Cut = (rows: readonly ReportRow[], by: Dimension | undefined) => Cell[];

interface Cells {
  parts: Part[];
  cells: Cell[];
}

async function readCells(
  unit: Unit,
  by: Dimension | undefined,
  filters: Filters,
  rows: Rows,
  cut: Cut,
): Promise<Cells> {
  if (!by) {
    return { parts: [{ id: "", name: reportTexts.chart.all }], cells: cut(await rows([unit]), undefined) };
  }
  if (by === "user" || by === "work_item") {
    const groups = cut(await rows([by]), by);
    if (groups.length > manyGroups)
      return readLongest(unit, by, partsOf(groups, reportTexts.chart.more), filters, rows, cut);
  }
  const cells = cut(await rows([unit, by]), by);
  return { parts: partsOf(cells, reportTexts.chart.more), cells };
}

/** Values up to which all of them are asked for. A tenant has thousands of people and work items. */
const manyGroups = 24;

/** Asks for the parts that have a colour, and for all of them together. The others are the difference. */
async function readLongest(
  unit: Unit,
  by: "user" | "work_item",
  parts: Part[],
  filters: Filters,
  rows: Rows,
  cut: Cut,
): Promise<Cells> {
  const ids = parts.flatMap(({ id }) => (id ? [id] : []));
  const [some, all] = await Promise.all([rows([unit, by], { ...filters, [by]: ids }), rows([unit])]);
  const cells = cut(some, by);
  const others = cut(all, undefined).map((whole) => {
    const own = cells.filter(({ bar }) => bar === whole.bar);
    const rest = (part: "hours" | "review") => own.reduce((left, cell) => left - cell[part], whole[part]);
    return { ...whole, id: otherId, hours: rest("hours"), review: rest("review") };
  });
  return { parts, cells: [...cells, ...others] };
}

/** No value has it, so it belongs to the others. */
const otherId = "others";

/** Puts rows into the bars. */
function cutter(units: readonly Period[], unit: Unit, organization: string): Cut {
  const barOf = new Map(units.map(({ from }, i) => [from, i]));
  const find = (row: ReportRow): number => {
    const day = firstDayOf(row[unit] ?? "", unit);
    // The first bar may begin within its week, month or quarter.
    return barOf.get(day) ?? (day < (units[0]?.from ?? "") ? 0 : -1);
  };
  return (rows, by) =>
    rows.map((row) => {
      const { id, name } = by ? valueIn(row, by, organization) : { id: "", name: "" };
      return { bar: find(row), id, name, hours: row.elapsed_ms, review: row.needs_review_ms };
    });
}
