/** A report in the hub's address. */

import type { Place, PlaceChange } from "../hub/address.ts";
import { type Written, writtenNames } from "./definition.ts";

/** The hub's address holds the definition below names of its own. */
export const prefix = "report.";

/** What the address says of the report. */
export function writtenIn(place: Place): Written {
  return Object.fromEntries(
    Object.entries(place).flatMap(([name, value]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [],
    ),
  );
}

/** The change of the address that has it say this of the report. */
export function placeChange(written: Written, others: PlaceChange = {}): PlaceChange {
  const names = [...writtenNames, "part"];
  return {
    ...Object.fromEntries(names.map((name) => [prefix + name, written[name]])),
    ...others,
  };
}

/** The place of a definition, for somebody who comes from elsewhere. */
export function placeOf(written: Written, part: string | undefined, view: string | undefined): Place {
  const all = { ...written, ...(part && { part }), ...(view && { view }) };
  const named = Object.entries(all).map(([name, value]) => [prefix + name, value]);
  return { tab: "reports", ...Object.fromEntries(named) };
}

/** The change of the address that shows this report, from another part of the hub. */
export function reportChange(written: Written): PlaceChange {
  return placeChange(written, { [`${prefix}view`]: undefined, tab: "reports" });
}
