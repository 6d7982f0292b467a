/** The sentences of the hub's frame and of the week in it. */

import { sentence } from "../sentence.ts";

export const hubTexts = {
  parts: "Time",
  reports: "Reports",
  week: {
    before: "Week before",
    after: "Week after",
    this: "This week",
    view: "View",
    grid: "Grid",
    calendar: "Calendar",
    state: "State of the week",
    ofTarget: (target: string) => sentence`of ${target}`,
  },
} as const;
