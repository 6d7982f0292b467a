import type { RefObject } from "preact";
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Api, ListEntriesQuery, TimeEntry, TimeEntryPage } from "../api/client.ts";
import type { ServerClock } from "./clock.ts";
import { explain, type Failure } from "./failure.ts";
import type { TimerState, TimerStore } from "./timer-store.ts";
import { dateIn } from "./zone.ts";

/** The store's state; renders again at each change. */
export function useTimerState(store: TimerStore): TimerState {
  const [state, setState] = useState(store.state);
  useEffect(() => {
    setState(store.state);
    return store.subscribe(() => setState(store.state));
  }, [store]);
  return state;
}

/** Milliseconds since the instant, ticking at full seconds; 0 and still without one. */
export function useElapsed(clock: ServerClock, since: number | undefined): number {
  const [tick, setTick] = useState<{ since: number; elapsed: number }>();
  useEffect(() => {
    if (since === undefined) return;
    return clock.follow(since, (elapsed) => setTick({ since, elapsed }));
  }, [clock, since]);
  if (since === undefined) return 0;
  // Between a change of the instant and its first tick, the last tick was another timer's.
  return tick?.since === since ? tick.elapsed : Math.max(0, Math.floor(clock.now() - since));
}

/** Today's date in the zone by the server's clock; renders again soon after midnight. */
export function useToday(clock: ServerClock, zone: string): string {
  const [today, setToday] = useState(() => dateIn(clock.now(), zone));
  useEffect(() => {
    const look = () => setToday(dateIn(clock.now(), zone));
    look();
    const interval = setInterval(look, 15_000);
    return () => clearInterval(interval);
  }, [clock, zone]);
  return today;
}

export interface Loaded<T> {
  /** What was loaded last; it stays while newer data is on its way. */
  data: T | undefined;
  failure: Failure | null;
  loading: boolean;
  reload(): void;
}

/** Loads when the dependencies change, and takes only the newest answer. */
export function useLoaded<T>(load: () => Promise<T>, dependencies: readonly unknown[]): Loaded<T> {
  const [state, setState] = useState<Omit<Loaded<T>, "reload">>({
    data: undefined,
    failure: null,
    loading: true,
  });
  const newest = useRef(0);
  // The caller names what load depends on.
  const reload = useCallback(async () => {
    const turn = ++newest.current;
    setState((old) => ({ ...old, loading: true }));
    try {
      const data = await load();
      if (turn === newest.current) setState({ data, failure: null, loading: false });
    } catch (error) {
      if (turn === newest.current) setState((old) => ({ ...old, failure: explain(error), loading: false }));
    }
  }, dependencies);
  useEffect(() => {
    void reload();
    return () => {
      newest.current++;
    };
  }, [reload]);
  return { ...state, reload };
}

const pageSize = 50;
/** The API's largest page. */
const largestPage = 500;

export interface PagedEntries {
  data: TimeEntry[] | undefined;
  failure: Failure | null;
  loading: boolean;
  retry(): void;
  /** Loads the next page; undefined on the last one. */
  more: (() => void) | undefined;
}

/** The entries that the query finds, page by page. A change reloads as many as were on show. */
export function usePagedEntries(api: Api, query: ListEntriesQuery, changes: number): PagedEntries {
  const [further, setFurther] = useState<{
    of: TimeEntryPage;
    entries: TimeEntry[];
    next: string | undefined;
  }>();
  const [furtherFailure, setFurtherFailure] = useState<Failure | null>(null);
  const [loading, setLoading] = useState(false);
  const shown = useRef(0);
  const first = useLoaded(
    () => api.listEntries({ ...query, limit: Math.min(Math.max(pageSize, shown.current), largestPage) }),
    [api, JSON.stringify(query), changes],
  );
  // What was appended belongs to the first page that it continues.
  const continued = further && further.of === first.data ? further : undefined;
  const data = first.data && [...first.data.data, ...(continued?.entries ?? [])];
  const next = continued ? continued.next : first.data?.page.next_cursor;
  shown.current = data?.length ?? 0;

  async function loadMore(of: TimeEntryPage, cursor: string) {
    setLoading(true);
    setFurtherFailure(null);
    try {
      const page = await api.listEntries({ ...query, limit: pageSize, cursor });
      setFurther({
        of,
        entries: [...(continued?.entries ?? []), ...page.data],
        next: page.page.next_cursor,
      });
    } catch (error) {
      setFurtherFailure(explain(error));
    }
    setLoading(false);
  }

  const page = first.data;
  const more = page && next !== undefined ? () => void loadMore(page, next) : undefined;
  return {
    data,
    failure: first.failure ?? furtherFailure,
    loading: loading || first.loading,
    retry: first.failure || !more ? first.reload : more,
    more,
  };
}

/** Gives the focus back to where it was when the component is gone. */
export function useFocusReturn(): void {
  useLayoutEffect(() => {
    const opener = document.activeElement;
    return () => {
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, []);
}

/** When the element disappears with the focus in it, a heading gets the focus: its section's, or else the page's. */
export function useFocusHandover(element: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    const own = element.current;
    return () => {
      if (!own?.contains(document.activeElement)) return;
      const headings = [own.closest("section")?.querySelector("h1, h2"), document.querySelector("h1")];
      // The section may be about to disappear as well.
      queueMicrotask(() => {
        const heading = headings.find((each) => each?.isConnected);
        if (heading instanceof HTMLElement) heading.focus();
      });
    };
  }, [element]);
}

/** The value once it has been the same for so long: what is typed is looked up when the typing pauses. */
export function useSettled<T>(value: T, ms: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timeout = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timeout);
  }, [value, ms]);
  return settled;
}
