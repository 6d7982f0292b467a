/** The place in the week's head for what the view that is shown can do with the week. */

import { createContext } from "preact";
import { useContext } from "preact/hooks";

export const HeadPlaceContext = createContext<HTMLElement | null>(null);

/** Null until the head is there, and where there is none. */
export function useHeadPlace(): HTMLElement | null {
  return useContext(HeadPlaceContext);
}
