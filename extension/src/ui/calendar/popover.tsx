/** What is open beside an entry, or beside new time. */

import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

interface PopoverProps {
  frame: { current: HTMLElement | null };
  chosen: string | undefined;
  open: boolean;
  children: ComponentChildren;
}

/** How wide what is open is, in pixels. */
const popoverPx = 336;
const marginPx = 8;

/** Beside what it is about; below the calendar where there is no room beside it. */
export function Popover({ frame, chosen, open, children }: PopoverProps) {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const [element, around] = [box.current, frame.current];
    if (!open || !element || !around) return;
    const about =
      around.querySelector(".cal-draft") ??
      around.querySelector(`[data-entry="${CSS.escape(chosen ?? "")}"]`);
    if (!about) return;
    const [outer, target] = [around.getBoundingClientRect(), about.getBoundingClientRect()];
    const right = target.right + marginPx;
    const left = right + popoverPx <= outer.right ? right : target.left - popoverPx - marginPx;
    element.style.left = `${Math.max(0, left - outer.left)}px`;
    const lowest = outer.height - element.offsetHeight - marginPx;
    element.style.top = `${Math.max(0, Math.min(target.top - outer.top, lowest))}px`;
  });
  if (!open) return null;
  return (
    <div ref={box} class="cal-popover">
      {children}
    </div>
  );
}
