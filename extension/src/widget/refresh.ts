import { useEffect, useState } from "preact/hooks";

const refreshMs = 10 * 60_000;

/** Counts up while somebody looks at the dashboard, so that it doesn't go on to show the hours of the morning. */
export function useRefresh(): number {
  const [count, setCount] = useState(0);
  useEffect(() => {
    const interval = setInterval(() => {
      if (document.visibilityState === "visible") setCount((before) => before + 1);
    }, refreshMs);
    return () => clearInterval(interval);
  }, []);
  return count;
}
