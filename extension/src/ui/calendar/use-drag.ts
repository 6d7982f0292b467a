/** Moving, resizing and drawing with a pointer. Nothing is sent until it is let go; Escape leaves all as it was. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Interval, Placed } from "./blocks.ts";
import { type CalendarDay, instantAt, type Scale, sectionOf, type Unfolded, visibleOf } from "./days.ts";
import { edgesOf, resized, shifted, snapped } from "./moving.ts";

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
  moving: boolean;
}

interface DragOptions {
  days: readonly CalendarDay[];
  placed: readonly Placed[];
  scale: Scale;
  unfolded: Unfolded;
  overlap: boolean;
  now: () => number;
  mayMove: (placed: Placed) => boolean;
  onMoved: (placed: Placed, interval: Interval) => void;
  onDrawn: (interval: Interval) => void;
}

/** How far a pointer goes before it drags, in pixels. */
const slackPx = 4;

export function useDrag(options: DragOptions) {
  const [preview, setPreview] = useState<Preview>();
  const drag = useRef<Drag | undefined>(undefined);
  const latest = useRef({ options, preview });
  latest.current = { options, preview };
  /** A click that ends a drag is none. */
  const dragged = useRef(false);

  function cancel() {
    drag.current = undefined;
    setPreview(undefined);
  }

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "Escape" && drag.current?.moving) {
        event.preventDefault();
        dragged.current = true;
        cancel();
      }
    };
    document.addEventListener("keydown", onKey, true);
    return () => document.removeEventListener("keydown", onKey, true);
  }, []);

  function onPointerDown(event: PointerEvent) {
    dragged.current = false;
    if (event.button !== 0 || !(event.target instanceof Element)) return;
    const taken = take(event, latest.current.options);
    if (!taken) return;
    drag.current = taken;
  }

  function onPointerMove(event: PointerEvent) {
    const now = drag.current;
    if (!now || event.pointerId !== now.pointer) return;
    if (!now.moving) {
      if (Math.hypot(event.clientX - now.x, event.clientY - now.y) < slackPx) return;
      now.moving = true;
      (event.currentTarget as Element).setPointerCapture(event.pointerId);
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
    if (!last) return;
    const { from, to } = last;
    if (now.placed) {
      if (from !== now.placed.from || to !== now.placed.to) current.onMoved(now.placed, { from, to });
    } else {
      current.onDrawn({ from, to });
    }
  }

  return {
    preview,
    /** Whether the click that comes now ended a drag. */
    wasDragged: () => dragged.current,
    handlers: { onPointerDown, onPointerMove, onPointerUp, onPointerCancel: cancel },
  };
}

/** What a pointer takes hold of, if anything. A finger takes only what is chosen, so that it can scroll elsewhere. */
function take(event: PointerEvent, options: DragOptions): Drag | undefined {
  const target = event.target as Element;
  const grabbed = instantUnder(event, options);
  if (grabbed === undefined) return undefined;
  const start = { grabbed, x: event.clientX, y: event.clientY, pointer: event.pointerId, moving: false };
  const block = target.closest<HTMLElement>("[data-entry]");
  if (block) {
    const placed = options.placed.find(({ entry }) => entry.id === block.dataset.entry);
    const grip = (target.closest<HTMLElement>("[data-grip]")?.dataset.grip as Grip | undefined) ?? "move";
    const chosen = event.pointerType === "mouse" || block.classList.contains("chosen");
    if (!placed || !chosen || !options.mayMove(placed) || (placed.running && grip !== "from"))
      return undefined;
    return { ...start, grip, placed, room: placed };
  }
  const free = target.closest<HTMLElement>("[data-free]");
  if (!free || event.pointerType !== "mouse") return undefined;
  const room = { from: Number(free.dataset.free), to: Number(free.dataset.until) };
  return { ...start, grip: "draw", placed: undefined, room };
}

/** The instant at a pointer: of the day nearest to it, within what is drawn of it. */
function instantUnder(event: PointerEvent, { days, scale, unfolded }: DragOptions): number | undefined {
  const grid = event.currentTarget as Element;
  let best: { distance: number; instant: number } | undefined;
  for (const canvas of grid.querySelectorAll<HTMLElement>("[data-canvas]")) {
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
