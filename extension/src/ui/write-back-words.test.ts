import { describe, expect, test } from "vitest";
import { texts } from "./texts.ts";
import { formatWhen, hoursOf, isRefusal, problemText, signedLength } from "./write-back-words.ts";

const problem = (code: string, message = "TF401320: Rule Error for field Completed Work.") => ({
  code,
  message,
});

test("what is unknown is in Azure DevOps' words without a code, everything else in ours", () => {
  expect(problemText(problem("tracker_refused"))).toBe(
    "Azure DevOps says: Rule Error for field Completed Work.",
  );
  expect(problemText(problem("work_item_changed"))).toBe(texts.completedWork.problems.work_item_changed);
  expect(problemText(problem("unheard_of", "Something new."))).toBe("Azure DevOps says: Something new.");
});

test.each([
  [
    "TF401320: Rule Error for field Completed Work. Error code: ReadOnly, InvalidNotOldValue.",
    "A rule in Azure DevOps locks Completed Work on this item, for instance because it is closed.",
  ],
  [
    "TF401320: Rule Error for field Remaining Work. Error code: InvalidNotEmpty.",
    "A rule in Azure DevOps keeps Remaining Work empty on this item, for instance because it is closed.",
  ],
  [
    "TF401320: Rule Error for field Root Cause. Error code: Required, InvalidEmpty. 1 more errors ",
    "Azure DevOps wants Root Cause to be filled in on this item first.",
  ],
  [
    "TF26027: The type of the work item has no field Microsoft.VSTS.Scheduling.CompletedWork.",
    "Work items of this type have no Completed Work in Azure DevOps.",
  ],
  [
    "TF401320: Rule Error for field Title. Error code: LimitedToValues.",
    "Azure DevOps says: Rule Error for field Title. Error code: LimitedToValues.",
  ],
  ["The item is closed.", "Azure DevOps says: The item is closed."],
])("of %s people read: %s", (message, words) => {
  expect(problemText(problem("tracker_refused", message))).toBe(words);
});

test.each([
  ["tracker_refused", true],
  ["work_item_read_only", true],
  ["work_item_not_found", true],
  ["work_item_changed", false],
  ["tracker_unavailable", false],
  ["interaction_required", false],
])("%s is a refusal: %s", (code, refusal) => {
  expect(isRefusal(problem(code))).toBe(refusal);
});

describe("amounts", () => {
  test.each([
    [4_500_000, 1.25],
    [-900_000, 0.25],
    [1, 0.01],
  ])("%d ms is %d hours", (ms, hours) => {
    expect(hoursOf(ms)).toBe(hours);
  });

  test.each([
    [8_100_000, "2:15"],
    [-900_000, "\u22120:15"],
    [0, "0:00"],
  ])("%d ms is %s", (ms, text) => {
    expect(signedLength(ms)).toBe(text);
  });
});

test.each([
  ["2026-11-21T08:00:00.000Z", "09:00"],
  ["2026-11-20T08:00:00.000Z", "Fri 09:00"],
  ["2026-11-02T08:00:00.000Z", "2 Nov 2026, 09:00"],
])("%s, as read on 21 November, is %s", (instant, text) => {
  const when = formatWhen(instant, Date.parse("2026-11-21T09:00:00Z"), "Europe/Berlin");
  expect(when.replace(",", "").replace("Nov 2026 ", "Nov 2026, ")).toBe(text);
});
