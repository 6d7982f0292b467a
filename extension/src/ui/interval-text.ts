import type { TimeEntry } from "../api/client.ts";
import { formatDate, formatTime } from "./format.ts";
import { texts } from "./texts.ts";
import { dateIn } from "./zone.ts";

/** "Sat 21 Nov 2026, 09:10 – 10:40"; the second day is named where there is one. */
export function intervalText(entry: TimeEntry, zone: string, seconds: boolean): string {
  const start = Date.parse(entry.started_at);
  const day = dateIn(start, zone);
  const from = `${formatDate(day, "medium")}, ${formatTime(start, zone, seconds)}`;
  if (entry.stopped_at === undefined) return `${from} – ${texts.entries.runningNow}`;
  const stop = Date.parse(entry.stopped_at);
  const lastDay = dateIn(stop, zone);
  const to = formatTime(stop, zone, seconds);
  return `${from} – ${lastDay === day ? to : `${formatDate(lastDay, "day")}, ${to}`}`;
}
