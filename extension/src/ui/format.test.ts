import { afterEach, describe, expect, test, vi } from "vitest";
import {
  counted,
  formatDate,
  formatDateRange,
  formatDateTime,
  formatDuration,
  formatHourOfDay,
  formatLength,
  formatMoney,
  formatMonth,
  formatMonthRange,
  formatNumber,
  formatRecent,
  formatTerm,
  formatTime,
  formatTimeNear,
  formatTimeRange,
  formatUtcDay,
  formatWeekdayTime,
} from "./format.ts";

test.each([
  [0, "0:00:00", "0:00", "0 h 0 min 0 s", "0 minutes"],
  [999, "0:00:00", "0:00", "0 h 0 min 0.999 s", "0 minutes"],
  [59_999, "0:00:59", "0:00", "0 h 0 min 59.999 s", "0 minutes"],
  [60_000, "0:01:00", "0:01", "0 h 1 min 0 s", "1 minute"],
  [3_599_999, "0:59:59", "0:59", "0 h 59 min 59.999 s", "59 minutes"],
  [3_723_004, "1:02:03", "1:02", "1 h 2 min 3.004 s", "1 hour 2 minutes"],
  [100 * 3_600_000, "100:00:00", "100:00", "100 h 0 min 0 s", "100 hours 0 minutes"],
])("%d ms is never rounded up", (ms, clock, hours, exact, spoken) => {
  expect(formatDuration(ms, "clock")).toBe(clock);
  expect(formatDuration(ms, "hours")).toBe(hours);
  expect(formatDuration(ms, "exact")).toBe(exact);
  expect(formatDuration(ms, "spoken")).toBe(spoken);
});

test.each([
  [999, "0 seconds"],
  [1_000, "1 second"],
  [59_999, "59 seconds"],
  [60_000, "1 minute"],
  [3_723_004, "1 hour 2 minutes"],
])("%d ms is told as %s", (ms, told) => {
  expect(formatLength(ms)).toBe(told);
});

test("dates and times", () => {
  const instant = Date.parse("2026-11-20T23:05:00Z");
  expect(formatTime(instant, "Europe/Berlin")).toBe("00:05");
  expect(formatTimeNear(instant, instant + 3_600_000, "Europe/Berlin")).toBe("00:05");
  expect(formatTimeNear(instant, instant - 600_000, "Europe/Berlin")).toBe("Sat 00:05");
  expect(formatDateTime(instant, "Europe/Berlin")).toBe("21 Nov 2026, 00:05");
  expect(formatDate("2026-11-21", "weekday")).toBe("Sat");
  expect(formatDate("2026-11-21", "day")).toBe("21 Nov");
  expect(formatDate("2026-11-21", "medium")).toBe("Sat, 21 Nov 2026");
  expect(formatDate("2026-11-21", "long")).toBe("Saturday, 21 November 2026");
  expect(formatMonth("2026-11")).toBe("November 2026");
});

test.each([
  [900, "USD", "US$9.00"],
  [1, "USD", "US$0.01"],
  [-3_605, "EUR", "-€36.05"],
  [900, "JPY", "JP¥900"],
  [1_234_567, "KWD", "KWD\u00a01,234.567"],
  [350_000, "HUF", "HUF\u00a03,500.00"],
  [4_000_000, "COP", "COP\u00a040,000.00"],
  [15_000_000, "IDR", "IDR\u00a0150,000.00"],
  [12_345_678, "IQD", "IQD\u00a012,345.678"],
  [1_234_567, "CLF", "CLF\u00a0123.4567"],
  [123_456_789_012, "USD", "US$1,234,567,890.12"],
])("%d minor units of %s", (minor, currency, text) => {
  expect(formatMoney(minor, currency)).toBe(text);
});

test.each([
  ["P1M", "1 month"],
  ["P18M", "18 months"],
  ["P3Y", "3 years"],
  ["P1Y6M", "1 year 6 months"],
  ["P2W", "2 weeks"],
  ["P", "P"],
  ["PT1H", "PT1H"],
  ["monthly", "monthly"],
])("the term %s", (unit, text) => {
  expect(formatTerm(unit)).toBe(text);
});

test("a term's days are those of UTC", () => {
  expect(formatUtcDay("2026-12-09T00:00:00Z")).toBe("Wed, 9 Dec 2026");
  expect(formatUtcDay("2026-12-09T23:59:59.999Z")).toBe("Wed, 9 Dec 2026");
});

describe("in the browser's language", () => {
  const plain = (text: string) => text.replace(/\s/g, " ").replace(/[\u2068\u2069]/g, "");

  function speak(language: string) {
    class DateTimeFormat extends Intl.DateTimeFormat {
      constructor(_: unknown, options?: Intl.DateTimeFormatOptions) {
        super(language, options);
      }
    }
    class NumberFormat extends Intl.NumberFormat {
      constructor(_: unknown, options?: Intl.NumberFormatOptions) {
        super(language, options);
      }
    }
    vi.stubGlobal("Intl", { DateTimeFormat, NumberFormat });
  }

  afterEach(() => {
    vi.unstubAllGlobals();
  });

  const from = Date.parse("2026-11-20T12:05:09Z");

  test.each([
    ["en-GB", "13:05", "20 Nov 2026, 13:05", "Fri, 20 Nov 2026, 13:05–14:35", "23 – 29 Nov 2026"],
    ["en-US", "1:05 PM", "Nov 20, 2026, 1:05 PM", "Fri, Nov 20, 2026, 1:05 – 2:35 PM", "Nov 23 – 29, 2026"],
    ["de-DE", "13:05", "20. Nov. 2026, 13:05", "Fr., 20. Nov. 2026, 13:05–14:35 Uhr", "23.–29. Nov. 2026"],
    ["ar-SA", "1:05 م", "20 نوفمبر 2026، 1:05 م", "الجمعة، 20 نوفمبر 2026، 1:05–2:35 م", "23–29 نوفمبر 2026"],
    [
      "fa-IR",
      "13:05",
      "20 نوامبر 2026، 13:05",
      "جمعه 20 نوامبر 2026،\u200f 13:05 تا 14:35",
      "23 تا 29 نوامبر 2026",
    ],
    [
      "ja-JP",
      "13:05",
      "2026年11月20日 13:05",
      "2026年11月20日(金) 13:05～14:35",
      "2026年11月23日～2026年11月29日",
    ],
    [
      "zh-HK",
      "下午1:05",
      "2026年11月20日 下午1:05",
      "2026年11月20日週五 下午1:05 至 下午2:35",
      "2026年11月23日 至 2026年11月29日",
    ],
  ])("%s has its own order of day and month, and its own clock", (language, time, dateTime, range, week) => {
    speak(language);
    expect(plain(formatTime(from, "Europe/Berlin"))).toBe(time);
    expect(plain(formatDateTime(from, "Europe/Berlin"))).toBe(dateTime);
    expect(plain(formatTimeRange(from, from + 5_400_000, "Europe/Berlin"))).toBe(range);
    expect(plain(formatDateRange("2026-11-23", "2026-11-29"))).toBe(week);
  });

  test.each([
    ["en-GB", "2,000.25", "2,000 seats", "0 h 0 min 1.500 s", "US$1,234.50"],
    ["de-DE", "2.000,25", "2.000 seats", "0 h 0 min 1,500 s", "1.234,50 $"],
    ["fr-FR", "2 000,25", "2 000 seats", "0 h 0 min 1,500 s", "1 234,50 $US"],
    ["ar-EG", "2,000.25", "2,000 seats", "0 h 0 min 1.500 s", "\u200f1,234.50 US$"],
  ])("%s has its own decimal sign", (language, number, seats, length, money) => {
    speak(language);
    expect(plain(formatNumber(2000.25))).toBe(number);
    expect(plain(counted(2000, "seat"))).toBe(seats);
    expect(plain(formatDuration(1_500, "exact"))).toBe(length);
    expect(plain(formatMoney(123_450, "USD"))).toBe(money);
  });

  test("dates from right to left keep their direction beside English words", () => {
    speak("he-IL");
    expect(formatMonth("2026-11")).toBe("\u2068נובמבר 2026\u2069");
    expect(formatDateRange("2026-11-23", "2026-11-29")).toMatch(/^\u2068.*\u2069$/);
  });

  test("seconds, days and months", () => {
    speak("en-US");
    expect(plain(formatWeekdayTime(from, "Europe/Berlin", true))).toBe("Fri, Nov 20, 2026, 1:05:09 PM");
    expect(plain(formatRecent(from, "Europe/Berlin", from))).toBe("Fri, Nov 20, 1:05 PM");
    expect(plain(formatRecent(from, "Europe/Berlin", from + 366 * 86_400_000))).toContain("2026");
    expect(plain(formatMonthRange("2025-12", "2026-11"))).toBe("December 2025 – November 2026");
    expect(formatMonth("2026-11", "short")).toBe("Nov");
  });

  test.each([
    ["en-US", "1 PM"],
    ["en-GB", "13"],
    ["de-DE", "13"],
  ])("an hour of the day in %s takes little room", (language, hour) => {
    speak(language);
    expect(plain(formatHourOfDay(Date.parse("2026-11-20T12:00:00Z"), "Europe/Berlin"))).toBe(hour);
  });

  test.each(["ja-JP", "zh-CN", "zh-TW", "zh-HK"])("%s names months in ranges as in days", (language) => {
    speak(language);
    const overMidnight = formatTimeRange(from, from + 43_200_000, "Europe/Berlin", true);
    expect(overMidnight).toContain(formatWeekdayTime(from, "Europe/Berlin", true));
    expect(overMidnight).toContain(formatWeekdayTime(from + 43_200_000, "Europe/Berlin", true));
    expect(formatMonthRange("2025-12", "2026-11")).toContain(formatMonth("2025-12"));
    expect(formatTimeRange(from, from, "UTC")).toBe(formatWeekdayTime(from, "UTC"));
  });
});
