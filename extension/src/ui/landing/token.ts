/** The token is kept here while the page loads for the second time. */
const storageKey = "timetracker.marketplace_token";

/** The page either leaves for its address without the token, or has the token that it was opened with. */
export type Arrival = { leaving: true } | { leaving: false; token: string | undefined };

type Surroundings = {
  location: Pick<Location, "pathname" | "search" | "replace">;
  history: Pick<History, "replaceState">;
  sessionStorage: Pick<Storage, "getItem" | "setItem" | "removeItem">;
};

/**
 * Takes the Marketplace's token out of the address, so that it isn't in the browser's history. An address that the page
 * replaces while it loads counts as a redirect. The session storage keeps the token until the second load, which removes
 * it. From then on only the caller has it.
 */
export function arrive(window: Surroundings): Arrival {
  const { location, history } = window;
  const token = tokenOf(location.search);
  try {
    // A browser may refuse access to its storage.
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
 * The token in a query, decoded once; undefined when it is missing, doubled or damaged. URLSearchParams would read a
 * `+` of the token as a blank.
 */
export function tokenOf(query: string): string | undefined {
  const tokens = query
    .slice(1)
    .split("&")
    .filter((pair) => pair.startsWith("token="))
    .map((pair) => pair.slice("token=".length));
  const [token, ...others] = tokens;
  // With two tokens it is unknown which one is meant.
  if (!token || others.length > 0) return undefined;
  try {
    return decodeURIComponent(token);
  } catch {
    return undefined;
  }
}
