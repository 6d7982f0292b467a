/** The sentences of the calendar. */

import { catalogue } from "../../texts/catalogue.ts";
import { formatDate, formatLength } from "../format.ts";
import { sentence } from "../sentence.ts";

export const calendarTexts = catalogue("calendar", {
  name: (first: string, last: string) =>
    sentence`Calendar, ${formatDate(first, "medium")} to ${formatDate(last, "medium")}`,
  before: (hour: string) => sentence`before ${hour}`,
  after: (hour: string) => sentence`after ${hour}`,
  from: (time: string) => sentence`from ${time}`,
  until: (time: string) => sentence`until ${time}`,
  more: (n: number) => sentence`+${n}`,
  now: (time: string) => sentence`Now, ${time}`,
  ofTarget: (target: string) => sentence`of ${target}`,
  underReview: "under review",
  running: "running",
  locked: "closed",
  free: (from: string, to: string) => sentence`Nothing recorded, ${from} to ${to}`,
  gap: (length: string) => sentence`${length} nothing recorded`,
  range: (from: string, to: string, ms: number) => sentence`${from} to ${to}, ${formatLength(ms)}`,
  overlaps: (item: string, range: string) => sentence`This overlaps ${item}, ${range}.`,
  future: "Time can't be recorded ahead.",
  runningStays: "A running timer can't be moved. Its start can.",
  closed: "This time is closed. It can't be changed any more.",
});
