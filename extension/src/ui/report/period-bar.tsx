import { useState } from "preact/hooks";
import { Button, Field } from "../controls.tsx";
import { formatDateSpan } from "../format.ts";
import { addDays } from "../zone.ts";
import type { Definition } from "./definition.ts";
import { lastOf, lengthOf, mostDays, type Period, presets } from "./period.ts";
import { Popup } from "./popup.tsx";
import { reportTexts } from "./texts.ts";

const texts = reportTexts.period;

interface PeriodBarProps {
  definition: Definition;
  /** The days that the definition means today. */
  period: Period;
  /** The period before, once it is known. */
  before: Period | undefined;
  today: string;
  onChange: (change: Partial<Definition>) => void;
}

/** The days of a report, in words. */
export function formatPeriod(period: Period, today: string): string {
  return formatDateSpan(period.from, lastOf(period), today);
}

/** The presets, the days that they mean today, and the period beside. */
export function PeriodBar({ definition, period, before, today, onChange }: PeriodBarProps) {
  const custom = typeof definition.period !== "string";
  return (
    <div class="report-row">
      {/* biome-ignore lint/a11y/useSemanticElements: buttons that are pressed are no fields. */}
      <span class="report-presets" role="group" aria-label={texts.label}>
        {presets.map((preset) => (
          <button
            key={preset}
            type="button"
            aria-pressed={definition.period === preset}
            onClick={() => onChange({ period: preset })}
          >
            {texts.presets[preset]}
          </button>
        ))}
      </span>
      <Popup text={texts.custom} title={texts.customTitle} kind="panel" look={custom ? "chosen" : "quiet"}>
        {(close) => (
          <CustomPeriod
            period={period}
            onChoose={(chosen) => {
              close();
              onChange({ period: chosen });
            }}
          />
        )}
      </Popup>
      <b class="report-period">{formatPeriod(period, today)}</b>
      <label class="checkbox secondary-choice">
        <input
          type="checkbox"
          checked={definition.beside}
          onChange={({ currentTarget }) => onChange({ beside: currentTarget.checked })}
        />
        {texts.beside(before ? formatPeriod(before, today) : texts.before)}
      </label>
    </div>
  );
}

function CustomPeriod({ period, onChoose }: { period: Period; onChoose: (period: Period) => void }) {
  const [from, setFrom] = useState(period.from);
  const [last, setLast] = useState(lastOf(period));
  const [error, setError] = useState<string>();
  return (
    <form
      noValidate
      class="report-form"
      onSubmit={(event) => {
        event.preventDefault();
        const problem = problemOf(from, last);
        setError(problem);
        if (!problem) onChoose({ from, to: addDays(last, 1) });
      }}
    >
      <Field label={texts.from}>
        {(attributes) => (
          <input
            {...attributes}
            type="date"
            value={from}
            onInput={({ currentTarget }) => setFrom(currentTarget.value)}
          />
        )}
      </Field>
      <Field label={texts.to} error={error}>
        {(attributes) => (
          <input
            {...attributes}
            type="date"
            value={last}
            onInput={({ currentTarget }) => setLast(currentTarget.value)}
          />
        )}
      </Field>
      <Button type="submit" kind="primary">
        {texts.show}
      </Button>
    </form>
  );
}

function problemOf(from: string, last: string): string | undefined {
  if (!from || !last) return texts.missing;
  if (last < from) return texts.order;
  return lengthOf({ from, to: addDays(last, 1) }) > mostDays ? texts.tooLong(mostDays) : undefined;
}
