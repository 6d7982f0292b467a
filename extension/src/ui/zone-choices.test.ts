import { describe, expect, test } from "vitest";
import { byRegion, findZones, zoneChoices } from "./zone-choices.ts";

const winter = Date.parse("2026-11-21T09:00:00Z");
const choices = zoneChoices(undefined, winter);
const found = (text: string) => findZones(choices, text).map(({ zone }) => zone);

test("offsets are those of the day", () => {
  const offsetIn = (instant: number, zone: string) =>
    zoneChoices(undefined, instant).find((choice) => choice.zone === zone)?.offset;
  expect(offsetIn(winter, "Europe/Berlin")).toBe("UTC+01:00");
  expect(offsetIn(Date.parse("2026-07-01T00:00Z"), "Europe/Berlin")).toBe("UTC+02:00");
  expect(offsetIn(winter, "America/St_Johns")).toBe("UTC−03:30");
  expect(offsetIn(winter, "UTC")).toBe("UTC+00:00");
});

describe("a search for", () => {
  test.each([
    ["tokyo", ["Asia/Tokyo"]],
    [" New york ", ["America/New_York"]],
    ["são paulo", ["America/Sao_Paulo"]],
    ["europe/ber", ["Europe/Berlin"]],
    ["america utc-03:30", ["America/St_Johns"]],
    ["UTC−03:30", ["America/St_Johns"]],
    ["+05:45", [found("nepal")[0]]],
    ["nowhere", []],
  ])("%s", (text, zones) => {
    expect(found(text)).toEqual(zones);
  });

  test.each([
    ["the country of its time", "india", "Asia/Calcutta"],
    ["its newer name", "Kolkata", "Asia/Calcutta"],
    ["its newer name in full", "asia/kolkata", "Asia/Calcutta"],
    ["its older name", "US/Eastern", "America/New_York"],
    ["the whole world", " ", "Pacific/Apia"],
  ])("a zone by %s", (_, text, zone) => {
    const canonical = new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone;
    expect(found(text)).toContain(canonical);
  });
});

test("zones are grouped by the part of the world, with UTC last", () => {
  const groups = byRegion(choices);
  const regions = groups.map(([region]) => region);
  expect(regions.slice(0, 3)).toEqual(["Africa", "America", "Antarctica"]);
  expect(new Set(regions).size).toBe(regions.length);
  expect(groups.at(-1)?.[0]).toBeUndefined();
  expect(groups.at(-1)?.[1].map(({ zone }) => zone)).toContain("UTC");
  expect(groups.flatMap(([, members]) => members)).toHaveLength(choices.length);
});

test("one's own zone is there under its own name, also when it is unknown", () => {
  const own = (zone: string) => zoneChoices(zone, winter).find((choice) => choice.zone === zone)?.offset;
  expect(own("US/Eastern")).toBe("UTC−05:00");
  expect(own("America/Newtown")).toBe("");
  expect(zoneChoices("UTC", winter)).toHaveLength(choices.length);
});
