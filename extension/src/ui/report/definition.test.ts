import { expect, test } from "vitest";
import {
  type Definition,
  defaultDefinition,
  mayAdd,
  read,
  sameDefinition,
  write,
  writeAll,
} from "./definition.ts";

const usual = defaultDefinition(true);

test.each<[string, Partial<Definition>]>([
  ["what the page shows by itself", {}],
  ["a preset", { period: "last_week" }],
  ["a period", { period: { from: "2026-11-01", to: "2026-11-15" }, beside: false }],
  ["levels in any order", { levels: ["work_item", "week", "user"] }],
  ["rounding", { rounding: { minutes: 15, direction: "up" } }],
  [
    "every filter",
    {
      filters: {
        user: ["u1", "u2"],
        project: ["p1"],
        work_item: ["w1"],
        type: ["Bug, urgent", "100%2C"],
        state: ["Closed"],
        activity: ["a1"],
        billable: true,
        approved: false,
        review: true,
        note: "call, with & = # ?",
      },
    },
  ],
])("%s comes back from the address as it was", (_, change) => {
  const definition = { ...usual, rounding: undefined, ...change };
  const address = new URLSearchParams(write(definition, usual)).toString();
  expect(read(Object.fromEntries(new URLSearchParams(address)), usual)).toEqual(definition);
});

test("what the page shows by itself leaves the address as it is", () => {
  expect(write(usual, usual)).toEqual({});
});

test.each([
  { period: "someday" },
  { period: "2026-02-30/2026-03-01" },
  { period: "2026-11-02/2026-11-02" },
  { by: "moon" },
  { by: "" },
  { round: "15" },
  { round: "90-up" },
  { billable: "perhaps" },
  { user: "," },
  { note: "  " },
])("%o is as if it were not there", (written) => {
  expect(read(written as Record<string, string>, usual)).toEqual({ ...usual, rounding: undefined });
});

test("no level comes twice, there are three at most, and one of time", () => {
  expect(read({ by: "day,week,user,user,project,type" }, usual).levels).toEqual(["day", "user", "project"]);
  expect(mayAdd(["day"], "month")).toBe(false);
  expect(mayAdd(["day"], "user")).toBe(true);
});

test("a link holds all of it, since others see something else by themselves", () => {
  expect(read(writeAll(usual), defaultDefinition(false))).toEqual({ ...usual, rounding: undefined });
});

test("two definitions are the same when they show the same", () => {
  expect(sameDefinition(usual, { ...usual, filters: { user: [] }, rounding: undefined })).toBe(true);
  expect(sameDefinition(usual, { ...usual, levels: ["user", "project"] })).toBe(false);
});
