/** Where the token is while the page is loaded for the second time. */
const storageKey = "timetracker.marketplace_token";

/** The page is being left for its address without a token, or has the token that it was opened with, if any. */
export type Arrival = { leaving: true } | { leaving: false; token: string | undefined };

type Surroundings = {
  location: Pick<Location, "pathname" | "search" | "replace">;
  history: Pick<History, "replaceState">;
  sessionStorage: Pick<Storage, "getItem" | "setItem" | "removeItem">;
};

/**
 * Takes the Marketplace's token out of the address, so that the browser's history doesn't have it: an address that the
 * page replaces while it loads counts as a redirect. The token waits in the session storage for the second load, which
 * removes it there and then. From then on it is held by the caller alone.
 */
export function arrive(window: Surroundings): Arrival {
  const { location, history } = window;
  const token = tokenOf(location.search);
  try {
    // A browser may refuse to hand out its storage.
    const { sessionStorage } = window;
    if (!location.search) {
      const kept = sessionStorage.getItem(storageKey) ?? undefined;
      sessionStorage.removeItem(storageKey);
      return { leaving: false, token: kept };
    }
    if (token) sessionStorage.setItem(storageKey, token);
    else sessionStorage.removeItem(storageKey);
  } catch {
    history.replaceState(null, "", location.pathname);
    return { leaving: false, token };
  }
  location.replace(location.pathname);
  return { leaving: true };
}

/**
 * The token in a query, decoded once; undefined when there is none that is whole. URLSearchParams would read a `+` of
 * the token as a blank.
 */
export function tokenOf(query: string): string | undefined {
  const tokens = query
    .slice(1)
    .split("&")
    .filter((pair) => pair.startsWith("token="))
    .map((pair) => pair.slice("token=".length));
  const [token, ...others] = tokens;
  // Of two tokens nobody knows which one is meant.
  if (!token || others.length > 0) return undefined;
  try {
    return decodeURIComponent(token);
  } catch {
    return undefined;
  }
}
