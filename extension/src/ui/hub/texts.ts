/** The sentences of the hub's frame and of the week in it. */

import { catalogue } from "../../texts/catalogue.ts";
import { counted, formatDate, formatDuration, formatWeekdays } from "../format.ts";
import { sentence } from "../sentence.ts";

const hours = (ms: number) => formatDuration(ms, "hours");

export const hubTexts = catalogue("hub", {
  parts: "Time",
  reports: "Reports",
  week: {
    before: "Week before",
    after: "Week after",
    this: "This week",
    view: "View",
    grid: "Grid",
    calendar: "Calendar",
    list: "List",
    day: "Day",
  },
  state: {
    label: "State of the week",
    steps: { open: "Open", submitted: "Submitted", approved: "Approved" },
    returned: (comment: string) => sentence`Sent back: ${comment}`,
    approves: (name: string) => sentence`${name} approves`,
    review: (ms: number) => sentence`${hours(ms)} under review`,
    missing: (ms: number, days: readonly string[]) =>
      sentence`${hours(ms)} missing on ${formatWeekdays(days)}`,
    submit: "Submit week",
    submitted: "The week is submitted.",
    takeBack: "Take back",
    takenBack: "The week is open again.",
  },
  list: {
    caption: (range: string) => sentence`Entries, ${range}`,
    empty: "The time that you record in this week appears here.",
  },
  grid: {
    label: (range: string) => sentence`${range}: hours by work item and day`,
    item: "Work item",
    noItem: "No work item",
    activity: "Activity",
    changeActivity: (name: string) => sentence`${name}: change the activity`,
    billable: "Billable",
    notBillable: "Not billable",
    billableOpen: "Billable in part, or as the project says",
    week: "Week",
    recorded: "Recorded",
    adjusted: "Adjusted",
    underReview: "Under review, not counted",
    ofADay: (ms: number) => sentence`of ${hours(ms)} a day`,
    ofTarget: (ms: number) => sentence`of ${hours(ms)}`,
    missing: (ms: number) => sentence`${hours(ms)} missing`,
    toGo: (ms: number) => sentence`${hours(ms)} to go`,
    more: (ms: number) => sentence`+${hours(ms)}`,
    less: (ms: number) => sentence`−${hours(ms)}`,
    met: "Target met",
    running: "running",
    review: (ms: number) => sentence`${formatDuration(ms, "spoken")} under review`,
    nothing: "nothing",
    entries: (n: number) => counted(n, "entry", "entries"),
    understood: (ms: number) => (ms === 0 ? "= nothing" : sentence`= ${hours(ms)}`),
    unread: "Not understood. Type 1:30, 1.5 or 90m.",
    howToType: "Type 1:30, 1.5 or 90m.",
    saving: "Saving…",
    offline: "Not sent yet: TimeTracker was not reached.",
    refusals: {
      future: "This day is still to come.",
      spans: "An entry goes on over both ends of this day. Change it in its entries.",
      running: "The timer runs here. Stop it first.",
      review: "Time here is under review. Confirm or correct it first.",
      submitted: "This week is submitted. Take it back to change its time.",
      approved: "This week is approved. Only an adjustment corrects its time.",
      locked: "This time is closed. Only an adjustment corrects it.",
      sum: "Sums can't be typed.",
    },
    full: (free: number, untilNow: boolean) => {
      if (free === 0) return untilNow ? "No time is free until now." : "No time is free on this day.";
      return untilNow
        ? sentence`Only ${hours(free)} is free until now.`
        : sentence`Only ${hours(free)} of this day is free.`;
    },
    half: (why: string) =>
      sentence`A part of it was saved, and could not be taken back; the cell's entries show which. ${why}`,
    conflict: (mine: number, theirs: number) =>
      sentence`This cell was changed meanwhile. You typed ${hours(mine)}, it is ${hours(theirs)} now.`,
    keepMine: (ms: number) => sentence`Keep mine: ${hours(ms)}`,
    takeTheirs: (ms: number) => sentence`Take theirs: ${hours(ms)}`,
    leave: "Leave as it was",
    tryNow: "Try now",
    unsaved: (cells: number) => sentence`${counted(cells, "cell isn't", "cells aren't")} saved.`,
    notSaved: (item: string, date: string, why: string) =>
      sentence`${item}, ${formatDate(date, "weekday")} ${formatDate(date, "day")} is not saved. ${why}`,
    unsavedOf: (week: string, cells: number) =>
      sentence`${week}: ${counted(cells, "cell isn't", "cells aren't")} saved.`,
    /** What was typed is a length, or a text that is none. */
    notSavedSum: (typed: number | string, item: string, date: string, why: string) =>
      sentence`${typeof typed === "number" ? hours(typed) : typed} for ${item}, ${formatDate(date, "weekday")} ${formatDate(date, "day")}. ${why}`,
    changed: (item: string, date: string, ms: number) =>
      sentence`${item}, ${formatDate(date, "weekday")} ${formatDate(date, "day")}: ${ms === 0 ? "nothing" : hours(ms)}.`,
    changedMany: (cells: number) => sentence`${counted(cells, "cell")} changed.`,
    someLeft: (left: number) => sentence`${counted(left, "cell")} could not be changed.`,
    undone: "The time is as it was.",
    add: "Add a work item",
    addLabel: "Work item to add",
    fill: "Fill from last week",
    fillRows: "The same rows",
    fillHours: "The same rows and hours",
    filled: (rows: number) => sentence`${counted(rows, "row")} of last week added.`,
    nothingToFill: "Last week has nothing that isn't here already.",
    entriesOf: (item: string, date: string) => sentence`${item}, ${formatDate(date, "long")}`,
    showEntries: "Entries",
    noEntries: "Nothing is recorded here.",
    empty: "The work items on which you record time this week appear here.",
    reason: (days: number) => sentence`Why time older than ${counted(days, "day")} is changed`,
    asOf: (time: string) => sentence`As of ${time}.`,
  },
  reminders: {
    label: "Reminders",
    line: (name: string, week: string, missing: number) =>
      sentence`${name} reminds you of ${week}: ${hours(missing)} missing.`,
    show: "Show the week",
    showOf: (week: string) => sentence`Show the week, ${week}`,
    dismiss: "Dismiss",
    dismissOf: (week: string) => sentence`Dismiss, ${week}`,
    dismissed: (week: string) => sentence`Dismissed the reminder of ${week}.`,
  },
});
