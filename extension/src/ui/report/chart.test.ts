import { expect, test } from "vitest";
import { type Cell, chartOf, partsOf, topOf } from "./chart.ts";
import { unitsOf } from "./period.ts";

const hour = 3_600_000;
const more = (n: number) => `${n} more`;
const cell = (bar: number, id: string, hours: number, review = 0): Cell => ({
  bar,
  id,
  name: id,
  hours: hours * hour,
  review: review * hour,
});

test("six parts have a colour, the longest first, and the others share one", () => {
  const cells = Array.from({ length: 9 }, (_, i) => cell(0, `P${i}`, i + 1));
  expect(partsOf(cells, more).map(({ name }) => name)).toEqual([
    "P8",
    "P7",
    "P6",
    "P5",
    "P4",
    "P3",
    "3 more",
  ]);
  const { bars } = chartOf(
    [{ from: "2026-11-02", to: "2026-11-03" }],
    "day",
    partsOf(cells, more),
    cells,
    "monday",
  );
  expect(bars[0]?.segments.at(-1)?.shown).toBe(6 * hour);
});

test("a free weekend has no bar, a free day has an empty one, and a week begins with a gap", () => {
  const units = unitsOf({ from: "2026-11-02", to: "2026-11-12" }, "day", "monday");
  const cells = [cell(0, "A", 8), cell(7, "A", 8), cell(8, "A", 4, 2)];
  const { bars, top } = chartOf(units, "day", partsOf(cells, more), cells, "monday");
  expect(bars.map(({ from }) => from.slice(8))).toEqual(["02", "03", "04", "05", "06", "09", "10", "11"]);
  expect(bars.filter(({ beginsWeek }) => beginsWeek).map(({ from }) => from)).toEqual(["2026-11-09"]);
  expect(top).toBe(8);
  expect(bars[0]?.segments[0]?.height).toBe(1);
  expect(bars[1]?.segments).toEqual([]);
  expect(bars[6]).toMatchObject({ shown: 4 * hour, review: 2 * hour, reviewHeight: 0.25 });
});

test("the parts of a bar add up to it, and the bars to the whole, as they are shown", () => {
  const units = unitsOf({ from: "2026-11-02", to: "2026-11-05" }, "day", "monday");
  const third = 1 / 3 / 60;
  const cells = [0, 1, 2].flatMap((bar) => ["A", "B", "C"].map((id) => cell(bar, id, 1 + third)));
  const { bars } = chartOf(units, "day", partsOf(cells, more), cells, "monday");
  for (const { segments, shown } of bars) {
    expect(segments.reduce((sum, each) => sum + each.shown, 0)).toBe(shown);
  }
  expect(bars.reduce((sum, { shown }) => sum + shown, 0)).toBe(9 * hour + 3 * 60_000);
});

test("a day that a correction makes negative has no height", () => {
  const cells = [cell(0, "A", -2)];
  const { bars } = chartOf(
    [{ from: "2026-11-02", to: "2026-11-03" }],
    "day",
    partsOf(cells, more),
    cells,
    "monday",
  );
  expect(bars[0]?.segments).toMatchObject([{ shown: -2 * hour, height: 0 }]);
});

test.each([
  [0, 2],
  [2, 2],
  [7.9, 8],
  [39.5, 40],
  [40.1, 48],
  [100, 100],
  [799, 800],
  [801, 1_000],
  [80_001, 100_000],
])("a longest bar of %d hours has %d at the top", (hours, top) => {
  expect(topOf(hours * hour)).toBe(top);
});
