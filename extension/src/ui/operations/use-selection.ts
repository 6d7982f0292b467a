/** Which entries of a list are selected: by click, by Shift-click from the last one to this one, and by the keys. */

import { useRef, useState } from "preact/hooks";

interface Selectable {
  id: string;
}

export interface Selection<Entry extends Selectable> {
  /** The selected ones in the order of the list. */
  entries: Entry[];
  has: (id: string) => boolean;
  /** Selects or leaves out one; with Shift, all from the last one on. */
  toggle: (id: string, shift: boolean) => void;
  set: (ids: readonly string[]) => void;
  all: "none" | "some" | "all";
  toggleAll: () => void;
  /** The keys in a checkbox of the list. */
  onKeyDown: (event: KeyboardEvent) => void;
}

/** `listed` is what may be selected. What is no longer listed is not selected any more. */
export function useSelection<Entry extends Selectable>(listed: readonly Entry[]): Selection<Entry> {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const last = useRef<string>(undefined);
  const entries = listed.filter(({ id }) => chosen.has(id));
  const set = (ids: readonly string[]) => setChosen(new Set(ids));

  function toggle(id: string, shift: boolean) {
    const on = !chosen.has(id);
    const ids = listed.map((each) => each.id);
    const [from, to] = [ids.indexOf(last.current ?? ""), ids.indexOf(id)];
    const range = shift && from >= 0 ? ids.slice(Math.min(from, to), Math.max(from, to) + 1) : [id];
    const next = new Set(entries.map((each) => each.id));
    for (const each of range) {
      if (on) next.add(each);
      else next.delete(each);
    }
    last.current = id;
    setChosen(next);
  }

  /** Moves the focus to the checkbox above or below; with Shift, it is selected, too. */
  function move(from: HTMLInputElement, by: -1 | 1, shift: boolean) {
    const boxes = [
      ...(from.closest("table")?.querySelectorAll<HTMLInputElement>("tbody .select input") ?? []),
    ];
    const next = boxes[boxes.indexOf(from) + by];
    next?.focus();
    if (next && shift && !chosen.has(next.value)) toggle(next.value, false);
  }

  function onKeyDown(event: KeyboardEvent) {
    const box = event.currentTarget as HTMLInputElement;
    const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (by !== 0) move(box, by, event.shiftKey);
    else if (event.key === "Escape" && chosen.size > 0) set([]);
    else if (event.key.toLowerCase() === "a" && (event.ctrlKey || event.metaKey))
      set(listed.map(({ id }) => id));
    else return;
    event.preventDefault();
  }

  const all = entries.length === 0 ? "none" : entries.length === listed.length ? "all" : "some";
  return {
    entries,
    has: (id) => chosen.has(id),
    toggle,
    set,
    all,
    toggleAll: () => set(all === "all" ? [] : listed.map(({ id }) => id)),
    onKeyDown,
  };
}
