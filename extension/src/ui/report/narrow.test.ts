import { expect, test } from "vitest";
import type { Dimension } from "./definition.ts";
import { entriesQuery, narrowed } from "./narrow.ts";

const november = { from: "2026-11-01", to: "2026-12-01" };
const calendar = { zone: "Europe/Berlin", weekStart: "monday", today: "2026-11-21" } as const;
const step = (dimension: Dimension, id: string) => ({ dimension, value: { id, name: id } });

test("each value of the row narrows a filter", () => {
  const path = [step("project", "p1"), step("user", "u1"), step("type", "")];
  const filters = { project: ["p1", "p2"], state: ["Active"], review: false };
  expect(narrowed(path, filters, november)).toEqual({
    filtered: { project: ["p1"], user_id: ["u1"], type: [""], state: ["Active"], needs_review: false },
    period: november,
  });
});

test("work without an item or a parent is asked for as none", () => {
  const { filtered } = narrowed([step("parent", ""), step("work_item", "")], {}, november);
  expect(filtered).toEqual({ parent: ["none"], work_item: ["none"] });
});

test.each<[Dimension, string, string, string]>([
  ["day", "2026-11-05", "2026-11-05", "2026-11-06"],
  ["week", "2026-W45", "2026-11-02", "2026-11-09"],
  // A week that doesn't begin on Monday is its first day.
  ["week", "2026-11-15", "2026-11-15", "2026-11-22"],
  ["week", "2026-W44", "2026-11-01", "2026-11-02"],
  ["month", "2026-11", "2026-11-01", "2026-12-01"],
  ["quarter", "2026-Q4", "2026-11-01", "2026-12-01"],
])("the %s %s is %s to %s within the report", (dimension, id, from, to) => {
  expect(narrowed([step(dimension, id)], {}, november).period).toEqual({ from, to });
});

test("entries are asked for by the days of the row, and round as the report does", () => {
  const asked = narrowed([step("day", "2026-10-25")], {}, { from: "2026-10-01", to: "2026-11-01" });
  const days = { from: "2026-10-25", to: "2026-10-26", time_zone: "Europe/Berlin" };
  expect(entriesQuery(asked, calendar, undefined)).toEqual(days);
  expect(entriesQuery(asked, calendar, { minutes: 6, direction: "up" })).toEqual({
    ...days,
    round_to_minutes: 6,
    rounding: "up",
  });
});
