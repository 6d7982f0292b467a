import { useTimerState } from "../hooks.ts";
import { useSession } from "../session.ts";
import type { Definition } from "./definition.ts";
import { formatChange, formatExact, formatShare, formatSum } from "./format.ts";
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
        <span class="figure-hours" title={formatExact(exact.hours)}>
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
      {report.totals.adjusted_ms !== undefined && (
        <p class="figure-part">
          <span class="secondary">{texts.adjusted}</span>
          <b title={formatExact(exact.adjusted)}>{formatChange(shown.adjusted)}</b>
        </p>
      )}
      <Target totals={report.totals} tree={tree} />
      <Running report={report} />
      {report.totals.left_out !== undefined && (
        <p class="figure-said">{texts.leftOut(report.totals.left_out)}</p>
      )}
      {rounding && (
        <p class="figure-said">{reportTexts.rounding.said[rounding.direction](rounding.minutes)}</p>
      )}
    </div>
  );
}

/** What the people of the report are to come to, and how far the hours are from it. */
function Target({ totals, tree }: { totals: Answer["report"]["totals"]; tree: Tree }) {
  const { target_ms: target, missing_ms = 0 } = totals;
  if (target === undefined) return null;
  const { exact, shown } = tree;
  // What is shown adds up: the hours and what is missing are what is due.
  const missing = missing_ms > 0 ? exact.hours + missing_ms - shown.hours : 0;
  const beyond = shown.hours - target;
  return (
    <p class="figure-part">
      <span class="secondary">{texts.target}</span>
      <b>
        {formatSum(target)}
        {missing > 0 && <span> {texts.missing(formatSum(missing))}</span>}
        {beyond > 0 && <span> {texts.beyond(formatSum(beyond))}</span>}
      </b>
    </p>
  );
}

/** Says why the person's running timer isn't in the hours of a period that still runs. */
function Running({ report }: { report: Answer["report"] }) {
  const { timers } = useSession();
  const { timer } = useTimerState(timers);
  return timer && Date.parse(report.to) > timers.clock.now() ? (
    <p class="figure-said">{texts.running}</p>
  ) : null;
}
