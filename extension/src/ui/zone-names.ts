/** The time zones that the browser knows, to choose from, and what is shown where it doesn't know the person's. */

import type { Me } from "../api/client.ts";
import { wallClock } from "./zone.ts";

/** Whether the browser can show times in the zone. It may be older than the zone, or the name a placeholder. */
export function knowsZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return /^[A-Za-z]/.test(zone); // newer browsers also take an offset, which is no zone
  } catch {
    return false;
  }
}

/** The IANA time zone that the browser says it is in; undefined where it doesn't know, or says a placeholder. */
export function browserZone(): string | undefined {
  const zone: string | undefined = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return zone && knowsZone(zone) ? zone : undefined;
}

/** The browser's own zone, as the first choice of an organization. */
export const ownTimeZone = browserZone() ?? "UTC";

/** IANA time zones. Older browsers don't list what they know. */
export const timeZones = [
  ...new Set([...(Intl.supportedValuesOf?.("timeZone") ?? []), ownTimeZone, "UTC"]),
].sort();

const dayMs = 86_400_000;

/**
 * The zone to propose to a person who has not decided: the browser's, where its clocks differ from those of the person's
 * zone on a day of the year to come. Another name of the same time is no question, and a browser in UTC mostly hides where
 * it is.
 */
export function proposedZone({ user }: Me, now: number): string | undefined {
  const zone = browserZone();
  if (user.time_zone_chosen || !zone?.includes("/") || zone.startsWith("Etc/")) return undefined;
  const differs = (day: number) =>
    wallClock(now + day * dayMs, zone) !== wallClock(now + day * dayMs, user.time_zone);
  return Array.from({ length: 366 }, (_, day) => day).some(differs) ? zone : undefined;
}

/** The zone that days should be cut in, whether it is known or not. */
export function wantedZone({ user, tenant }: Me): string {
  return user.own_time_zone ?? tenant.settings.time_zone;
}

/**
 * The caller as pages show them: in a zone that the browser knows. Where it doesn't know the person's, it is the one that
 * is as far from UTC now, by full hours, and otherwise UTC. The server knows it too, so all of a page agrees.
 * Such a browser has no zone to propose.
 */
export function inKnownZone(me: Me): Me {
  const { time_zone, utc_offset_minutes } = me.user;
  if (knowsZone(time_zone)) return me;
  const hours = utc_offset_minutes / 60;
  const near = `Etc/GMT${hours > 0 ? "-" : "+"}${Math.abs(hours)}`; // the sign in such names is reversed
  const shown = hours !== 0 && knowsZone(near) ? near : "UTC";
  return { ...me, user: { ...me.user, time_zone: shown, time_zone_chosen: true } };
}
