/** Where the focus goes when the element that has it disappears. */

import type { RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

/** Gives the focus back to the element that had it before, once the component is gone. */
export function useFocusReturn(): void {
  // Parts of the component take the focus in their effects, which run first.
  const [opener] = useState(() => document.activeElement);
  useLayoutEffect(
    () => () => {
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    },
    [],
  );
}

/** Gives the focus back to the button in the element, once what took its place is closed. */
export function useFocusBack(place: RefObject<HTMLElement | null>, open: boolean): void {
  const before = useRef(open);
  useLayoutEffect(() => {
    if (before.current && !open) place.current?.querySelector("button")?.focus();
    before.current = open;
  }, [place, open]);
}

/** When the element disappears with the focus in it, a heading gets the focus: its section's, or else the page's. */
export function useFocusHandover(element: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    const own = element.current;
    return () => {
      if (!own?.contains(document.activeElement)) return;
      const headings = [own.closest("section")?.querySelector("h1, h2"), document.querySelector("h1")];
      // The section may be about to disappear as well.
      queueMicrotask(() => {
        const heading = headings.find((each) => each?.isConnected);
        if (heading instanceof HTMLElement) heading.focus();
      });
    };
  }, [element]);
}
