/** The heads of the days, and the hours beside them. */

import { formatDate, formatDuration, formatHourOfDay, formatTime } from "../format.ts";
import { useSession } from "../session.ts";
import { hourMs } from "../units.ts";
import { type CalendarDay, hoursIn, type Scale, type Unfolded } from "./days.ts";
import { calendarTexts } from "./texts.ts";

interface DayHeadProps {
  day: CalendarDay;
  today: boolean;
  ms: number;
  /** What the person is to record on the day; 0 without a target. */
  target: number;
}

export function DayHead({ day, today, ms, target }: DayHeadProps) {
  return (
    <th scope="col" class={today ? "cal-head today" : "cal-head"} aria-current={today ? "date" : undefined}>
      <b>
        {formatDate(day.date, "weekday")} <span class="cal-date">{Number(day.date.slice(8))}</span>
      </b>
      {(ms > 0 || target > 0) && (
        <span class="cal-sum secondary">
          {formatDuration(ms, "hours")}
          {target > 0 && (
            <span class="cal-target"> {calendarTexts.ofTarget(formatDuration(target, "hours"))}</span>
          )}
        </span>
      )}
    </th>
  );
}

interface AxisProps {
  days: readonly CalendarDay[];
  scale: Scale;
  height: number;
  unfolded: Unfolded;
  onUnfold: (unfolded: Unfolded) => void;
}

/** The hours, as the days without a change of the clocks have them, and what folds the others. */
export function Axis({ days, scale, height, unfolded, onUnfold }: AxisProps) {
  const { me } = useSession();
  const zone = me.user.time_zone;
  const usual = days.find(({ from, to }) => to - from === 24 * hourMs) ?? days[0];
  if (!usual) return null;
  const [early, body, late] = usual.sections;
  const hours = [
    ...(unfolded.early ? hoursIn(early) : []),
    ...hoursIn(body),
    ...(unfolded.late ? hoursIn(late) : []),
  ];
  const toggle = (section: "early" | "late", text: string) => (
    <div class={`cal-fold ${section}`}>
      <button
        type="button"
        class="cal-unfold"
        aria-expanded={unfolded[section]}
        onClick={() => onUnfold({ ...unfolded, [section]: !unfolded[section] })}
      >
        {text}
      </button>
    </div>
  );
  return (
    <th scope="row" class="cal-axis">
      {toggle("early", calendarTexts.before(formatHourOfDay(body.from, zone)))}
      <div class="cal-canvas" style={{ height: `${height}px` }}>
        {hours.slice(unfolded.early ? 0 : 1).map((at) => (
          <span
            key={at}
            class="cal-hour"
            style={{ top: `${scale.abovePx + ((at - body.from) / hourMs) * scale.hourPx}px` }}
          >
            {formatTime(at, zone)}
          </span>
        ))}
      </div>
      {toggle("late", calendarTexts.after(formatHourOfDay(body.to, zone)))}
    </th>
  );
}
