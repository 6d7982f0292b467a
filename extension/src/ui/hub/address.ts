/** What the hub shows, kept in the host page's address: the tab, the week, and whatever else a view wants to keep. */

import { createContext } from "preact";
import { useCallback, useContext, useEffect, useRef, useState } from "preact/hooks";
import type { Frame } from "../../frame/frame.ts";

/** Names and values. Absent is what a view shows by itself. */
export type Place = Readonly<Record<string, string>>;

/** A change of some values; undefined takes one away. */
export type PlaceChange = Readonly<Record<string, string | undefined>>;

export interface Address {
  place: Place;
  /** Shows another place. With "replace" the browser's Back doesn't come back to the one before. */
  go(change: PlaceChange, how?: "push" | "replace"): void;
}

export const AddressContext = createContext<Address | undefined>(undefined);

/** What the address says. Views name their values so that no other view has the same. */
export function useAddress(): Address {
  const address = useContext(AddressContext);
  if (!address) throw new Error("this component needs an address around it");
  return address;
}

/** Follows the host page's address. It gives undefined until that has been read. */
export function useHostAddress({ address }: Frame): Address | undefined {
  const [place, setPlace] = useState<Place | undefined>(address ? undefined : {});
  const current = useRef(place);
  current.current = place;
  useEffect(() => {
    if (!address) return;
    let ended = false;
    address.follow((text) => {
      // After a write the host may tell us our own words.
      const known = current.current && writePlace(current.current);
      if (!ended && text !== known) setPlace(readPlace(text));
    });
    return () => {
      ended = true;
    };
  }, [address]);
  const go = useCallback(
    (change: PlaceChange, how: "push" | "replace" = "push") => {
      const before = current.current ?? {};
      const next = changed(before, change);
      if (writePlace(next) === writePlace(before)) return;
      current.current = next;
      setPlace(next);
      void address?.write(writePlace(next), how);
    },
    [address],
  );
  return place && { place, go };
}

/** Reads "tab=time&week=2026-11-23". */
export function readPlace(text: string): Place {
  return Object.fromEntries(new URLSearchParams(text));
}

/** Writes the values by name, so that the same place is always the same text. */
export function writePlace(place: Place): string {
  const names = Object.keys(place).sort();
  return new URLSearchParams(names.map((name) => [name, place[name] ?? ""])).toString();
}

function changed(place: Place, change: PlaceChange): Place {
  const all = { ...place, ...change };
  return Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
