import { expect, test } from "vitest";
import { type Preset, periodOf, unitOf, unitsOf } from "./period.ts";

test.each<[Preset, string, string, string]>([
  ["this_week", "2026-11-27", "2026-11-23", "2026-11-28"],
  ["last_week", "2026-11-27", "2026-11-16", "2026-11-23"],
  ["this_month", "2026-11-27", "2026-11-01", "2026-11-28"],
  ["this_month", "2026-01-01", "2026-01-01", "2026-01-02"],
  ["last_month", "2026-01-15", "2025-12-01", "2026-01-01"],
  ["quarter", "2026-11-27", "2026-10-01", "2026-11-28"],
  ["quarter", "2026-03-31", "2026-01-01", "2026-04-01"],
])("%s on %s is from %s up to %s", (preset, today, from, to) => {
  expect(periodOf(preset, today, "monday")).toEqual({ from, to });
});

test("weeks begin on the person's day", () => {
  expect(periodOf("this_week", "2026-11-29", "sunday")).toEqual({ from: "2026-11-29", to: "2026-11-30" });
  expect(periodOf("last_week", "2026-11-29", "saturday")).toEqual({ from: "2026-11-21", to: "2026-11-28" });
});

test("a chart has days of a month, weeks of a half-year and months of a year", () => {
  expect(unitOf({ from: "2026-10-01", to: "2026-11-01" })).toBe("day");
  expect(unitOf({ from: "2026-10-01", to: "2026-11-02" })).toBe("week");
  expect(unitOf({ from: "2026-01-01", to: "2026-07-01" })).toBe("week");
  expect(unitOf({ from: "2026-01-01", to: "2027-01-01" })).toBe("month");
});

test("units follow each other without gaps, short at both ends", () => {
  const period = { from: "2026-10-28", to: "2026-11-11" };
  expect(unitsOf(period, "week", "monday")).toEqual([
    { from: "2026-10-28", to: "2026-11-02" },
    { from: "2026-11-02", to: "2026-11-09" },
    { from: "2026-11-09", to: "2026-11-11" },
  ]);
  expect(unitsOf(period, "month", "monday").map(({ from }) => from)).toEqual(["2026-10-28", "2026-11-01"]);
  expect(unitsOf(period, "day", "monday")).toHaveLength(14);
});
