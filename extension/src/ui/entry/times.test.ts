import { describe, expect, test } from "vitest";
import { endsOf, type Times, timesOf } from "./times.ts";

const zone = "Europe/Berlin";
const at = (text: string) => Date.parse(text);
const now = at("2026-11-27T13:12:00Z");

describe("the fields of an entry", () => {
  const before = { from: at("2026-11-26T13:10:04.321Z"), to: at("2026-11-26T16:40:50.000Z") };
  const edit = (change: Partial<Times>, ends = before, seconds = false) => {
    const result = endsOf({ ...timesOf(ends, zone, seconds), ...change }, ends, zone, now);
    if (typeof result === "string") return result;
    return `${new Date(result.from).toISOString()} ${new Date(result.to).toISOString()}`;
  };

  test.each<[string, Partial<Times>, string]>([
    ["nothing", {}, "2026-11-26T13:10:04.321Z 2026-11-26T16:40:50.000Z"],
    [
      "the start: the end keeps its seconds",
      { start: "14:00" },
      "2026-11-26T13:00:00.000Z 2026-11-26T16:40:50.000Z",
    ],
    [
      "the end: the start keeps its milliseconds",
      { end: "17:30" },
      "2026-11-26T13:10:04.321Z 2026-11-26T16:30:00.000Z",
    ],
    [
      "the day: as long as before",
      { day: "2026-11-24" },
      "2026-11-24T13:10:00.000Z 2026-11-24T16:40:45.679Z",
    ],
    [
      "the end, to after midnight",
      { day: "2026-11-25", end: "01:05" },
      "2026-11-25T13:10:00.000Z 2026-11-26T00:05:00.000Z",
    ],
    ["an end ahead", { day: "2026-11-27" }, "future"],
    ["an empty start", { start: "" }, "start_missing"],
    ["an empty end", { end: "" }, "end_missing"],
  ])("%s", (_, change, want) => {
    expect(edit(change)).toBe(want);
  });

  test("an hour that the clocks skip is none", () => {
    const march = { from: at("2026-03-29T06:00:00Z"), to: at("2026-03-29T07:00:00Z") };
    expect(edit({ start: "02:30" }, march)).toBe("start_skipped");
    expect(edit({ start: "01:00", end: "02:30" }, march)).toBe("end_skipped");
  });

  test("an hour that they repeat is the one nearest to before", () => {
    const second = { from: at("2026-10-25T01:10:00Z"), to: at("2026-10-25T02:00:00Z") };
    expect(edit({ start: "02:30" }, second)).toBe("2026-10-25T01:30:00.000Z 2026-10-25T02:00:00.000Z");
    const first = { from: at("2026-10-25T00:10:00Z"), to: at("2026-10-25T02:00:00Z") };
    expect(edit({ start: "02:30" }, first)).toBe("2026-10-25T00:30:00.000Z 2026-10-25T02:00:00.000Z");
  });
});
