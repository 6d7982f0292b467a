/** What weeks miss, as it is shown. */

import type { Timesheet } from "../api/client.ts";
import { shownParts } from "./shown.ts";

/**
 * What the days of a week miss, in the minutes that are shown: with what is shown of a day, it is the day's target. The
 * server knows which days are over, and says the same in reminders. `worked` is what the days have.
 */
export function missingOf(
  { days }: Pick<Timesheet, "days">,
  worked: readonly number[] = days.map(({ recorded_ms, adjusted_ms }) => recorded_ms + adjusted_ms),
): { sum: number; days: ReadonlyMap<string, number> } {
  const shown = shownParts(worked);
  const missing = new Map<string, number>();
  let sum = 0;
  days.forEach(({ day, missing_ms, target_ms }, i) => {
    const ms = missing_ms > 0 ? Math.max(0, target_ms - (shown[i] ?? 0)) : 0;
    sum += ms;
    if (ms > 0) missing.set(day, ms);
  });
  return { sum, days: missing };
}
