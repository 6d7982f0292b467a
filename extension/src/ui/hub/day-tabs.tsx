/** The days of the week with their sums, to choose from where only one of them is shown. */

import { formatDate, formatDuration } from "../format.ts";
import { hubTexts } from "./texts.ts";
import "./day-tabs.css";

interface DayTabsProps {
  /** Without a sum where there is no room for sums. */
  days: readonly { date: string; shownMs?: number }[];
  today: string;
  shown: string;
  onShow: (date: string) => void;
}

export function DayTabs({ days, today, shown, onShow }: DayTabsProps) {
  return (
    <nav class="day-tabs" aria-label={hubTexts.week.day}>
      {days.map(({ date, shownMs }) => (
        <button
          key={date}
          type="button"
          class={date === today ? "day-tab today" : "day-tab"}
          aria-current={date === shown ? "date" : undefined}
          onClick={() => onShow(date)}
        >
          <span class="visually-hidden">
            {formatDate(date, "long")}
            {shownMs !== undefined && `, ${formatDuration(shownMs, "spoken")}`}
          </span>
          <span aria-hidden="true">{formatDate(date, "weekday").slice(0, 2)}</span>
          <b aria-hidden="true">{Number(date.slice(8))}</b>
          {shownMs !== undefined && (
            <span aria-hidden="true">{shownMs > 0 ? formatDuration(shownMs, "hours") : "–"}</span>
          )}
        </button>
      ))}
    </nav>
  );
}
