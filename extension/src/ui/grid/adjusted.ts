/** What adjustments count in the week, as it is shown. */

import type { Timesheet } from "../../api/client.ts";
import { shownParts, shownWhole } from "../shown.ts";
import { minuteMs } from "../units.ts";
import type { GridModel } from "./model.ts";

export interface Adjusted {
  /** By day of the week that is shown. */
  days: readonly number[];
  total: number;
}

/** Undefined without any. What was recorded and this add up to what the state of the week tells. */
export function adjustedOf(sheet: Timesheet | undefined, model: GridModel): Adjusted | undefined {
  const exact = model.days.map(({ date }) => sheet?.days.find(({ day }) => day === date)?.adjusted_ms ?? 0);
  if (exact.every((ms) => ms === 0)) return undefined;
  const counted = shownWhole(model.days.map(({ ms }, day) => ms + (exact[day] ?? 0)));
  const total = counted - model.shownMs;
  return { days: shownParts(exact, minuteMs, total), total };
}
