/** On which day a person's weeks begin. */

import type { Me } from "../../api/client.ts";
import { addDays } from "../zone.ts";

export type WeekStart = Me["user"]["week_start"];

/** Days of the week as Date.getUTCDay() counts them. */
const weekdays: Record<WeekStart, number> = { sunday: 0, monday: 1, saturday: 6 };

/** The person's own choice, or their organization's. */
export function weekStartOf({ user }: Me): WeekStart {
  return user.week_start;
}

/** The first day of the week in which the date is. */
export function firstOfWeek(date: string, start: WeekStart): string {
  const weekday = new Date(`${date}T00:00Z`).getUTCDay();
  return addDays(date, -((weekday - weekdays[start] + 7) % 7));
}
