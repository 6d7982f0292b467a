/** The minute that it is, for what moves with it. */

import { useEffect, useState } from "preact/hooks";
import type { ServerClock } from "../clock.ts";

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
