/** The sums of the days, against what they should be, and what is under review. */

import type { ComponentChildren } from "preact";
import { formatDuration } from "../format.ts";
import { hubTexts } from "../hub/texts.ts";
import { Icon } from "../icons.tsx";
import { percent } from "../review-bar.tsx";
import type { Adjusted } from "./adjusted.ts";
import { dayClass, spotAttributes } from "./grid-row.tsx";
import type { GridTableProps } from "./grid-table.tsx";
import type { Day, GridModel } from "./model.ts";
import { type Column, dayOf } from "./spots.ts";

const texts = hubTexts.grid;

/** The rows of sums, as rows that one goes to. */
export const recordedRow = "recorded";
const adjustedRow = "adjusted";
const reviewRow = "review";

export const isSumRow = (row: string) => [recordedRow, adjustedRow, reviewRow].includes(row);

/** Those that the week has, in their order. */
export function sumRows(model: GridModel, adjusted: Adjusted | undefined): string[] {
  return [recordedRow, ...(adjusted ? [adjustedRow] : []), ...(model.shownReviewMs > 0 ? [reviewRow] : [])];
}

/** What should be recorded, in milliseconds. */
export interface Targets {
  /** By day of the week that is shown. */
  days: readonly number[];
  total: number;
}

type FootProps = GridTableProps & { firstIndex: number };

export function GridFoot(props: FootProps) {
  const { adjusted, firstIndex } = props;
  return (
    <tfoot>
      <RecordedRow {...props} />
      {adjusted && <AdjustedRow {...props} adjusted={adjusted} firstIndex={firstIndex + 1} />}
      {props.model.shownReviewMs > 0 && <ReviewRow {...props} firstIndex={firstIndex + (adjusted ? 2 : 1)} />}
    </tfoot>
  );
}

const activeIn = (row: string, { spot }: FootProps): Column | undefined =>
  spot.row === row ? spot.column : undefined;

function RecordedRow(props: FootProps) {
  const { model, columns, today, targets, adjusted, firstIndex } = props;
  const active = activeIn(recordedRow, props);
  const daily = targets && usualTarget(targets.days);
  return (
    <tr class="grid-recorded" aria-rowindex={firstIndex}>
      {columns.map((column) => {
        const day = dayOf(column);
        const attributes = spotAttributes(recordedRow, column, active, true);
        if (column === "item") {
          return (
            <th key={column} scope="row" {...attributes}>
              {texts.recorded}
              {daily !== undefined && <span class="secondary">{texts.ofADay(daily)}</span>}
            </th>
          );
        }
        if (column === "activity" || column === "billable") return <td key={column} {...attributes} />;
        const of = day === undefined ? undefined : model.days[day];
        if (day === undefined || !of) {
          return (
            <td key={column} class="number grid-sum" {...attributes}>
              <b class="grid-total">{formatDuration(model.shownMs, "hours")}</b>
              {targets && targets.total > 0 && <span class="secondary">{texts.ofTarget(targets.total)}</span>}
            </td>
          );
        }
        return (
          <td key={column} class={`number ${dayClass(of.date, today)}`} {...attributes}>
            <DaySum
              day={of}
              target={targets?.days[day] ?? 0}
              adjusted={adjusted?.days[day] ?? 0}
              short={isTight(columns)}
              today={today}
            />
          </td>
        );
      })}
    </tr>
  );
}

/** The target of most days, where all that have one have the same. */
function usualTarget(days: readonly number[]): number | undefined {
  const targets = new Set(days.filter((ms) => ms > 0));
  return targets.size === 1 ? [...targets][0] : undefined;
}

interface DaySumProps {
  day: Day;
  target: number;
  adjusted: number;
  /** Whether there is no room for words. */
  short: boolean;
  today: string;
}

/** What is said of the target adds up with the sum that is shown, as what the server says is missing in the week does. */
function DaySum({ day, target, adjusted, short, today }: DaySumProps) {
  const { shownMs, date } = day;
  // Nothing says so only where something should be there.
  const sum = shownMs > 0 || (target > 0 && date <= today) ? formatDuration(shownMs, "hours") : "";
  return (
    <>
      <b>{sum}</b>
      {target > 0 && date <= today && (
        <>
          <span class="grid-meter" aria-hidden="true">
            <span style={{ width: percent(Math.min(shownMs, target), target) }} />
          </span>
          <span class="secondary">
            <Difference by={shownMs + adjusted - target} isToday={date === today} short={short} />
          </span>
        </>
      )}
    </>
  );
}

/** Seven days without the activities beside them are narrow. */
const isTight = (columns: readonly Column[]) =>
  columns.includes("d0") && columns.includes("d1") && !columns.includes("activity");

function Difference({ by, isToday, short }: { by: number; isToday: boolean; short: boolean }) {
  if (by === 0) {
    return (
      <span class="grid-met">
        <Icon name="check" />
        <span class="visually-hidden">{texts.met}</span>
      </span>
    );
  }
  if (by > 0) return <span>{texts.more(by)}</span>;
  const words = isToday ? texts.toGo(-by) : texts.missing(-by);
  if (!short) return <span>{words}</span>;
  return (
    <>
      <span aria-hidden="true">{texts.less(-by)}</span>
      <span class="visually-hidden">{words}</span>
    </>
  );
}

function AdjustedRow(props: FootProps & { adjusted: Adjusted }) {
  const { days, total } = props.adjusted;
  return (
    <SumRow
      {...props}
      row={adjustedRow}
      name={texts.adjusted}
      sumOf={(day) => {
        const ms = day === undefined ? total : (days[day] ?? 0);
        return ms !== 0 && (ms > 0 ? texts.more(ms) : texts.less(-ms));
      }}
    />
  );
}

function ReviewRow(props: FootProps) {
  const { days, shownReviewMs } = props.model;
  return (
    <SumRow
      {...props}
      row={reviewRow}
      name={<span class="review-key">{texts.underReview}</span>}
      sumOf={(day) => {
        const ms = day === undefined ? shownReviewMs : (days[day]?.shownReviewMs ?? 0);
        return ms > 0 && formatDuration(ms, "hours");
      }}
    />
  );
}

type SumRowProps = FootProps & {
  row: string;
  name: ComponentChildren;
  /** The sum of a day, or of the week. */
  sumOf: (day: number | undefined) => ComponentChildren;
};

/** A sum of each day and of the week, which has no target. */
function SumRow(props: SumRowProps) {
  const { row, name, sumOf, columns, today, dates, firstIndex } = props;
  const active = activeIn(row, props);
  return (
    <tr class={`grid-sums-${row}`} aria-rowindex={firstIndex}>
      {columns.map((column) => {
        const attributes = spotAttributes(row, column, active, true);
        if (column === "item") {
          return (
            <th key={column} scope="row" {...attributes}>
              {name}
            </th>
          );
        }
        if (column === "activity" || column === "billable") return <td key={column} {...attributes} />;
        const day = dayOf(column);
        return (
          <td
            key={column}
            class={day === undefined ? "number grid-sum" : `number ${dayClass(dates[day] ?? "", today)}`}
            {...attributes}
          >
            {sumOf(day)}
          </td>
        );
      })}
    </tr>
  );
}
