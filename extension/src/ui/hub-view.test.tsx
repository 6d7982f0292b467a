import { cleanup, fireEvent, screen } from "@testing-library/preact";
import { afterEach, expect, test, vi } from "vitest";
import type { TimeReport } from "../api/client.ts";
import { formatDuration } from "./format.ts";
import { hubTexts } from "./hub/texts.ts";
import { Hub } from "./hub-view.tsx";
import { reportTexts } from "./report/texts.ts";
import { linesOf } from "./report-lines.ts";
import { emptyApi, entryOf, renderInSession, serverTime } from "./testing.tsx";
import { texts } from "./texts.ts";
import { daysOfWeek } from "./week.tsx";

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

function reportOf(rows: TimeReport["rows"]): TimeReport {
  return {
    from: serverTime,
    to: serverTime,
    time_zone: "Europe/Berlin",
    group_by: ["day"],
    rounding: "none",
    rows,
    totals: {
      elapsed_ms: rows.reduce((sum, row) => sum + row.elapsed_ms, 0),
      needs_review_ms: rows.reduce((sum, row) => sum + row.needs_review_ms, 0),
    },
  };
}

const openReports = () => fireEvent.click(screen.getByRole("button", { name: hubTexts.reports }));

const project = (name: string, organization = "contoso") => ({
  id: `${organization}/${name}`,
  site_id: organization,
  tracker: "azure_devops",
  organization,
  name,
});

test("a week has seven days, and the running timer falls on its own", () => {
  const report = reportOf([{ day: "2026-11-20", elapsed_ms: 1_000, needs_review_ms: 500, entries: 2 }]);
  const running = { from: Date.parse("2026-11-20T22:00:00Z"), to: Date.parse("2026-11-21T00:00:00Z") };
  const days = daysOfWeek("2026-11-16", report, running, "Europe/Berlin");
  expect(days.map(({ date }) => date)).toEqual([
    "2026-11-16",
    "2026-11-17",
    "2026-11-18",
    "2026-11-19",
    "2026-11-20",
    "2026-11-21",
    "2026-11-22",
  ]);
  expect(days[4]).toEqual({ date: "2026-11-20", ms: 3_601_000, reviewMs: 500 });
  expect(days[5]).toEqual({ date: "2026-11-21", ms: 3_600_000, reviewMs: 0 });
});

test("report lines: the most hours first, a foreign project with its organization", () => {
  const report = reportOf([
    { project: project("Payments"), elapsed_ms: 1, needs_review_ms: 0, entries: 1 },
    { project: project("Payments", "fabrikam"), elapsed_ms: 2, needs_review_ms: 0, entries: 1 },
  ]);
  expect(linesOf(report, "project", "Contoso").map(({ name }) => name)).toEqual([
    "fabrikam/Payments",
    "Payments",
  ]);
});

test("report lines add up to the totals as they are shown", () => {
  const report = reportOf([
    { project: project("Payments"), elapsed_ms: 423_521_000, needs_review_ms: 30_000, entries: 9 },
    { project: project("Shop"), elapsed_ms: 131_369_000, needs_review_ms: 30_000, entries: 4 },
  ]);
  const lines = linesOf(report, "project", "contoso").map(({ shownMs, shownReviewMs }) => [
    formatDuration(shownMs, "hours"),
    formatDuration(shownReviewMs, "hours"),
  ]);
  expect(lines).toEqual([
    ["117:39", "0:01"],
    ["36:29", "0:00"],
  ]);
  expect(formatDuration(report.totals.elapsed_ms, "hours")).toBe("154:08");
});

test("a running timer names the day where it isn't today's", async () => {
  const api = emptyApi();
  const { stopped_at: _, ...timer } = entryOf({ started_at: "2026-11-20T22:30:00.000Z" });
  api.currentTimer.mockResolvedValue({
    timer,
    auto_stop_at: "2026-11-21T22:30:00.000Z",
    server_time: "2026-11-20T22:50:00.000Z",
  });
  await renderInSession(<Hub />, { api });
  expect(await screen.findByText("since 23:30")).toBeTruthy();
  expect(screen.getByText("Stops by itself at Sat 23:30.")).toBeTruthy();
});

test("with nothing recorded, each part says so", async () => {
  await renderInSession(<Hub />);
  expect(await screen.findByText(texts.timer.idle)).toBeTruthy();
  openReports();
  expect(await screen.findByText(reportTexts.states.empty)).toBeTruthy();
});
