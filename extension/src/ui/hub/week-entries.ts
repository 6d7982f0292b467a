/** The caller's entries of a week, which every view of it shows. They are read once for all of them. */

import { useEffect, useState } from "preact/hooks";
import type { Api, TimeEntry } from "../../api/client.ts";
import { explain, type Failure } from "../failure.ts";
import { useTimerState } from "../hooks.ts";
import { largestPage } from "../paging.tsx";
import { type Session, useSession } from "../session.ts";
import type { TimerStore } from "../timer-store.ts";
import { addDays, startOfDay } from "../zone.ts";

export interface WeekEntries {
  /** Those with a part in the week, the running timer's too; undefined until they have been read. */
  entries: readonly TimeEntry[] | undefined;
  /** When they were read, in milliseconds since the epoch. */
  readAt: number;
  failure: Failure | null;
  reload(): Promise<void>;
  /** Takes in what the server has answered to a change. */
  merge(changed: readonly TimeEntry[]): void;
}

/** Reads all entries of the person from one day up to another, page by page. */
export async function readEntries(
  api: Pick<Api, "listEntries">,
  query: { user_id: string[]; from: string; to: string },
): Promise<TimeEntry[]> {
  const all: TimeEntry[] = [];
  let cursor: string | undefined;
  do {
    const { data, page } = await api.listEntries({
      ...query,
      limit: largestPage,
      ...(cursor !== undefined && { cursor }),
    });
    all.push(...data);
    cursor = page.next_cursor;
  } while (cursor !== undefined);
  return all;
}

/** The days of the week in the zone, as the API takes a range. */
export function rangeOf(first: string, zone: string): { from: string; to: string } {
  const instant = (date: string) => new Date(startOfDay(date, zone)).toISOString();
  return { from: instant(first), to: instant(addDays(first, 7)) };
}

/** The entries of one week of the person, kept up to date. */
export class WeekStore implements WeekEntries {
  entries: readonly TimeEntry[] | undefined;
  readAt = 0;
  failure: Failure | null = null;
  readonly #listeners = new Set<() => void>();
  #merges = 0;
  #newest = 0;

  constructor(
    readonly first: string,
    private readonly session: Pick<Session, "api" | "me" | "timers">,
  ) {}

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** It never rejects: a failure is in the state, beside what was read before. */
  async reload(): Promise<void> {
    const { api, me, timers } = this.session;
    const request = ++this.#newest;
    try {
      for (;;) {
        const before = this.#merges;
        const range = rangeOf(this.first, me.user.time_zone);
        const entries = await readEntries(api, { user_id: [me.user.id], ...range });
        if (request !== this.#newest) return;
        // An answer from before a change would take it away for a moment.
        if (this.#merges !== before) continue;
        this.entries = entries;
        this.readAt = timers.clock.now();
        this.failure = null;
        break;
      }
    } catch (error) {
      if (request !== this.#newest) return;
      this.failure = explain(error);
    }
    this.#tell();
  }

  merge(changed: readonly TimeEntry[]): void {
    this.#merges++;
    if (!this.entries) return;
    this.entries = merged(this.entries, changed);
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** The weeks that were looked at. They are shown at once when they are looked at again, in any view. */
const weeksOf = new WeakMap<TimerStore, Map<string, WeekStore>>();

function storeOf(first: string, session: Pick<Session, "api" | "me" | "timers">): WeekStore {
  const { me, timers } = session;
  const weeks = weeksOf.get(timers) ?? new Map<string, WeekStore>();
  weeksOf.set(timers, weeks);
  const key = `${first} ${me.user.id} ${me.user.time_zone}`;
  const store = weeks.get(key) ?? new WeekStore(first, session);
  weeks.set(key, store);
  return store;
}

/** The entries of the week that begins with the day. They are read again with each change of the person's time. */
export function useWeekEntries(first: string): WeekStore {
  const session = useSession();
  const { changes } = useTimerState(session.timers);
  const store = storeOf(first, session);
  const [, setShown] = useState({});
  useEffect(() => store.subscribe(() => setShown({})), [store]);
  useEffect(() => void store.reload(), [store, changes]);
  return store;
}

/** The entries with those that were changed, and without those that were voided. */
export function merged(entries: readonly TimeEntry[], changed: readonly TimeEntry[]): TimeEntry[] {
  const ids = new Set(changed.map(({ id }) => id));
  return [...entries.filter(({ id }) => !ids.has(id)), ...changed.filter(({ voided_at }) => !voided_at)];
}
