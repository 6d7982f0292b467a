import { describe, expect, test } from "vitest";
import { formatDuration } from "../format.ts";
import { minuteMs } from "../units.ts";
import { parseDuration } from "./duration.ts";

describe("a duration is read", () => {
  test.each([
    ["1:30", 90],
    ["01:30", 90],
    ["1:30:00", 90],
    [":30", 30],
    ["0:05", 5],
    ["1.5", 90],
    ["1,5", 90],
    [".5", 30],
    [",25", 15],
    ["8", 480],
    ["8.", 480],
    ["1.33", 80],
    ["2h", 120],
    ["1.5h", 90],
    ["1,5 Std.", 90],
    ["90m", 90],
    ["90 min", 90],
    ["1h30", 90],
    ["1h30m", 90],
    ["1 h 30 min", 90],
    ["2 Std. 15 min.", 135],
    ["  1:30 ", 90],
    ["24", 1440],
    ["24:00", 1440],
    ["", 0],
    ["0", 0],
    ["-", 0],
    ["–", 0],
  ])("%s", (text, minutes) => {
    expect(parseDuration(text)).toBe(minutes * minuteMs);
  });

  test.each([
    "1:60",
    "1:5",
    "24:01",
    "25",
    "1500m",
    "abc",
    "1:30pm",
    "-1",
    "1h75",
    ".",
    ",",
    ":",
    "1.5.5",
    "1 2",
    "h",
  ])("but not %s", (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  test("as it is shown", () => {
    for (let minutes = 0; minutes <= 1440; minutes++) {
      expect(parseDuration(formatDuration(minutes * minuteMs, "hours"))).toBe(minutes * minuteMs);
    }
  });
});
