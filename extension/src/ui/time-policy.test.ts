import { describe, expect, it } from "vitest";
import policy from "../../../docs/time-policy.json";
import { firstOfWeek, type WeekStart } from "./hub/week-start.ts";
import { addDays, startOfDay } from "./zone.ts";

/** The vectors of docs/time-policy.md, which the server's tests run too. */
describe("the time policy", () => {
  it.each(policy.start_and_length_of_a_day)("starts $day in $time_zone: $remark", (vector) => {
    const start = startOfDay(vector.day, vector.time_zone);
    expect(new Date(start).toISOString()).toBe(vector.starts_at);
    expect(startOfDay(addDays(vector.day, 1), vector.time_zone) - start).toBe(vector.length_in_ms);
  });

  const weeks = policy.cutting_a_range.filter(({ unit }) => unit.startsWith("week from"));
  it.each(weeks)("cuts a $unit in $time_zone: $remark", ({ unit, time_zone, parts, from }) => {
    const weekStart = unit.replace("week from ", "") as WeekStart;
    for (const part of parts.split(", ")) {
      const [name = "", start = ""] = part.split(" from ");
      if (name.includes("W")) continue; // a week of ISO 8601 is told by its number
      const begins = firstOfWeek(name, weekStart);
      expect(begins).toBe(name);
      const within = begins < from ? from : begins;
      expect(new Date(startOfDay(within, time_zone)).toISOString()).toBe(start);
    }
  });
});
