import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";

export interface MenuItem {
  text: string;
  onChoose(): void;
}

interface Props {
  /** What the menu is of, for those who don't see it. */
  label: string;
  /** They are asked for when the menu opens. */
  items(): MenuItem[];
}

/** A button with a menu, which a click with the other button on its row or card opens too: https://www.w3.org/WAI/ARIA/apg/patterns/menu-button/ */
export function MenuButton({ label, items }: Props) {
  const [shown, setShown] = useState<MenuItem[]>();
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();
  const latest = useRef(items);
  latest.current = items;

  function close(): void {
    setShown(undefined);
    button.current?.focus();
  }

  useEffect(() => {
    const row = button.current?.closest("li, tr");
    const open = (event: Event) => {
      event.preventDefault();
      setShown(latest.current());
    };
    row?.addEventListener("contextmenu", open);
    return () => row?.removeEventListener("contextmenu", open);
  }, []);

  return (
    <span class="menu-place">
      <button
        ref={button}
        type="button"
        class="menu-button"
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={shown !== undefined}
        {...(shown && { "aria-controls": id })}
        onClick={() => (shown ? close() : setShown(items()))}
        onKeyDown={(event) => {
          if (event.key === "ArrowDown" && !shown) {
            event.preventDefault();
            setShown(items());
          }
        }}
      >
        …
      </button>
      {shown && <MenuList id={id} label={label} items={shown} onClose={close} button={button.current} />}
    </span>
  );
}

interface ListProps {
  id: string;
  label: string;
  items: MenuItem[];
  onClose(): void;
  button: HTMLElement | null;
}

function MenuList({ id, label, items, onClose, button }: ListProps) {
  const list = useRef<HTMLDivElement>(null);
  const place = usePlace(list, button);

  useEffect(() => {
    list.current?.querySelector("button")?.focus();
    const outside = ({ target }: Event) => {
      if (target instanceof Node && !list.current?.contains(target) && !button?.contains(target)) onClose();
    };
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, []);

  function move(event: KeyboardEvent): void {
    const buttons = [...(list.current?.querySelectorAll("button") ?? [])];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    const next: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      Home: 0,
      End: buttons.length - 1,
    };
    const to = next[event.key];
    if (to !== undefined) {
      event.preventDefault();
      buttons[(to + buttons.length) % buttons.length]?.focus();
    } else if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      event.stopPropagation();
      onClose();
    }
  }

  return (
    <div ref={list} id={id} role="menu" aria-label={label} class="menu" style={place} onKeyDown={move}>
      {items.map(({ text, onChoose }) => (
        <button
          key={text}
          type="button"
          role="menuitem"
          tabIndex={-1}
          onClick={() => {
            onClose();
            onChoose();
          }}
        >
          {text}
        </button>
      ))}
    </div>
  );
}

/** Below the button, and within the window. */
function usePlace(list: { current: HTMLElement | null }, button: HTMLElement | null) {
  const [place, setPlace] = useState({ left: "0px", top: "0px" });
  useLayoutEffect(() => {
    if (!list.current || !button) {
      return;
    }
    const { left, bottom, top } = button.getBoundingClientRect();
    const { width, height } = list.current.getBoundingClientRect();
    setPlace({
      left: `${Math.max(4, Math.min(left, innerWidth - width - 4))}px`,
      top: `${bottom + height > innerHeight ? top - height : bottom}px`,
    });
  }, []);
  return place;
}
