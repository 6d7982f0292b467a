/** Keys that work anywhere on a page. Those of a single letter or sign work outside of fields, and can be switched off. */

import { useLayoutEffect, useRef } from "preact/hooks";

/** What the person has chosen, as the server keeps it for all their browsers. */
let single = true;

/** Whether single letters and signs are keys. They are unless the person has switched them off. */
export const singleKeys = () => single;

/** Makes the choice that of this page. */
export function chooseSingleKeys(on: boolean): void {
  single = on;
}

/** Whether the key belongs to a field, where it is text or has a meaning of its own. */
export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]") !== null
  );
}

/** Whether a letter or sign alone was pressed as a key of the page. */
export function isSingleKey(event: KeyboardEvent, key: string): boolean {
  return (
    event.key.toLowerCase() === key &&
    isPlain(event) &&
    !isTyping(event.target) &&
    document.querySelector("dialog[open]") === null &&
    singleKeys()
  );
}

/** Whether no modifier was held but Shift, which some keyboards need for a sign. */
export function isPlain({ ctrlKey, altKey, metaKey }: KeyboardEvent): boolean {
  return !ctrlKey && !altKey && !metaKey;
}

/** Whether Alt and a letter were pressed. On a Mac the key is the sign that they type together. */
export function isAlt(event: KeyboardEvent, letter: string): boolean {
  return event.altKey && !event.ctrlKey && !event.metaKey && event.code === `Key${letter}`;
}

/** Runs when the key is pressed anywhere on the page. */
export function usePageKey(pressed: (event: KeyboardEvent) => boolean, run: () => void): void {
  const now = useRef({ pressed, run });
  now.current = { pressed, run };
  // As soon as something is drawn, its keys work.
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || !now.current.pressed(event)) return;
      event.preventDefault();
      now.current.run();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
}
