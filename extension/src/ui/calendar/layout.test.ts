import { describe, expect, test } from "vitest";
import { entryOf } from "../testing.tsx";
import { hourMs, minuteMs } from "../units.ts";
import { freeBetween, overlapping, partsOn, placedOf } from "./blocks.ts";
import { dayOf, daysFrom, heightOf, hoursIn, hoursOf, instantAt, sectionOf, visibleOf } from "./days.ts";
import { resized, sameTimeOn, snapped } from "./moving.ts";

const at = (text: string) => Date.parse(text);
const berlin = "Europe/Berlin";

function entry(id: string, from: string, to?: string) {
  const { stopped_at: _, ...rest } = entryOf({ id, started_at: from });
  return to === undefined ? rest : { ...rest, stopped_at: to };
}

const placed = (id: string, from: string, to?: string) =>
  placedOf(entry(id, from, to), at("2026-11-27T13:12:00Z"));

describe("days", () => {
  test.each([
    ["an ordinary day", "2026-11-25", berlin, 24, 8],
    ["the clocks are put forward", "2026-03-29", berlin, 23, 7],
    ["the clocks are put back", "2026-10-25", berlin, 25, 9],
    ["put back by half an hour", "2026-04-05", "Australia/Lord_Howe", 24.5, 8.5],
    ["midnight is skipped", "2026-09-06", "America/Santiago", 23, 7],
    ["an offset of 45 minutes", "2026-11-25", "Asia/Kathmandu", 24, 8],
  ])("%s", (_, date, zone, hours, early) => {
    const day = dayOf(date, zone);
    expect((day.to - day.from) / hourMs).toBe(hours);
    expect((sectionOf(day, "early").to - day.from) / hourMs).toBe(early);
    expect((sectionOf(day, "body").to - sectionOf(day, "body").from) / hourMs).toBe(10);
    expect(day.sections.map(({ from }) => from)).toEqual([
      day.from,
      ...day.sections.slice(0, 2).map(({ to }) => to),
    ]);
  });

  test("a day that a zone has skipped has no length", () => {
    const day = dayOf("2011-12-30", "Pacific/Apia");
    expect(day.to - day.from).toBe(0);
    expect(partsOn(day, [placed("a", "2011-12-30T09:00:00Z", "2011-12-30T11:00:00Z")])).toEqual([]);
  });

  test("the days of a week meet, and the longest gives the height", () => {
    const week = daysFrom("2026-10-19", berlin);
    expect(week.slice(1).map(({ from }) => from)).toEqual(week.slice(0, -1).map(({ to }) => to));
    expect(hoursOf(week, "early")).toBe(9);
    expect(hoursOf(daysFrom("2026-11-23", berlin), "early")).toBe(8);
  });

  test("the hours of the night in which the clocks are put back: two of one name", () => {
    const section = sectionOf(dayOf("2026-10-25", berlin), "early");
    const format = new Intl.DateTimeFormat("en-GB", { timeZone: berlin, hour: "2-digit" });
    const names = hoursIn(section).map((instant) => format.format(instant));
    expect(names).toEqual(["00", "01", "02", "02", "03", "04", "05", "06", "07"]);
  });
});

test("heights: the bodies of all days begin together, and a longer day reaches further up", () => {
  const scale = { hourPx: 60, abovePx: 9 * 60 };
  const [long, usual] = [dayOf("2026-10-25", berlin), dayOf("2026-10-26", berlin)];
  const open = { early: true, late: false };
  expect([long, usual].map((day) => heightOf(day, sectionOf(day, "body").from, scale))).toEqual([540, 540]);
  expect([long, usual].map((day) => heightOf(day, visibleOf(day, open).from, scale))).toEqual([0, 60]);
  expect([long, usual].map((day) => heightOf(day, visibleOf(day, open).to, scale))).toEqual([1140, 1140]);
  expect(instantAt(long, 0, scale)).toBe(long.from);
});

describe("blocks", () => {
  test("an entry across midnight has a part on each day, which add up", () => {
    const over = placed("a", "2026-11-25T15:05:00Z", "2026-11-26T01:05:00Z");
    const parts = ["2026-11-25", "2026-11-26"].flatMap((date) => partsOn(dayOf(date, berlin), [over]));
    expect(parts.map(({ partFrom, partTo }) => (partTo - partFrom) / minuteMs)).toEqual([475, 125]);
    expect(partsOn(dayOf("2026-11-27", berlin), [over])).toEqual([]);
  });

  test("overlaps lie side by side, and what follows has the whole width again", () => {
    const day = dayOf("2026-11-25", berlin);
    const parts = partsOn(day, [
      placed("a", "2026-11-25T08:00:00Z", "2026-11-25T10:00:00Z"),
      placed("b", "2026-11-25T09:00:00Z", "2026-11-25T09:30:00Z"),
      placed("c", "2026-11-25T09:30:00Z", "2026-11-25T11:00:00Z"),
      placed("d", "2026-11-25T11:00:00Z", "2026-11-25T12:00:00Z"),
    ]);
    expect(parts.map(({ entry: { id }, lane, lanes }) => [id, lane, lanes])).toEqual([
      ["a", 0, 2],
      ["b", 1, 2],
      ["c", 1, 2],
      ["d", 0, 1],
    ]);
  });

  test("free time: gaps are long and between entries, nothing is free after now", () => {
    const day = dayOf("2026-11-27", berlin);
    const body = sectionOf(day, "body");
    const parts = partsOn(day, [
      placed("a", "2026-11-27T08:00:00Z", "2026-11-27T09:00:00Z"),
      placed("b", "2026-11-27T09:02:00Z", "2026-11-27T09:30:00Z"),
      placed("c", "2026-11-27T10:35:00Z", "2026-11-27T12:00:00Z"),
    ]);
    const now = at("2026-11-27T13:12:00Z");
    const free = freeBetween(body.from, body.to, parts, now, body);
    expect(free.map(({ from, to, gap }) => [(to - from) / minuteMs, gap])).toEqual([
      [60, false],
      [65, true],
      [72, false],
    ]);
    expect(
      freeBetween(body.from, body.to, parts, now, { from: day.from, to: body.from }).some(({ gap }) => gap),
    ).toBe(false);
    expect(freeBetween(body.from, body.to, [], body.from - 1, body)).toEqual([]);
  });

  test("what touches doesn't overlap, and a running timer does until now", () => {
    const all = [
      placed("a", "2026-11-27T08:00:00Z", "2026-11-27T09:00:00Z"),
      placed("r", "2026-11-27T12:00:00Z"),
    ];
    const interval = (from: string, to: string) => ({ from: at(from), to: at(to) });
    expect(
      overlapping(all, interval("2026-11-27T09:00:00Z", "2026-11-27T12:00:00Z"), undefined),
    ).toBeUndefined();
    expect(
      overlapping(all, interval("2026-11-27T13:00:00Z", "2026-11-27T13:05:00Z"), undefined)?.entry.id,
    ).toBe("r");
    expect(overlapping(all, interval("2026-11-27T08:30:00Z", "2026-11-27T08:40:00Z"), "a")).toBeUndefined();
  });
});

describe("moving", () => {
  test.each([
    ["a step", "2026-11-25T09:07:40Z", "2026-11-25T09:10:00Z"],
    ["an edge that is nearer than half a step", "2026-11-25T09:03:00Z", "2026-11-25T09:02:12Z"],
    ["a step, far from the edge", "2026-11-25T08:59:00Z", "2026-11-25T09:00:00Z"],
  ])("snaps to %s", (_, instant, want) => {
    const edges = [at("2026-11-25T09:02:12Z")];
    expect(snapped(at(instant), at("2026-11-25T07:00:00Z"), edges)).toBe(at(want));
  });

  test.each([
    ["over the day on which the clocks are put back", "2026-10-24T12:00:00Z", 1, "2026-10-25T13:00:00Z"],
    ["over the day on which they are put forward", "2026-03-28T12:00:00Z", 1, "2026-03-29T11:00:00Z"],
    ["to an hour that is skipped", "2026-03-28T01:30:15.250Z", 1, "2026-03-29T01:00:00Z"],
    ["to the first of two passes", "2026-10-24T00:30:00Z", 1, "2026-10-25T00:30:00Z"],
    ["from the second pass", "2026-10-25T01:30:00Z", 1, "2026-10-26T01:30:00Z"],
    ["back, with its milliseconds", "2026-11-25T08:00:12.345Z", -1, "2026-11-24T08:00:12.345Z"],
  ])("the same time of day %s", (_, from, days, want) => {
    expect(new Date(sameTimeOn(at(from), days, berlin)).toISOString()).toBe(new Date(at(want)).toISOString());
  });

  test("an end stops at another entry, at now and at the other end", () => {
    const interval = { from: at("2026-11-27T09:00:00Z"), to: at("2026-11-27T10:00:00Z") };
    const others = [
      placed("a", "2026-11-27T08:00:00Z", "2026-11-27T08:30:00Z"),
      placed("b", "2026-11-27T11:00:00Z", "2026-11-27T12:00:00Z"),
    ];
    const bounds = { overlap: false, now: at("2026-11-27T13:12:00Z") };
    const to = (instant: string, overlap = false) =>
      new Date(resized(interval, "to", at(instant), others, { ...bounds, overlap }).to)
        .toISOString()
        .slice(11, 16);
    const from = (instant: string) =>
      new Date(resized(interval, "from", at(instant), others, bounds).from).toISOString().slice(11, 16);
    expect([to("2026-11-27T11:30:00Z"), to("2026-11-27T11:30:00Z", true)]).toEqual(["11:00", "11:30"]);
    expect([to("2026-11-27T20:00:00Z", true), to("2026-11-27T08:00:00Z")]).toEqual(["13:12", "09:01"]);
    expect([
      from("2026-11-27T08:00:00Z"),
      from("2026-11-27T08:45:00Z"),
      from("2026-11-27T12:00:00Z"),
    ]).toEqual(["08:30", "08:45", "09:59"]);
  });
});
