/** The sentences of the strip of entries that wait for their review. */

import { catalogue } from "../../texts/catalogue.ts";
import { sentence } from "../sentence.ts";

export const reviewTexts = catalogue("review", {
  title: "To review",
  ran: (length: string) => sentence`ran ${length} and stopped by itself.`,
  lastChange: (time: string) => sentence`You last changed the item at ${time}.`,
  noChange: "Azure DevOps has no change of yours in that time.",
  unknown: (why: string) => sentence`Your last change isn't known. ${why}`,
  later: "It can be put right when time can be recorded again.",
  cutTo: (time: string) => sentence`Cut to ${time}`,
  cut: "Cut to…",
  cutAt: "Cut",
  cutLabel: "New end",
  keep: (length: string) => sentence`Keep ${length}`,
  void: "Void",
  next: "Next entry to review",
  before: "Entry to review before",
  nth: (n: number, of: number) => sentence`${n} of ${of}`,
  closed: "Its time is closed. What counts of it does so today, and the closed days stay as they are.",
  keepNothing: "Count nothing",
  settled: (item: string, length: string) => sentence`${length} of ${item} count, on the first open day.`,
  settledNothing: (item: string) => sentence`Nothing of ${item} counts.`,
  undoReason: "Undone at once.",
  wasCut: (item: string, time: string) => sentence`${item} ends at ${time} now, and counts.`,
});
