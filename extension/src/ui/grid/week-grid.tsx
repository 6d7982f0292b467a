/** The week as a table into which hours are typed, as in a spreadsheet. */

import { useMemo, useRef, useState } from "preact/hooks";
import type { Timesheet } from "../../api/client.ts";
import { Button, FailureNotice, Loading } from "../controls.tsx";
import { EntryNotices } from "../entry/notices.tsx";
import { type EntryChanges, useEntryChanges } from "../entry/use-entry-changes.ts";
import { formatTimeNear } from "../format.ts";
import { useMedia, useToday } from "../hooks.ts";
import { useAddress } from "../hub/address.ts";
import { DayTabs } from "../hub/day-tabs.tsx";
import { hubTexts } from "../hub/texts.ts";
import { useSheet } from "../hub/timesheet.ts";
import type { ShownWeek } from "../hub/use-week.ts";
import { useWeekEntries, type WeekStore } from "../hub/week-entries.ts";
import { Icon } from "../icons.tsx";
import { useSession } from "../session.ts";
import { knownTenantZone } from "../zone-names.ts";
import { type Adjusted, adjustedOf } from "./adjusted.ts";
import { CellEntries } from "./cell-entries.tsx";
import { closedBy } from "./cells.ts";
import { readBlock, writeBlock } from "./clipboard.ts";
import { type ClosedDay, closedDays } from "./closed.ts";
import { parseDuration } from "./duration.ts";
import { type CellTarget, cellKey, type GridEdits } from "./edits.ts";
import type { RowActivity, RowWork } from "./entry.ts";
import { FillMenu } from "./fill-menu.tsx";
import { isSumRow, recordedRow, sumRows, type Targets } from "./grid-foot.tsx";
import { GridTable } from "./grid-table.tsx";
import { daysOfWeek, entriesOfRow, type GridModel, type Row } from "./model.ts";
import { OldTimeReason } from "./old-time-reason.tsx";
import type { Refusal } from "./plan.ts";
import { refusalText } from "./refusal-text.ts";
import { RowPicker } from "./row-picker.tsx";
import { billableOf } from "./row-told.tsx";
import { type Block, type Column, dayColumn, dayOf, type Layout, type Spot } from "./spots.ts";
import { sumText, useEdits } from "./use-edits.ts";
import { type GridHost, useGridKeys } from "./use-grid-keys.ts";
import { type RowChanges, useRowChanges } from "./use-row-changes.ts";
import { type Rows, useRows } from "./use-rows.ts";
import "./grid.css";

const texts = hubTexts.grid;

export function WeekGrid({ week }: { week: ShownWeek }) {
  const { me, timers } = useSession();
  const store = useWeekEntries(week.first);
  const rows = useRows(store);
  const { model } = rows;
  const { failure, readAt } = store;
  const now = timers.clock.now();
  return (
    <section class="week-grid" aria-busy={!model && !failure}>
      {failure && (
        <FailureNotice failure={failure} onRetry={() => void store.reload()}>
          {model && <span>{texts.asOf(formatTimeNear(readAt, now, me.user.time_zone))}</span>}
        </FailureNotice>
      )}
      {!model && !failure && <Loading />}
      {model && <Grid key={week.first} week={week} store={store} rows={rows} model={model} />}
    </section>
  );
}

interface GridProps {
  week: ShownWeek;
  store: WeekStore;
  rows: Rows;
  model: GridModel;
}

function Grid({ week, store, rows, model }: GridProps) {
  const { me } = useSession();
  const [reason, setReason] = useState("");
  const [entriesAt, setEntriesAt] = useState<Spot>();
  const [adding, setAdding] = useState(false);
  const changes = useEntryChanges(store.entries);
  const sheet = useSheet();
  const closed = useClosed(sheet, rows.dates);
  const { edits, byRow, failure } = useEdits(store, reason, (date) => closed[rows.dates.indexOf(date)]);
  const told = useRowChanges(store, rows, reason);
  const sums = useSums(sheet, rows.dates, model);
  const { place, go } = useAddress();
  const { dates } = rows;
  const shownDay = Math.max(0, dates.indexOf(place.day ?? week.today));
  const shown = dates[shownDay] ?? week.today;
  const showDay = (day: string) => go({ day }, "replace");
  const { layout, narrow, wide } = useLayout(model, sums.adjusted, shownDay);
  const active = me.tenant.status === "active";
  // Nothing can be added to a week of which all days are closed.
  const addable = active && closed.includes(undefined);
  const host = hostOf({
    layout,
    model,
    dates,
    closed,
    edits,
    told,
    rows,
    shownDay,
    active,
    addable,
    setEntriesAt,
    setAdding,
  });
  const keys = useGridKeys(host);
  const add = addable && (
    <AddRow
      adding={adding}
      onAdding={setAdding}
      activity={rows.usual}
      onPick={(work) => {
        rows.add([work]);
        keys.go({ row: work.key, column: dayColumn(shownDay) });
      }}
    />
  );
  return (
    <>
      <EntryNotices changes={changes} />
      {addable && <OldTimeReason last={week.last} value={reason} onChange={setReason} />}
      {narrow && <DayTabs days={model.days} today={week.today} shown={shown} onShow={showDay} />}
      <div class="grid-room-around">
        <GridTable
          model={model}
          columns={layout.columns}
          dates={dates}
          today={week.today}
          closed={closed}
          edits={byRow}
          {...sums}
          add={add}
          {...keys}
        />
        {entriesAt && (
          <OpenedCell
            at={entriesAt}
            {...{ store, model, dates, changes }}
            onClose={() => setEntriesAt(undefined)}
          />
        )}
      </div>
      {model.rows.size === 0 && <p class="empty">{texts.empty}</p>}
      {addable && <FillMenu {...{ week, model, rows, edits }} narrow={!wide} />}
      {told.failure && <FailureNotice failure={told.failure} onDismiss={told.dismiss} />}
      <Unsaved edits={edits} failure={failure} />
    </>
  );
}

interface AddRowProps {
  adding: boolean;
  onAdding: (adding: boolean) => void;
  /** The activity of the new row. */
  activity: RowActivity;
  onPick: (work: RowWork) => void;
}

function AddRow({ adding, onAdding, activity, onPick }: AddRowProps) {
  if (!adding) {
    return (
      <Button kind="quiet" onClick={() => onAdding(true)}>
        <Icon name="plus" /> {texts.add}
      </Button>
    );
  }
  return (
    <RowPicker
      activity={activity}
      onClose={() => onAdding(false)}
      onPick={(work) => {
        onAdding(false);
        onPick(work);
      }}
    />
  );
}

interface OpenedCellProps {
  at: Spot;
  store: WeekStore;
  model: GridModel;
  dates: readonly string[];
  changes: EntryChanges;
  onClose: () => void;
}

function OpenedCell({ at, store, model, dates, changes, onClose }: OpenedCellProps) {
  const target = targetAt(at, model, dates);
  if (!target) return null;
  const entries = model.rows.get(at.row)?.cells[dayOf(at.column) ?? 0]?.entries ?? [];
  return (
    <CellEntries
      key={cellKey(target)}
      target={target}
      entries={entries.map(({ entry }) => entry)}
      all={store.entries ?? []}
      changes={changes}
      onClose={onClose}
    />
  );
}

/** What the sums are compared with, and what is added to them. */
function useSums(sheet: Timesheet | undefined, dates: readonly string[], model: GridModel) {
  const adjusted = useMemo(() => adjustedOf(sheet, model), [sheet, model]);
  return { targets: targetsOf(sheet, dates), adjusted };
}

function targetsOf(sheet: Timesheet | undefined, dates: readonly string[]): Targets | undefined {
  if (!sheet || sheet.target_ms === 0) return undefined;
  const days = dates.map((date) => sheet.days.find(({ day }) => day === date));
  return {
    days: days.map((day) => day?.target_ms ?? 0),
    total: sheet.target_ms,
  };
}

/** By what the days are closed. It is the same array until something of that changes. */
function useClosed(sheet: Timesheet | undefined, dates: readonly string[]): readonly ClosedDay[] {
  const { me, timers } = useSession();
  const today = useToday(timers.clock, knownTenantZone(me));
  const before = useRef<readonly ClosedDay[]>([]);
  return useMemo(() => {
    const closed = closedDays(dates, me, sheet, timers.clock.now());
    const same = closed.length === before.current.length && closed.every((by, i) => by === before.current[i]);
    if (!same) before.current = closed;
    return before.current;
  }, [sheet, dates, me, today]);
}

/** Rows and columns by the width: one day at a time where there is little room. */
function useLayout(model: GridModel, adjusted: Adjusted | undefined, shownDay: number) {
  const narrow = useMedia("(max-width: 700px)");
  const wide = useMedia("(min-width: 1001px)");
  const columns = useMemo((): Column[] => {
    const days = Array.from({ length: daysOfWeek }, (_, day) => dayColumn(day));
    const besides: Column[] = wide ? ["activity", "billable"] : ["billable"];
    return narrow ? ["item", dayColumn(shownDay)] : ["item", ...besides, ...days, "sum"];
  }, [narrow, wide, shownDay]);
  const layout = useMemo((): Layout => {
    const keys = model.groups.flatMap(({ rows }) => rows.map(({ key }) => key));
    return { rows: [...keys, ...sumRows(model, adjusted)], columns };
  }, [model, adjusted, columns]);
  return { layout, narrow, wide };
}

function targetAt({ row, column }: Spot, model: GridModel, dates: readonly string[]): CellTarget | undefined {
  const work = model.rows.get(row)?.work;
  const date = dates[dayOf(column) ?? -1];
  return work && date !== undefined ? { work, date } : undefined;
}

interface HostParts {
  layout: Layout;
  model: GridModel;
  dates: readonly string[];
  closed: readonly ClosedDay[];
  edits: GridEdits;
  told: RowChanges;
  rows: Rows;
  shownDay: number;
  active: boolean;
  addable: boolean;
  setEntriesAt(spot: Spot): void;
  setAdding(adding: boolean): void;
}

/** What the keys do with the cells. */
function hostOf(parts: HostParts): GridHost {
  const { layout, model, dates, closed, edits, shownDay, active, addable, setEntriesAt, setAdding } = parts;
  const target = (spot: Spot) => targetAt(spot, model, dates);
  const cellAt = ({ row, column }: Spot) => model.rows.get(row)?.cells[dayOf(column) ?? -1];
  const put = (sums: { spot: Spot; wanted: number }[]) => {
    const wanted = active ? targeted(sums, target) : [];
    if (wanted.length > 0) void edits.put(wanted);
  };
  const spotsOf = ({ rows, days }: Block) =>
    rows.flatMap((row) => days.map((day): Spot => ({ row, column: dayColumn(day) })));
  const refusalAt = (spot: Spot) => {
    const cell = cellAt(spot);
    return cell && closedBy(cell.entries, closed[dayOf(spot.column) ?? -1]);
  };
  const editAt = (spot: Spot) => {
    const at = target(spot);
    return at && edits.state.get(cellKey(at));
  };
  return {
    layout,
    start: { row: layout.rows[0] ?? recordedRow, column: dayColumn(shownDay) },
    ...rowHost(parts),
    textAt(spot) {
      if (spot.column === "activity") return model.rows.get(spot.row)?.work.activity.id;
      if (!active || !target(spot) || refusalAt(spot)) return undefined;
      const edit = editAt(spot);
      if (edit?.state.kind === "unread") return edit.state.text;
      return sumText(edit?.wanted ?? cellAt(spot)?.shownMs ?? 0);
    },
    ...wordsOf(refusalAt),
    keep(spot, text) {
      const at = target(spot);
      const wanted = parseDuration(text);
      const edit = editAt(spot);
      if (!at) return;
      if (wanted === undefined) edits.keep(at, text);
      else if (edit || wanted !== (cellAt(spot)?.shownMs ?? 0)) put([{ spot, wanted }]);
    },
    clear: (block) =>
      put(
        spotsOf(block)
          .filter((spot) => (cellAt(spot)?.shownMs ?? 0) > 0)
          .map((spot) => ({ spot, wanted: 0 })),
      ),
    fillDown: (block) => put(filledDown(block, layout, (spot) => cellAt(spot)?.shownMs ?? 0)),
    copy: ({ rows, days }) =>
      writeBlock(
        rows.map((row) => days.map((day) => sumText(cellAt({ row, column: dayColumn(day) })?.shownMs ?? 0))),
      ),
    paste(text, block, at) {
      const pasted = pastedBlock(readBlock(text), block, at, layout);
      put(pasted.flatMap(({ spot, wanted }) => (wanted === undefined ? [] : [{ spot, wanted }])));
      for (const { spot, text: unread, wanted } of pasted) {
        const cell = wanted === undefined ? target(spot) : undefined;
        if (cell) edits.keep(cell, unread);
      }
    },
    showEntries: setEntriesAt,
    addRow: () => setAdding(addable),
    drop(spot) {
      const edit = editAt(spot);
      if (edit) edits.drop(edit.target);
      return edit !== undefined;
    },
    keepMine: (edit) => void edits.put([{ target: edit.target, wanted: edit.wanted }]),
    dropEdit: (edit) => edits.drop(edit.target),
    tryNow: () => edits.tryNow(),
  };
}

/** What is said where nothing was typed. */
function wordsOf(refusalAt: (spot: Spot) => Refusal | undefined) {
  return {
    refuse(spot: Spot) {
      const refusal = refusalAt(spot);
      return refusal ? refusalText(refusal) : texts.refusals.sum;
    },
    howToType: () => texts.howToType,
  };
}

/** Sums for spots as sums for cells. */
function targeted(
  sums: readonly { spot: Spot; wanted: number }[],
  target: (spot: Spot) => CellTarget | undefined,
) {
  return sums.flatMap(({ spot, wanted }) => {
    const at = target(spot);
    return at ? [{ target: at, wanted }] : [];
  });
}

/** What is done to rows as a whole. What is closed, or only runs, is not changed by its row. */
function rowHost({ model, active, rows, told }: HostParts) {
  const mayChange = (row: Row) => {
    const isEmpty = row.cells.every(({ entries }) => entries.length === 0);
    return active && (isEmpty || entriesOfRow(row).some(({ locked }) => !locked));
  };
  return {
    mayChange,
    rowToChange({ row }: Spot) {
      const found = model.rows.get(row);
      return found && mayChange(found) ? found : undefined;
    },
    activities: () => rows.activities,
    setActivity: told.setActivity,
    toggleBillable: (row: Row) => void told.setBillable(row, billableOf(row) !== true),
  };
}

/** The sums of the first row for those below it, or of the row above for one row. */
function filledDown(block: Block, { rows }: Layout, sumAt: (spot: Spot) => number) {
  const [top = ""] = block.rows;
  const one = block.rows.length === 1;
  const from = one ? rows[rows.indexOf(top) - 1] : top;
  const into = one ? block.rows : block.rows.slice(1);
  if (from === undefined) return [];
  return into.flatMap((row) =>
    block.days.map((day) => {
      const column = dayColumn(day);
      return { spot: { row, column }, wanted: sumAt({ row: from, column }) };
    }),
  );
}

/** What a block puts where. One sum is for all that is chosen; a block begins at its corner. */
function pastedBlock(rows: readonly (readonly string[])[], block: Block, at: Spot, layout: Layout) {
  const [only = ""] = rows[0] ?? [];
  const single = rows.length === 1 && rows[0]?.length === 1;
  if (single) {
    return block.rows.flatMap((row) =>
      block.days.map((day) => ({
        spot: { row, column: dayColumn(day) } as Spot,
        text: only,
        wanted: parseDuration(only),
      })),
    );
  }
  const firstRow = layout.rows.indexOf(block.rows[0] ?? at.row);
  const days = layout.columns.filter((column) => dayOf(column) !== undefined);
  const firstDay = Math.max(0, days.indexOf(dayColumn(block.days[0] ?? 0)));
  return rows.flatMap((texts, r) =>
    texts.flatMap((text, c) => {
      const row = layout.rows[firstRow + r];
      const column = days[firstDay + c];
      if (row === undefined || column === undefined || isSumRow(row)) return [];
      return [{ spot: { row, column }, text, wanted: parseDuration(text) }];
    }),
  );
}

/** What isn't saved anywhere in the week, which may be out of sight. */
function Unsaved({ edits, failure }: { edits: GridEdits; failure: string }) {
  const left = [...edits.state.values()].filter(({ state }) => state.kind !== "saving");
  return (
    <div class="grid-unsaved">
      <p class="visually-hidden" role="alert">
        {left.length > 0 && failure}
      </p>
      {left.length > 0 && (
        <p>
          {texts.unsaved(left.length)} {failure}{" "}
          {left.some(({ state }) => state.kind === "offline") && (
            <>
              {texts.offline}{" "}
              <Button kind="quiet" onClick={() => edits.tryNow()}>
                {texts.tryNow}
              </Button>
            </>
          )}
        </p>
      )}
    </div>
  );
}
