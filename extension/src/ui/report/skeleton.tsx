import { useEffect, useState } from "preact/hooks";
import { texts } from "../texts.ts";

/** How long nothing is shown, since most answers are there by then. */
const patienceMs = 300;

/** What is loading, in the size that it will have. */
export function Skeleton() {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timeout = setTimeout(() => setShown(true), patienceMs);
    return () => clearTimeout(timeout);
  }, []);
  return (
    <div class={shown ? "report-skeleton shown" : "report-skeleton"}>
      <p role="status" class="visually-hidden">
        {shown && texts.loading}
      </p>
      <span class="figure" />
      <span class="chart" />
      {Array.from({ length: 8 }, (_, i) => (
        <span key={i} class="line" />
      ))}
    </div>
  );
}
