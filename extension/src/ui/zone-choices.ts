/** What a person chooses a time zone from, and how it is searched. */

import { knowsZone, listedName, timeZones } from "./zone-names.ts";

export interface ZoneChoice {
  /** The IANA name. */
  zone: string;
  /** How far its clocks are from UTC now, "UTC+01:00"; empty where the browser doesn't know the zone. */
  offset: string;
}

/** All zones and the person's own, which may have another name or be newer, with their offsets at the instant. */
export function zoneChoices(own: string | undefined, instant: number): ZoneChoice[] {
  const zones = own === undefined || timeZones.includes(own) ? timeZones : [...timeZones, own].sort();
  return zones.map((zone) => {
    const offset = timeName(zone, "longOffset", instant).replace("GMT", "UTC").replace("-", "−");
    return { zone, offset: offset === "UTC" ? "UTC+00:00" : offset };
  });
}

/** The name of a zone's time at the instant; empty for a zone that the browser doesn't know. */
function timeName(
  zone: string,
  timeZoneName: "longOffset" | "longGeneric" | "shortGeneric",
  instant?: number,
): string {
  if (!knowsZone(zone)) return "";
  // The formatter isn't kept, since there are hundreds.
  const parts = new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName }).formatToParts(instant);
  return parts.find(({ type }) => type === "timeZoneName")?.value ?? "";
}

interface Searched {
  /** The zone's name and that of its country: "asia/kolkata india time". */
  place: string;
  /** The name of its time: "india standard time". */
  time: string;
}

/** What a search looks in, by zone. It is made with the first search, since that takes a moment. */
const searched = new Map<string, Searched>();

function searchedOf(zone: string): Searched {
  let texts = searched.get(zone);
  if (!texts) {
    texts = {
      place: simple(`${zone} ${timeName(zone, "shortGeneric")}`),
      time: simple(timeName(zone, "longGeneric")),
    };
    searched.set(zone, texts);
  }
  return texts;
}

/** The choices that have every word of the text, and the zone that has it as another name. */
export function findZones(choices: readonly ZoneChoice[], text: string): ZoneChoice[] {
  const words = simple(text).split(" ").filter(Boolean);
  const others = otherNames(text);
  return choices.filter(({ zone, offset }) => {
    const { place, time } = searchedOf(zone);
    const texts = [place, time, simple(offset)];
    return others.has(zone) || words.every((word) => texts.some((each) => each.includes(word)));
  });
}

/** Of what was found, the zone of the place with just these words: India's before Indiana's. Otherwise the first one. */
export function bestOf(found: readonly ZoneChoice[], text: string): ZoneChoice | undefined {
  const words = simple(text).split(" ");
  const others = otherNames(text);
  const isWhole = ({ zone }: ZoneChoice) => {
    const known = searchedOf(zone).place.split(/[ /]/);
    return others.has(zone) || words.every((word) => known.includes(word));
  };
  return found.find(isWhole) ?? found[0];
}

/** Small letters without accents, with a blank for the underscore of names and a hyphen for the minus sign. */
function simple(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{Mark}/gu, "")
    .replace(/[_\s]+/g, " ")
    .replaceAll("−", "-")
    .trim()
    .toLowerCase();
}

/** The zones that the text is another name of: Asia/Kolkata for "calcutta". */
function otherNames(text: string): Set<string> {
  const name = simple(text).replaceAll(" ", "_");
  if (name === "") return new Set();
  const regions = timeZones.flatMap((zone) => regionOf(zone) ?? []);
  const names = [name, ...[...new Set(regions)].map((region) => `${region}/${name}`)].filter(knowsZone);
  return new Set(names.map(listedName));
}

/** The part of the world that the name of a place begins with. */
function regionOf(zone: string): string | undefined {
  const [region, place] = zone.split("/");
  return place === undefined || region === "Etc" ? undefined : region;
}

/** The choices by the part of the world. What belongs to none, such as UTC, comes last. */
export function byRegion(choices: readonly ZoneChoice[]): [region: string | undefined, ZoneChoice[]][] {
  const regions = new Map<string | undefined, ZoneChoice[]>();
  for (const choice of choices) {
    const region = regionOf(choice.zone);
    regions.set(region, [...(regions.get(region) ?? []), choice]);
  }
  return [...regions].sort(([a], [b]) => Number(a === undefined) - Number(b === undefined));
}
