import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { TimeReport } from "../api/client.ts";
import { formatDuration } from "./format.ts";
import { hubTexts } from "./hub/texts.ts";
import { Hub } from "./hub-view.tsx";
import { linesOf } from "./report-lines.ts";
import { emptyApi, entryOf, meOf, renderInSession, serverTime } from "./testing.tsx";
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

test("the days of a week add up to the total as they are shown", async () => {
  const api = emptyApi();
  api.report.mockImplementation(async ({ group_by }) =>
    reportOf(
      group_by === "day"
        ? ["2026-11-16", "2026-11-17", "2026-11-18"].map((day) => ({
            day,
            elapsed_ms: 3_630_000,
            needs_review_ms: 40_000,
            entries: 1,
          }))
        : [],
    ),
  );
  vi.useFakeTimers({ now: Date.parse(serverTime), toFake: ["Date"] });
  const { container } = await renderInSession(<Hub />, { api });
  expect((await screen.findByText("3:01")).title).toBe("3 h 1 min 30 s");
  const days = [...container.querySelectorAll(".week-hours")].map((day) => day.textContent);
  expect(days).toEqual(["1:01", "1:00", "1:00", "", "", "", ""]);
  expect(screen.getByText("0:02")).toBeTruthy();
  expect(container.querySelector("li")?.textContent).toContain("1 hour 1 minute, and 1 minute under review");
});

test("time under review is hatched, apart from what counts, in the week and in the month", async () => {
  const api = emptyApi();
  const sums = { elapsed_ms: 2 * 3_600_000, needs_review_ms: 4 * 3_600_000, entries: 2 };
  api.report.mockImplementation(async ({ group_by }) =>
    reportOf([
      group_by === "day" ? { day: "2026-11-16", ...sums } : { project: project("Payments"), ...sums },
    ]),
  );
  vi.useFakeTimers({ now: Date.parse(serverTime), toFake: ["Date"] });
  const { container } = await renderInSession(<Hub />, { api });
  await waitFor(() => expect(container.querySelector(".day-bar")).toBeTruthy());
  const hatched = (chart: string) => {
    const bar = container.querySelector(`${chart} .bar-review`);
    const [, pattern = "none"] = /^url\(#(.+)\)$/.exec(bar?.getAttribute("fill") ?? "") ?? [];
    const place = ["x", "y", "width", "height"].map((name) => bar?.getAttribute(name));
    return [Boolean(document.getElementById(pattern)?.querySelector(".hatch")), place];
  };
  expect(hatched(".day-bar")).toEqual([true, [null, "25%", "100%", "50%"]]);
  openReports();
  await screen.findAllByText("Payments");
  const [third, rest] = [`${100 / 3}%`, `${200 / 3}%`];
  expect(hatched(".chart-bar")).toEqual([true, [third, null, rest, "100%"]]);
});

test("only the week in which the timer runs says that it is included", async () => {
  const api = emptyApi();
  const { stopped_at: _, ...timer } = entryOf({ started_at: "2026-11-21T08:00:00.000Z" });
  api.currentTimer.mockResolvedValue({ timer, server_time: serverTime });
  vi.useFakeTimers({ now: Date.parse(serverTime), toFake: ["Date"] });
  await renderInSession(<Hub />, { api });
  expect(await screen.findByText(texts.hub.includesRunning)).toBeTruthy();
  fireEvent.click(screen.getByRole("button", { name: hubTexts.week.before }));
  await screen.findByText(texts.hub.weekTotal);
  expect(screen.queryByText(texts.hub.includesRunning)).toBeNull();
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
  expect(await screen.findByText(/Running since 23:30\. Stops by itself at Sat 23:30\./)).toBeTruthy();
});

describe("the hub", () => {
  test("with nothing recorded, each part says so", async () => {
    await renderInSession(<Hub />);
    expect(await screen.findByText(texts.timer.idle)).toBeTruthy();
    expect(screen.queryByText(texts.hub.review)).toBeNull();
    openReports();
    expect(await screen.findByText(texts.hub.monthEmpty)).toBeTruthy();
  });

  test("the month steps back, and the table and the chart say the same", async () => {
    const api = emptyApi();
    api.report.mockImplementation(async ({ group_by }) =>
      reportOf(
        group_by === "project"
          ? [{ project: project("Payments"), elapsed_ms: 5_400_000, needs_review_ms: 0, entries: 3 }]
          : [],
      ),
    );
    await renderInSession(<Hub />, { api });
    openReports();
    fireEvent.click(await screen.findByRole("button", { name: texts.hub.previousMonth }));
    const month = (await screen.findByRole("heading", { name: /20\d\d$/ })).closest("section");
    if (!month) throw new Error("the heading has no section");
    expect((await within(month).findByRole("rowheader", { name: "Payments" })).nextSibling?.textContent).toBe(
      "1:30",
    );
    expect(within(month).getByRole("img").getAttribute("aria-label")).toContain(
      "Payments: 1 hour 30 minutes",
    );
  });

  test("a long report is shown page by page, is searched, and its chart has the longest 20", async () => {
    const api = emptyApi();
    const rows = Array.from({ length: 120 }, (_, i) => ({
      project: project(`Project ${i + 1}`),
      elapsed_ms: (200 - i) * 60_000,
      needs_review_ms: 0,
      entries: 1,
    }));
    api.report.mockImplementation(async ({ group_by }) => reportOf(group_by === "project" ? rows : []));
    const { container } = await renderInSession(<Hub />, { api });
    openReports();
    expect(await screen.findByRole("rowheader", { name: "Project 50" })).toBeTruthy();
    expect(screen.queryByRole("rowheader", { name: "Project 51" })).toBeNull();
    expect(container.querySelectorAll(".chart-bar")).toHaveLength(20);
    expect(screen.getByText(texts.hub.longestOnly(20, 120))).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: texts.paging.next }));
    expect(await screen.findByRole("rowheader", { name: "Project 51" })).toBeTruthy();
    fireEvent.input(screen.getByLabelText(texts.hub.findLine), { target: { value: "project 12" } });
    expect(await screen.findByRole("rowheader", { name: "Project 120" })).toBeTruthy();
    expect(screen.getByRole("rowheader", { name: "Project 12" })).toBeTruthy();
    expect(container.querySelectorAll(".chart-bar")).toHaveLength(2);
    expect(screen.getByRole("rowheader", { name: texts.hub.totalOfAll })).toBeTruthy();
  });

  test("what was a long report of everybody leaves no empty space under one's own", async () => {
    let height = 1_500;
    vi.spyOn(HTMLElement.prototype, "offsetHeight", "get").mockImplementation(() => height);
    await renderInSession(<Hub />, { me: meOf({ role: "admin" }) });
    openReports();
    const box = () => screen.getByText(texts.hub.monthEmpty).parentElement;
    fireEvent.click(screen.getByLabelText(texts.hub.everybody));
    await waitFor(() => expect(box()?.style.minHeight).toBe("1500px"));
    height = 40;
    fireEvent.click(screen.getByLabelText(texts.hub.me));
    await waitFor(() => expect(box()?.style.minHeight).toBe("40px"));
  });

  test("a user has no switch to everybody; an admin has, and then it is for all", async () => {
    const api = emptyApi();
    const { unmount } = await renderInSession(<Hub />, { api });
    openReports();
    expect(screen.queryByLabelText(texts.hub.everybody)).toBeNull();
    unmount();
    await renderInSession(<Hub />, { api, me: meOf({ role: "admin" }) });
    openReports();
    fireEvent.click(screen.getByLabelText(texts.hub.everybody));
    fireEvent.click(await screen.findByLabelText(texts.hub.byPerson));
    await waitFor(() =>
      expect(api.report).toHaveBeenLastCalledWith(expect.objectContaining({ group_by: "user" })),
    );
    expect(api.report.mock.lastCall?.[0]).not.toHaveProperty("user_id");
  });
});
