import { formatDate, formatDateRange, formatDuration, formatMonth, formatNumber } from "../format.ts";
import { monthOf } from "../zone.ts";
import type { Bar, Chart } from "./chart.ts";
import { formatSum } from "./format.ts";
import { lastOf, type Period, type Unit } from "./period.ts";
import { reportTexts } from "./texts.ts";
import "./chart.css";

const texts = reportTexts.chart;

interface ChartViewProps {
  title: string;
  chart: Chart;
  unit: Unit;
  /** The bar that the table is narrowed to. */
  chosen: Period | undefined;
  /** The address of the page with that bar chosen. */
  addressOf: (bar: Period) => string;
  onChoose: (bar: Period | undefined) => void;
}

/** The bars, as a list of links. Each narrows the table to its days. */
export function ChartView({ title, chart, unit, chosen, addressOf, onChoose }: ChartViewProps) {
  const { bars, parts, top } = chart;
  const isChosen = (bar: Bar) => chosen?.from === bar.from;
  return (
    <figure class="report-chart" aria-label={texts.label(title)}>
      <div class="report-plot">
        <span class="report-scale top" aria-hidden="true">
          {texts.hours(formatNumber(top))}
        </span>
        <span class="report-scale middle" aria-hidden="true">
          {texts.hours(formatNumber(top / 2))}
        </span>
        <ol class={chosen ? "report-bars narrowed" : "report-bars"} data-dense={density(bars.length)}>
          {bars.map((bar) => (
            <li key={bar.from} class={bar.beginsWeek ? "begins-week" : undefined}>
              <a
                href={addressOf(bar)}
                aria-label={spoken(bar, unit)}
                aria-current={isChosen(bar) ? "true" : undefined}
                title={spoken(bar, unit)}
                onClick={(event) => {
                  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
                  event.preventDefault();
                  onChoose(isChosen(bar) ? undefined : bar);
                }}
              >
                <Stack bar={bar} />
                <span class="report-bar-name" aria-hidden="true">
                  {shortName(bar, unit)}
                </span>
              </a>
            </li>
          ))}
        </ol>
      </div>
      <figcaption>
        {parts.map(({ id, name }, i) => (
          <span key={id ?? "others"}>
            <Swatch index={id === undefined ? undefined : i} />
            <bdi>{name}</bdi>
          </span>
        ))}
        <span class="secondary">{texts.per[unit]}</span>
      </figcaption>
    </figure>
  );
}

/** From the top down: time under review, the last part, and the first one at the bottom. */
function Stack({ bar }: { bar: Bar }) {
  return (
    <span class="report-stack">
      {bar.reviewHeight > 0 && <i class="review-part" style={{ height: share(bar.reviewHeight) }} />}
      {[...bar.segments].reverse().map(({ part, index, height }) => (
        <i
          key={part.id ?? "others"}
          data-colour={part.id === undefined ? "others" : index + 1}
          style={{ height: share(height) }}
        />
      ))}
    </span>
  );
}

/** The colour of a part; without a number that of all others. */
export function Swatch({ index }: { index: number | undefined }) {
  return (
    <i class="report-swatch" data-colour={index === undefined ? "others" : index + 1} aria-hidden="true" />
  );
}

function share(part: number): string {
  return `${100 * part}%`;
}

/** From how many bars on there is no room for every name. */
function density(bars: number): "some" | "many" | undefined {
  if (bars <= 12) return undefined;
  return bars <= 40 ? "some" : "many";
}

function shortName({ from }: Period, unit: Unit): string {
  if (unit === "day") return String(Number(from.slice(8)));
  return unit === "week" ? formatDate(from, "day") : formatMonth(monthOf(from), "short");
}

/** The bar's days in words. */
export function barName(bar: Period, unit: Unit): string {
  if (unit === "day") return formatDate(bar.from, "medium");
  return unit === "month" ? formatMonth(monthOf(bar.from)) : formatDateRange(bar.from, lastOf(bar));
}

function spoken(bar: Bar, unit: Unit): string {
  const parts = bar.segments.map(({ part, shown }) => texts.part(part.name, formatSum(shown)));
  if (bar.review > 0) parts.push(texts.review(formatDuration(bar.review, "hours")));
  return texts.bar(barName(bar, unit), parts.length > 0 ? parts.join(", ") : texts.nothing);
}
