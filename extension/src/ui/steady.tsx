import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

/**
 * Keeps the greatest height that its content has had, so that what follows stays in place while a card steps from one
 * week or month to another. At another width the content is measured anew.
 */
export function Steady({ children }: { children: ComponentChildren }) {
  const box = useRef<HTMLDivElement>(null);
  const kept = useRef({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const width = element.offsetWidth;
    if (width !== kept.current.width) {
      element.style.minHeight = "";
      kept.current = { width, height: 0 };
    }
    kept.current.height = Math.max(kept.current.height, element.offsetHeight);
    element.style.minHeight = `${kept.current.height}px`;
  });
  return <div ref={box}>{children}</div>;
}
