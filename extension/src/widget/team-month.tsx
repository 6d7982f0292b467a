/** The widget of everybody's month, for admins. */

import type { TimeReport } from "../api/client.ts";
import { Duration, FailureNotice, Loading } from "../ui/controls.tsx";
import { formatMonth } from "../ui/format.ts";
import { useAsync, useTimerState, useToday } from "../ui/hooks.ts";
import { linesOf, type ReportLine } from "../ui/report-lines.ts";
import { isolate } from "../ui/sentence.ts";
import { isAdmin, useSession } from "../ui/session.ts";
import { texts } from "../ui/texts.ts";
import { addMonths, monthOf } from "../ui/zone.ts";
import { HubLink } from "./hub-link.tsx";
import { useRefresh } from "./refresh.ts";
import { type MonthSettings, monthValues, readSettings } from "./settings.ts";
import { widgetTexts } from "./texts.ts";
import { useWidget, type Widget } from "./widget.ts";
import "../ui/bars.css";
import "../ui/review.css";
import "./widget.css";

export function TeamMonth({ widget }: { widget: Widget }) {
  const { name, size, customSettings } = useWidget(widget);
  const { me } = useSession();
  return (
    <div class="widget">
      {isAdmin(me) ? (
        <Month name={name} rows={size.rowSpan} settings={readSettings(monthValues, customSettings)} />
      ) : (
        <>
          <Heading name={name} />
          <p class="empty">{widgetTexts.month.notAllowed}</p>
        </>
      )}
      <footer>
        <HubLink />
      </footer>
    </div>
  );
}

function Heading({ name, totals }: { name: string; totals?: TimeReport["totals"] }) {
  return (
    <header class="widget-header">
      <h1>
        <bdi>{name}</bdi>
      </h1>
      {totals && (
        <p class="widget-total">
          <span class="visually-hidden">{texts.hub.total}</span> <Duration ms={totals.elapsed_ms} />
        </p>
      )}
    </header>
  );
}

interface MonthProps {
  name: string;
  /** The widget's height in cells of the dashboard. */
  rows: number;
  settings: MonthSettings;
}

function Month({ name, rows, settings: { grouping, month } }: MonthProps) {
  const { api, me, timers } = useSession();
  const { changes } = useTimerState(timers);
  const zone = me.user.time_zone;
  const thisMonth = monthOf(useToday(timers.clock, zone));
  const shown = month === "last" ? addMonths(thisMonth, -1) : thisMonth;
  const wanted = `${shown} ${grouping} ${zone}`;
  const [from, to] = [`${shown}-01`, `${addMonths(shown, 1)}-01`];
  const report = useAsync(
    () =>
      api
        .report({ from, to, time_zone: zone, group_by: grouping })
        .then((answer) => ({ wanted, grouping, answer })),
    [api, wanted, changes, useRefresh()],
  );
  // Another month's numbers must not stand under this month's name.
  const loaded = report.data?.wanted === wanted ? report.data : undefined;
  const lines = loaded && linesOf(loaded.answer, loaded.grouping, me.tenant.azure_devops_organization);
  const totals = loaded?.answer.totals;
  return (
    <>
      <Heading name={name} {...(totals && { totals })} />
      <p class="secondary">{formatMonth(shown)}</p>
      {report.failure && <FailureNotice failure={report.failure} onRetry={report.reload} />}
      {!loaded && !report.failure && <Loading />}
      {lines?.length === 0 && <p class="empty">{texts.hub.monthEmpty}</p>}
      {lines && lines.length > 0 && <Lines lines={lines} rows={rows} grouping={grouping} />}
      {totals && totals.needs_review_ms > 0 && (
        <p class="secondary">
          <span class="review-key">{texts.hub.underReview}</span> <Duration ms={totals.needs_review_ms} />
        </p>
      )}
    </>
  );
}

/** The lines for which there is room in a widget of so many cells. */
function linesIn(rows: number): number {
  return Math.max(1, 6 * rows - 6);
}

interface LinesProps {
  lines: ReportLine[];
  rows: number;
  grouping: MonthSettings["grouping"];
}

/** The longest lines, and one for all others, so that the lines add up to the total. */
function Lines({ lines, rows, grouping }: LinesProps) {
  const room = linesIn(rows);
  const shown = lines.length > room ? lines.slice(0, room - 1) : lines;
  const others = lines.slice(shown.length);
  const longest = Math.max(1, ...lines.map(({ ms }) => ms));
  const sum = (part: (line: ReportLine) => number) => others.reduce((total, line) => total + part(line), 0);
  return (
    <table class="widget-lines">
      <colgroup>
        <col />
        <col class="widget-hours" />
      </colgroup>
      <thead class="visually-hidden">
        <tr>
          <th scope="col">{widgetTexts.month.groupings[grouping]}</th>
          <th scope="col">{texts.hub.hours}</th>
        </tr>
      </thead>
      <tbody>
        {shown.map(({ key, name, ms, shownMs }) => (
          <tr key={key}>
            <th scope="row" title={isolate(name)}>
              <bdi>{name}</bdi>
              <svg viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
                <rect class="bar-hours" height="1" width={(100 * ms) / longest} />
              </svg>
            </th>
            <td class="number">
              <Duration ms={ms} shown={shownMs} />
            </td>
          </tr>
        ))}
        {others.length > 0 && (
          <tr>
            <th scope="row">{widgetTexts.month.more(others.length)}</th>
            <td class="number">
              <Duration ms={sum(({ ms }) => ms)} shown={sum(({ shownMs }) => shownMs)} />
            </td>
          </tr>
        )}
      </tbody>
    </table>
  );
}
