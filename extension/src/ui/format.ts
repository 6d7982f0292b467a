/**
 * How durations, dates and times are written. The texts are English. Dates have the day first and the month as a word,
 * so that nobody can misread 3 April for 4 March. Times are on a 24-hour clock.
 */

import { decimalsOf } from "./currencies.ts";

const locale = "en-GB";

export type DurationStyle =
  /** A running clock: 1:02:03 */
  | "clock"
  /** A table or a total: 1:02 */
  | "hours"
  /** To the millisecond: 1 h 2 min 3.004 s */
  | "exact"
  /** For screen readers: 1 hour 2 minutes */
  | "spoken";

/** Writes whole milliseconds. Nothing is ever rounded up: 59.999 s is not yet a minute. */
export function formatDuration(ms: number, style: DurationStyle): string {
  const seconds = Math.floor(ms / 1000);
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  switch (style) {
    case "clock":
      return `${hours}:${twoDigits(minutes)}:${twoDigits(seconds % 60)}`;
    case "hours":
      return `${hours}:${twoDigits(minutes)}`;
    case "exact": {
      const fraction = ms % 1000 === 0 ? "" : `.${String(ms % 1000).padStart(3, "0")}`;
      return `${hours} h ${minutes} min ${seconds % 60}${fraction} s`;
    }
    case "spoken":
      return `${hours === 0 ? "" : `${counted(hours, "hour")} `}${counted(minutes, "minute")}`;
  }
}

function twoDigits(n: number): string {
  return String(n).padStart(2, "0");
}

/** "1 entry", "2 entries". */
export function counted(n: number, singular: string, plural = `${singular}s`): string {
  return `${n} ${n === 1 ? singular : plural}`;
}

/** The time of day in the zone: 09:30, or with seconds 09:30:05. */
export function formatTime(instant: number, zone: string, seconds = false): string {
  return new Intl.DateTimeFormat(locale, {
    timeZone: zone,
    hour: "2-digit",
    minute: "2-digit",
    ...(seconds && { second: "2-digit" }),
  }).format(instant);
}

/** Day and time in the zone: 21 Nov 2026, 09:30, or with seconds 09:30:05. */
export function formatDateTime(instant: number, zone: string, seconds = false): string {
  const day = new Intl.DateTimeFormat(locale, { timeZone: zone, dateStyle: "medium" }).format(instant);
  return `${day}, ${formatTime(instant, zone, seconds)}`;
}

/** A calendar date: "Sat", "21 Nov", "Sat 21 Nov 2026" or "Saturday 21 November 2026". */
export function formatDate(date: string, style: "weekday" | "day" | "medium" | "long"): string {
  const options: Record<typeof style, Intl.DateTimeFormatOptions> = {
    weekday: { weekday: "short" },
    day: { day: "numeric", month: "short" },
    medium: { weekday: "short", day: "numeric", month: "short", year: "numeric" },
    long: { weekday: "long", day: "numeric", month: "long", year: "numeric" },
  };
  return new Intl.DateTimeFormat(locale, { timeZone: "UTC", ...options[style] })
    .format(Date.parse(`${date}T00:00Z`))
    .replace(",", "");
}

/** A month, "2026-11": November 2026. */
export function formatMonth(month: string): string {
  return new Intl.DateTimeFormat(locale, { timeZone: "UTC", month: "long", year: "numeric" }).format(
    Date.parse(`${month}-01T00:00Z`),
  );
}

/** A calendar date in UTC of an instant: "Sat 21 Nov 2026". The Marketplace's terms are days in UTC. */
export function formatUtcDay(instant: string): string {
  return formatDate(new Date(instant).toISOString().slice(0, 10), "medium");
}

/** An amount in minor units of an ISO 4217 currency, with that standard's decimals: "US$9.00", "JP¥900". */
export function formatMoney(minor: number, currency: string): string {
  const digits = decimalsOf(currency);
  return new Intl.NumberFormat(locale, {
    style: "currency",
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(minor / 10 ** digits);
}

const unitNames = ["year", "month", "week", "day"];

/** An ISO 8601 duration of whole units: "P1M" is 1 month. What is not understood is shown as it is. */
export function formatTerm(unit: string): string {
  const counts = /^P(?=\d)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?$/.exec(unit)?.slice(1);
  const parts = counts?.flatMap((count, i) => (count ? [counted(Number(count), unitNames[i] ?? "")] : []));
  return parts?.join(" ") ?? unit;
}
