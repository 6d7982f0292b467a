/** Which week the hub shows, and how it is shown. */

import { useToday } from "../hooks.ts";
import { useSession } from "../session.ts";
import { addDays } from "../zone.ts";
import { useAddress } from "./address.ts";
import { firstOfWeek, weekStartOf } from "./week-start.ts";

export interface ShownWeek {
  /** The first of its seven days. */
  first: string;
  last: string;
  /** Today in the person's zone. */
  today: string;
  isThis: boolean;
  /** Goes so many weeks on; negative goes back. */
  step(weeks: number): void;
  showThis(): void;
}

const date = /^\d{4}-\d\d-\d\d$/;

/** The week that the address names, or this one. Any of its days names a week. */
export function useWeek(): ShownWeek {
  const { me, timers } = useSession();
  const { place, go } = useAddress();
  const today = useToday(timers.clock, me.user.time_zone);
  const start = weekStartOf(me);
  const current = firstOfWeek(today, start);
  const named = place.week && date.test(place.week) && !Number.isNaN(Date.parse(place.week));
  const first = named && place.week ? firstOfWeek(place.week, start) : current;
  return {
    first,
    last: addDays(first, 6),
    today,
    isThis: first === current,
    step(weeks) {
      const next = addDays(first, 7 * weeks);
      go({ week: next === current ? undefined : next, day: undefined });
    },
    showThis: () => go({ week: undefined, day: undefined }),
  };
}
