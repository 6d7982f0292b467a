/**
 * Starts and stops that the server hasn't answered yet, and what became of them. They survive a reload, and every frame
 * of the tab sees them. They end with the tab. Where the browser refuses to store anything, they live as long as the frame.
 */

import type { StartTimer, TimeEntry } from "../api/client.ts";
import type { NamedWork } from "./work-item.ts";

interface Pressed {
  /** The idempotency key: however often it is sent, the command is carried out once. */
  key: string;
  /** When the button was pressed, by the clock of this frame. It is for display and for an offer, never for a record. */
  pressedAt: number;
  item: NamedWork;
}

export interface WaitingStart extends Pressed {
  kind: "start";
  body: StartTimer;
}

export interface WaitingStop extends Pressed {
  kind: "stop";
  /** The timer to stop; absent for the one that the start before it starts. */
  timerId?: string;
}

export type Waiting = WaitingStart | WaitingStop;

/** An entry that the server recorded later than its buttons were pressed. The person may correct it to those instants. */
export interface LateEntry {
  id: string;
  item: NamedWork;
  /** What the server recorded. */
  startedAt: number;
  stoppedAt?: number;
  /** What was pressed. */
  start?: number;
  stop?: number;
}

export interface OutboxState {
  /** In the order of pressing. */
  waiting: readonly Waiting[];
  /** In the order in which they must be corrected, so that no two overlap. */
  late: readonly LateEntry[];
}

/** The part of the browser's storage that is used here. */
export type TextStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

const nothing: OutboxState = { waiting: [], late: [] };

export class Outbox {
  readonly #storage: TextStorage | undefined;
  readonly #name: string;
  #state = nothing;
  /** The storage has refused the last change, so that it lacks what is in memory. */
  #refused = false;

  /** The person's outbox, so that nobody sends what somebody else has pressed on the same machine. */
  constructor(storage?: TextStorage, userId = "") {
    this.#storage = storage;
    this.#name = `timetracker.outbox.${userId}`;
    this.read();
  }

  get state(): OutboxState {
    return this.#state;
  }

  /** Takes over what other frames have changed. */
  read(): void {
    if (this.#refused) return;
    try {
      const text = this.#storage?.getItem(this.#name);
      if (text !== undefined) this.#state = text === null ? nothing : parse(text);
    } catch {
      // What is in memory goes on to count.
    }
  }

  add(...commands: Waiting[]): void {
    this.#change(({ waiting }) => ({ waiting: [...waiting, ...commands] }));
  }

  remove(key: string): void {
    this.#change(({ waiting }) => ({ waiting: waiting.filter((each) => each.key !== key) }));
  }

  /** Removes a command that can't be carried out, with the stop of what it would have started. */
  drop(command: Waiting): void {
    this.#change(({ waiting }) => {
      const at = waiting.findIndex(({ key }) => key === command.key);
      const next = at < 0 ? undefined : waiting[at + 1];
      const dependent = next?.kind === "stop" && next.timerId === undefined ? next.key : undefined;
      return { waiting: waiting.filter(({ key }) => key !== command.key && key !== dependent) };
    });
  }

  /** Removes a start that was carried out. A stop that waits for its timer knows it from here on. */
  started(command: WaitingStart, timerId: string): void {
    this.#change(({ waiting }) => {
      const [next, ...others] = waiting.filter(({ key }) => key !== command.key);
      const known =
        next?.kind === "stop" && next.timerId === undefined ? [{ ...next, timerId }] : next ? [next] : [];
      return { waiting: [...known, ...others] };
    });
  }

  /** Notes that an entry was recorded later than pressed. */
  addLate(entry: LateEntry): void {
    this.#change(({ late }) => {
      const known = late.find(({ id }) => id === entry.id);
      const merged = { ...known, ...entry };
      return { late: known ? late.map((each) => (each === known ? merged : each)) : [...late, merged] };
    });
  }

  removeLate(id: string): void {
    this.#change(({ late }) => ({ late: late.filter((each) => each.id !== id) }));
  }

  /** Changes what is stored now, since another frame may have changed it a moment ago. */
  #change(change: (state: OutboxState) => Partial<OutboxState>): void {
    this.read();
    this.#state = { ...this.#state, ...change(this.#state) };
    try {
      if (this.#state.waiting.length + this.#state.late.length === 0) this.#storage?.removeItem(this.#name);
      else this.#storage?.setItem(this.#name, JSON.stringify(this.#state));
      this.#refused = false;
    } catch {
      this.#refused = true; // or it is full
    }
  }
}

/** The tab's storage; undefined where it is refused, as in private windows or by a policy. */
export function tabStorage(): TextStorage | undefined {
  try {
    return window.sessionStorage;
  } catch {
    return undefined;
  }
}

function parse(text: string): OutboxState {
  const kept: unknown = JSON.parse(text);
  if (typeof kept !== "object" || kept === null) return nothing;
  const { waiting, late } = kept as Partial<OutboxState>;
  return {
    waiting: Array.isArray(waiting) ? waiting : [],
    late: Array.isArray(late) ? late : [],
  };
}

/** How much later than pressed something may be recorded without an offer to correct it, in milliseconds. */
const toleranceMs = 1_000;

/** What the server recorded later than the button was pressed; undefined when it was in time. */
export function lateStart(timer: TimeEntry, { item, pressedAt }: WaitingStart): LateEntry | undefined {
  const startedAt = Date.parse(timer.started_at);
  if (startedAt - pressedAt <= toleranceMs) return undefined;
  return { id: timer.id, item, startedAt, start: pressedAt };
}

/** The same of an entry that was stopped, or switched from. */
export function lateStop(
  entry: TimeEntry,
  item: NamedWork,
  pressedAt: number,
  start?: number,
): LateEntry | undefined {
  if (entry.stopped_at === undefined) return undefined;
  const startedAt = Date.parse(entry.started_at);
  const stoppedAt = Date.parse(entry.stopped_at);
  const begins = start ?? startedAt;
  if (stoppedAt - pressedAt <= toleranceMs || pressedAt <= begins) return undefined;
  return { id: entry.id, item, startedAt, stoppedAt, stop: pressedAt };
}
