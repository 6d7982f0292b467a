import { describe, expect, test } from "vitest";
import { bestOf, byRegion, findZones, zoneChoices } from "./zone-choices.ts";

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
    ["+05:45", ["Asia/Kathmandu"]],
    ["nowhere", []],
  ])("%s", (text, zones) => {
    expect(found(text)).toEqual(zones);
  });

  test.each([
    ["its country", "india", "Asia/Kolkata"],
    ["the name of its time", "india standard", "Asia/Kolkata"],
    ["a part of its present name", "kath", "Asia/Kathmandu"],
    ["its older name", "calcutta", "Asia/Kolkata"],
    ["its older name in full", "us/eastern", "America/New_York"],
    ["the whole world", " ", "Europe/Kyiv"],
  ])("a zone by %s", (_, text, zone) => {
    expect(found(text)).toContain(zone);
  });
});

test.each([
  ["india", "Asia/Kolkata"], // not one of Indiana, nor Colombo, which has the same time
  ["japan", "Asia/Tokyo"],
  ["calcutta", "Asia/Kolkata"],
  ["berlin", "Europe/Berlin"],
  ["toky", "Asia/Tokyo"],
  ["atlantis", undefined],
])("of what is found for %s, %s is chosen", (text, zone) => {
  expect(bestOf(findZones(choices, text), text)?.zone).toBe(zone);
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
