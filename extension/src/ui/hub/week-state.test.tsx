import { cleanup, fireEvent, screen, waitFor } from "@testing-library/preact";
import { afterEach, expect, test } from "vitest";
import type { Timesheet } from "../../api/client.ts";
import { ada, emptyApi, entryOf, grace, problemOf, renderInSession, serverTime } from "../testing.tsx";
import { hubTexts } from "./texts.ts";
import { WeekState } from "./week-state.tsx";

afterEach(cleanup);

const sheetOf = (change: Partial<Timesheet> = {}): Timesheet => ({
  user: ada,
  first_day: "2026-11-16",
  last_day: "2026-11-22",
  time_zone: "Europe/Berlin",
  status: "open",
  days: [5, 8, 6, 8, 6, 0, 0].map((hours, i) => ({
    day: `2026-11-${16 + i}`,
    target_ms: i < 5 ? 8 * 3_600_000 : 0,
    recorded_ms: hours * 3_600_000,
    needs_review_ms: 0,
    adjusted_ms: 0,
    missing_ms: i < 5 ? (8 - hours) * 3_600_000 : 0,
  })),
  target_ms: 40 * 3_600_000,
  recorded_ms: 33 * 3_600_000,
  needs_review_ms: 0,
  adjusted_ms: 0,
  missing_ms: 7 * 3_600_000,
  excess_ms: 0,
  meets_target: false,
  approver: grace,
  may_decide: false,
  ...change,
});

const button = (name: string) => screen.getByRole("button", { name });

test("a week is submitted, and taken back", async () => {
  const { api, timers } = await renderInSession(<WeekState sheet={sheetOf()} />);
  expect(screen.getByText(hubTexts.state.approves("Grace Hopper"))).toBeTruthy();
  expect(screen.getByText(/^7:00 missing on Mon, Wed,? and Fri$/)).toBeTruthy();
  fireEvent.click(button(hubTexts.state.submit));
  await waitFor(() => expect(api.submitWeek).toHaveBeenCalledWith("2026-11-16"));
  await waitFor(() => expect(timers.state.announcement).toBe(hubTexts.state.submitted));
  await timers.undo();
  expect(api.withdrawWeek).toHaveBeenCalledWith("2026-11-16");
});

test("submitting stands out when nothing is open", async () => {
  await renderInSession(<WeekState sheet={sheetOf({ meets_target: true, missing_ms: 0 })} />);
  expect(button(hubTexts.state.submit).className).toContain("primary");
  cleanup();
  // More on one day makes up for nothing that another one misses.
  await renderInSession(<WeekState sheet={sheetOf({ meets_target: true })} />);
  expect(button(hubTexts.state.submit).className).not.toContain("primary");
});

test("what the server refuses is said", async () => {
  const { api } = await renderInSession(<WeekState sheet={sheetOf({ needs_review_ms: 60_000 })} />);
  api.submitWeek.mockRejectedValue(problemOf(422, "entries_under_review", { detail: "Review first." }));
  fireEvent.click(button(hubTexts.state.submit));
  expect(await screen.findByText("Review first.")).toBeTruthy();
});

test("one that was sent back says why, and an approved one has nothing to press", async () => {
  const { unmount } = await renderInSession(
    <WeekState sheet={sheetOf({ status: "returned", comment: "Tuesday?" })} />,
  );
  expect(screen.getByText(hubTexts.state.returned("Tuesday?"))).toBeTruthy();
  unmount();
  await renderInSession(<WeekState sheet={sheetOf({ status: "approved", decided_at: serverTime })} />);
  expect(screen.queryByRole("button")).toBeNull();
});

test("the running timer counts in the week and in its days, as in the views above", async () => {
  const api = emptyApi();
  // From 23:00 on Friday in Berlin to 9:00 on Saturday.
  const { stopped_at: _, ...timer } = entryOf({ started_at: "2026-11-20T22:00:00.000Z" });
  api.currentTimer.mockResolvedValue({ timer, server_time: "2026-11-21T08:00:00.000Z" });
  const { container } = await renderInSession(<WeekState sheet={sheetOf()} />, { api });
  const worked = () => container.querySelector(".week-state-worked")?.textContent;
  await waitFor(() => expect(worked()).toBe("43:00"));
  expect(screen.getByText(/^6:00 missing on Mon, Wed,? and Fri$/)).toBeTruthy();
});
