import { expect, test } from "vitest";
import type { Timesheet } from "../../api/client.ts";
import { randomOf } from "../grid/random.testing.ts";
import { shownParts, shownWhole } from "../shown.ts";
import { sheetOf } from "../testing.tsx";
import { minuteMs } from "../units.ts";
import { figuresOf } from "./figures.ts";

const now = Date.parse("2026-11-20T14:10:30.000Z");

const sum = (parts: Iterable<number>) => [...parts].reduce((all, part) => all + part, 0);

/** People with lengths to the millisecond, some of which corrections make negative. */
function randomSheets(count: number, random: (below: number) => number): Timesheet[] {
  return Array.from({ length: count }, (_, i) => {
    const sheet = sheetOf({ user: { id: `${i}`, name: `Person ${i}` } });
    const days = sheet.days.map((day) => ({
      ...day,
      recorded_ms: random(3) === 0 ? 0 : random(36_000_000),
      adjusted_ms: random(5) === 0 ? -random(7_200_000) : 0,
    }));
    return { ...sheet, days, needs_review_ms: random(2) * random(9_000_000) };
  });
}

test.each([1, 3, 50, 2_000])("the figures of %i people add up by person, by day and in all", (count) => {
  const random = randomOf(count);
  const sheets = randomSheets(count, random);
  const figures = figuresOf(sheets, now);
  figures.people.forEach((person, i) => {
    const exact = sum(sheets[i]?.days.map((day) => day.recorded_ms + day.adjusted_ms) ?? []);
    expect(sum(person.days.values())).toBe(person.sum);
    expect(Math.abs(person.sum - exact)).toBeLessThan(minuteMs);
  });
  for (const [date, shown] of figures.days) {
    expect(sum(figures.people.map(({ days }) => days.get(date) ?? 0))).toBe(shown);
  }
  expect(sum(figures.days.values())).toBe(figures.sum);
  expect(sum(figures.people.map((person) => person.sum))).toBe(figures.sum);
  expect(sum(figures.people.map(({ review }) => review))).toBe(figures.review);
});

test("a week that begins on another day counts on its own days", () => {
  const sunday = sheetOf({ first_day: "2026-11-15", last_day: "2026-11-21" });
  const days = sunday.days.map((day, i) => ({ ...day, day: `2026-11-${15 + i}` }));
  const figures = figuresOf([sheetOf(), { ...sunday, days }], now);
  expect([...figures.days.keys()]).toHaveLength(8);
  expect(figures.days.get("2026-11-16")).toBe(16 * 60 * minuteMs);
  expect(figures.sum).toBe(72 * 60 * minuteMs);
});

test("a person's row is their own week's, however many stand beside it", () => {
  const sheets = randomSheets(40, randomOf(7));
  const beside = figuresOf(sheets, now).people;
  sheets.forEach((sheet, i) => {
    const worked = sheet.days.map((day) => day.recorded_ms + day.adjusted_ms);
    expect([...(beside[i]?.days.values() ?? [])]).toEqual(shownParts(worked));
    expect(beside[i]?.sum).toBe(shownWhole(worked));
    // What a day has and what it misses is its target.
    for (const { day, target_ms } of sheet.days) {
      const missing = beside[i]?.missing.days.get(day);
      if (missing) expect((beside[i]?.days.get(day) ?? 0) + missing).toBe(target_ms);
    }
  });
});

test("a running timer counts up to its last full minute, on the owner's days", () => {
  const since = (at: string) => sheetOf({ running_since: at, time_zone: "Asia/Tokyo" });
  const days = ({ days }: { days: ReadonlyMap<string, number> }) =>
    [...days.values()].map((ms) => ms / minuteMs);
  const plain = [480, 480, 480, 420, 300, 0, 0];
  const figures = figuresOf([sheetOf(), since("2026-11-20T12:59:45.000Z")], now);
  expect(figures.people.map(days)).toEqual([plain, [480, 480, 480, 420, 370, 0, 0]]);
  expect(days(figures)).toEqual([960, 960, 960, 840, 670, 0, 0]);
  expect(figures.sum).toBe(4_390 * minuteMs);
  // It is midnight in Tokyo at 15:00 of UTC, and a day that is over misses less by what runs on it.
  const night = figuresOf([since("2026-11-19T14:30:00.000Z")], Date.parse("2026-11-19T15:20:00.000Z"));
  expect(night.people.map(days)).toEqual([[480, 480, 480, 450, 320, 0, 0]]);
  expect([night.missing, night.people[0]?.missing.days.get("2026-11-19")]).toEqual([
    30 * minuteMs,
    30 * minuteMs,
  ]);
});
