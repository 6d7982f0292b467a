/**
 * Calendar arithmetic in an IANA time zone, on Intl alone. Days, weeks and months are cut in the user's zone, as in the
 * API's reports. A calendar date is "2026-11-21" and a month is "2026-11". Neither knows a zone, so a change of the
 * clocks can't disturb the step to the next one. Instants are milliseconds since the Unix epoch.
 */

import { dayMs } from "./units.ts";

const formats = new Map<string, Intl.DateTimeFormat>();

/** Gives the zone's formatter. Making one is slow, so each is kept for the life of the page. */
function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-u-ca-iso8601-nu-latn-hc-h23", {
      timeZone: zone,
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    });
    formats.set(zone, format);
  }
  return format;
}

/** The time on a wall clock in the zone at the instant, written as if it were UTC. */
export function wallClock(instant: number, zone: string): number {
  const parts: Record<string, number> = {};
  for (const part of formatOf(zone).formatToParts(instant)) parts[part.type] = Number(part.value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) + (((instant % 1000) + 1000) % 1000);
}

function offsetAt(instant: number, zone: string): number {
  return wallClock(instant, zone) - instant;
}

/** The instants at which a wall clock in the zone shows wall: none in a skipped hour, two in a repeated one. */
function instantsOfWall(wall: number, zone: string): number[] {
  // A zone changes its offset at most once within two days, so the offsets on either side are all there are.
  const offsets = new Set([offsetAt(wall - dayMs, zone), offsetAt(wall + dayMs, zone)]);
  return [...offsets]
    .map((offset) => wall - offset)
    .filter((instant) => wallClock(instant, zone) === wall)
    .sort((a, b) => a - b);
}

/** The calendar date in the zone at the instant. */
export function dateIn(instant: number, zone: string): string {
  return new Date(wallClock(instant, zone)).toISOString().slice(0, 10);
}

/** The value of an `<input type="datetime-local">` for the instant in the zone: "2026-11-21T09:30:05". */
export function localDateTime(instant: number, zone: string): string {
  return new Date(wallClock(instant, zone)).toISOString().slice(0, 19);
}

/** The instants that "2026-11-21T09:30", or "2026-11-21T09:30:05", may mean in the zone: none in a skipped hour, two in a repeated one. */
export function instantsOf(local: string, zone: string): number[] {
  const wall = Date.parse(`${local}Z`);
  return Number.isNaN(wall) ? [] : instantsOfWall(wall, zone);
}

/** The zone's offset from UTC at the instant, such as "UTC+02:00"; it tells the two passes of a repeated hour apart. */
export function offsetName(instant: number, zone: string): string {
  const minutes = Math.round(offsetAt(instant, zone) / 60_000);
  const hh = String(Math.floor(Math.abs(minutes) / 60)).padStart(2, "0");
  const mm = String(Math.abs(minutes) % 60).padStart(2, "0");
  return `UTC${minutes < 0 ? "−" : "+"}${hh}:${mm}`;
}

/** The zone's name. One without a place has a sign that is reversed, so it is called by its offset: "UTC+01:00". */
export function zoneName(zone: string): string {
  return zone.startsWith("Etc/GMT") ? offsetName(0, zone) : zone;
}

const starts = new Map<string, number>();

/** The first instant of the calendar date in the zone, also where midnight or the whole day was skipped. */
export function startOfDay(date: string, zone: string): number {
  // It takes several dates of a wall clock, and a week asks for its few days hundreds of times.
  const key = `${date} ${zone}`;
  const start = starts.get(key) ?? findStartOfDay(date, zone);
  starts.set(key, start);
  return start;
}

function findStartOfDay(date: string, zone: string): number {
  const wall = Date.parse(`${date}T00:00Z`);
  const [first] = instantsOfWall(wall, zone);
  if (first !== undefined) return first;
  // Midnight was skipped, so the day begins where the clock jumps over it.
  let before = wall - 2 * dayMs;
  let after = wall + 2 * dayMs;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (wallClock(middle, zone) < wall) before = middle;
    else after = middle;
  }
  return after;
}

/** Cuts [from, to) at the midnights of the zone; the parts add up to the whole, to the millisecond. */
export function splitByDay(from: number, to: number, zone: string): Map<string, number> {
  const parts = new Map<string, number>();
  for (let start = from; start < to; ) {
    const date = dateIn(start, zone);
    let next = addDays(date, 1);
    let end = startOfDay(next, zone);
    while (end <= start) {
      next = addDays(next, 1);
      end = startOfDay(next, zone);
    }
    end = Math.min(end, to);
    parts.set(date, (parts.get(date) ?? 0) + end - start);
    start = end;
  }
  return parts;
}

/** The date so many days later; negative goes back. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00Z`) + days * dayMs).toISOString().slice(0, 10);
}

/** The Monday of the date's week (ISO 8601). */
export function mondayOf(date: string): string {
  const weekday = new Date(`${date}T00:00Z`).getUTCDay();
  return addDays(date, -((weekday + 6) % 7));
}

/** The date's month, "2026-11". */
export function monthOf(date: string): string {
  return date.slice(0, 7);
}

/** The month so many months later; negative goes back. */
export function addMonths(month: string, months: number): string {
  const first = new Date(`${month}-01T00:00Z`);
  first.setUTCMonth(first.getUTCMonth() + months);
  return first.toISOString().slice(0, 7);
}
