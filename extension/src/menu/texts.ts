/** The sentences of the menus. They are apart from the pages' texts, so that the menu's frame is small. */

import { catalogue } from "../texts/catalogue.ts";
import { sentence } from "../ui/sentence.ts";

export const menuTexts = catalogue("menu", {
  unreachable: "TimeTracker was not reached, so no timer was started.",
  tryAgain: "Try again",
  none: "No work item is chosen. Choose one, and start the timer on it.",
  several: (n: number) =>
    sentence`A timer runs on one work item, and ${n} are chosen. Choose one of them, and start the timer on it.`,
  unsaved: "Time is recorded on saved work items. Save this one first.",
  noProject: (id: number) =>
    sentence`This page doesn't say which project #${id} is in. Open it, and start the timer there.`,
  dialog: "Start timer",
  runs: (item: string) => sentence`Timer runs on ${item}.`,
  switched: (item: string, before: string) => sentence`Timer runs on ${item}; ${before} stopped.`,
  already: (item: string) => sentence`The timer on ${item} runs already.`,
  goOn: "You can go on now: close this, and choose Start timer again.",
} as const);
