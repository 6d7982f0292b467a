/** Which days of a week are closed, and by what. The server holds the rule (docs/timesheets.md); it has the last word. */

import type { Me, Timesheet } from "../../api/client.ts";
import { addDays, dateIn, startOfDay } from "../zone.ts";
import { knownTenantZone } from "../zone-names.ts";
import type { Refusal } from "./plan.ts";

/** Why nothing can be typed on a day; undefined where it is open, or a part of it is. */
export type ClosedDay = Extract<Refusal, { kind: "submitted" | "approved" | "locked" }> | undefined;

const bySubmission: ClosedDay = { kind: "submitted" };
const byApproval: ClosedDay = { kind: "approved" };
const byLock: ClosedDay = { kind: "locked" };

/** For each of the dates, by what it is closed at an instant. */
export function closedDays(
  dates: readonly string[],
  me: Pick<Me, "user" | "tenant">,
  sheet: Timesheet | undefined,
  now: number,
): ClosedDay[] {
  const submitted = instantOf(sheet?.through);
  const approved = instantOf(sheet?.approved_through);
  const locked = lockedUntil(me, now);
  return dates.map((date) => {
    const end = startOfDay(addDays(date, 1), me.user.time_zone);
    if (end <= approved) return byApproval;
    if (end <= submitted) return bySubmission;
    return end <= locked ? byLock : undefined;
  });
}

/** The instant before which the week is closed. */
export function closedUntil(
  me: Pick<Me, "user" | "tenant">,
  sheet: Timesheet | undefined,
  now: number,
): number {
  return Math.max(instantOf(sheet?.through), instantOf(sheet?.approved_through), lockedUntil(me, now));
}

const instantOf = (text: string | undefined) =>
  text === undefined ? Number.NEGATIVE_INFINITY : Date.parse(text);

/** Before which instant the organization has closed everything. Its days are those of its own zone. */
function lockedUntil(me: Pick<Me, "user" | "tenant">, now: number): number {
  const { lock_after_days } = me.tenant.settings;
  if (!lock_after_days) return Number.NEGATIVE_INFINITY;
  const zone = knownTenantZone(me);
  return startOfDay(addDays(dateIn(now, zone), -lock_after_days), zone);
}
