import { useId } from "preact/hooks";
import "./review.css";

/** Where a bar lies in its chart, as shares of its width and height. */
interface Place {
  x?: string;
  y?: string;
  width: string;
  height: string;
}

/** The part of a chart's bar that is under review. The hatch needs a chart that isn't stretched: one without viewBox. */
export function ReviewBar(place: Place) {
  const id = useId();
  return (
    <>
      <pattern id={id} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect class="hatch" width="2" height="6" />
      </pattern>
      <rect class="bar-review" fill={`url(#${id})`} {...place} />
    </>
  );
}

/** A share of a whole, as SVG takes it. */
export function percent(part: number, whole: number): string {
  return `${(100 * part) / whole}%`;
}
