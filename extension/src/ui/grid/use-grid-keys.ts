/** Where one is in the grid, and what keys and the pointer do there. */

import type { RefObject } from "preact";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { isPlain, isTyping } from "../keys.ts";
import type { Leave } from "./cell-editor.tsx";
import type { Editing, RowActions } from "./grid-row.tsx";
import type { Row } from "./model.ts";
import {
  type Block,
  besides,
  blockOf,
  type Column,
  dayOf,
  type Layout,
  movedBy,
  type Spot,
} from "./spots.ts";

/** What the grid does at a spot. */
export interface GridHost {
  layout: Layout;
  /** Where one is first. */
  start: Spot;
  /** What is in a cell to be changed; undefined where nothing can be typed, which `refuse` says why. */
  textAt(spot: Spot): string | undefined;
  refuse(spot: Spot): string;
  /** What can be typed into a cell. */
  howToType(): string;
  /** Keeps what was typed; a text that is no duration, too. */
  keep(spot: Spot, text: string): void;
  clear(block: Block): void;
  fillDown(block: Block): void;
  copy(block: Block): string;
  paste(text: string, block: Block, at: Spot): void;
  showEntries(spot: Spot): void;
  addRow(): void;
  mayChange: RowActions["mayChange"];
  activities: RowActions["activities"];
  /** Gives the key that the row has then. */
  setActivity(...of: Parameters<RowActions["setActivity"]>): Promise<string>;
  toggleBillable: RowActions["toggleBillable"];
  /** The row of a spot, where it has an activity that can be changed. */
  rowToChange(spot: Spot): Row | undefined;
  /** Leaves what is typed into the cell and isn't saved. */
  drop(spot: Spot): boolean;
  keepMine: RowActions["keepMine"];
  dropEdit: RowActions["drop"];
  tryNow(): void;
}

interface Place {
  spot: Spot;
  /** The other corner of what is chosen. */
  anchor: Spot | undefined;
  editing: Editing | undefined;
  hint: string | undefined;
}

export type GridHandlers = ReturnType<typeof useHandlers>;

export function useGridKeys(host: GridHost) {
  const table = useRef<HTMLTableElement>(null);
  const [place, setPlace] = useState<Place>({
    spot: host.start,
    anchor: undefined,
    editing: undefined,
    hint: undefined,
  });
  const current = useRef({ host, place });
  // A row may have gone.
  const spot = isIn(host.layout, place.spot) ? place.spot : host.start;
  current.current = { host, place: { ...place, spot } };
  const focus = useFocus(table, place);

  const keys = useMemo(() => {
    const now = () => current.current;
    const put = (next: Partial<Place>) => {
      const rest = { anchor: undefined, editing: undefined, hint: undefined };
      const place = { ...rest, spot: now().place.spot, ...next };
      // The next key may come before the grid is rendered.
      current.current = { host: now().host, place };
      setPlace(place);
    };
    const go = (next: Spot | undefined, extend = false) => {
      if (!next) return;
      focus();
      put({ spot: next, anchor: extend ? (now().place.anchor ?? now().place.spot) : undefined });
    };
    const edit = (at: Spot, typed?: string) => {
      const text = now().host.textAt(at);
      focus();
      if (text === undefined) put({ spot: at, hint: now().host.refuse(at) });
      else put({ spot: at, editing: { column: at.column, text: typed ?? text, keeps: typed === undefined } });
    };
    return { now, put, go, edit };
  }, []);

  const actions = useMemo(() => actionsOf(keys, focus), [keys]);

  const chosen =
    place.anchor && isIn(host.layout, place.anchor) ? blockOf(spot, place.anchor, host.layout) : undefined;
  return {
    table,
    spot,
    chosen,
    editing: place.editing,
    hint: place.hint,
    actions,
    go: keys.go,
    handlers: useHandlers(keys),
  };
}

/** What the rows do. */
function actionsOf(keys: Keys, focus: () => void): RowActions {
  const { now, go, put } = keys;
  return {
    commit(at, text, leave) {
      now().host.keep(at, text);
      if (leave === "stay") put({ spot: now().place.spot });
      else go(leftTo(at, leave, now().host.layout) ?? at);
    },
    cancel: () => go(now().place.spot),
    leave: () => put({ spot: now().place.spot }),
    edit: keys.edit,
    mayChange: (row) => now().host.mayChange(row),
    activities: () => now().host.activities(),
    setActivity(row, activity) {
      go(now().place.spot);
      void now()
        .host.setActivity(row, activity)
        .then((key) => go({ row: key, column: "activity" }));
    },
    toggleBillable(row) {
      go({ row: row.key, column: "billable" });
      now().host.toggleBillable(row);
    },
    showEntries: (at) => now().host.showEntries(at),
    keepMine(edit) {
      focus();
      now().host.keepMine(edit);
    },
    drop(edit) {
      focus();
      now().host.dropEdit(edit);
    },
    tryNow: () => now().host.tryNow(),
  };
}

function isIn({ rows, columns }: Layout, { row, column }: Spot): boolean {
  return rows.includes(row) && columns.includes(column);
}

function leftTo(at: Spot, leave: Leave, layout: Layout): Spot | undefined {
  if (leave === "right") return besides(at, 1, layout);
  if (leave === "left") return besides(at, -1, layout);
  return movedBy(leave === "up" ? "ArrowUp" : "ArrowDown", false, at, layout);
}

/** Gives the focus to the cell where one is, once it is there. It returns what asks for that. */
function useFocus(table: RefObject<HTMLTableElement | null>, { spot, editing }: Place): () => void {
  const wanted = useRef(false);
  useLayoutEffect(() => {
    if (!wanted.current) return;
    wanted.current = false;
    if (editing) return;
    const cell = cellAt(table.current, spot);
    // By itself the browser scrolls a cell out of sight to the middle, and draws the whole grid anew.
    cell?.focus({ preventScroll: true });
    cell?.scrollIntoView({ block: "nearest", inline: "nearest" });
  });
  return () => {
    wanted.current = true;
  };
}

function cellAt(table: HTMLTableElement | null, { row, column }: Spot): HTMLElement | null {
  return (
    table?.querySelector<HTMLElement>(`[data-row="${CSS.escape(row)}"][data-column="${column}"]`) ?? null
  );
}

/** The spot of the cell in which something happened. */
function spotOf(target: EventTarget | null): Spot | undefined {
  const cell = target instanceof Element ? target.closest<HTMLElement>("[data-row]") : null;
  const { row, column } = cell?.dataset ?? {};
  return row !== undefined && column !== undefined ? { row, column: column as Column } : undefined;
}

interface Keys {
  now(): { host: GridHost; place: Place };
  put(next: Partial<Place>): void;
  go(next: Spot | undefined, extend?: boolean): void;
  edit(at: Spot, typed?: string): void;
}

/** What is chosen, or else the cell where one is. */
function blockNow({ host, place }: { host: GridHost; place: Place }): Block {
  return blockOf(place.spot, place.anchor ?? place.spot, host.layout);
}

function useHandlers(keys: Keys) {
  return useMemo(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (isTyping(event.target) || !spotOf(event.target) || isOnButton(event)) return;
      const run = actionOf(event, keys);
      if (!run) return;
      event.preventDefault();
      // Nothing else on the page has the key then.
      event.stopPropagation();
      run();
    };
    return { onKeyDown, ...pointerHandlers(keys), ...clipboardHandlers(keys) };
  }, [keys]);
}

/** Enter and Space press a button in a cell. */
function isOnButton({ target, key }: KeyboardEvent): boolean {
  return target instanceof Element && target.closest("button") !== null && key !== "Escape";
}

function actionOf(event: KeyboardEvent, keys: Keys): (() => void) | undefined {
  const { key, shiftKey, altKey } = event;
  const { host, place } = keys.now();
  const { spot } = place;
  const ctrl = event.ctrlKey || event.metaKey;
  if (altKey) return key === "ArrowDown" && !ctrl ? () => host.showEntries(spot) : undefined;
  if (ctrl && key === "Enter") return () => host.addRow();
  if (ctrl && key.toLowerCase() === "d") return () => host.fillDown(blockNow(keys.now()));
  const moved = movedBy(key, ctrl, spot, host.layout);
  if (moved) return () => keys.go(moved, shiftKey);
  if (key === "Tab") return tabbed(event, keys);
  if (ctrl) return undefined;
  if (key === "Escape") return escaped(keys);
  if (key === "F2" || key === "Enter") {
    const row = host.rowToChange(spot);
    if (row && spot.column === "activity") return () => keys.edit(spot);
    if (row && spot.column === "billable") return () => host.toggleBillable(row);
    // Sums and names are left by Enter, as in a spreadsheet.
    if (dayOf(spot.column) === undefined) {
      return () => keys.go(movedBy(shiftKey ? "ArrowUp" : "ArrowDown", false, spot, host.layout));
    }
    return () => keys.edit(spot);
  }
  if (key === " " && spot.column === "billable") {
    const row = host.rowToChange(spot);
    return row && (() => host.toggleBillable(row));
  }
  if (key === "Delete" || key === "Backspace") return () => host.clear(blockNow(keys.now()));
  return isPlain(event) ? typed(key, spot, keys) : undefined;
}

/** Whoever types into a table means the table: letters are no keys of the page there. */
function typed(key: string, spot: Spot, keys: Keys): (() => void) | undefined {
  const isDay = dayOf(spot.column) !== undefined;
  if (isDay && /^[\d.,:]$/.test(key)) return () => keys.edit(spot, key);
  if (!/^\p{L}$/u.test(key)) return undefined;
  return () => {
    if (isDay) keys.put({ spot, hint: hintAt(spot, keys.now().host) });
  };
}

function hintAt(spot: Spot, host: GridHost): string {
  return host.textAt(spot) === undefined ? host.refuse(spot) : host.howToType();
}

/** Tab goes to the next day, and out of the grid at the end of the row, or to the buttons of a cell. */
function tabbed({ shiftKey, target }: KeyboardEvent, keys: Keys): (() => void) | undefined {
  const { host, place } = keys.now();
  const hasButtons = target instanceof Element && target.querySelector(".grid-hint button") !== null;
  if (hasButtons && !shiftKey) return undefined;
  const next = besides(place.spot, shiftKey ? -1 : 1, host.layout);
  return next && (() => keys.go(next));
}

function escaped(keys: Keys): (() => void) | undefined {
  const { host, place } = keys.now();
  if (place.anchor || place.hint) return () => keys.go(place.spot);
  return host.drop(place.spot) ? () => keys.go(place.spot) : undefined;
}

function pointerHandlers(keys: Keys) {
  return {
    onMouseDown(event: MouseEvent) {
      const spot = spotOf(event.target);
      if (!spot || isTyping(event.target) || event.button !== 0) return;
      if (event.target instanceof Element && event.target.closest("button, .grid-hint")) return;
      event.preventDefault();
      const { place } = keys.now();
      const same = place.spot.row === spot.row && place.spot.column === spot.column;
      const focused =
        document.activeElement instanceof Element && spotOf(document.activeElement) !== undefined;
      if (event.shiftKey) keys.go(spot, true);
      else if (same && focused && dayOf(spot.column) !== undefined) keys.edit(spot);
      else keys.go(spot);
    },
    onMouseOver(event: MouseEvent) {
      const spot = spotOf(event.target);
      if (spot && event.buttons === 1 && !keys.now().place.editing) keys.go(spot, true);
    },
    onClick(event: MouseEvent) {
      // A finger chooses and types at once.
      const spot = spotOf(event.target);
      const byFinger = event instanceof PointerEvent && event.pointerType === "touch";
      if (spot && byFinger && dayOf(spot.column) !== undefined && !keys.now().place.editing) keys.edit(spot);
    },
    onFocusIn(event: FocusEvent) {
      // Tab comes to a cell, and screen readers go to any.
      const spot = spotOf(event.target);
      const { place } = keys.now();
      if (!spot || place.editing || !(event.target instanceof HTMLElement) || !event.target.dataset.row)
        return;
      if (spot.row !== place.spot.row || spot.column !== place.spot.column) keys.put({ spot });
    },
  };
}

function clipboardHandlers(keys: Keys) {
  const block = (event: ClipboardEvent) =>
    isTyping(event.target) || !event.clipboardData || !spotOf(event.target)
      ? undefined
      : blockNow(keys.now());
  const copy = (event: ClipboardEvent) => {
    const chosen = block(event);
    if (!chosen || chosen.days.length === 0) return undefined;
    event.preventDefault();
    event.clipboardData?.setData("text/plain", keys.now().host.copy(chosen));
    return chosen;
  };
  return {
    onCopy: (event: ClipboardEvent) => void copy(event),
    onCut(event: ClipboardEvent) {
      const chosen = copy(event);
      if (chosen) keys.now().host.clear(chosen);
    },
    onPaste(event: ClipboardEvent) {
      const chosen = block(event);
      if (!chosen) return;
      event.preventDefault();
      const { host, place } = keys.now();
      host.paste(event.clipboardData?.getData("text/plain") ?? "", chosen, place.spot);
    },
  };
}
