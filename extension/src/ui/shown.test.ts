import { expect, test } from "vitest";
import vectors from "../../../docs/time-display.json";
import { formatDuration, formatTime } from "./format.ts";
import { needsSeconds, shownLength, shownParts } from "./shown.ts";
import { shownWithin } from "./shown-within.ts";

test.each(vectors.wholes)("$remark", ({ unit_ms, parts_ms, shown_ms, whole_ms }) => {
  expect(shownParts(parts_ms, unit_ms)).toEqual(shown_ms);
  expect(shown_ms.reduce((sum, ms) => sum + ms, 0)).toBe(whole_ms);
});

test.each(vectors.within)("$remark", (vector) => {
  const exact = { lengths: vector.lengths_ms, parts: vector.parts_ms };
  expect(shownWithin(exact, vector.whole_ms, vector.whole_part_ms)).toEqual({
    lengths: vector.shown_ms,
    parts: vector.shown_parts_ms,
  });
});

test.each(vectors.entries)("$remark", ({ started_at, stopped_at, seconds, from, to, length }) => {
  expect(needsSeconds({ started_at, stopped_at })).toBe(seconds);
  const [start, stop] = [Date.parse(started_at), Date.parse(stopped_at)];
  expect(formatTime(start, "UTC", seconds)).toBe(from);
  expect(formatTime(stop, "UTC", seconds)).toBe(to);
  const ms = shownLength(start, stop, seconds);
  expect(formatDuration(ms, seconds ? "clock" : "hours")).toBe(length);
});
