import { useEffect, useState } from "preact/hooks";
import type { ReportQuery, TimeReport } from "../api/client.ts";
import { Button, Duration, FailureNotice, Loading, SearchField, Segments } from "./controls.tsx";
import { CsvChoice } from "./csv-choice.tsx";
import { Download } from "./download.tsx";
import { formatDuration, formatMonth } from "./format.ts";
import { useAsync, useTimerState, useToday } from "./hooks.ts";
import { Pager } from "./paging.tsx";
import { type Grouping, linesOf, type ReportLine } from "./report-lines.ts";
import { percent, ReviewBar } from "./review-bar.tsx";
import { sentence } from "./sentence.ts";
import { isAdmin, useSession } from "./session.ts";
import { Steady } from "./steady.tsx";
import { texts } from "./texts.ts";
import { addMonths, monthOf } from "./zone.ts";
import "./bars.css";
import "./table.css";
import "./month-report.css";

type Whose = "me" | "everybody";
/** The month's report: by project, and for admins by person and for everybody. */
export function MonthReport() {
  const { api, me, timers, record } = useSession();
  const { changes } = useTimerState(timers);
  useEffect(() => record("report_opened"), []);
  const zone = me.user.time_zone;
  const thisMonth = monthOf(useToday(timers.clock, zone));
  const [back, setBack] = useState(0);
  const [whose, setWhose] = useState<Whose>("me");
  const [grouping, setGrouping] = useState<Grouping>("project");
  const month = addMonths(thisMonth, -back);
  const groupBy = whose === "me" ? "project" : grouping;
  const query: ReportQuery = {
    from: `${month}-01`,
    to: `${addMonths(month, 1)}-01`,
    time_zone: zone,
    group_by: groupBy,
    ...(whose === "me" && { user_id: me.user.id }),
  };
  const wanted = JSON.stringify(query);
  const report = useAsync(
    () => api.report(query).then((answer) => ({ answer, wanted })),
    [api, wanted, changes],
  );
  const loaded = report.data?.wanted === wanted ? report.data.answer : undefined;

  return (
    <section class="card" aria-labelledby="month">
      <div class="card-header">
        <h2 id="month" tabIndex={-1}>
          {formatMonth(month)}
        </h2>
        <nav class="stepper" aria-label={texts.hub.month}>
          <Button label={texts.hub.previousMonth} onClick={() => setBack(back + 1)}>
            ‹
          </Button>
          <Button disabled={back === 0} onClick={() => setBack(0)}>
            {texts.hub.thisMonth}
          </Button>
          <Button label={texts.hub.nextMonth} disabled={back === 0} onClick={() => setBack(back - 1)}>
            ›
          </Button>
        </nav>
      </div>
      <div class="choices">
        {isAdmin(me) && (
          <Segments
            legend={texts.hub.whose}
            value={whose}
            options={[
              { value: "me", text: texts.hub.me },
              { value: "everybody", text: texts.hub.everybody },
            ]}
            onChange={setWhose}
          />
        )}
        {whose === "everybody" && (
          <Segments
            legend={texts.hub.groupBy}
            value={grouping}
            options={[
              { value: "project", text: texts.hub.byProject },
              { value: "user", text: texts.hub.byPerson },
            ]}
            onChange={setGrouping}
          />
        )}
        <CsvChoice />
        <Download
          text={texts.hub.download}
          load={() => api.reportCsv(query)}
          name={`time-${month}.csv`}
          onDone={() => record("csv_downloaded")}
        />
      </div>
      <Steady key={`${whose} ${groupBy}`}>
        {report.failure && <FailureNotice failure={report.failure} onRetry={report.reload} />}
        {!loaded && !report.failure && <Loading />}
        {loaded?.rows.length === 0 && <p class="empty">{texts.hub.monthEmpty}</p>}
        {loaded && loaded.rows.length > 0 && (
          <ReportLines
            key={wanted}
            lines={linesOf(loaded, groupBy, me.tenant.azure_devops_organization)}
            totals={loaded.totals}
            heading={groupBy === "user" ? texts.hub.person : texts.hub.project}
            caption={formatMonth(month)}
          />
        )}
      </Steady>
      <p class="help">
        {texts.hub.runningCountsLater}
        {loaded && loaded.totals.needs_review_ms > 0 && ` ${texts.reviewApart}`}
      </p>
    </section>
  );
}

interface ReportTableProps {
  lines: ReportLine[];
  totals: TimeReport["totals"];
  heading: string;
  caption: string;
}

/** Lines of a page of the table, and bars of the chart. */
const linesPerPage = 50;
const barsShown = 20;

/** The table page by page, with a search where there are several pages, beside the chart of the longest lines. */
function ReportLines({ lines, totals, heading, caption }: ReportTableProps) {
  const [search, setSearch] = useState("");
  const [page, setPage] = useState(1);
  const wanted = search.trim().toLocaleLowerCase();
  const found = wanted ? lines.filter(({ name }) => name.toLocaleLowerCase().includes(wanted)) : lines;
  // A reload may have fewer lines than before.
  const pages = Math.max(1, Math.ceil(found.length / linesPerPage));
  const number = Math.min(page, pages);
  const paging = {
    number,
    previous: number > 1 ? () => setPage(number - 1) : undefined,
    next: number < pages ? () => setPage(number + 1) : undefined,
    loading: false,
  };
  return (
    <>
      {lines.length > linesPerPage && (
        <SearchField
          label={texts.hub.findLine}
          value={search}
          onChange={(value) => {
            setSearch(value);
            setPage(1);
          }}
        />
      )}
      <div class="report">
        <div>
          {found.length === 0 && <p class="empty">{texts.hub.noLine}</p>}
          <ReportTable
            lines={found.slice((number - 1) * linesPerPage, number * linesPerPage)}
            totals={totals}
            totalHeading={lines.length > linesPerPage ? texts.hub.totalOfAll : texts.hub.total}
            heading={heading}
            caption={caption}
          />
          <Pager paging={paging} heading="month" />
        </div>
        <div>
          <ReportChart lines={found.slice(0, barsShown)} title={caption} />
          {found.length > barsShown && <p class="help">{texts.hub.longestOnly(barsShown, found.length)}</p>}
        </div>
      </div>
    </>
  );
}

function ReportTable({
  lines,
  totals,
  totalHeading,
  heading,
  caption,
}: ReportTableProps & { totalHeading: string }) {
  return (
    <table class="table">
      <caption class="visually-hidden">{caption}</caption>
      <thead>
        <tr>
          <th scope="col">{heading}</th>
          <th scope="col" class="number">
            {texts.hub.hours}
          </th>
          <th scope="col" class="number">
            {texts.hub.underReview}
          </th>
          <th scope="col" class="number">
            {texts.hub.entries}
          </th>
        </tr>
      </thead>
      <tbody>
        {lines.map((line) => (
          <tr key={line.key}>
            <th scope="row">
              <bdi>{line.name}</bdi>
            </th>
            <td class="number">
              <Duration ms={line.ms} shown={line.shownMs} />
            </td>
            <td class="number">
              <Duration ms={line.reviewMs} shown={line.shownReviewMs} />
            </td>
            <td class="number">{line.entries}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">{totalHeading}</th>
          <td class="number">
            <Duration ms={totals.elapsed_ms} />
          </td>
          <td class="number">
            <Duration ms={totals.needs_review_ms} />
          </td>
          <td />
        </tr>
      </tfoot>
    </table>
  );
}

/** Bars beside the table, which has the same numbers. */
function ReportChart({ lines, title }: { lines: ReportLine[]; title: string }) {
  const longest = Math.max(1, ...lines.map(({ ms, reviewMs }) => ms + reviewMs));
  const spoken = lines
    .map(({ name, shownMs }) => sentence`${name}: ${formatDuration(shownMs, "spoken")}`)
    .join("; ");
  return (
    <div class="chart" role="img" aria-label={texts.hub.chart(title, spoken)}>
      {lines.map(({ key, name, ms, reviewMs, shownMs }) => (
        <div key={key} class="chart-line">
          <bdi>{name}</bdi>
          <svg class="chart-bar" aria-hidden="true">
            <rect class="bar-hours" height="100%" width={percent(ms, longest)} />
            <ReviewBar height="100%" x={percent(ms, longest)} width={percent(reviewMs, longest)} />
          </svg>
          <span class="chart-hours">{formatDuration(shownMs, "hours")}</span>
        </div>
      ))}
    </div>
  );
}
