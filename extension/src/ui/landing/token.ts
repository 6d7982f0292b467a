/**
 * Takes the Marketplace's token out of the address: it is decoded once, removed from the address and the history, and
 * from then on is held by the caller alone. Undefined when the address has no token, or none that is whole.
 *
 * URLSearchParams would read a `+` of the token as a blank.
 */
export function takeToken(
  location: Pick<Location, "pathname" | "search">,
  history: Pick<History, "replaceState">,
): string | undefined {
  const tokens = location.search
    .slice(1)
    .split("&")
    .filter((pair) => pair.startsWith("token="))
    .map((pair) => pair.slice("token=".length));
  history.replaceState(null, "", location.pathname);
  const [token, ...others] = tokens;
  // Of two tokens nobody knows which one is meant.
  if (!token || others.length > 0) return undefined;
  try {
    return decodeURIComponent(token);
  } catch {
    return undefined;
  }
}
