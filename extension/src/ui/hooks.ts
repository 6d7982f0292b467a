/** Hooks for what changes on its own: the timer, the clock, what is loaded, and what is typed. */

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
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
  // Until the first tick after a change of the instant, the last tick belongs to another timer.
  return tick?.since === since ? tick.elapsed : Math.max(0, Math.floor(clock.now() - since));
}

/** Today's date in the zone by the server's clock; renders again soon after midnight. */
export function useToday(clock: ServerClock, zone: string): string {
  const [today, setToday] = useState(() => dateIn(clock.now(), zone));
  useEffect(() => {
    const update = () => setToday(dateIn(clock.now(), zone));
    update();
    const interval = setInterval(update, 15_000);
    return () => clearInterval(interval);
  }, [clock, zone]);
  return today;
}

export interface AsyncState<T> {
  /** The data of the last success; it stays while newer data is on its way. */
  data: T | undefined;
  failure: Failure | null;
  loading: boolean;
  reload(): void;
}

/**
 * Loads when the dependencies change. An answer that a later request has overtaken is ignored. The reload is the same
 * function for good, so whoever has kept it loads what is wanted by then.
 */
export function useAsync<T>(load: () => Promise<T>, dependencies: readonly unknown[]): AsyncState<T> {
  const [state, setState] = useState<Omit<AsyncState<T>, "reload">>({
    data: undefined,
    failure: null,
    loading: true,
  });
  const newest = useRef(0);
  const wanted = useRef(load);
  wanted.current = load;
  const reload = useCallback(async () => {
    const request = ++newest.current;
    setState((old) => ({ ...old, loading: true }));
    try {
      const data = await wanted.current();
      if (request === newest.current) setState({ data, failure: null, loading: false });
    } catch (error) {
      if (request === newest.current)
        setState((old) => ({ ...old, failure: explain(error), loading: false }));
    }
  }, []);
  // The caller names the dependencies, since load is another function at each rendering.
  useEffect(() => {
    void reload();
    return () => {
      newest.current++;
    };
  }, dependencies);
  return { ...state, reload };
}

/** The value once it has not changed for so long: a search waits until the typing pauses. */
export function useDebounced<T>(value: T, ms: number): T {
  const [debounced, setDebounced] = useState(value);
  useEffect(() => {
    const timeout = setTimeout(() => setDebounced(value), ms);
    return () => clearTimeout(timeout);
  }, [value, ms]);
  return debounced;
}

/** Whether the page matches a media query now. */
export function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const media = matchMedia(query);
    const update = () => setMatches(media.matches);
    update();
    media.addEventListener("change", update);
    return () => media.removeEventListener("change", update);
  }, [query]);
  return matches;
}
