/** What can be done to a selection of entries, what became of each, and the forms that this needs. */

import { useEffect, useId, useState } from "preact/hooks";
import type { TimeEntry } from "../../api/client.ts";
import { Button, FailureNotice, Notice } from "../controls.tsx";
import { formatDuration } from "../format.ts";
import { ReasonDialog } from "../reason.tsx";
import { texts } from "../texts.ts";
import { itemName, referenceOf } from "../work-item.ts";
import { ConflictNotice } from "./conflict.tsx";
import { MoveForm } from "./move-form.tsx";
import { operationTexts } from "./texts.ts";
import { ToldForm } from "./told-form.tsx";
import type { ShiftUnit } from "./use-bulk.ts";
import { type BulkWork, useBulkWork } from "./use-bulk-bar.ts";
import type { Selection } from "./use-selection.ts";
import "./operations.css";

type Form = "move" | "tell" | "shift";

interface BulkBarProps {
  selection: Selection<TimeEntry>;
  /** Why a change of an entry needs a reason; undefined when it needs none. */
  reasonNeeded: (entry: TimeEntry) => string | undefined;
}

/** Stands below its list while something is selected, or was refused. */
export function BulkBar({ selection, reasonNeeded }: BulkBarProps) {
  const { entries } = selection;
  const needed = entries.map(reasonNeeded).find((each) => each !== undefined);
  const work = useBulkWork(selection, needed);
  const [form, setForm] = useState<Form>();
  const { bulk, selection: words } = operationTexts;
  const empty = entries.length === 0;
  useEffect(() => {
    if (empty) setForm(undefined);
  }, [empty]);
  if (empty && work.refused.length === 0 && !work.failure && !work.conflict) return null;
  const length = entries.reduce((sum, { elapsed_ms }) => sum + elapsed_ms, 0);
  const toggle = (next: Form) => setForm(form === next ? undefined : next);
  return (
    <section class="bulk-bar" aria-label={words.region}>
      {!empty && (
        <>
          <strong role="status">{words.count(entries.length)}</strong>
          <span class="secondary">{formatDuration(length, "hours")}</span>
          <Button kind="quiet" expanded={form === "move"} onClick={() => toggle("move")}>
            {operationTexts.move}
          </Button>
          <Button kind="quiet" expanded={form === "tell"} onClick={() => toggle("tell")}>
            {bulk.activity}
          </Button>
          <Button kind="quiet" expanded={form === "shift"} onClick={() => toggle("shift")}>
            {bulk.shift}
          </Button>
          {entries.length > 1 && (
            <Button kind="quiet" disabled={work.working} onClick={() => work.merge(false)}>
              {operationTexts.merge}
            </Button>
          )}
          <Button kind="quiet" disabled={work.working} onClick={work.voidAll}>
            {bulk.void}
          </Button>
          <Button kind="quiet" onClick={() => selection.set([])}>
            {words.clear}
          </Button>
        </>
      )}
      {form === "move" && !empty && (
        <MoveForm
          onCancel={() => setForm(undefined)}
          onPick={(to) =>
            work.change(referenceOf(to), operationTexts.move, (n) => bulk.moved(n, itemName(to)))
          }
        />
      )}
      {form === "tell" && !empty && <ToldForm work={work} onClose={() => setForm(undefined)} />}
      {form === "shift" && !empty && <ShiftForm work={work} onClose={() => setForm(undefined)} />}
      {work.asked && (
        <ReasonDialog
          title={work.asked.name}
          detail={words.count(entries.length)}
          submit={work.asked.name}
          working={bulk.working}
          reasonNeeded={needed}
          onClose={work.withdraw}
          onSubmit={work.giveReason}
        />
      )}
      <Outcome work={work} />
    </section>
  );
}

/** What of the last change needs another look. */
function Outcome({ work }: { work: BulkWork }) {
  const { refused, failure, apart, dismiss, conflict, keepMine, takeTheirs } = work;
  return (
    <>
      {conflict && <ConflictNotice conflict={conflict} />}
      {failure && <FailureNotice failure={failure} onDismiss={dismiss} />}
      {apart && (
        <Notice
          kind="review"
          actions={
            <>
              <Button onClick={() => work.merge(true)}>{operationTexts.bridge}</Button>
              <Button kind="quiet" onClick={dismiss}>
                {texts.cancel}
              </Button>
            </>
          }
        >
          {operationTexts.bridgeTitle}
        </Notice>
      )}
      {refused.length > 0 && (
        <div class="bulk-results notice error" role="alert">
          <p class="notice-title">{operationTexts.bulk.refused(refused.length)}</p>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the keys scroll it, since it may be long */}
          <ul tabIndex={0}>
            {refused.map(({ id, text }) => (
              <li key={id}>{text}</li>
            ))}
          </ul>
          <div class="notice-actions">
            {keepMine && (
              <>
                <Button onClick={keepMine}>{operationTexts.conflict.keepMine}</Button>
                <Button onClick={takeTheirs}>{operationTexts.conflict.takeTheirs}</Button>
              </>
            )}
            <Button kind="quiet" onClick={dismiss}>
              {texts.dismiss}
            </Button>
          </div>
        </div>
      )}
    </>
  );
}

const units: readonly ShiftUnit[] = ["minutes", "hours", "days"];

/** By how much the selection moves, and in which direction. */
function ShiftForm({ work, onClose }: { work: BulkWork; onClose: () => void }) {
  const { bulk } = operationTexts;
  const id = useId();
  const [count, setCount] = useState("30");
  const [unit, setUnit] = useState<ShiftUnit>("minutes");
  const [fault, setFault] = useState(false);

  function shift(direction: 1 | -1) {
    const by = Number(count);
    const right = Number.isInteger(by) && by > 0 && by <= 1_000;
    setFault(!right);
    if (right) work.shift(direction * by, unit);
  }

  return (
    <form
      noValidate
      class="bulk-fields"
      aria-label={bulk.shift}
      onSubmit={(event) => {
        event.preventDefault();
        shift(1);
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape") onClose();
      }}
    >
      <div class="field">
        <label for={id}>{bulk.shiftBy}</label>
        <input
          id={id}
          type="number"
          inputMode="numeric"
          min={1}
          max={1000}
          value={count}
          aria-invalid={fault}
          aria-describedby={fault ? `${id}-error` : undefined}
          onInput={(event) => setCount(event.currentTarget.value)}
        />
        {fault && (
          <p class="field-error" id={`${id}-error`} role="alert">
            {bulk.shiftFault}
          </p>
        )}
      </div>
      <div class="field">
        <select
          aria-label={bulk.unit}
          value={unit}
          onChange={(event) => setUnit(units.find((each) => each === event.currentTarget.value) ?? unit)}
        >
          {units.map((each) => (
            <option key={each} value={each}>
              {bulk.units[each]}
            </option>
          ))}
        </select>
      </div>
      <Button disabled={work.working} onClick={() => shift(-1)}>
        {bulk.earlier}
      </Button>
      <Button type="submit" disabled={work.working}>
        {bulk.later}
      </Button>
    </form>
  );
}
