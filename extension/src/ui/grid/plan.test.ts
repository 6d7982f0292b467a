import { describe, expect, test } from "vitest";
import { hourMs, minuteMs } from "../units.ts";
import { type CellState, type DayWindow, type Plan, planCell, type Recorded, type Step } from "./plan.ts";
import { randomOf } from "./random.testing.ts";

const at = (time: string) => {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return hours * hourMs + minutes * minuteMs;
};
const day: DayWindow = { from: 0, to: at("24:00"), nine: at("9:00") };
const tomorrow = at("33:00");

const entry = (from: string, to: string | undefined, manual = true): Recorded => ({
  id: from,
  from: at(from),
  to: to === undefined ? undefined : at(to),
  manual,
});

interface Given {
  own?: Recorded[];
  others?: Recorded[];
  now?: number;
}

const cellOf = ({ own = [], others = [], now = tomorrow }: Given): CellState<Recorded> => ({
  day,
  now,
  entries: own,
  recorded: [...own, ...others],
});

/** A plan as "+ 9:00–10:30", "9:00–10:00 → 9:00–10:30" and "− 9:00–10:00". */
function words(plan: Plan<Recorded>): string[] | string {
  if (!plan.ok) return plan.refusal.kind;
  const time = (ms: number) =>
    `${Math.floor(ms / hourMs)}:${String(Math.floor(ms / minuteMs) % 60).padStart(2, "0")}`;
  const range = ({ from, to = from }: { from: number; to?: number | undefined }) =>
    `${time(from)}–${time(to)}`;
  return plan.steps.map((step) => {
    if (step.kind === "add") return `+ ${range(step)}`;
    return step.kind === "void" ? `− ${range(step.entry)}` : `${range(step.entry)} → ${range(step)}`;
  });
}

const plan = (wanted: string, given: Given = {}) => words(planCell(at(wanted), cellOf(given)));

describe("a bigger sum", () => {
  test("of an empty day begins at nine", () => {
    expect(plan("1:30")).toEqual(["+ 9:00–10:30"]);
  });

  test("goes after the last entry of the day, whosever work that is", () => {
    expect(plan("1:00", { others: [entry("9:00", "12:15", false)] })).toEqual(["+ 12:15–13:15"]);
  });

  test("makes the last manual entry longer", () => {
    expect(plan("2:00", { own: [entry("9:00", "10:00")] })).toEqual(["9:00–10:00 → 9:00–11:00"]);
  });

  test("never makes longer what a timer has measured", () => {
    expect(plan("2:00", { own: [entry("9:00", "10:00", false)] })).toEqual(["+ 10:00–11:00"]);
  });

  test("adds where the time after the manual entry isn't free", () => {
    const given = { own: [entry("9:00", "10:00")], others: [entry("10:30", "12:00")] };
    expect(plan("2:00", given)).toEqual(["+ 12:00–13:00"]);
  });

  test("takes the gaps of the day where its end has no room", () => {
    const others = [entry("9:00", "12:00"), entry("13:00", "23:30")];
    expect(plan("1:00", { others })).toEqual(["+ 12:00–13:00"]);
    expect(plan("1:30", { others })).toEqual(["+ 7:30–9:00"]);
  });

  test("fills several gaps where none is long enough", () => {
    const others = [entry("0:00", "12:00"), entry("12:30", "23:30")];
    expect(plan("1:00", { others })).toEqual(["+ 23:30–24:00", "+ 12:00–12:30"]);
  });

  test("ends by now, in the morning too", () => {
    expect(plan("1:00", { now: at("9:30") })).toEqual(["+ 8:30–9:30"]);
    expect(plan("1:00", { now: at("8:10") })).toEqual(["+ 7:10–8:10"]);
    expect(plan("10:00", { now: at("8:10") })).toBe("full");
    expect(plan("1:00", { now: 0 })).toBe("future");
  });

  test("leaves the running timer alone", () => {
    const others = [entry("9:00", "12:00"), entry("13:00", undefined, false)];
    expect(plan("1:00", { others, now: at("15:00") })).toEqual(["+ 12:00–13:00"]);
  });

  test("says when the day is full, and how much is free", () => {
    const cell = cellOf({ others: [entry("0:00", "23:00")] });
    expect(planCell(at("1:30"), cell)).toEqual({
      ok: false,
      refusal: { kind: "full", free: hourMs, untilNow: false },
    });
  });
});

describe("a smaller sum", () => {
  test("cuts the latest entry at its end", () => {
    const own = [entry("9:00", "10:00"), entry("11:00", "13:00", false)];
    expect(plan("2:00", { own })).toEqual(["11:00–13:00 → 11:00–12:00"]);
  });

  test("voids what is taken as a whole", () => {
    const own = [entry("9:00", "10:00"), entry("11:00", "13:00")];
    expect(plan("0:30", { own })).toEqual(["− 11:00–13:00", "9:00–10:00 → 9:00–9:30"]);
    expect(plan("0:00", { own })).toEqual(["− 11:00–13:00", "− 9:00–10:00"]);
  });

  test("leaves what an entry has in other days", () => {
    expect(plan("1:00", { own: [entry("22:00", "26:00")] })).toEqual(["22:00–26:00 → 23:00–26:00"]);
    const before = { ...entry("0:00", "2:00"), from: -hourMs };
    expect(words(planCell(hourMs, cellOf({ own: [before] })))).toHaveLength(1);
    const all = { ...entry("0:00", "25:00"), from: -minuteMs };
    expect(words(planCell(hourMs, cellOf({ own: [all] })))).toBe("spans");
  });
});

test("the same sum changes nothing", () => {
  expect(plan("1:00", { own: [entry("9:00", "10:00")] })).toEqual([]);
});

describe("whatever was recorded", () => {
  /** Entries that don't overlap, some of them over the ends of the day, with odd milliseconds. */
  function randomDay(random: (below: number) => number): Recorded[] {
    const recorded: Recorded[] = [];
    for (let from = -random(4 * hourMs), i = 0; from < day.to; i++) {
      const to = from + 1 + random(random(2) ? 3 * hourMs : 20 * minuteMs);
      if (random(3) > 0) recorded.push({ id: `${i}`, from, to, manual: random(2) === 0 });
      from = random(2) ? to : to + random(2 * hourMs);
    }
    const last = recorded.at(-1);
    if (last && random(4) === 0) last.to = undefined;
    return recorded;
  }

  /** What is recorded after the steps. */
  function after(recorded: readonly Recorded[], steps: readonly Step<Recorded>[]): Recorded[] {
    const changed = new Map(
      steps.flatMap((step) => (step.kind === "add" ? [] : [[step.entry.id, step] as const])),
    );
    const kept = recorded.flatMap((each): Recorded[] => {
      const step = changed.get(each.id);
      if (step?.kind === "void") return [];
      return [step ? { ...each, from: step.from, to: step.to } : each];
    });
    const added = steps.flatMap((step, i) =>
      step.kind === "add" ? [{ id: `new ${i}`, from: step.from, to: step.to, manual: true }] : [],
    );
    return [...kept, ...added];
  }

  const part = ({ from, to = from }: Recorded) =>
    Math.max(0, Math.min(to, day.to) - Math.max(from, day.from));

  test("the cell has exactly the sum typed, and nothing overlaps or is still to come", () => {
    const random = randomOf(125);
    let planned = 0;
    for (let round = 0; round < 3_000; round++) {
      const recorded = randomDay(random);
      const own = recorded.filter((each) => each.to !== undefined && random(3) === 0);
      const running = recorded.find(({ to }) => to === undefined);
      const latest = Math.max(0, ...recorded.map(({ from, to = from }) => to));
      const now = Math.max(latest, running ? running.from : 0) + random(3 * hourMs);
      const wanted = random(16 * 4) * 15 * minuteMs;
      const result = planCell(wanted, { day, now, entries: own, recorded });
      if (!result.ok) continue;
      planned++;
      const left = after(recorded, result.steps);
      const ids = new Set([
        ...own.map(({ id }) => id),
        ...left.map(({ id }) => id).filter((id) => id.startsWith("new")),
      ]);
      const inCell = left.filter(({ id }) => ids.has(id)).reduce((sum, each) => sum + part(each), 0);
      expect(inCell, `round ${round}`).toBe(wanted);
      const sorted = [...left].sort((a, b) => a.from - b.from);
      sorted.forEach((each, i) => {
        const next = sorted[i + 1];
        if (next)
          expect(each.to ?? Number.POSITIVE_INFINITY, `round ${round}`).toBeLessThanOrEqual(next.from);
        if (each.to !== undefined) expect(each.to, `round ${round}`).toBeGreaterThan(each.from);
      });
      for (const step of result.steps) {
        if (step.kind === "add") expect(step.to, `round ${round}`).toBeLessThanOrEqual(now);
        else expect(own, `round ${round}`).toContain(step.entry);
      }
      // What lies in other days is as it was.
      const outside = (all: readonly Recorded[]) =>
        all.reduce((sum, { id, from, to }) => (ids.has(id) && to !== undefined ? sum + to - from : sum), 0);
      const before = outside(recorded) - own.reduce((sum, each) => sum + part(each), 0);
      expect(outside(left) - wanted, `round ${round}`).toBe(before);
    }
    expect(planned).toBeGreaterThan(1_000);
  });
});
