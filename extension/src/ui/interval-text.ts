import type { TimeEntry } from "../api/client.ts";
import { formatTime, formatTimeRange, formatTimes, formatWeekdayTime } from "./format.ts";
import { texts } from "./texts.ts";

/** "Sat, 21 Nov 2026, 09:10–10:40"; the second day is named where there is one. */
export function intervalText(entry: TimeEntry, zone: string, seconds: boolean): string {
  const start = Date.parse(entry.started_at);
  if (entry.stopped_at === undefined) {
    return `${formatWeekdayTime(start, zone, seconds)} – ${texts.entries.runningNow}`;
  }
  return formatTimeRange(start, Date.parse(entry.stopped_at), zone, seconds);
}

/** The same below a heading with the day on which it has begun: "09:10–10:40". */
export function timesText(entry: TimeEntry, zone: string, seconds: boolean): string {
  const start = Date.parse(entry.started_at);
  if (entry.stopped_at === undefined) {
    return `${formatTime(start, zone, seconds)} – ${texts.entries.runningNow}`;
  }
  return formatTimes(start, Date.parse(entry.stopped_at), zone, seconds);
}
