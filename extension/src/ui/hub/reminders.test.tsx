import { act, cleanup, fireEvent, screen, waitFor } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Hub } from "../hub-view.tsx";
import { emptyApi, formOf, grace, meOf, problemOf, renderInSession, serverTime } from "../testing.tsx";
import { texts as allTexts } from "../texts.ts";
import { hubTexts } from "./texts.ts";

const texts = hubTexts.reminders;

beforeEach(() => vi.useFakeTimers({ now: Date.parse(serverTime), toFake: ["Date"] }));

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const textOf503 = allTexts.failure.unavailable;

const reminder = {
  id: "r1",
  first_day: "2026-11-09",
  last_day: "2026-11-15",
  missing_ms: 10_800_000,
  reminded_by: grace,
  reminded_at: serverTime,
};

async function openHub(api = emptyApi(), me = meOf()) {
  const write = vi.fn(async () => {});
  const address = { write, link: async () => "", follow: (called: (text: string) => void) => called("") };
  api.reminders.mockResolvedValue({ data: [reminder] });
  const session = await renderInSession(<Hub />, { api, me, frame: { ...formOf().frame, address } });
  return { ...session, write };
}

const notice = () => screen.findByRole("region", { name: texts.label });
const button = (name: RegExp) => screen.getByRole("button", { name });

test("says who reminds of which week, and leads there", async () => {
  const { write } = await openHub();
  expect((await notice()).textContent).toContain("3:00 missing");
  expect((await notice()).textContent).toContain("Grace Hopper");
  fireEvent.click(button(/^Show the week, /));
  expect(write).toHaveBeenCalledWith("week=2026-11-09", "push");
  await waitFor(() => expect(screen.queryByRole("button", { name: /^Show the week, / })).toBeNull());
});

test("is dismissed at once, and comes back when that fails", async () => {
  const { api, timers } = await openHub();
  await notice();
  api.dismissReminder.mockRejectedValueOnce(problemOf(503, "unavailable"));
  button(/^Dismiss, /).focus();
  fireEvent.click(button(/^Dismiss, /));
  expect(await screen.findByText(textOf503)).toBeTruthy();
  await notice();
  fireEvent.click(button(/^Dismiss, /));
  await waitFor(() => expect(screen.queryByRole("region", { name: texts.label })).toBeNull());
  expect(api.dismissReminder).toHaveBeenLastCalledWith("r1");
  await waitFor(() => expect(timers.state.announcement).toMatch(/^Dismissed/));
});

test("is gone once the week is handed in", async () => {
  const { api, timers } = await openHub();
  await notice();
  api.reminders.mockResolvedValue({ data: [] });
  act(() => timers.entriesChanged("The week is handed in."));
  await waitFor(() => expect(screen.queryByRole("region", { name: texts.label })).toBeNull());
});

test("can't be dismissed where nothing can be recorded", async () => {
  await openHub(emptyApi(), meOf({}, { status: "trial_expired" }));
  await notice();
  expect(screen.queryByRole("button", { name: /^Dismiss, / })).toBeNull();
});
