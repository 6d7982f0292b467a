import { afterEach, describe, expect, test, vi } from "vitest";
import { meOf } from "./testing.tsx";
import { browserZone, inKnownZone, knowsZone, proposedZone } from "./zone-names.ts";

const november = Date.parse("2026-11-21T09:00:00Z");

/** Lets the browser say that it is in the zone. */
function browserIn(timeZone: string | undefined) {
  vi.spyOn(Intl.DateTimeFormat.prototype, "resolvedOptions").mockReturnValue({
    timeZone,
  } as Intl.ResolvedDateTimeFormatOptions);
}
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

test.each([
  ["Europe/Berlin", true],
  ["Asia/Calcutta", true],
  ["US/Eastern", true],
  ["UTC", true],
  ["Factory", false],
  ["Etc/Unknown", false],
  ["localtime", false],
  ["+01:00", false],
  ["", false],
])("the browser knows %s: %s", (zone, known) => {
  expect(knowsZone(zone)).toBe(known);
});

test.each(["Etc/Unknown", "Factory", "", undefined])("%s is no zone of a browser", async (placeholder) => {
  browserIn(placeholder);
  expect(browserZone()).toBeUndefined();
  vi.resetModules();
  expect((await import("./zone-names.ts")).ownTimeZone).toBe("UTC");
});

test("a browser that doesn't list its zones offers its own", async () => {
  browserIn("Asia/Tokyo");
  vi.stubGlobal("Intl", { ...Intl, DateTimeFormat: Intl.DateTimeFormat, supportedValuesOf: undefined });
  vi.resetModules();
  expect((await import("./zone-names.ts")).timeZones).toEqual(["Asia/Tokyo", "UTC"]);
});

describe("what is proposed to somebody in Berlin", () => {
  test.each([
    ["Asia/Tokyo", "Asia/Tokyo"],
    ["Europe/London", "Europe/London"],
    ["Africa/Lagos", "Africa/Lagos"], // as Berlin in winter alone
    ["Europe/Berlin", undefined],
    ["Europe/Vienna", undefined], // the same time by another name
    ["UTC", undefined],
    ["Etc/GMT-9", undefined],
    ["Etc/Unknown", undefined],
    ["Asia/Calcutta", "Asia/Kolkata"], // as it is called now
  ])("in a browser in %s: %s", (zone, proposed) => {
    browserIn(zone);
    expect(proposedZone(meOf({ time_zone_chosen: false }), november)).toBe(proposed);
    expect(proposedZone(meOf(), november)).toBeUndefined();
  });

  test("in a browser with an older name of the zone: nothing", () => {
    browserIn("Asia/Calcutta");
    const me = meOf({ time_zone: "Asia/Kolkata", time_zone_chosen: false });
    expect(proposedZone(me, november)).toBeUndefined();
  });
});

describe("a zone that the browser doesn't know", () => {
  test.each([
    ["three hours behind", -180, "Etc/GMT+3"],
    ["14 hours ahead", 840, "Etc/GMT-14"],
    ["no full hours ahead", 345, "UTC"],
    ["at UTC", 0, "UTC"],
    ["further ahead than any zone", 1500, "UTC"],
  ])("%s", (_, utc_offset_minutes, shown) => {
    const me = meOf({ time_zone: "America/Newtown", utc_offset_minutes, time_zone_chosen: false });
    const { user } = inKnownZone(me);
    expect(user.time_zone).toBe(shown);
    expect(knowsZone(user.time_zone)).toBe(true);
    browserIn("Asia/Tokyo");
    expect(proposedZone({ ...me, user }, november)).toBeUndefined();
  });

  test("one that it knows stays", () => {
    const me = meOf({ time_zone: "Asia/Kathmandu" });
    expect(inKnownZone(me)).toBe(me);
  });
});
