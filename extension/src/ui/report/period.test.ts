import { expect, test } from "vitest";
import { type Preset, periodBefore, periodOf, unitOf, unitsOf } from "./period.ts";

test.each<[Preset, string, string, string, string, string]>([
  ["this_week", "2026-11-27", "2026-11-23", "2026-11-28", "2026-11-16", "2026-11-21"],
  ["last_week", "2026-11-27", "2026-11-16", "2026-11-23", "2026-11-09", "2026-11-16"],
  ["this_month", "2026-11-27", "2026-11-01", "2026-11-28", "2026-10-01", "2026-10-28"],
  // February has no 31st day: the days before end with it.
  ["this_month", "2026-03-31", "2026-03-01", "2026-04-01", "2026-02-01", "2026-03-01"],
  ["this_month", "2026-03-30", "2026-03-01", "2026-03-31", "2026-02-01", "2026-03-01"],
  ["this_month", "2026-01-01", "2026-01-01", "2026-01-02", "2025-12-01", "2025-12-02"],
  ["last_month", "2026-01-15", "2025-12-01", "2026-01-01", "2025-11-01", "2025-12-01"],
  ["quarter", "2026-11-27", "2026-10-01", "2026-11-28", "2026-07-01", "2026-08-28"],
  ["quarter", "2026-03-31", "2026-01-01", "2026-04-01", "2025-10-01", "2026-01-01"],
])("%s on %s is %s to %s, beside %s to %s", (preset, today, from, to, beforeFrom, beforeTo) => {
  const period = periodOf(preset, today, "monday");
  expect(period).toEqual({ from, to });
  expect(periodBefore(period, preset)).toEqual({ from: beforeFrom, to: beforeTo });
});

test("weeks begin on the person's day", () => {
  expect(periodOf("this_week", "2026-11-29", "sunday")).toEqual({ from: "2026-11-29", to: "2026-11-30" });
  expect(periodOf("last_week", "2026-11-29", "saturday")).toEqual({ from: "2026-11-21", to: "2026-11-28" });
});

test("before a period that somebody chose are as many days, and before whole months as many months", () => {
  const before = (from: string, to: string) => periodBefore({ from, to }, "custom");
  expect(before("2026-11-10", "2026-11-20")).toEqual({ from: "2026-10-31", to: "2026-11-10" });
  expect(before("2026-03-01", "2026-05-01")).toEqual({ from: "2026-01-01", to: "2026-03-01" });
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
