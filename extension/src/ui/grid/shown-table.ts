/**
 * As what the cells of a table are shown, so that every row, every group of rows and every column adds up to its sum, and
 * the sums to the whole. Each figure is the full minute below its exact length, or a minute more. Such figures always exist:
 * they are a flow through a network from the whole over groups, rows and cells to columns, which has whole bounds, so
 * that it has a whole solution (controlled rounding).
 */

import { shownParts } from "../shown.ts";
import { minuteMs } from "../units.ts";

export interface ShownTable {
  /** By group, row and column. */
  cells: number[][][];
  rows: number[][];
  groups: number[];
  columns: number[];
  total: number;
}

const sumOf = (parts: readonly number[]) => parts.reduce((sum, ms) => sum + ms, 0);
const cut = (ms: number) => ms - (ms % minuteMs);
/** The full minute below, also of corrections, which may be negative. */
const floor = (ms: number) => Math.floor(ms / minuteMs) * minuteMs;

/**
 * Lengths in milliseconds, by group, row and column. The columns are shown as they are without the rows, so that they are
 * the same in every view of a week; only where no rows would add up to those, they may differ by a minute.
 */
export function shownTable(lengths: readonly (readonly (readonly number[])[])[], width: number): ShownTable {
  const columns = Array.from({ length: width }, (_, column) =>
    sumOf(lengths.flatMap((rows) => rows.map((row) => row[column] ?? 0))),
  );
  const total = cut(sumOf(columns));
  return (
    solve(lengths, columns, total, shownParts(columns)) ??
    solve(lengths, columns, total, undefined) ?? { ...cutAll(lengths, columns), total }
  );
}

/** Figures that are cut alone; only for lengths that no table can have. */
function cutAll(lengths: readonly (readonly (readonly number[])[])[], columns: readonly number[]) {
  return {
    cells: lengths.map((rows) => rows.map((row) => row.map(cut))),
    rows: lengths.map((rows) => rows.map((row) => cut(sumOf(row)))),
    groups: lengths.map((rows) => cut(sumOf(rows.map(sumOf)))),
    columns: columns.map(cut),
  };
}

/** An arc takes no minute or one. */
interface Arc {
  from: number;
  to: number;
  used: boolean;
}

/** A network in which some of the arcs take one unit each. */
class Network {
  readonly #at: Arc[][] = [];

  node(): number {
    return this.#at.push([]) - 1;
  }

  arc(from: number, to: number): Arc {
    const arc = { from, to, used: false };
    this.#at[from]?.push(arc);
    this.#at[to]?.push(arc);
    return arc;
  }

  /** Leads as many units from one node to the other as there are ways for; the shortest ways first. */
  lead(from: number, to: number): number {
    let led = 0;
    for (let steps = this.#stepsFrom(from); steps[to] !== undefined; steps = this.#stepsFrom(from)) {
      const tried = this.#at.map(() => 0);
      while (this.#leadOne(from, to, steps, tried)) led++;
    }
    return led;
  }

  /** How many steps each node is away, by the arcs that are free. */
  #stepsFrom(from: number): (number | undefined)[] {
    const steps: (number | undefined)[] = [];
    steps[from] = 0;
    const queue = [from];
    for (const node of queue) {
      for (const arc of this.#at[node] ?? []) {
        const next = otherEnd(arc, node);
        if (!isFree(arc, node) || steps[next] !== undefined) continue;
        steps[next] = (steps[node] ?? 0) + 1;
        queue.push(next);
      }
    }
    return steps;
  }

  /** Leads one unit by arcs that come nearer to the end. What was tried in vain is not tried again. */
  #leadOne(from: number, to: number, steps: readonly (number | undefined)[], tried: number[]): boolean {
    const way: Arc[] = [];
    for (let node = from; node !== to; ) {
      const arc = this.#at[node]?.[tried[node] ?? 0];
      if (!arc) {
        const back = way.pop();
        if (!back) return false;
        node = otherEnd(back, node);
        tried[node] = (tried[node] ?? 0) + 1;
      } else if (isFree(arc, node) && steps[otherEnd(arc, node)] === (steps[node] ?? 0) + 1) {
        way.push(arc);
        node = otherEnd(arc, node);
      } else {
        tried[node] = (tried[node] ?? 0) + 1;
      }
    }
    for (const arc of way) arc.used = !arc.used;
    return true;
  }
}

const otherEnd = ({ from, to }: Arc, node: number) => (from === node ? to : from);
/** A unit goes on by an arc without one, or back by one that has it. */
const isFree = (arc: Arc, node: number) => (arc.from === node ? !arc.used : arc.used);

/**
 * Each figure is its full minute, and what its node lacks then, by the minute, comes in or goes out by arcs that take a minute each.
 * Undefined where the columns can't be those wanted.
 */
function solve(
  lengths: readonly (readonly (readonly number[])[])[],
  columns: readonly number[],
  total: number,
  wanted: readonly number[] | undefined,
): ShownTable | undefined {
  const network = new Network();
  const [source, sink, top] = [network.node(), network.node(), network.node()];
  const lacks = new Map<number, number>();
  /** The node of a whole lacks what its parts are cut by. */
  const balance = (node: number, whole: number, parts: readonly number[]) =>
    lacks.set(node, (lacks.get(node) ?? 0) + (floor(whole) - sumOf(parts.map(floor))) / minuteMs);
  const arcOf = (from: number, to: number, ms: number) =>
    ms % minuteMs !== 0 ? network.arc(from, to) : undefined;

  const columnNodes = columns.map(() => network.node());
  const rowSums = lengths.map((rows) => rows.map(sumOf));
  const groupSums = rowSums.map(sumOf);
  balance(top, total, groupSums);
  const groups = lengths.map((rows, g) => {
    const node = network.node();
    const arc = arcOf(top, node, groupSums[g] ?? 0);
    balance(node, groupSums[g] ?? 0, rowSums[g] ?? []);
    const rowArcs = rows.map((row, r) => {
      const rowNode = network.node();
      const rowArc = arcOf(node, rowNode, rowSums[g]?.[r] ?? 0);
      balance(rowNode, rowSums[g]?.[r] ?? 0, row);
      const cells = columns.map((_, c) => arcOf(rowNode, columnNodes[c] ?? 0, row[c] ?? 0));
      return { arc: rowArc, cells };
    });
    return { arc, rows: rowArcs };
  });
  // What comes into a column leaves it as a part of the total.
  const bottom = network.node();
  lacks.set(bottom, sumOf(columns.map(floor)) / minuteMs - total / minuteMs);
  const columnArcs = columns.map((ms, c) => {
    const node = columnNodes[c] ?? 0;
    const parts = lengths.flatMap((rows) => rows.map((row) => row[c] ?? 0));
    if (wanted) {
      lacks.set(node, (sumOf(parts.map(floor)) - (wanted[c] ?? 0)) / minuteMs);
      lacks.set(bottom, (lacks.get(bottom) ?? 0) + ((wanted[c] ?? 0) - floor(ms)) / minuteMs);
      return undefined;
    }
    lacks.set(node, (sumOf(parts.map(floor)) - floor(ms)) / minuteMs);
    return arcOf(node, bottom, ms);
  });

  let needed = 0;
  for (const [node, units] of lacks) {
    // A positive one gives units to those below it, a negative one takes them.
    for (let unit = 0; unit < Math.abs(units); unit++) {
      if (units > 0) network.arc(source, node);
      else network.arc(node, sink);
    }
    if (units > 0) needed += units;
  }
  if (network.lead(source, sink) < needed) return undefined;
  const minute = (arc: Arc | undefined) => (arc?.used ? minuteMs : 0);
  return {
    cells: lengths.map((rows, g) =>
      rows.map((row, r) => columns.map((_, c) => floor(row[c] ?? 0) + minute(groups[g]?.rows[r]?.cells[c]))),
    ),
    rows: lengths.map((rows, g) =>
      rows.map((_, r) => floor(rowSums[g]?.[r] ?? 0) + minute(groups[g]?.rows[r]?.arc)),
    ),
    groups: groupSums.map((ms, g) => floor(ms) + minute(groups[g]?.arc)),
    columns: columns.map((ms, c) => wanted?.[c] ?? floor(ms) + minute(columnArcs[c])),
    total,
  };
}
