import type { ComponentChildren } from "preact";
import { hubTexts } from "./texts.ts";

interface HubNavProps {
  parts: readonly { id: string; text: string }[];
  selected: string;
  onSelect: (id: string) => void;
  /** What is beside them. */
  children: ComponentChildren;
}

/** The parts of the hub. */
export function HubNav({ parts, selected, onSelect, children }: HubNavProps) {
  return (
    <div class="hub-nav">
      <nav aria-label={hubTexts.parts}>
        {parts.map(({ id, text }) => (
          <button
            key={id}
            type="button"
            class="hub-part"
            aria-current={id === selected ? "page" : undefined}
            onClick={() => onSelect(id)}
          >
            {text}
          </button>
        ))}
      </nav>
      {children}
    </div>
  );
}
