import { describe, expect, test } from "vitest";
import { shownParts } from "../shown.ts";
import { minuteMs } from "../units.ts";
import { randomOf } from "./random.testing.ts";
import { type ShownTable, shownTable } from "./shown-table.ts";

type Lengths = number[][][];

const sum = (parts: readonly number[]) => parts.reduce((all, part) => all + part, 0);

/** What is wrong with the figures: sums that don't add up, and figures that are off by a minute or more. */
function faults(lengths: Lengths, width: number, shown: ShownTable): string[] {
  const found: string[] = [];
  const equal = (name: string, a: number, b: number) => a !== b && found.push(`${name}: ${a} is not ${b}`);
  const near = (name: string, figure: number, exact: number) => {
    if (figure % minuteMs !== 0 || Math.abs(figure - exact) >= minuteMs)
      found.push(`${name}: ${figure} for ${exact}`);
  };
  lengths.forEach((rows, g) => {
    rows.forEach((row, r) => {
      equal(`row ${g}/${r}`, sum(shown.cells[g]?.[r] ?? []), shown.rows[g]?.[r] ?? -1);
      near(`row ${g}/${r}`, shown.rows[g]?.[r] ?? -1, sum(row));
      for (const [c, ms] of row.entries()) near(`cell ${g}/${r}/${c}`, shown.cells[g]?.[r]?.[c] ?? -1, ms);
    });
    equal(`group ${g}`, sum(shown.rows[g] ?? []), shown.groups[g] ?? -1);
    near(`group ${g}`, shown.groups[g] ?? -1, sum(rows.map(sum)));
  });
  for (let c = 0; c < width; c++) {
    const column = lengths.flatMap((rows, g) => rows.map((_, r) => shown.cells[g]?.[r]?.[c] ?? 0));
    equal(`column ${c}`, sum(column), shown.columns[c] ?? -1);
  }
  equal("groups", sum(shown.groups), shown.total);
  equal("columns", sum(shown.columns), shown.total);
  const exact = sum(lengths.flat(2));
  equal("total", shown.total, exact - (exact % minuteMs));
  return found;
}

describe("a table adds up as it is shown", () => {
  test("in every direction, whatever the lengths", () => {
    const random = randomOf(104);
    for (let round = 0; round < 300; round++) {
      // Corrections may be negative.
      const lowest = round % 2 === 0 ? 0 : 3_000_000;
      const width = 1 + random(7);
      const length = () =>
        random(3) === 0 ? 0 : random(2) === 0 ? random(180) * minuteMs : random(9_000_000) - lowest;
      const lengths = Array.from({ length: random(5) }, () =>
        Array.from({ length: 1 + random(6) }, () => Array.from({ length: width }, length)),
      );
      expect(faults(lengths, width, shownTable(lengths, width)), `round ${round}`).toEqual([]);
    }
  });

  test("and days are shown as they are without rows, unless no rows would add up to that", () => {
    const half = minuteMs / 2;
    const lengths = [[[half, 0, 90_500]], [[0, half, 3_600_000]]];
    expect(shownTable(lengths, 3).columns).toEqual(shownParts([half, half, 3_690_500]));
    // The two days of the first project are a whole minute together, and the others are longer each.
    const against = [[[half, half, 0, 0]], [[0, 0, 40_000, 40_000]]];
    expect(shownParts([half, half, 40_000, 40_000])).toEqual([0, 0, minuteMs, minuteMs]);
    const shown = shownTable(against, 4);
    expect(faults(against, 4, shown)).toEqual([]);
    expect(shown.groups).toEqual([minuteMs, minuteMs]);
  });

  test("nothing stays nothing", () => {
    expect(shownTable([], 7)).toEqual({
      cells: [],
      rows: [],
      groups: [],
      columns: [0, 0, 0, 0, 0, 0, 0],
      total: 0,
    });
  });
});
