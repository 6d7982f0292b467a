/** What a row tells of its entries beside their work: the activity, and whether they are billable. */

import { useLayoutEffect, useRef } from "preact/hooks";
import { hubTexts } from "../hub/texts.ts";
import { Icon } from "../icons.tsx";
import { isolate } from "../sentence.ts";
import type { RowActions } from "./grid-row.tsx";
import { entriesOfRow, type Row } from "./model.ts";
import type { Spot } from "./spots.ts";

const texts = hubTexts.grid;

interface RowActivityProps {
  row: Row;
  editing: boolean;
  actions: RowActions;
}

export function RowActivityField({ row, editing, actions }: RowActivityProps) {
  const spot: Spot = { row: row.key, column: "activity" };
  const { name } = row.work.activity;
  if (editing) return <ActivitySelect row={row} actions={actions} />;
  if (!actions.mayChange(row)) return <bdi>{name}</bdi>;
  return (
    <button
      type="button"
      class="grid-told"
      tabIndex={-1}
      aria-label={texts.changeActivity(name)}
      onClick={() => actions.edit(spot)}
    >
      <bdi>{name}</bdi>
      <Icon name="down" />
    </button>
  );
}

function ActivitySelect({ row, actions }: { row: Row; actions: RowActions }) {
  const select = useRef<HTMLSelectElement>(null);
  const { activity } = row.work;
  useLayoutEffect(() => select.current?.focus(), []);
  const all = actions.activities();
  const options = all.some(({ id }) => id === activity.id) ? all : [activity, ...all];
  return (
    <select
      ref={select}
      class="grid-select"
      aria-label={`${row.work.name}, ${texts.activity}`}
      value={activity.id}
      onChange={(event) => {
        const chosen = options.find(({ id }) => id === event.currentTarget.value);
        if (chosen) actions.setActivity(row, { id: chosen.id, name: chosen.name });
      }}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key !== "Escape" && event.key !== "Enter") return;
        event.preventDefault();
        actions.cancel();
      }}
      onBlur={actions.leave}
    >
      {options.map(({ id, name }) => (
        <option key={id} value={id}>
          {isolate(name)}
        </option>
      ))}
    </select>
  );
}

/** Whether all entries of a row are billable; undefined where some are, and where nothing says so yet. */
export function billableOf({ work, ...row }: Row): boolean | undefined {
  const entries = entriesOfRow({ work, ...row });
  if (entries.length === 0) return work.input.billable;
  const billable = entries.filter((entry) => entry.billable).length;
  return billable === 0 ? false : billable === entries.length || undefined;
}

export function BillableMark({ row, actions }: { row: Row; actions: RowActions }) {
  const billable = billableOf(row);
  const label = texts.billable;
  return (
    <button
      type="button"
      class={billable ? "grid-billable" : "grid-billable is-not"}
      tabIndex={-1}
      aria-label={label}
      title={billable === undefined ? texts.billableOpen : billable ? label : texts.notBillable}
      aria-pressed={billable ?? "mixed"}
      disabled={!actions.mayChange(row)}
      onClick={() => actions.toggleBillable(row)}
    >
      <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
        <circle cx="8" cy="8" r="6" {...(!billable && { "stroke-dasharray": "2 2.5" })} />
        {billable && <path d="M10 6c-.5-1-3.5-1.2-3.5.3 0 1.7 3.5.9 3.5 2.7 0 1.5-3.2 1.5-3.7.2M8 4v8" />}
      </svg>
    </button>
  );
}
