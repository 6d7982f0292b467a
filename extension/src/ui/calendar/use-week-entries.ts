/** The entries of a week, all of them, and the minute that it is. */

import { useEffect, useState } from "preact/hooks";
import type { Api, TimeEntry } from "../../api/client.ts";
import type { ServerClock } from "../clock.ts";
import { type AsyncState, useAsync, useTimerState } from "../hooks.ts";
import { useSession } from "../session.ts";

/** How many entries one request gives. A week seldom has more. */
const atOnce = 500;
/** How many requests are made for a week, at most. */
const mostRequests = 10;

async function entriesBetween(api: Pick<Api, "listEntries">, from: number, to: number): Promise<TimeEntry[]> {
  const query = { from: new Date(from).toISOString(), to: new Date(to).toISOString(), limit: atOnce };
  const entries: TimeEntry[] = [];
  let cursor: string | undefined;
  for (let i = 0; i < mostRequests; i++) {
    const { data, page } = await api.listEntries({ ...query, ...(cursor && { cursor }) });
    entries.push(...data);
    cursor = page.next_cursor;
    if (!cursor) break;
  }
  return entries;
}

export interface WeekEntries {
  from: number;
  entries: TimeEntry[];
}

/** The caller's entries between two instants. They are loaded again with each change of the caller's time. */
export function useWeekEntries(from: number, to: number): AsyncState<WeekEntries> {
  const { api, timers } = useSession();
  const { changes } = useTimerState(timers);
  return useAsync(
    async () => ({ from, entries: await entriesBetween(api, from, to) }),
    [api, from, to, changes],
  );
}

/** How often the now line moves, in milliseconds. */
const nowEveryMs = 15_000;

export function useNow(clock: ServerClock): number {
  const [now, setNow] = useState(() => clock.now());
  useEffect(() => {
    const interval = setInterval(() => setNow(clock.now()), nowEveryMs);
    return () => clearInterval(interval);
  }, [clock]);
  return now;
}
