/** The table itself: its head, its rows by project, and the sums. */

import type { ComponentChildren, RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { formatDate, formatDateSpan, formatDuration } from "../format.ts";
import { hubTexts } from "../hub/texts.ts";
import type { Adjusted } from "./adjusted.ts";
import type { ClosedDay } from "./closed.ts";
import type { CellEdit } from "./edits.ts";
import { GridFoot, sumRows, type Targets } from "./grid-foot.tsx";
import { dayClass, type Editing, GridRow, type RowActions } from "./grid-row.tsx";
import type { GridModel, Group, Row } from "./model.ts";
import { type Block, type Column, dayOf, type Spot } from "./spots.ts";
import type { GridHandlers } from "./use-grid-keys.ts";

const texts = hubTexts.grid;

export interface GridTableProps {
  model: GridModel;
  columns: readonly Column[];
  dates: readonly string[];
  today: string;
  closed: readonly ClosedDay[];
  spot: Spot;
  chosen: Block | undefined;
  editing: Editing | undefined;
  hint: string | undefined;
  /** What isn't saved, by row and date. */
  edits: ReadonlyMap<string, ReadonlyMap<string, CellEdit>>;
  targets: Targets | undefined;
  adjusted: Adjusted | undefined;
  /** What adds a row, below the others. */
  add: ComponentChildren;
  actions: RowActions;
  table: RefObject<HTMLTableElement | null>;
  handlers: GridHandlers;
}

/** A line of the table's body: a project's head, or a row. */
type Line = { kind: "group"; group: Group } | { kind: "row"; row: Row };

/** More lines than this are shown in parts: those in sight, and room for the others. */
const linesShown = 60;
const partLines = 20;

export function GridTable(props: GridTableProps) {
  const { model, columns, dates, today, table, add, adjusted } = props;
  const lines = model.groups.flatMap((group): Line[] => [
    { kind: "group", group },
    ...group.rows.map((row): Line => ({ kind: "row", row })),
  ]);
  const [first = "", last = first] = [dates[0], dates.at(-1)];
  return (
    <table
      ref={table}
      class="grid"
      // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a table is a grid when keys go from cell to cell
      role="grid"
      aria-label={texts.label(formatDateSpan(first, last, today))}
      aria-rowcount={lines.length + 1 + (add ? 1 : 0) + sumRows(model, adjusted).length}
      aria-multiselectable={true}
      {...props.handlers}
    >
      <colgroup>
        {columns.map((column) => (
          <col key={column} class={columnClass(column)} />
        ))}
      </colgroup>
      <thead>
        <tr aria-rowindex={1}>
          {columns.map((column) => (
            <HeadCell key={column} column={column} dates={dates} today={today} />
          ))}
        </tr>
      </thead>
      <Lines lines={lines} {...props} />
      {add && (
        <tbody>
          <AddLine {...props} index={lines.length + 2} />
        </tbody>
      )}
      <GridFoot {...props} firstIndex={lines.length + (add ? 3 : 2)} />
    </table>
  );
}

/** What adds a row has the room of the columns before the days. */
function AddLine({ add, columns, dates, today, index }: GridTableProps & { index: number }) {
  const first = columns.findIndex((column) => dayOf(column) !== undefined);
  return (
    <tr aria-rowindex={index}>
      <td class="grid-add" colSpan={first}>
        {add}
      </td>
      {columns.slice(first).map((column) => {
        const day = dayOf(column);
        return <td key={column} class={day === undefined ? "" : dayClass(dates[day] ?? "", today)} />;
      })}
    </tr>
  );
}

function columnClass(column: Column): string {
  if (dayOf(column) !== undefined) return "grid-day";
  return `grid-${column}`;
}

interface HeadCellProps {
  column: Column;
  dates: readonly string[];
  today: string;
}

function HeadCell({ column, dates, today }: HeadCellProps) {
  const day = dayOf(column);
  const date = day === undefined ? undefined : dates[day];
  if (date === undefined) {
    const heads = { item: texts.item, activity: texts.activity, billable: texts.billable, sum: texts.week };
    return (
      <th scope="col" class={column === "sum" ? "number grid-sum" : `grid-${column}`}>
        <span class={column === "billable" ? "visually-hidden" : undefined}>
          {heads[column as keyof typeof heads]}
        </span>
      </th>
    );
  }
  return (
    <th
      scope="col"
      class={`grid-day number ${dayClass(date, today)}`}
      aria-current={date === today ? "date" : undefined}
    >
      <span class="visually-hidden">{formatDate(date, "long")}</span>
      <span aria-hidden="true">
        {formatDate(date, "weekday")} <b>{Number(date.slice(8))}</b>
      </span>
    </th>
  );
}

function Lines({ lines, ...props }: GridTableProps & { lines: readonly Line[] }) {
  if (lines.length <= linesShown) {
    return <tbody>{lines.map((line, at) => lineOf(line, at, props))}</tbody>;
  }
  const parts = Array.from({ length: Math.ceil(lines.length / partLines) }, (_, part) => ({
    first: part * partLines,
    lines: lines.slice(part * partLines, (part + 1) * partLines),
  }));
  return (
    <>
      {parts.map((part) => (
        <Part
          key={part.first}
          {...part}
          {...props}
          holdsSpot={part.lines.some((line) => line.kind === "row" && line.row.key === props.spot.row)}
        />
      ))}
    </>
  );
}

interface PartProps extends GridTableProps {
  first: number;
  lines: readonly Line[];
  /** Where one is, the lines are there for the keys. */
  holdsSpot: boolean;
}

/** Some lines, which are there while they are nearly in sight. */
function Part({ first, lines, holdsSpot, ...props }: PartProps) {
  const body = useRef<HTMLTableSectionElement>(null);
  const near = useNearby(body);
  const shown = near || holdsSpot;
  return (
    <tbody ref={body}>
      {shown ? (
        lines.map((line, at) => lineOf(line, first + at, props))
      ) : (
        <tr>
          <td class="grid-room" colSpan={props.columns.length} style={{ "--lines": lines.length }} />
        </tr>
      )}
    </tbody>
  );
}

/** How far beyond what is in sight lines are there already. */
const nearby = "600px 0px";

function useNearby(element: RefObject<HTMLElement | null>): boolean {
  const [near, setNear] = useState(typeof IntersectionObserver === "undefined");
  useLayoutEffect(() => {
    if (!element.current || typeof IntersectionObserver === "undefined") return;
    const observer = new IntersectionObserver((entries) => setNear(entries.at(-1)?.isIntersecting ?? true), {
      rootMargin: nearby,
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return near;
}

function lineOf(line: Line, at: number, props: GridTableProps) {
  const index = at + 2;
  if (line.kind === "group") {
    return <GroupRow key={`group ${line.group.key}`} group={line.group} index={index} {...props} />;
  }
  const { row } = line;
  const { spot, chosen, editing, hint, edits } = props;
  const isActive = spot.row === row.key;
  return (
    <GridRow
      key={row.key}
      row={row}
      index={index}
      columns={props.columns}
      dates={props.dates}
      today={props.today}
      closed={props.closed}
      active={isActive ? spot.column : undefined}
      chosen={chosen?.rows.includes(row.key) ? chosen.days : undefined}
      editing={isActive ? editing : undefined}
      hint={isActive ? hint : undefined}
      edits={edits.get(row.key)}
      actions={props.actions}
    />
  );
}

function GroupRow({ group, index, columns, dates, today }: GridTableProps & { group: Group; index: number }) {
  return (
    <tr class="grid-group" aria-rowindex={index}>
      {columns.map((column) => {
        const day = dayOf(column);
        if (column === "item") {
          return (
            <th key={column} scope="rowgroup">
              <bdi>{group.name}</bdi>
            </th>
          );
        }
        if (column === "sum") {
          return (
            <td key={column} class="number secondary grid-sum">
              {group.shownMs > 0 && formatDuration(group.shownMs, "hours")}
            </td>
          );
        }
        return <td key={column} class={day === undefined ? "" : dayClass(dates[day] ?? "", today)} />;
      })}
    </tr>
  );
}
