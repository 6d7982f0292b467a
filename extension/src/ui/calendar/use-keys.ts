/** The calendar with the keyboard alone: arrows go from stop to stop, with Alt and Shift they change an entry. */

import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { TimeEntry } from "../../api/client.ts";
import { isSingleKey } from "../keys.ts";
import type { Interval, Placed } from "./blocks.ts";
import type { CalendarActions } from "./calendar-grid.tsx";
import { resized, sameTimeOn, shifted, stepMs } from "./moving.ts";
import { type Direction, nearest, nextStop, type StopDay } from "./stops.ts";
import type { Preview } from "./use-drag.ts";

const directions = new Set<string>(["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End"]);

interface KeysOptions {
  grid: RefObject<HTMLElement | null>;
  days: readonly StopDay[];
  /** Which of the days is today; -1 for none. */
  today: number;
  placed: readonly Placed[];
  overlap: boolean;
  clock: () => number;
  zone: string;
  actions: CalendarActions;
  keyed: KeyedMove;
}

/** The stop that Tab leads to, and what keys do. */
export function useKeys(options: KeysOptions) {
  const { grid, days, today, keyed } = options;
  const [wanted, setWanted] = useState<string>();
  const last = useRef<{ day: number; time: number } | undefined>(undefined);
  const active = activeStop(days, wanted, today, last.current);
  const day = days.findIndex(({ stops }) => stops.some(({ key }) => key === active));
  const at = days[day]?.stops.find(({ key }) => key === active);
  if (at) last.current = { day, time: at.from - (days[day]?.origin ?? 0) };
  useKeptFocus(grid, active, keyed.preview);
  const stopOf = ({ target }: Event) =>
    target instanceof Element ? target.closest<HTMLElement>("[data-stop]")?.dataset.stop : undefined;

  function onKeyDown(event: KeyboardEvent) {
    const key = stopOf(event);
    if (!key) return;
    const stop = days.flatMap(({ stops }) => stops).find((each) => each.key === key);
    if (stop?.kind === "entry" && changeByKey(event, stop.part, options)) return;
    const { altKey, ctrlKey, metaKey, shiftKey } = event;
    if (!directions.has(event.key) || altKey || ctrlKey || metaKey || shiftKey) return;
    event.preventDefault();
    const next = nextStop(days, key, event.key as Direction);
    if (!next) return;
    setWanted(next.key);
    elementOf(grid, next.key)?.focus();
  }

  return {
    active,
    onKeyDown,
    onFocusIn: (event: FocusEvent) => {
      const key = stopOf(event);
      if (key) setWanted(key);
    },
  };
}

function elementOf(grid: RefObject<HTMLElement | null>, key: string): HTMLElement | null {
  return grid.current?.querySelector<HTMLElement>(`[data-stop="${CSS.escape(key)}"]`) ?? null;
}

/**
 * The stop that had the focus last, wherever its entry is now. When it is gone, what is at its time; at first, the first
 * of today.
 */
function activeStop(
  days: readonly StopDay[],
  wanted: string | undefined,
  today: number,
  last: { day: number; time: number } | undefined,
): string | undefined {
  const all = days.flatMap(({ stops }) => stops);
  if (all.some(({ key }) => key === wanted)) return wanted;
  const id = wanted?.split("@")[0];
  const moved = id === "free" ? undefined : all.find(({ key }) => key.startsWith(`${id}@`));
  const around = wanted !== undefined && last ? days[last.day] : undefined;
  const beside = around && nearest(around, last?.time ?? 0);
  return moved?.key ?? beside?.key ?? days[today]?.stops[0]?.key ?? all[0]?.key;
}

/** Keeps the focus on what has it, when it is drawn in another place. */
function useKeptFocus(
  grid: RefObject<HTMLElement | null>,
  active: string | undefined,
  keyed: Preview | undefined,
) {
  const had = useRef(false);
  useEffect(() => {
    const note = () => {
      // What is open beside an entry goes with it.
      had.current = grid.current?.contains(document.activeElement) ?? false;
    };
    document.addEventListener("focusin", note);
    return () => document.removeEventListener("focusin", note);
  }, [grid]);
  useLayoutEffect(() => {
    if (had.current && active && document.activeElement === document.body) elementOf(grid, active)?.focus();
  }, [active, keyed, grid]);
}

export interface KeyedMove {
  preview: Preview | undefined;
  show: (preview: Preview) => void;
}

/** Moves an entry with keys. It is sent when the key is let go, so that a key that is held sends one change. */
export function useKeyedMove(placed: readonly Placed[], move: CalendarActions["move"]): KeyedMove {
  const [preview, setPreview] = useState<Preview>();
  const latest = useRef({ placed, move });
  latest.current = { placed, move };
  // The key may be let go before anything is drawn.
  const shown = useRef<Preview | undefined>(undefined);
  const show = (next: Preview | undefined) => {
    shown.current = next;
    setPreview(next);
  };
  useEffect(() => {
    const done = (event: Event) => {
      const last = shown.current;
      if (!last || (event instanceof KeyboardEvent && !event.key.startsWith("Arrow"))) return;
      const before = latest.current.placed.find(({ entry }) => entry.id === last.id);
      show(undefined);
      if (before) latest.current.move(before, { from: last.from, to: last.to });
    };
    document.addEventListener("keyup", done);
    window.addEventListener("blur", done);
    return () => {
      document.removeEventListener("keyup", done);
      window.removeEventListener("blur", done);
    };
  }, []);
  return { preview, show };
}

/** What a key does to an entry; false when it is none of those. */
function changeByKey(event: KeyboardEvent, part: Placed, options: KeysOptions): boolean {
  const { actions, keyed, placed, overlap, clock, zone } = options;
  const shown = keyed.preview?.id === part.entry.id ? keyed.preview : part;
  const base = { ...part, from: shown.from, to: shown.to };
  const next = movedByKey(event, base, { placed, overlap, now: clock(), zone });
  if (next) {
    event.preventDefault();
    if (!actions.mayMove(part) || (part.running && next.to !== base.to)) actions.refuse(part);
    else keyed.show({ id: part.entry.id, ...next });
    return true;
  }
  const run = keyActions(part.entry, actions).find(([key]) => pressed(event, key))?.[1];
  if (!run) return false;
  event.preventDefault();
  if (actions.mayMove(part) && !part.running) run();
  return true;
}

interface Around {
  placed: readonly Placed[];
  overlap: boolean;
  now: number;
  zone: string;
}

/** The interval to which Alt, Shift and an arrow bring an entry; undefined for other keys. */
function movedByKey(event: KeyboardEvent, { entry, from, to }: Placed, around: Around): Interval | undefined {
  const { key, altKey, shiftKey, ctrlKey, metaKey } = event;
  if (ctrlKey || metaKey || (!altKey && !shiftKey) || !key.startsWith("Arrow")) return undefined;
  const down = key === "ArrowDown" ? 1 : key === "ArrowUp" ? -1 : 0;
  if (down === 0) {
    if (shiftKey) return undefined;
    const start = sameTimeOn(from, key === "ArrowRight" ? 1 : -1, around.zone);
    return { from: start, to: start + to - from };
  }
  if (!shiftKey) return shifted({ from, to }, down * stepMs);
  const others = around.placed.filter((each) => each.entry.id !== entry.id);
  const end = altKey ? "from" : "to";
  return resized({ from, to }, end, (altKey ? from : to) + down * stepMs, others, around);
}

function keyActions(entry: TimeEntry, actions: CalendarActions): [string, () => void][] {
  return [
    ["s", () => actions.open(entry, "split")],
    ["d", () => actions.open(entry, "duplicate")],
    ["m", () => actions.open(entry, "move")],
    ["Delete", () => actions.remove(entry)],
  ];
}

function pressed(event: KeyboardEvent, key: string): boolean {
  const plain = !event.ctrlKey && !event.altKey && !event.metaKey && !event.shiftKey;
  return key.length > 1 ? event.key === key && plain : isSingleKey(event, key) && plain;
}
