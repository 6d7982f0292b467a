/**
 * The rows of a report as a tree: every level has its subtotals, and what is shown adds up on each of them. The parts of
 * a whole add up to it as it is shown, and are wholes of their own parts.
 */

import { shownParts, shownWhole } from "../shown.ts";
import { shownWithin } from "../shown-within.ts";
import { minuteMs } from "../units.ts";
import { type Dimension, isTime } from "./definition.ts";
import { type ReportRow, type Value, valueIn } from "./values.ts";

/** Lengths in milliseconds. */
export interface Sums {
  hours: number;
  billable: number;
  review: number;
  /** What corrections of closed time add or take away; a part of the hours. */
  adjusted: number;
  /** In the period before. */
  previous: number;
}

const parts = ["hours", "billable", "review", "adjusted", "previous"] as const satisfies (keyof Sums)[];

export interface Node {
  /** The values on the way to it; unique in the tree. */
  key: string;
  /** 1 is the first. */
  level: number;
  dimension: Dimension;
  value: Value;
  /** The values from the first level on, its own included. */
  path: readonly Step[];
  exact: Sums;
  shown: Sums;
  /** The nodes of the next level, in the order in which they are shown. */
  children: Node[];
}

/** A value on a level. */
export interface Step {
  dimension: Dimension;
  value: Value;
}

export interface Tree {
  nodes: Node[];
  exact: Sums;
  shown: Sums;
}

/** Whether entries may be behind a row. What only the period before has is no day of this one. */
export function hasEntries({ dimension, value }: Node): boolean {
  return value.id !== "" || !isTime(dimension);
}

const nothing = (): Sums => ({ hours: 0, billable: 0, review: 0, adjusted: 0, previous: 0 });

/** Grows the tree of a report. */
export function treeOf(rows: readonly ReportRow[], levels: readonly Dimension[], organization: string): Tree {
  const root: Branch = { node: { exact: nothing(), shown: nothing(), children: [] }, below: new Map() };
  for (const row of rows) {
    const sums = sumsOf(row);
    add(root.node.exact, sums);
    let branch = root;
    for (const dimension of levels) {
      branch = branchBelow(branch, dimension, valueIn(row, dimension, organization));
      add(branch.node.exact, sums);
    }
  }
  settle(root);
  for (const part of parts) root.node.shown[part] = shownWhole([root.node.exact[part]], minuteMs);
  show(root.node);
  return { nodes: root.node.children, exact: root.node.exact, shown: root.node.shown };
}

interface Branch {
  node: Pick<Node, "exact" | "shown" | "children"> & Partial<Node>;
  below: Map<string, Branch>;
}

function branchBelow(branch: Branch, dimension: Dimension, value: Value): Branch {
  const known = branch.below.get(value.id);
  if (known) return known;
  const { key = "", level = 0, path = [] } = branch.node;
  const node: Node = {
    key: `${key}/${encodeURIComponent(value.id)}`,
    level: level + 1,
    dimension,
    value,
    path: [...path, { dimension, value }],
    exact: nothing(),
    shown: nothing(),
    children: [],
  };
  const below: Branch = { node, below: new Map() };
  branch.below.set(value.id, below);
  return below;
}

function sumsOf(row: ReportRow): Sums {
  return {
    hours: row.elapsed_ms,
    billable: row.billable_ms ?? 0,
    review: row.needs_review_ms,
    adjusted: row.adjusted_ms ?? 0,
    previous: row.previous_ms ?? 0,
  };
}

function add(to: Sums, sums: Sums): void {
  for (const part of parts) to[part] += sums[part];
}

/** Puts the nodes below in their order, on all levels. */
function settle(branch: Branch): void {
  for (const each of branch.below.values()) {
    settle(each);
    branch.node.children.push(each.node as Node);
  }
  branch.node.children.sort(inOrder);
}

/** Time in its own order, and else the most hours first. What has no value comes last. */
function inOrder(a: Node, b: Node): number {
  if ((a.value.id === "") !== (b.value.id === "")) return a.value.id === "" ? 1 : -1;
  if (isTime(a.dimension)) return a.value.id < b.value.id ? -1 : 1;
  return (
    b.exact.hours - a.exact.hours ||
    b.exact.review - a.exact.review ||
    b.exact.previous - a.exact.previous ||
    a.value.name.localeCompare(b.value.name)
  );
}

/** Gives the nodes below what they are shown as, from the whole down. */
function show({ shown, children }: Pick<Node, "shown" | "children">): void {
  if (children.length === 0) return;
  const exactOf = (part: keyof Sums) => children.map(({ exact }) => exact[part]);
  const hours = { lengths: exactOf("hours"), parts: exactOf("billable") };
  const within = shownWithin(hours, shown.hours, shown.billable);
  for (const part of parts) {
    const lengths =
      part === "hours"
        ? within.lengths
        : part === "billable"
          ? within.parts
          : shownParts(exactOf(part), minuteMs, shown[part]);
    children.forEach((child, i) => {
      child.shown[part] = lengths[i] ?? 0;
    });
  }
  for (const child of children) show(child);
}
