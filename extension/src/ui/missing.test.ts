import { expect, test } from "vitest";
import { missingOf } from "./missing.ts";
import { sheetOf } from "./testing.tsx";

const minute = 60_000;

test("what days miss adds up to their target with what is shown of them", () => {
  // Together two minutes more than is shown of each by itself. The last day has the first of them, and lacks nothing.
  const worked = [20, 50, 50, 28_800, 28_799].map((s, i) => (i < 3 ? 435 * minute : 0) + s * 1_000);
  const days = sheetOf().days.map((day, i) => {
    const recorded_ms = worked[i] ?? 0;
    const missing_ms = i < 5 ? Math.max(0, 480 * minute - recorded_ms) : 0;
    return { ...day, target_ms: i < 5 ? 480 * minute : 0, recorded_ms, adjusted_ms: 0, missing_ms };
  });
  const missing = missingOf({ days });
  expect([...missing.days.values()]).toEqual([45 * minute, 44 * minute, 45 * minute]);
  expect(missing.sum).toBe(134 * minute);
});

test("a day that isn't over, or has its target, misses nothing", () => {
  expect(missingOf({ days: sheetOf().days.map((day) => ({ ...day, missing_ms: 0 })) }).sum).toBe(0);
});
