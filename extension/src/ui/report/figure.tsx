import { formatDuration } from "../format.ts";
import type { Definition } from "./definition.ts";
import { formatSum } from "./format.ts";
import type { Calendar } from "./query.ts";
import { reportTexts } from "./texts.ts";
import type { Tree } from "./tree.ts";
import type { Answer } from "./use-report.ts";

const texts = reportTexts.figure;

interface FigureProps {
  report: Answer["report"];
  tree: Tree;
  definition: Definition;
  calendar: Calendar;
}

/** The one number of the page, and what it is made of. */
export function Figure({ tree, definition }: FigureProps) {
  const { exact, shown } = tree;
  const { rounding } = definition;
  return (
    <div class="report-figure">
      <p>
        <span class="figure-hours" title={formatDuration(Math.abs(exact.hours), "exact")}>
          {formatSum(shown.hours)}
        </span>{" "}
        <span class="figure-words">{texts.hours}</span>
      </p>
      {exact.review > 0 && (
        <p class="figure-part">
          <span class="secondary review-key">{texts.review}</span>
          <b>{formatSum(shown.review)}</b>
        </p>
      )}
      {rounding && (
        <p class="figure-said">{reportTexts.rounding.said[rounding.direction](rounding.minutes)}</p>
      )}
    </div>
  );
}
