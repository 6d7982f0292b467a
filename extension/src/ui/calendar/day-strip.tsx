/** The days of the week to choose from, where only one of them is shown. */

import { formatDate, formatDuration } from "../format.ts";
import type { Placed } from "./blocks.ts";
import type { CalendarDay } from "./days.ts";
import { shownSums } from "./sums.ts";
import { calendarTexts } from "./texts.ts";

interface DayStripProps {
  days: readonly CalendarDay[];
  placed: readonly Placed[];
  today: string;
  chosen: string;
  onChoose: (date: string) => void;
}

export function DayStrip({ days, placed, today, chosen, onChoose }: DayStripProps) {
  const sums = shownSums(days, placed);
  const shownOf = (date: string) => sums.get(date)?.ms ?? 0;
  return (
    <nav class="day-strip" aria-label={calendarTexts.day}>
      {days.map(({ date }) => (
        <button
          key={date}
          type="button"
          class={date === today ? "day-tab today" : "day-tab"}
          aria-current={date === chosen ? "date" : undefined}
          onClick={() => onChoose(date)}
        >
          <span>{formatDate(date, "weekday")}</span>
          <b>{Number(date.slice(8))}</b>
          <span class="secondary">{shownOf(date) > 0 ? formatDuration(shownOf(date), "hours") : "–"}</span>
        </button>
      ))}
    </nav>
  );
}
