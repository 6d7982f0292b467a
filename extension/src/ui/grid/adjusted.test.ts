import { expect, test } from "vitest";
import { shownWhole } from "../shown.ts";
import { sheetOf } from "../testing.tsx";
import { adjustedOf } from "./adjusted.ts";
import { gridModel } from "./model.ts";

const week = sheetOf();
const model = gridModel({
  dates: week.days.map(({ day }) => day),
  zone: "UTC",
  entries: [],
  extra: [],
  now: 0,
  organization: "contoso",
});
const sheet = (...adjusted: number[]) => ({
  ...week,
  days: week.days.map((day, i) => ({ ...day, adjusted_ms: adjusted[i] ?? 0 })),
});

test.each([
  ["seconds that make a minute together", [30_000, 30_000]],
  ["less than nothing", [-59_999, -1]],
  ["what cancels itself", [90_000, -90_000]],
  ["the last day alone", [0, 0, 0, 0, 0, 0, 3_599_999]],
])("%s: the days add up to what the week counts", (_, exact) => {
  const adjusted = adjustedOf(sheet(...exact), model);
  expect(adjusted?.total).toBe(shownWhole(exact) - model.shownMs || 0);
  expect(adjusted?.days.reduce((sum, ms) => sum + ms, 0)).toBe(adjusted?.total);
});

test("nothing is told of a week without any, or whose sheet isn't read yet", () => {
  expect(adjustedOf(sheet(), model)).toBeUndefined();
  expect(adjustedOf(undefined, model)).toBeUndefined();
});
