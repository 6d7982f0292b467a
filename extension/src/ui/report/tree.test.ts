import { describe, expect, test } from "vitest";
import type { Dimension } from "./definition.ts";
import { type Node, type Sums, type Tree, treeOf } from "./tree.ts";
import { firstDayOf, type ReportRow } from "./values.ts";

const project = (name: string) => ({
  id: name,
  site_id: "s",
  tracker: "azure_devops",
  organization: "contoso",
  name,
});
const user = (name: string) => ({ id: name, name });
const row = (change: Partial<ReportRow>): ReportRow => ({
  elapsed_ms: 0,
  needs_review_ms: 0,
  entries: 1,
  ...change,
});
const grow = (rows: ReportRow[], ...levels: Dimension[]) => treeOf(rows, levels, "contoso");

/** The names below, each with its own below it. */
const namesOf = (nodes: Node[]): unknown[] =>
  nodes.map(({ value, children }) => (children.length === 0 ? value.name : [value.name, namesOf(children)]));

test("rows grow into levels, the most hours first, and what has no value last", () => {
  const tree = grow(
    [
      row({ project: project("A"), user: user("Ada"), elapsed_ms: 60_000 }),
      row({ project: project("B"), user: user("Ada"), elapsed_ms: 120_000 }),
      row({ project: project("B"), user: user("Grace"), elapsed_ms: 180_000 }),
      row({ user: user("Grace"), elapsed_ms: 900_000 }),
    ],
    "project",
    "user",
  );
  expect(namesOf(tree.nodes)).toEqual([
    ["B", ["Grace", "Ada"]],
    ["A", ["Ada"]],
    ["No project", ["Grace"]],
  ]);
  expect(tree.nodes[0]?.exact.hours).toBe(300_000);
  expect(tree.exact.hours).toBe(1_260_000);
  expect(tree.nodes[0]?.children[1]?.path.map(({ value }) => value.id)).toEqual(["B", "Ada"]);
});

test("time keeps its own order, in any place", () => {
  const tree = grow(
    [
      row({ user: user("Ada"), day: "2026-11-02", elapsed_ms: 900_000 }),
      row({ user: user("Ada"), day: "2026-11-01", elapsed_ms: 60_000 }),
    ],
    "user",
    "day",
  );
  expect(tree.nodes[0]?.children.map(({ value }) => value.id)).toEqual(["2026-11-01", "2026-11-02"]);
});

/** Pseudo-random numbers that are the same in every run (a linear congruential generator). */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

function randomRows(next: (below: number) => number): ReportRow[] {
  return Array.from({ length: 1 + next(60) }, () =>
    row({
      project: project(`P${next(4)}`),
      user: user(`U${next(5)}`),
      day: `2026-11-0${1 + next(4)}`,
      // A correction of closed time may be negative.
      elapsed_ms: next(12) === 0 ? -next(400_000) : next(4_000_000),
      needs_review_ms: next(3) === 0 ? next(200_000) : 0,
    }),
  );
}

/** Every whole of a tree with its parts. */
function* wholes(tree: Tree): Generator<{ whole: Pick<Node, "exact" | "shown">; parts: Node[] }> {
  yield { whole: tree, parts: tree.nodes };
  for (const node of tree.nodes) {
    if (node.children.length > 0) yield* wholes({ ...node, nodes: node.children });
  }
}

describe("what is shown adds up on every level", () => {
  const sums: (keyof Sums)[] = ["hours", "billable", "review", "previous"];
  test.each(Array.from({ length: 40 }, (_, i) => i + 1))("rows of seed %i", (seed) => {
    const tree = grow(randomRows(numbers(seed)), "project", "user", "day");
    for (const { whole, parts } of wholes(tree)) {
      for (const sum of sums) {
        expect(parts.reduce((all, { shown }) => all + shown[sum], 0)).toBe(whole.shown[sum]);
        expect(parts.reduce((all, { exact }) => all + exact[sum], 0)).toBe(whole.exact[sum]);
        for (const { exact, shown } of parts) {
          expect(Math.abs(shown[sum] - exact[sum])).toBeLessThan(60_000);
          expect(shown[sum] % 60_000).toBe(shown[sum] < 0 ? -0 : 0);
        }
      }
    }
    expect(tree.shown.hours).toBe(Math.trunc(tree.exact.hours / 60_000) * 60_000);
  });
});

test.each(Array.from({ length: 40 }, (_, i) => i + 1))("no row of seed %i bills more than it has", (seed) => {
  const next = numbers(seed);
  const rows = randomRows(next).map((each) => {
    const elapsed_ms = Math.abs(each.elapsed_ms);
    return { ...each, elapsed_ms, billable_ms: next(3) === 0 ? next(elapsed_ms) : next(2) * elapsed_ms };
  });
  for (const { parts } of wholes(grow(rows, "project", "user", "day"))) {
    for (const { shown, exact } of parts) {
      expect(shown.billable).toBeLessThanOrEqual(shown.hours);
      expect(Math.abs(shown.billable - exact.billable)).toBeLessThan(60_000);
    }
  }
});

test.each([
  ["2026-W48", "week", "2026-11-23"],
  ["2026-W01", "week", "2025-12-29"],
  ["2026-W53", "week", "2026-12-28"],
  ["2027-W01", "week", "2027-01-04"],
  ["2026-11-22", "week", "2026-11-22"],
  ["2026-11", "month", "2026-11-01"],
  ["2026-Q1", "quarter", "2026-01-01"],
  ["2026-Q4", "quarter", "2026-10-01"],
] as const)("%s, a %s, begins on %s", (id, unit, first) => {
  expect(firstDayOf(id, unit)).toBe(first);
});
