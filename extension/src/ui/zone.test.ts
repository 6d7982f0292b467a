import { describe, expect, test } from "vitest";
import {
  addDays,
  addMonths,
  dateIn,
  instantsOf,
  localDateTime,
  mondayOf,
  offsetName,
  splitByDay,
  startOfDay,
  zoneName,
} from "./zone.ts";

const iso = (instant: number) => new Date(instant).toISOString();
const at = (instant: string) => Date.parse(instant);

describe("startOfDay", () => {
  test.each([
    ["a plain day", "2026-11-21", "Europe/Berlin", "2026-11-20T23:00:00.000Z"],
    ["the day the clocks go forward", "2026-03-29", "Europe/Berlin", "2026-03-28T23:00:00.000Z"],
    ["the day after", "2026-03-30", "Europe/Berlin", "2026-03-29T22:00:00.000Z"],
    ["an offset of 5 h 45 min", "2026-11-21", "Asia/Kathmandu", "2026-11-20T18:15:00.000Z"],
    ["an offset of 9 h 30 min", "2026-11-21", "Australia/Darwin", "2026-11-20T14:30:00.000Z"],
    ["midnight skipped", "2018-11-04", "America/Sao_Paulo", "2018-11-04T03:00:00.000Z"],
    ["midnight twice", "2026-11-01", "America/Havana", "2026-11-01T04:00:00.000Z"],
    ["a day that never was", "2011-12-30", "Pacific/Apia", "2011-12-30T10:00:00.000Z"],
    ["the day after it", "2011-12-31", "Pacific/Apia", "2011-12-30T10:00:00.000Z"],
    ["UTC", "2026-01-01", "UTC", "2026-01-01T00:00:00.000Z"],
  ])("%s", (_, date, zone, want) => {
    expect(iso(startOfDay(date, zone))).toBe(want);
  });
});

describe("instantsOf", () => {
  test.each([
    ["a plain time", "2026-11-21T09:30", "Europe/Berlin", ["2026-11-21T08:30:00.000Z"]],
    ["a skipped hour", "2026-03-29T02:30", "Europe/Berlin", []],
    [
      "a repeated hour",
      "2026-10-25T02:30",
      "Europe/Berlin",
      ["2026-10-25T00:30:00.000Z", "2026-10-25T01:30:00.000Z"],
    ],
    ["half an hour is skipped", "2026-10-04T02:15", "Australia/Lord_Howe", []],
    ["a skipped day", "2011-12-30T12:00", "Pacific/Apia", []],
    ["nothing entered", "", "Europe/Berlin", []],
  ])("%s", (_, local, zone, want) => {
    expect(instantsOf(local, zone).map(iso)).toEqual(want);
  });

  test("the two passes of a repeated hour have different names", () => {
    const names = instantsOf("2026-10-25T02:30", "Europe/Berlin").map((i) => offsetName(i, "Europe/Berlin"));
    expect(names).toEqual(["UTC+02:00", "UTC+01:00"]);
    expect(offsetName(at("2026-11-21T00:00:00Z"), "America/St_Johns")).toBe("UTC−03:30");
  });

  test("undoes localDateTime", () => {
    for (
      let instant = at("2026-01-01T00:07:00Z");
      instant < at("2027-01-01T00:00:00Z");
      instant += 41 * 3_600_000
    ) {
      for (const zone of ["Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu"]) {
        expect(instantsOf(localDateTime(instant, zone), zone)).toContain(instant);
      }
    }
  });
});

test("dateIn cuts at the zone's midnight", () => {
  expect(dateIn(at("2026-11-20T22:59:59.999Z"), "Europe/Berlin")).toBe("2026-11-20");
  expect(dateIn(at("2026-11-20T23:00:00.000Z"), "Europe/Berlin")).toBe("2026-11-21");
});

describe("splitByDay", () => {
  test("cuts at midnight, to the millisecond", () => {
    const parts = splitByDay(at("2026-11-20T22:30:00.250Z"), at("2026-11-21T00:00:00.100Z"), "Europe/Berlin");
    expect([...parts]).toEqual([
      ["2026-11-20", 1_799_750],
      ["2026-11-21", 3_600_100],
    ]);
  });

  test("a day with 25 hours is whole", () => {
    const parts = splitByDay(at("2026-10-24T22:00:00Z"), at("2026-10-26T23:00:00Z"), "Europe/Berlin");
    expect([...parts.values()]).toEqual([25 * 3_600_000, 24 * 3_600_000]);
  });

  test("goes over a day that was skipped", () => {
    const parts = splitByDay(at("2011-12-30T09:00:00Z"), at("2011-12-30T11:00:00Z"), "Pacific/Apia");
    expect([...parts]).toEqual([
      ["2011-12-29", 3_600_000],
      ["2011-12-31", 3_600_000],
    ]);
  });

  test("an empty interval has no parts", () => {
    expect(splitByDay(5, 5, "UTC").size).toBe(0);
  });
});

test("dates, weeks and months step over borders", () => {
  expect(addDays("2026-02-28", 1)).toBe("2026-03-01");
  expect(addDays("2026-01-01", -1)).toBe("2025-12-31");
  expect(mondayOf("2026-11-22")).toBe("2026-11-16");
  expect(mondayOf("2026-11-16")).toBe("2026-11-16");
  expect(addMonths("2026-12", 1)).toBe("2027-01");
  expect(addMonths("2026-01", -1)).toBe("2025-12");
});

test.each([
  ["Europe/Berlin", "Europe/Berlin"],
  ["UTC", "UTC"],
  ["Etc/GMT-14", "UTC+14:00"],
  ["Etc/GMT+3", "UTC−03:00"],
])("%s is called %s", (zone, name) => {
  expect(zoneName(zone)).toBe(name);
});
