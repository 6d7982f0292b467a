import { describe, expect, test } from "vitest";
import { texts } from "./texts.ts";
import { formatWhen, hoursOf, isRefusal, problemText, signedLength } from "./write-back-words.ts";

const problem = (code: string, message = "TF401320: Rule Error for field Completed Work.") => ({
  code,
  message,
});

test("what Azure DevOps' rules say is in its words, everything else in ours", () => {
  expect(problemText(problem("tracker_refused"))).toBe(
    "Azure DevOps says: TF401320: Rule Error for field Completed Work.",
  );
  expect(problemText(problem("work_item_changed"))).toBe(texts.completedWork.problems.work_item_changed);
  expect(problemText(problem("unheard_of", "Something new."))).toBe("Azure DevOps says: Something new.");
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
