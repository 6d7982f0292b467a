/** Where one is in the grid, and where the keys lead. */

/** Days are d0 to d6. */
export type Column = "item" | "activity" | "billable" | `d${number}` | "sum";

export interface Spot {
  row: string;
  column: Column;
}

/** The rows and the columns that are shown, in their order. */
export interface Layout {
  rows: readonly string[];
  columns: readonly Column[];
}

export const dayColumn = (day: number): Column => `d${day}`;

/** The day of a column, from 0; undefined for the others. */
export function dayOf(column: Column): number | undefined {
  return /^d\d$/.test(column) ? Number(column.slice(1)) : undefined;
}

const pageRows = 10;

/** Where an arrow or another key of movement leads; undefined for other keys. The edges hold. */
export function movedBy(key: string, ctrl: boolean, spot: Spot, { rows, columns }: Layout): Spot | undefined {
  const row = Math.max(0, rows.indexOf(spot.row));
  const column = Math.max(0, columns.indexOf(spot.column));
  const to = (r: number, c: number) => spotAt({ rows, columns }, r, c);
  switch (key) {
    case "ArrowUp":
      return to(ctrl ? 0 : row - 1, column);
    case "ArrowDown":
      return to(ctrl ? rows.length - 1 : row + 1, column);
    case "ArrowLeft":
      return to(row, ctrl ? 0 : column - 1);
    case "ArrowRight":
      return to(row, ctrl ? columns.length - 1 : column + 1);
    case "Home":
      return to(ctrl ? 0 : row, 0);
    case "End":
      return to(ctrl ? rows.length - 1 : row, columns.length - 1);
    case "PageUp":
      return to(row - pageRows, column);
    case "PageDown":
      return to(row + pageRows, column);
    default:
      return undefined;
  }
}

/** The next day in the row; undefined at its end. */
export function besides(spot: Spot, by: 1 | -1, { columns }: Layout): Spot | undefined {
  const days = columns.filter((column) => dayOf(column) !== undefined);
  const at = days.indexOf(spot.column);
  const next = at < 0 ? (by > 0 ? days[0] : undefined) : days[at + by];
  return next && { row: spot.row, column: next };
}

function spotAt({ rows, columns }: Layout, row: number, column: number): Spot | undefined {
  const inside = (at: number, length: number) => Math.min(Math.max(at, 0), length - 1);
  const key = rows[inside(row, rows.length)];
  const name = columns[inside(column, columns.length)];
  return key === undefined || name === undefined ? undefined : { row: key, column: name };
}

/** The rows and the days of a block, in their order. */
export interface Block {
  rows: readonly string[];
  days: readonly number[];
}

/** The block between two spots. Where one of them is in no day, its row has no cells in the block. */
export function blockOf(a: Spot, b: Spot, { rows, columns }: Layout): Block {
  const between = <T>(all: readonly T[], first: T, last: T) => {
    const ends = [all.indexOf(first), all.indexOf(last)].map((at) => Math.max(0, at));
    return all.slice(Math.min(...ends), Math.max(...ends) + 1);
  };
  return {
    rows: between(rows, a.row, b.row),
    days: between(columns, a.column, b.column).flatMap((column) => dayOf(column) ?? []),
  };
}
