import { useEffect, useRef } from "preact/hooks";

const pollMs = 30_000;

/** Reads again what others change, while the page is seen. */
export function usePoll(read: () => void): void {
  const latest = useRef(read);
  latest.current = read;
  useEffect(() => {
    const poll = setInterval(() => {
      if (document.visibilityState === "visible") latest.current();
    }, pollMs);
    return () => clearInterval(poll);
  }, []);
}
