/** The time zones that the browser knows, to choose from, and what is shown where it doesn't know the person's. */

import type { Me } from "../api/client.ts";
import { dayMs } from "./units.ts";
import { wallClock } from "./zone.ts";

const known = new Map<string, boolean>();

/** Whether the browser can show times in the zone. It may be older than the zone, or the name a placeholder. */
export function knowsZone(zone: string): boolean {
  const answer = known.get(zone) ?? canShow(zone);
  known.set(zone, answer);
  return answer;
}

function canShow(zone: string): boolean {
  // Some browsers take IANA's placeholder, and an offset, which is no zone.
  if (zone === "Factory" || !/^[A-Za-z]/.test(zone)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/** Today's names of the zones that browsers list by the older ones. */
const presentNames: Record<string, string> = {
  "Africa/Asmera": "Africa/Asmara",
  "America/Buenos_Aires": "America/Argentina/Buenos_Aires",
  "America/Catamarca": "America/Argentina/Catamarca",
  "America/Coral_Harbour": "America/Atikokan",
  "America/Cordoba": "America/Argentina/Cordoba",
  "America/Godthab": "America/Nuuk",
  "America/Indianapolis": "America/Indiana/Indianapolis",
  "America/Jujuy": "America/Argentina/Jujuy",
  "America/Louisville": "America/Kentucky/Louisville",
  "America/Mendoza": "America/Argentina/Mendoza",
  "Asia/Calcutta": "Asia/Kolkata",
  "Asia/Katmandu": "Asia/Kathmandu",
  "Asia/Rangoon": "Asia/Yangon",
  "Asia/Saigon": "Asia/Ho_Chi_Minh",
  "Atlantic/Faeroe": "Atlantic/Faroe",
  "Europe/Kiev": "Europe/Kyiv",
  "Pacific/Enderbury": "Pacific/Kanton",
  "Pacific/Ponape": "Pacific/Pohnpei",
  "Pacific/Truk": "Pacific/Chuuk",
};

/** A zone's present name, where the browser knows it. */
function presentName(zone: string): string {
  const name = presentNames[zone];
  return name && knowsZone(name) ? name : zone;
}

/** The name that stands for the zone in the list, for one that the browser knows by any name in any case. */
export function listedName(zone: string): string {
  return presentName(new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone);
}

/** The IANA time zone that the browser says it is in; undefined where it doesn't know, or says a placeholder. */
export function browserZone(): string | undefined {
  const zone: string | undefined = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return zone && knowsZone(zone) ? presentName(zone) : undefined;
}

/** The browser's own zone, as the first choice of an organization. */
export const ownTimeZone = browserZone() ?? "UTC";

/** IANA time zones. Older browsers don't list what they know. */
export const timeZones = [
  ...new Set([...(Intl.supportedValuesOf?.("timeZone") ?? []).map(presentName), ownTimeZone, "UTC"]),
].sort();

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

/** The organization's zone, or where the browser doesn't know it, the one in which the caller's pages are. */
export function knownTenantZone({ user, tenant }: Pick<Me, "user" | "tenant">): string {
  const { time_zone } = tenant.settings;
  return knowsZone(time_zone) ? time_zone : user.time_zone;
}
