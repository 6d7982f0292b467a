/** The sentences of an entry's editor, and of what its changes say. */

import { catalogue } from "../../texts/catalogue.ts";
import { sentence } from "../sentence.ts";

export const entryTexts = catalogue("entry", {
  title: "Entry",
  newTitle: "New entry",
  close: "Close",
  day: "Day",
  start: "Start",
  end: "End",
  nextDay: (day: string) => sentence`Ends ${day}`,
  item: "Work item",
  choose: "Number or words",
  add: "Add",
  adding: "Adding…",
  move: "Move",
  moveTo: "Move to another work item",
  void: "Void",
  keep: "Keep",
  history: "History",
  noItem: "No work item",
  nothingFound: "Nothing found.",
  failedTitle: (item: string) => sentence`${item} was not changed.`,
  added: (item: string, range: string) => sentence`${item} added, ${range}.`,
  corrected: (item: string, range: string) => sentence`${item} is ${range} now.`,
  movedTo: (item: string, to: string) => sentence`${item} is time on ${to} now.`,
  voided: (item: string) => sentence`${item} is voided.`,
  kept: (item: string) => sentence`${item} counts now.`,
  takenBack: (item: string) => sentence`${item} is as it was.`,
  conflict: {
    title: (item: string) => sentence`${item} was changed elsewhere meanwhile.`,
    mine: (what: string) => sentence`Yours: ${what}`,
    theirs: (what: string) => sentence`Now: ${what}`,
    gone: "voided",
    keep: "Keep mine",
    take: "Take theirs",
  },
});
