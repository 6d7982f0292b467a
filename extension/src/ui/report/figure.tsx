import { formatDuration } from "../format.ts";
import type { Definition } from "./definition.ts";
import { formatChange, formatShare, formatSum } from "./format.ts";
import { formatPeriod } from "./period-bar.tsx";
import type { Calendar } from "./query.ts";
import { reportTexts } from "./texts.ts";
import type { Tree } from "./tree.ts";
import { type Answer, periodBefore } from "./use-report.ts";

const texts = reportTexts.figure;

interface FigureProps {
  report: Answer["report"];
  tree: Tree;
  definition: Definition;
  calendar: Calendar;
}

/** The one number of the page, and what it is made of. */
export function Figure({ report, tree, definition, calendar }: FigureProps) {
  const { exact, shown } = tree;
  const { rounding } = definition;
  const before = periodBefore(report);
  return (
    <div class="report-figure">
      <p>
        <span class="figure-hours" title={formatDuration(Math.abs(exact.hours), "exact")}>
          {formatSum(shown.hours)}
        </span>{" "}
        <span class="figure-words">
          {texts.hours}
          {before && (
            <>
              ,{" "}
              {texts.change(formatChange(shown.hours - shown.previous), formatPeriod(before, calendar.today))}
            </>
          )}
        </span>
      </p>
      {exact.billable !== 0 && (
        <p class="figure-part">
          <span class="secondary">{texts.billable}</span>
          <b>
            {formatSum(shown.billable)} <span>{formatShare(exact.billable, exact.hours)}</span>
          </b>
        </p>
      )}
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
