/**
 * Moving, resizing and drawing with a pointer. Nothing is sent until it is let go; Escape leaves all as it was. A finger
 * scrolls, unless it rests on something first, or takes hold of what is chosen.
 */

import type { RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Interval, Placed } from "./blocks.ts";
import { type CalendarDay, instantAt, type Scale, sectionOf, type Unfolded, visibleOf } from "./days.ts";
import { edgesOf, resized, shifted, snapped, stepMs } from "./moving.ts";

/** What is being changed: an entry by its id, or undefined for new time. */
export interface Preview extends Interval {
  id: string | undefined;
}

type Grip = "move" | "from" | "to" | "draw";

interface Drag {
  grip: Grip;
  placed: Placed | undefined;
  /** For what is drawn: the free time in which it stays. */
  room: Interval;
  /** The instant at which it was taken. */
  grabbed: number;
  x: number;
  y: number;
  pointer: number;
  /** Whether it can't be dragged, which is said as soon as somebody tries. */
  fixed: boolean;
  /** Whether the pointer has to rest before it drags. */
  rests: boolean;
  resting: ReturnType<typeof setTimeout> | undefined;
  moving: boolean;
}

interface DragOptions {
  grid: RefObject<HTMLElement | null>;
  days: readonly CalendarDay[];
  placed: readonly Placed[];
  scale: Scale;
  unfolded: Unfolded;
  overlap: boolean;
  now: () => number;
  mayMove: (placed: Placed) => boolean;
  onFixed: (placed: Placed) => void;
  onMoved: (placed: Placed, interval: Interval) => void;
  onDrawn: (interval: Interval) => void;
}

/** How far a pointer goes before it drags, in pixels. */
const slackPx = 4;
/** How far a finger that rests may tremble, in pixels. */
const tremblePx = 10;
/** How long a finger rests before it takes hold of what is below it. */
const restMs = 400;
/** What a finger draws that rests on free time and goes nowhere. */
const restDrawsMs = 6 * stepMs;

export function useDrag(options: DragOptions) {
  const [preview, setPreview] = useState<Preview>();
  const drag = useRef<Drag | undefined>(undefined);
  const latest = useRef({ options, preview });
  latest.current = { options, preview };
  /** A click that ends a drag is none. */
  const dragged = useRef(false);

  function cancel() {
    clearTimeout(drag.current?.resting);
    drag.current = undefined;
    setPreview(undefined);
  }

  /** From here on the pointer moves what it has taken, wherever it goes; false for what stays where it is. */
  function lift(taken: Drag, table: Element): boolean {
    clearTimeout(taken.resting);
    taken.resting = undefined;
    if (taken.fixed) {
      dragged.current = true;
      cancel();
      if (taken.placed) latest.current.options.onFixed(taken.placed);
      return false;
    }
    taken.moving = true;
    capture(table, taken.pointer);
    return true;
  }

  useStopping(drag, options.grid, () => {
    dragged.current = true;
    cancel();
  });

  function onPointerDown(event: PointerEvent) {
    dragged.current = false;
    // A second finger ends what the first one does.
    if (drag.current) cancel();
    if (event.button !== 0 || !event.isPrimary || !(event.target instanceof Element)) return;
    const table = event.currentTarget as Element;
    const taken = take(event, latest.current.options);
    if (!taken) return;
    drag.current = taken;
    if (!taken.rests) return;
    taken.resting = setTimeout(() => {
      if (drag.current !== taken || !lift(taken, table)) return;
      setPreview(changed(taken, taken.grabbed, latest.current.options));
    }, restMs);
  }

  function onPointerMove(event: PointerEvent) {
    const now = drag.current;
    if (!now || event.pointerId !== now.pointer) return;
    // It was let go where nobody told of it.
    if (event.buttons === 0) return cancel();
    if (!now.moving) {
      const far = Math.hypot(event.clientX - now.x, event.clientY - now.y);
      if (far < (now.rests ? tremblePx : slackPx)) return;
      if (now.rests) return cancel();
      if (!lift(now, event.currentTarget as Element)) return;
    }
    event.preventDefault();
    const instant = instantUnder(event, latest.current.options);
    if (instant !== undefined) setPreview(changed(now, instant, latest.current.options));
  }

  function onPointerUp(event: PointerEvent) {
    const now = drag.current;
    if (!now || event.pointerId !== now.pointer) return;
    const { preview: last, options: current } = latest.current;
    cancel();
    if (!now.moving) return;
    dragged.current = true;
    if (last) drop(now, last, current);
  }

  return {
    preview,
    /** Whether a click is the end of a drag. One that a key has made never is. */
    endedBy: (click: MouseEvent) => click.detail > 0 && dragged.current,
    handlers: { onPointerDown, onPointerMove, onPointerUp, onPointerCancel: cancel },
  };
}

/** What was dragged stays where it is shown, if anything is different then. */
function drop({ placed, room, rests }: Drag, { from, to }: Preview, { onDrawn, onMoved }: DragOptions) {
  if (!placed) onDrawn({ from, to: rests && from === to ? Math.min(from + restDrawsMs, room.to) : to });
  else if (from !== placed.from || to !== placed.to) onMoved(placed, { from, to });
}

/** A finger that was lifted just now can't be held any more. */
function capture(table: Element, pointer: number) {
  try {
    table.setPointerCapture(pointer);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}

/**
 * What ends a drag but the pointer: Escape, a window that is left, and a page that can't be kept from scrolling. While one
 * is under way, nothing scrolls.
 */
function useStopping(
  drag: RefObject<Drag | undefined>,
  grid: RefObject<HTMLElement | null>,
  stop: () => void,
) {
  const latest = useRef(stop);
  latest.current = stop;
  useLayoutEffect(() => {
    const moves = () => drag.current?.moving === true;
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || !moves()) return;
      event.preventDefault();
      event.stopPropagation();
      latest.current();
    };
    const onBlur = () => moves() && latest.current();
    const still = (event: Event) => {
      if (moves() && event.cancelable) event.preventDefault();
    };
    // A finger that stops a page which still moves goes on to scroll it, whatever a page says.
    const onTouch = (event: Event) => {
      if (drag.current?.rests && !event.cancelable) latest.current();
    };
    const frame = grid.current;
    document.addEventListener("keydown", onKey, true);
    window.addEventListener("blur", onBlur);
    // Preact would add it as one that can't keep the page from scrolling.
    frame?.addEventListener("touchmove", still, { passive: false });
    frame?.addEventListener("touchstart", onTouch, { passive: true });
    frame?.addEventListener("contextmenu", still);
    return () => {
      document.removeEventListener("keydown", onKey, true);
      window.removeEventListener("blur", onBlur);
      frame?.removeEventListener("touchmove", still);
      frame?.removeEventListener("touchstart", onTouch);
      frame?.removeEventListener("contextmenu", still);
    };
  }, [drag, grid]);
}

/** What a pointer takes hold of, if anything. */
function take(event: PointerEvent, options: DragOptions): Drag | undefined {
  const target = event.target as Element;
  const grabbed = instantUnder(event, options);
  if (grabbed === undefined) return undefined;
  const block = target.closest<HTMLElement>("[data-entry]");
  const rests = event.pointerType === "touch" && !block?.classList.contains("chosen");
  const start = {
    ...{ grabbed, rests, resting: undefined, moving: false, fixed: false },
    ...{ x: event.clientX, y: event.clientY, pointer: event.pointerId },
  };
  if (block) {
    const placed = options.placed.find(({ entry }) => entry.id === block.dataset.entry);
    const held = target.closest<HTMLElement>("[data-grip]")?.dataset.grip as Grip | undefined;
    // A finger that rests anywhere on what isn't chosen takes all of it.
    const grip = rests ? "move" : (held ?? "move");
    if (!placed) return undefined;
    const fixed = !options.mayMove(placed) || (placed.running && grip !== "from");
    return { ...start, fixed, grip, placed, room: placed };
  }
  const free = target.closest<HTMLElement>("[data-free]");
  if (!free) return undefined;
  const room = { from: Number(free.dataset.free), to: Number(free.dataset.until) };
  return { ...start, grip: "draw", placed: undefined, room };
}

/** The instant at a pointer: of the day nearest to it, within what is drawn of it. */
function instantUnder(event: PointerEvent, { grid, days, scale, unfolded }: DragOptions): number | undefined {
  let best: { distance: number; instant: number } | undefined;
  for (const canvas of grid.current?.querySelectorAll<HTMLElement>("[data-canvas]") ?? []) {
    const day = days.find(({ date }) => date === canvas.dataset.canvas);
    if (!day) continue;
    const box = canvas.getBoundingClientRect();
    const distance = Math.max(box.left - event.clientX, event.clientX - box.right, 0);
    if (best && best.distance <= distance) continue;
    const { from, to } = visibleOf(day, unfolded);
    const instant = instantAt(day, event.clientY - box.top, scale);
    best = { distance, instant: Math.min(Math.max(instant, from), to) };
  }
  return best?.instant;
}

function changed({ grip, placed, room, grabbed }: Drag, instant: number, options: DragOptions): Preview {
  const { days, placed: all, overlap, now } = options;
  const day = days.find(({ from, to }) => instant >= from && instant < to) ?? days[0];
  const origin = day ? sectionOf(day, "body").from : instant;
  const edges = edgesOf(all, placed?.entry.id);
  if (!placed) {
    const ends = [grabbed, instant].map((each) => snapped(each, origin, [...edges, room.from, room.to]));
    const [a = room.from, b = room.to] = ends.map((each) => Math.min(Math.max(each, room.from), room.to));
    return { id: undefined, from: Math.min(a, b), to: Math.max(a, b) };
  }
  const { from, to } = placed;
  if (grip === "move") {
    const start = snapped(from + instant - grabbed, origin, edges);
    return { id: placed.entry.id, ...shifted({ from, to }, start - from) };
  }
  const end = grip === "from" ? "from" : "to";
  const at = snapped(instant, origin, edges);
  const others = all.filter(({ entry }) => entry.id !== placed.entry.id);
  return { id: placed.entry.id, ...resized({ from, to }, end, at, others, { overlap, now: now() }) };
}
