/** A row of the grid. It is rendered again only when something of its own changes. */

import { Component, type ComponentChildren } from "preact";
import { formatDate, formatDuration } from "../format.ts";
import { hubTexts } from "../hub/texts.ts";
import { Icon } from "../icons.tsx";
import { isolate } from "../sentence.ts";
import { TypeMark } from "../type-mark.tsx";
import { CellEditor, type Leave } from "./cell-editor.tsx";
import { CellHint } from "./cell-hint.tsx";
import { closedBy } from "./cells.ts";
import type { ClosedDay } from "./closed.ts";
import type { CellEdit } from "./edits.ts";
import type { RowActivity } from "./entry.ts";
import type { Cell, Row } from "./model.ts";
import type { Refusal } from "./plan.ts";
import { BillableMark, RowActivityField } from "./row-told.tsx";
import { type Column, dayColumn, dayOf, type Spot } from "./spots.ts";

const texts = hubTexts.grid;

/** What a row can do. The same object for as long as the grid is there. */
export interface RowActions {
  /** Takes in what was typed. */
  commit(spot: Spot, text: string, leave: Leave): void;
  cancel(): void;
  /** Leaves a field without taking the focus back. */
  leave(): void;
  edit(spot: Spot): void;
  mayChange(row: Row): boolean;
  activities(): readonly RowActivity[];
  setActivity(row: Row, activity: RowActivity): void;
  toggleBillable(row: Row): void;
  showEntries(spot: Spot): void;
  keepMine(edit: CellEdit): void;
  drop(edit: CellEdit): void;
  tryNow(): void;
}

/** What a cell is being typed into, and what stands in it first. */
export interface Editing {
  column: Column;
  text: string;
  /** Whether the text is there to be changed, with the arrows moving in it, or was typed in place of the old one. */
  keeps: boolean;
}

export interface RowProps {
  row: Row;
  /** Its number in the table, from 1 with the head, for screen readers. */
  index: number;
  columns: readonly Column[];
  dates: readonly string[];
  today: string;
  /** By what the days are closed. */
  closed: readonly ClosedDay[];
  /** The column in which one is, if this is the row. */
  active: Column | undefined;
  /** The first and the last chosen day. */
  chosen: readonly number[] | undefined;
  editing: Editing | undefined;
  /** Why nothing was typed into the active cell. */
  hint: string | undefined;
  /** What isn't saved, by date. */
  edits: ReadonlyMap<string, CellEdit> | undefined;
  actions: RowActions;
}

export class GridRow extends Component<RowProps> {
  override shouldComponentUpdate(next: RowProps): boolean {
    return (Object.keys(next) as (keyof RowProps)[]).some((name) => next[name] !== this.props[name]);
  }

  override render() {
    const { row, index, columns, actions } = this.props;
    return (
      <tr aria-rowindex={index}>
        {columns.map((column) => {
          const day = dayOf(column);
          if (day !== undefined) return <DayCell key={column} {...this.props} day={day} />;
          if (column === "item") return <ItemCell key={column} {...this.props} />;
          if (column === "activity") {
            return (
              <SpotCell
                key={column}
                {...this.props}
                column={column}
                class="grid-activity"
                readonly={!actions.mayChange(row)}
              >
                <RowActivityField
                  row={row}
                  editing={this.props.editing?.column === "activity"}
                  actions={actions}
                />
              </SpotCell>
            );
          }
          if (column === "billable") {
            return (
              <SpotCell
                key={column}
                {...this.props}
                column={column}
                class="grid-billable-cell"
                readonly={!actions.mayChange(row)}
              >
                <BillableMark row={row} actions={actions} />
              </SpotCell>
            );
          }
          return (
            <SpotCell
              key={column}
              {...this.props}
              column={column}
              class={`number grid-sum ${bothClass(row)}`}
              readonly
            >
              <Sum ms={row.shownMs} reviewMs={row.shownReviewMs} />
            </SpotCell>
          );
        })}
      </tr>
    );
  }
}

/** What makes a cell one to go to: its place, whether Tab comes to it, and whether it can be typed into. */
export function spotAttributes(row: string, column: Column, active: Column | undefined, readonly?: boolean) {
  return {
    // A table's cells are said to be cells of a grid by themselves, but not to every screen reader.
    ...(column !== "item" && { role: "gridcell" as const }),
    "data-row": row,
    "data-column": column,
    tabIndex: active === column ? 0 : -1,
    "aria-readonly": readonly || undefined,
  };
}

/** Where there is no room for a column of activities, the activity stands below the name. */
function ItemCell({ row, active, columns }: RowProps) {
  const { item, name, activity } = row.work;
  return (
    <th scope="row" class="grid-item" title={isolate(name)} {...spotAttributes(row.key, "item", active)}>
      <span class="grid-name">
        {item ? <TypeMark type={item.type} /> : <span class="type-mark" />}
        {/* The project is in the head of its rows. */}
        <bdi>{item ? name : texts.noItem}</bdi>
      </span>
      {!columns.includes("activity") && <bdi class="grid-under secondary">{activity.name}</bdi>}
    </th>
  );
}

interface SpotCellProps extends Pick<RowProps, "row" | "active"> {
  column: Column;
  class: string;
  readonly?: boolean;
  children: ComponentChildren;
}

function SpotCell({ row, active, column, readonly, children, ...rest }: SpotCellProps) {
  return (
    <td class={rest.class} {...spotAttributes(row.key, column, active, readonly)}>
      {children}
    </td>
  );
}

function Sum({ ms, reviewMs }: { ms: number; reviewMs: number }) {
  return (
    <>
      {(ms > 0 || reviewMs === 0) && <span>{ms > 0 && formatDuration(ms, "hours")}</span>}
      {reviewMs > 0 && <span class="grid-review">{formatDuration(reviewMs, "hours")}</span>}
    </>
  );
}

function DayCell(props: RowProps & { day: number }) {
  const { row, day, dates, today, closed, active, chosen, editing, edits, actions } = props;
  const cell = row.cells[day];
  const date = dates[day];
  if (!cell || date === undefined) return null;
  const column = dayColumn(day);
  const spot = { row: row.key, column };
  const edit = edits?.get(date);
  const edited = editing?.column === column ? editing : undefined;
  const isChosen = chosen !== undefined && day >= (chosen[0] ?? 0) && day <= (chosen[1] ?? 0);
  const isActive = active === column;
  const name = cellName(props, cell, date, edit);
  const refusal = closedBy(cell.entries, closed[day]);
  return (
    <td
      class={`${cellClass(cell, date, today, edit)} ${refusal && isClosed(refusal) ? "is-closed" : ""}`}
      aria-invalid={edit && edit.state.kind !== "saving" ? true : undefined}
      aria-busy={edit?.state.kind === "saving" || undefined}
      {...spotAttributes(row.key, column, active, refusal !== undefined)}
      {...(isChosen && { "aria-selected": true })}
    >
      {edited ? (
        <CellEditor
          label={`${isolate(row.work.name)}, ${formatDate(date, "long")}`}
          editing={edited}
          onLeave={(text, leave) => actions.commit(spot, text, leave)}
          onCancel={actions.cancel}
        />
      ) : (
        <>
          <span class="visually-hidden">{name}</span>
          <CellContent cell={cell} edit={edit} />
        </>
      )}
      {isActive && !edited && cell.entries.length > 0 && (
        <button
          type="button"
          class="grid-more"
          tabIndex={-1}
          aria-label={texts.showEntries}
          title={texts.showEntries}
          onClick={() => actions.showEntries(spot)}
        >
          <Icon name="down" />
        </button>
      )}
      {isActive && !edited && (edit || props.hint) && (
        <CellHint edit={edit} hint={props.hint} actions={actions} />
      )}
    </td>
  );
}

function CellContent({ cell, edit }: { cell: Cell; edit: CellEdit | undefined }) {
  if (edit) {
    const { wanted, state } = edit;
    return (
      <span class="grid-typed" aria-hidden="true">
        {state.kind !== "saving" && <Icon name={state.kind === "offline" ? "off" : "warning"} />}
        {state.kind === "unread" ? state.text : wanted > 0 ? formatDuration(wanted, "hours") : "–"}
      </span>
    );
  }
  return (
    <span aria-hidden="true">
      {cell.running && <span class="grid-dot" />}
      {(cell.shownMs > 0 || cell.running) && formatDuration(cell.shownMs, "hours")}
      {cell.shownReviewMs > 0 && (
        <span class="grid-review">{formatDuration(cell.shownReviewMs, "hours")}</span>
      )}
    </span>
  );
}

/** Item, day, hours, and what is to be known of them. */
function cellName({ row }: RowProps, cell: Cell, date: string, edit: CellEdit | undefined): string {
  const facts = [
    isolate(row.work.name),
    row.work.activity.name,
    formatDate(date, "long"),
    cell.shownMs > 0 || cell.reviewMs === 0
      ? cell.shownMs > 0
        ? formatDuration(cell.shownMs, "spoken")
        : texts.nothing
      : "",
    cell.reviewMs > 0 ? texts.review(cell.shownReviewMs) : "",
    cell.running ? texts.running : "",
    cell.entries.length > 1 ? texts.entries(cell.entries.length) : "",
    edit ? formatDuration(edit.wanted, "spoken") : "",
  ];
  return facts.filter((fact) => fact !== "").join(", ");
}

function cellClass(cell: Cell, date: string, today: string, edit: CellEdit | undefined): string {
  const names = ["grid-cell", "number", dayClass(date, today)];
  if (cell.reviewMs > 0) names.push("under-review", bothClass(cell));
  if (edit) names.push(edit.state.kind === "saving" ? "is-saving" : "is-unsaved");
  return names.filter(Boolean).join(" ");
}

/** Whether nobody can change the cell any more, not only now. */
const isClosed = ({ kind }: Refusal) => kind === "submitted" || kind === "approved" || kind === "locked";

/** Where something counts beside what is under review, the two stand in two lines. */
function bothClass({ shownMs, shownReviewMs }: Pick<Cell, "shownMs" | "shownReviewMs">): string {
  return shownMs > 0 && shownReviewMs > 0 ? "under-both" : "";
}

/** Today and weekends have grounds of their own. */
export function dayClass(date: string, today: string): string {
  if (date === today) return "is-today";
  const weekday = new Date(`${date}T00:00Z`).getUTCDay();
  return weekday === 0 || weekday === 6 ? "is-weekend" : "";
}
