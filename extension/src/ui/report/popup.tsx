/** What floats below a button: a menu of actions, or a panel with fields. */

import type { ComponentChildren, RefObject } from "preact";
import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../icons.tsx";
import "./popup.css";

interface PopupProps {
  /** What the button shows. */
  text: ComponentChildren;
  /** The button's full name, where the visible text alone is ambiguous. It begins with the visible text. */
  label?: string | undefined;
  /** What the popup is called. */
  title: string;
  kind: "menu" | "panel";
  look?: "button" | "quiet" | "chip" | "chosen";
  /** Whether an arrow says that something opens. */
  arrow?: boolean;
  /** Whether it ends where its button ends, instead of beginning there. */
  align?: "start" | "end";
  children: (close: () => void) => ComponentChildren;
}

const focusable = "button, [href], input, select, textarea, [role^=menuitem]";

/**
 * Opening gives the focus to the first field or action, Escape gives it back to the button. Leaving the popup, by a
 * click or with Tab, closes it.
 */
export function Popup(props: PopupProps) {
  const { text, label, title, kind, look = "quiet", arrow = true, align = "start", children } = props;
  const [open, setOpen] = useState(false);
  const id = useId();
  const box = useRef<HTMLSpanElement>(null);
  const close = () => {
    setOpen(false);
    box.current?.querySelector("button")?.focus();
  };
  useOutside(box, open, () => setOpen(false));
  return (
    <span ref={box} class="popup-box">
      <button
        type="button"
        class={`popup-button ${look}`}
        aria-label={label}
        aria-haspopup={kind === "menu" ? "menu" : "dialog"}
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
      >
        {text}
        {arrow && <Icon name="down" />}
      </button>
      {open && <Floating {...{ id, title, kind, align, close }}>{children(close)}</Floating>}
    </span>
  );
}

interface FloatingProps {
  id: string;
  title: string;
  kind: PopupProps["kind"];
  align: "start" | "end";
  close: () => void;
  children: ComponentChildren;
}

function Floating({ id, title, kind, align, close, children }: FloatingProps) {
  const popup = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = popup.current;
    if (!element) return;
    // It stays within the page, however far to the right its button is.
    const { left, right } = element.getBoundingClientRect();
    const over = right - document.documentElement.clientWidth + pageEdgePx;
    if (over > 0) element.style.left = `${-over}px`;
    else if (left < pageEdgePx) element.style.right = `${left - pageEdgePx}px`;
    const first = kind === "panel" && element.querySelector<HTMLElement>("[data-first], input");
    (first || element.querySelector<HTMLElement>(focusable))?.focus();
  }, []);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it has a role, by its kind.
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: both roles take a label.
    <div
      ref={popup}
      id={id}
      class={`popup ${kind} ${align}`}
      role={kind === "menu" ? "menu" : "dialog"}
      aria-label={title}
      onKeyDown={(event) => {
        if (event.key === "Escape") {
          event.stopPropagation();
          close();
        } else if (kind === "menu" && popup.current) {
          moveFocus(popup.current, event);
        }
      }}
    >
      {children}
    </div>
  );
}

const pageEdgePx = 8;

/** Moves the focus within a menu. */
function moveFocus(menu: HTMLElement, event: KeyboardEvent): void {
  const items = [...menu.querySelectorAll<HTMLElement>("[role^=menuitem]")];
  const at = items.indexOf(document.activeElement as HTMLElement);
  const targets: Record<string, number> = {
    ArrowDown: (at + 1) % items.length,
    ArrowUp: (at + items.length - 1) % items.length,
    Home: 0,
    End: items.length - 1,
  };
  const target = targets[event.key];
  if (target === undefined) return;
  event.preventDefault();
  items[target]?.focus();
}

/** Calls what is given as soon as somebody clicks or goes outside of the element. */
function useOutside(box: RefObject<HTMLElement | null>, on: boolean, run: () => void): void {
  useEffect(() => {
    if (!on) return;
    const outside = (event: Event) => {
      if (event.target instanceof Node && !box.current?.contains(event.target)) run();
    };
    document.addEventListener("pointerdown", outside);
    document.addEventListener("focusin", outside);
    return () => {
      document.removeEventListener("pointerdown", outside);
      document.removeEventListener("focusin", outside);
    };
  }, [on]);
}

interface MenuItemProps {
  children: ComponentChildren;
  /** Quiet words at the end. */
  hint?: ComponentChildren;
  current?: boolean;
  onClick: () => void;
}

/** An action of a menu. */
export function MenuItem({ children, hint, current, onClick }: MenuItemProps) {
  return (
    <button
      type="button"
      role="menuitem"
      tabIndex={-1}
      class="popup-item"
      aria-current={current ? "true" : undefined}
      onClick={onClick}
    >
      <span>{children}</span>
      {hint && <span class="secondary">{hint}</span>}
    </button>
  );
}
