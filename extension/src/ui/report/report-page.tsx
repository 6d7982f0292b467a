/** The Reports page: what the recorded time adds up to, as a figure, a chart and a table. */

import { useEffect, useState } from "preact/hooks";
import type { SavedReport } from "../../api/client.ts";
import { Button, FailureNotice } from "../controls.tsx";
import { formatTime } from "../format.ts";
import { useToday } from "../hooks.ts";
import { useAddress, writePlace } from "../hub/address.ts";
import { weekStartOf } from "../hub/week-start.ts";
import { isAdmin, useSession } from "../session.ts";
import { barName, ChartView } from "./chart-view.tsx";
import {
  type Definition,
  type Dimension,
  defaultDefinition,
  dimensions,
  isFiltered,
  read,
  write,
  writeAll,
} from "./definition.ts";
import { EntryRows } from "./entry-rows.tsx";
import { ExportMenu } from "./export-menu.tsx";
import { Figure } from "./figure.tsx";
import { FilterBar } from "./filter-bar.tsx";
import { Levels } from "./levels.tsx";
import { entriesQuery, narrowed } from "./narrow.ts";
import { lastOf, type Period, periodOf, unitsOf } from "./period.ts";
import { formatPeriod, PeriodBar } from "./period-bar.tsx";
import { placeChange, placeOf, prefix, writtenIn } from "./place.ts";
import { type Calendar, tableQuery } from "./query.ts";
import { Skeleton } from "./skeleton.tsx";
import { reportTexts } from "./texts.ts";
import type { Node } from "./tree.ts";
import { type Columns, TreeGrid } from "./tree-grid.tsx";
import {
  type Answer,
  type ChartAnswer,
  type Loaded,
  periodBefore,
  useChart,
  useTable,
} from "./use-report.ts";
import { useViews, Views } from "./views.tsx";
import "./report.css";

/** What can be grouped by: who sees only their own time has no use for people. */
function offeredTo(admin: boolean): readonly Dimension[] {
  return admin ? dimensions : dimensions.filter((each) => each !== "user");
}

export function ReportPage() {
  const { me, timers, record } = useSession();
  const { place, go } = useAddress();
  useEffect(() => record("report_opened"), []);
  const zone = me.user.time_zone;
  const calendar = { zone, weekStart: weekStartOf(me), today: useToday(timers.clock, zone) };
  const usual = defaultDefinition(isAdmin(me));
  const definition = read(writtenIn(place), usual);
  const period =
    typeof definition.period === "string"
      ? periodOf(definition.period, calendar.today, calendar.weekStart)
      : definition.period;
  const change = (changed: Partial<Definition>) =>
    go(placeChange(write({ ...definition, ...changed }, usual)));
  const link = useLink();
  const chart = useChart(definition, period, calendar);
  const part = place[`${prefix}part`];
  const bar = part === undefined ? undefined : barFrom(part, period, chart, calendar);
  const table = useTable(definition, bar ?? period, calendar);
  const before = definition.beside && !bar && table.data ? periodBefore(table.data.report) : undefined;
  const views = useViews();
  const view = views.data?.find(({ id }) => id === place[`${prefix}view`]);
  const show = (shown: SavedReport | undefined, how: "push" | "replace" = "push") =>
    go(placeChange(shown ? shown.definition : {}, { [`${prefix}view`]: shown?.id }), how);
  const [first = "project"] = definition.levels;
  const title = view?.name ?? reportTexts.title[first];
  return (
    <div class="report">
      <header class="report-head">
        <h1 tabIndex={-1}>
          <bdi>{title}</bdi>
        </h1>
        <Views
          {...{ views, view, definition, usual }}
          onShow={show}
          onSaved={(saved) => go({ [`${prefix}view`]: saved?.id }, "replace")}
        />
        <span class="end">
          <ExportMenu
            query={tableQuery(definition, period, calendar)}
            entries={entriesQuery(narrowed([], definition.filters, period), calendar, definition.rounding)}
            levels={definition.levels}
            days={`${period.from}-to-${lastOf(period)}`}
            place={writePlace(placeOf(writeAll(definition), part, view?.id))}
          />
        </span>
      </header>
      <div class="report-controls">
        <PeriodBar {...{ definition, period, before }} today={calendar.today} onChange={change} />
        <Levels
          levels={definition.levels}
          offered={offeredTo(isAdmin(me))}
          onChange={(levels) => change({ levels })}
        />
        <FilterBar
          {...{ definition, period, calendar }}
          onChange={(filters) => change({ filters })}
          onRounding={(rounding) => change({ rounding })}
        />
      </div>
      <Results
        {...{ definition, period, calendar, title, change, chart, bar, table }}
        onPart={(part) => go({ [`${prefix}part`]: part })}
        addressOf={(day) => link(writePlace(placeOf(writeAll(definition), day, view?.id)))}
      />
    </div>
  );
}

/** Gives what makes a place a whole address, as soon as the host has told its own. */
function useLink(): (place: string) => string {
  const { frame } = useSession();
  const [base, setBase] = useState("#");
  useEffect(() => {
    void frame.address?.link("").then((address) => address && setBase(address));
  }, [frame]);
  return (place) => base + place;
}

interface ResultsProps {
  definition: Definition;
  period: Period;
  calendar: Calendar;
  title: string;
  chart: Loaded<ChartAnswer>;
  /** The bar to which figure and table are narrowed. */
  bar: Period | undefined;
  table: Loaded<Answer>;
  onPart: (part: string | undefined) => void;
  addressOf: (part: string) => string;
  change: (change: Partial<Definition>) => void;
}

function Results(props: ResultsProps) {
  const { definition, period, calendar, title, chart, bar, table, onPart, addressOf, change } = props;
  const { data } = table;
  const notAllowed = table.failure?.code === "role_required";
  const nothing = data && data.tree.nodes.length === 0;
  return (
    <div class="report-results" aria-busy={table.loading || table.stale || chart.loading || chart.stale}>
      {notAllowed && <NotAllowed {...{ definition, change }} />}
      {table.failure && !notAllowed && (
        <FailureNotice failure={table.failure} onRetry={table.reload}>
          {data && (
            <span class="secondary">{reportTexts.states.asOf(formatTime(data.readAt, calendar.zone))}</span>
          )}
        </FailureNotice>
      )}
      {!data && !table.failure && <Skeleton />}
      {nothing && <Nothing definition={definition} change={change} />}
      {data && !nothing && !notAllowed && (
        <div class={table.stale || chart.stale ? "report-answer stale" : "report-answer"}>
          <Figure report={data.report} tree={data.tree} definition={definition} calendar={calendar} />
          {chart.data && (
            <ChartView
              title={title}
              chart={chart.data.chart}
              unit={chart.data.unit}
              chosen={bar}
              addressOf={({ from }) => addressOf(from)}
              onChoose={(chosen) => onPart(chosen?.from)}
            />
          )}
          <div>
            {bar && chart.data && (
              <p class="report-crumb">
                {reportTexts.chart.only(barName(bar, chart.data.unit))}
                <Button kind="quiet" onClick={() => onPart(undefined)}>
                  {reportTexts.chart.whole}
                </Button>
              </p>
            )}
            <Table
              {...{ data, definition, calendar, title }}
              chart={chart}
              period={bar ?? period}
              onUp={() => onPart(undefined)}
            />
          </div>
        </div>
      )}
    </div>
  );
}

/** The bar that begins with the day. One that the period doesn't have is as if it were not chosen. */
function barFrom(
  from: string,
  period: Period,
  chart: Loaded<ChartAnswer>,
  calendar: Calendar,
): Period | undefined {
  if (!chart.data) return undefined;
  return unitsOf(period, chart.data.unit, calendar.weekStart).find((each) => each.from === from);
}

interface TableProps {
  data: Answer;
  definition: Definition;
  calendar: Calendar;
  title: string;
  chart: Loaded<ChartAnswer>;
  period: Period;
  onUp: () => void;
}

function Table({ data, definition, calendar, title, chart, period, onUp }: TableProps) {
  const { tree, levels } = data;
  const before = periodBefore(data.report);
  const columns: Columns = {
    billable: tree.exact.billable !== 0,
    review: tree.exact.review > 0,
    adjusted: data.report.totals.adjusted_ms !== undefined,
    previous: before && formatPeriod(before, calendar.today),
  };
  const places = chart.data && chart.data.by === levels[0] ? placesOf(chart.data) : undefined;
  return (
    <TreeGrid
      // Other levels or another period are another table; more time in the same is not.
      key={data.asked}
      {...{ tree, levels, title, columns, onUp }}
      colourOf={places && ((node: Node) => places.get(node.value.id))}
      entriesOf={(node) => <EntryRows node={node} {...{ definition, period, calendar, columns }} />}
    />
  );
}

/** The places of values in the legend. */
function placesOf({ chart }: ChartAnswer): Map<string, number> {
  return new Map(chart.parts.flatMap(({ id }, i) => (id === undefined ? [] : [[id, i]])));
}

/** Somebody has opened the link of an administrator. */
function NotAllowed({ definition, change }: Pick<ResultsProps, "definition" | "change">) {
  const { user: _, ...filters } = definition.filters;
  return (
    <div class="report-nothing">
      <p>{reportTexts.states.notAllowed}</p>
      <Button onClick={() => change({ filters })}>{reportTexts.states.showMine}</Button>
    </div>
  );
}

function Nothing({ definition, change }: Pick<ResultsProps, "definition" | "change">) {
  const texts = reportTexts.states;
  const filtered = isFiltered(definition.filters);
  return (
    <div class="report-nothing">
      <p>{filtered ? texts.emptyFiltered : texts.empty}</p>
      {filtered ? (
        <Button onClick={() => change({ filters: {} })}>{texts.clearFilters}</Button>
      ) : (
        definition.period !== "last_month" && (
          <Button onClick={() => change({ period: "last_month" })}>{texts.lastMonth}</Button>
        )
      )}
    </div>
  );
}
