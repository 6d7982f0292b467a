/**
 * How durations, dates, times and numbers are written: by the browser's language, as its own date and time fields are.
 * Months are words, so that nobody can misread 3 April for 4 March. Days are those of the Gregorian calendar, in which
 * weeks and months are counted, and digits are 0 to 9, as in durations. What is written from right to left has that direction wherever it stands.
 */

import { decimalsOf } from "./currencies.ts";
import { lengthTexts } from "./length-texts.ts";
import { isolate } from "./sentence.ts";

/** The browser's language. */
const language = undefined;

/** Making a formatter is slow, and a table writes hundreds of dates and numbers: each is kept for the life of the page. */
const formats = new WeakMap<object, Map<string, unknown>>();

function kept<Options, Format>(
  Kind: new (language: undefined, options: Options) => Format,
  options: Options,
) {
  const own = formats.get(Kind) ?? new Map<string, unknown>();
  formats.set(Kind, own);
  const key = JSON.stringify(options);
  const format = (own.get(key) as Format | undefined) ?? new Kind(language, options);
  own.set(key, format);
  return format;
}

function dateTimeFormat(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return kept<Intl.DateTimeFormatOptions, Intl.DateTimeFormat>(Intl.DateTimeFormat, {
    calendar: "gregory",
    numberingSystem: "latn",
    timeZone: zone,
    ...options,
  });
}

function numberFormat(options: Intl.NumberFormatOptions = {}): Intl.NumberFormat {
  return kept<Intl.NumberFormatOptions, Intl.NumberFormat>(Intl.NumberFormat, {
    numberingSystem: "latn",
    ...options,
  });
}

const dayParts = { day: "numeric", month: "short", year: "numeric" } as const;
const weekdayParts = { weekday: "short", ...dayParts } as const;
const monthParts = { month: "long", year: "numeric" } as const;

/** The time of day: 9:30 AM where the language counts hours to 12, and 09:30 where it counts them to 24. */
function timeParts(seconds: boolean): Intl.DateTimeFormatOptions {
  const { hourCycle } = dateTimeFormat("UTC", { hour: "numeric" }).resolvedOptions();
  const to24 = hourCycle === "h23" || hourCycle === "h24";
  return {
    hour: to24 ? "2-digit" : "numeric",
    minute: "2-digit",
    ...(seconds && { second: "2-digit" }),
  };
}

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
      const fraction = ms % 1000 === 0 ? 0 : 3;
      const rest = numberFormat({ minimumFractionDigits: fraction }).format((ms % 60_000) / 1000);
      return `${hours} h ${minutes} min ${rest} s`;
    }
    case "spoken":
      return `${hours === 0 ? "" : `${lengthOf(hours, "hour")} `}${lengthOf(minutes, "minute")}`;
  }
}

/** A length in words: 1 hour 2 minutes, and below a minute 40 seconds. */
export function formatLength(ms: number): string {
  return ms < 60_000 ? lengthOf(Math.floor(ms / 1000), "second") : formatDuration(ms, "spoken");
}

function lengthOf(n: number, unit: keyof typeof lengthTexts): string {
  return lengthTexts[unit](n, formatNumber(n));
}

function twoDigits(n: number): string {
  return String(n).padStart(2, "0");
}

/** A number: 2,000 or 0.25, as the language writes it. */
export function formatNumber(n: number): string {
  return numberFormat().format(n);
}

/** A share from 0 to 1 in whole percent, of which nothing is rounded up: 100 % is all. */
export function formatPercent(share: number): string {
  return numberFormat({ style: "percent" }).format(Math.floor(share * 100) / 100);
}

/** Hours as Azure DevOps counts them: 12.75 h. */
export function formatHours(hours: number): string {
  return `${numberFormat({ maximumFractionDigits: 2 }).format(hours)}\u00a0h`;
}

/** "1 entry", "2 entries". */
export function counted(n: number, singular: string, plural = `${singular}s`): string {
  return `${formatNumber(n)} ${n === 1 ? singular : plural}`;
}

/** The time of day in the zone: 09:30, or with seconds 09:30:05. */
export function formatTime(instant: number, zone: string, seconds = false): string {
  return isolate(dateTimeFormat(zone, timeParts(seconds)).format(instant));
}

/** The hour of the day in the zone, where it is full and there is little room: 8 AM, or 8. */
export function formatHourOfDay(instant: number, zone: string): string {
  const format = dateTimeFormat(zone, { hour: "numeric" });
  const parts = format.formatToParts(instant);
  if (parts.some(({ type }) => type === "dayPeriod")) return isolate(format.format(instant));
  return String(Number(parts.find(({ type }) => type === "hour")?.value ?? ""));
}

/** The time of day in the zone, near another instant: 09:30, or Sat 09:30 where that instant has another day there. */
export function formatTimeNear(instant: number, near: number, zone: string): string {
  const day = dateTimeFormat(zone, dayParts);
  const sameDay = day.format(instant) === day.format(near);
  return dateTimeFormat(zone, { ...(!sameDay && { weekday: "short" }), ...timeParts(false) }).format(instant);
}

/** Day and time in the zone: 21 Nov 2026, 09:30, or with seconds 09:30:05. */
export function formatDateTime(instant: number, zone: string, seconds = false): string {
  return isolate(dateTimeFormat(zone, { ...dayParts, ...timeParts(seconds) }).format(instant));
}

/** From one instant to another in the zone: Sat, 21 Nov 2026, 09:10–10:40. The last day is named where it is another. */
export function formatTimeRange(from: number, to: number, zone: string, seconds = false): string {
  return writeRange(from, to, zone, weekdayParts, timeParts(seconds));
}

/** From one instant to another in the zone, below a heading with the day: 09:10–10:40. Both days are named where they differ. */
export function formatTimes(from: number, to: number, zone: string, seconds = false): string {
  const day = dateTimeFormat(zone, dayParts);
  const oneDay = day.format(from) === day.format(to);
  const { year: _, ...named } = weekdayParts;
  return writeRange(from, to, zone, oneDay ? {} : named, timeParts(seconds));
}

/** From one instant to another in the zone, without the year if it is this one: Wed, 25 Nov, 16:05 – Thu, 26 Nov, 02:05. */
export function formatTimeSpan(from: number, to: number, zone: string, now: number): string {
  const year = dateTimeFormat(zone, { year: "numeric" });
  const [first, ...others] = [from, to, now].map((instant) => year.format(instant));
  const date = others.every((each) => each === first)
    ? ({ weekday: "short", day: "numeric", month: "short" } as const)
    : weekdayParts;
  return writeRange(from, to, zone, date, timeParts(false));
}

/** Day and time in the zone, with the day of the week: Sat, 21 Nov 2026, 09:10. */
export function formatWeekdayTime(instant: number, zone: string, seconds = false): string {
  return isolate(dateTimeFormat(zone, { ...weekdayParts, ...timeParts(seconds) }).format(instant));
}

/** Weekday, day and time in the zone, without the year if it is this one: Mon, 23 Nov, 09:12. */
export function formatRecent(instant: number, zone: string, now: number): string {
  const year = dateTimeFormat(zone, { year: "numeric" });
  const { year: _, ...thisYear } = weekdayParts;
  const date = year.format(instant) === year.format(now) ? thisYear : weekdayParts;
  return isolate(dateTimeFormat(zone, { ...date, ...timeParts(false) }).format(instant));
}

/** A calendar date: "Sat", "21 Nov", "Sat, 21 Nov 2026" or "Saturday, 21 November 2026". */
export function formatDate(date: string, style: "weekday" | "day" | "medium" | "long"): string {
  const options: Record<typeof style, Intl.DateTimeFormatOptions> = {
    weekday: { weekday: "short" },
    day: { day: "numeric", month: "short" },
    medium: weekdayParts,
    long: { weekday: "long", day: "numeric", month: "long", year: "numeric" },
  };
  return isolate(dateTimeFormat("UTC", options[style]).format(midnight(date)));
}

/** A calendar date above what is of it, without the year if it is today's: Fri 27 November. */
export function formatDateHeading(date: string, today: string): string {
  const { year, ...parts } = { weekday: "short", day: "numeric", month: "long", year: "numeric" } as const;
  const other = date.slice(0, 4) !== today.slice(0, 4);
  return isolate(dateTimeFormat("UTC", other ? { ...parts, year } : parts).format(midnight(date)));
}

/** The weekdays of some dates: Tue and Thu. */
export function formatWeekdays(dates: readonly string[]): string {
  return new Intl.ListFormat(language, { type: "conjunction" }).format(
    dates.map((date) => formatDate(date, "weekday")),
  );
}

/** From one calendar date to another: 23 – 29 Nov 2026. */
export function formatDateRange(from: string, to: string): string {
  return writeRange(midnight(from), midnight(to), "UTC", dayParts);
}

/** From one calendar date to another, with the month's whole name: 23 – 29 November. The year is named unless it is today's. */
export function formatDateSpan(from: string, to: string, today: string): string {
  const year = [from, to].some((date) => date.slice(0, 4) !== today.slice(0, 4));
  const spelled = { day: "numeric", month: "long" } as const;
  const parts = year ? ({ ...spelled, year: "numeric" } as const) : spelled;
  return writeRange(midnight(from), midnight(to), "UTC", parts);
}

/** A month, "2026-11": November 2026, or where there is little room, Nov. */
export function formatMonth(month: string, style: "long" | "short" = "long"): string {
  const format = dateTimeFormat("UTC", style === "long" ? monthParts : { month: "short" });
  return isolate(format.format(midnight(`${month}-01`)));
}

/** From one month to another: December 2025 – November 2026. */
export function formatMonthRange(from: string, to: string): string {
  return writeRange(midnight(`${from}-01`), midnight(`${to}-01`), "UTC", monthParts);
}

/**
 * Writes a range as the language does, unless it drops the month's name there: Japanese and Chinese have 2026年11月23日
 * for a day and 2026/11/23 in a range. Then both ends are written as they are alone.
 */
function writeRange(
  from: number,
  to: number,
  zone: string,
  date: Intl.DateTimeFormatOptions,
  time: Intl.DateTimeFormatOptions = {},
): string {
  const format = dateTimeFormat(zone, { ...date, ...time });
  const parts = format.formatRangeToParts(from, to);
  if (namesMonth(parts) || !namesMonth(format.formatToParts(from))) {
    return isolate(format.formatRange(from, to));
  }
  const days = dateTimeFormat(zone, date);
  const sameDay = days.format(from) === days.format(to);
  const end = sameDay ? dateTimeFormat(zone, time) : format;
  return `${format.format(from)}${rangeSign()}${end.format(to)}`;
}

/** What the language writes between two days. */
function rangeSign(): string {
  const parts = dateTimeFormat("UTC", dayParts).formatRangeToParts(
    midnight("2026-01-01"),
    midnight("2027-02-02"),
  );
  return parts[parts.findIndex(({ source }) => source === "endRange") - 1]?.value ?? " – ";
}

/** Whether the month is a word, or a number with the word for month after it. */
function namesMonth(parts: (Intl.DateTimeFormatPart & { source?: string })[]): boolean {
  const at = parts.findIndex(({ type }) => type === "month");
  const month = parts[at];
  const after = parts[at + 1];
  const own = after?.type === "literal" && after.source === month?.source; // not what stands between the ends
  return /^\d*\p{L}/u.test(`${month?.value}${own ? after.value : ""}`);
}

function midnight(date: string): number {
  return Date.parse(`${date}T00:00Z`);
}

/** A calendar date in UTC of an instant: "Sat, 21 Nov 2026". The Marketplace's terms are days in UTC. */
export function formatUtcDay(instant: string): string {
  return formatDate(new Date(instant).toISOString().slice(0, 10), "medium");
}

/** An amount in minor units of an ISO 4217 currency, with that standard's decimals: "US$9.00", "JP¥900". */
export function formatMoney(minor: number, currency: string): string {
  const digits = decimalsOf(currency);
  const format = numberFormat({
    style: "currency",
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return isolate(format.format(minor / 10 ** digits));
}

const termUnits = ["year", "month", "week", "day"] as const;

/** An ISO 8601 duration of whole units: "P1M" is 1 month. What is not understood is shown as it is. */
export function formatTerm(unit: string): string {
  const counts = /^P(?=\d)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?$/.exec(unit)?.slice(1);
  const parts = termUnits.flatMap((unit, i) => (counts?.[i] ? [lengthOf(Number(counts[i]), unit)] : []));
  return counts ? parts.join(" ") : unit;
}
