import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Me } from "../../api/client.ts";
import { Hub } from "../hub-view.tsx";
import {
  emptyApi,
  formOf,
  grace,
  meOf,
  personOf,
  problemOf,
  renderInSession,
  serverTime,
  sheetOf,
} from "../testing.tsx";
import { initialsOf } from "./person.tsx";
import { teamTexts as texts } from "./texts.ts";

beforeEach(() => vi.useFakeTimers({ now: Date.parse(serverTime), toFake: ["Date"] }));

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

/** Opens the Team page on the week from 16 to 22 November; today is Saturday. */
async function openTeam(api = emptyApi(), user: Partial<Me["user"]> = { role: "admin" }) {
  const write = vi.fn(async () => {});
  const address = {
    write,
    link: async () => "",
    follow: (called: (text: string) => void) => called("tab=team"),
  };
  api.listUsers.mockResolvedValue({ data: [personOf()], page: {}, seats: { taken: 3, limit: 5 } });
  const { timers } = await renderInSession(<Hub />, {
    api,
    frame: { ...formOf().frame, address },
    me: meOf(user),
  });
  return { api, timers, write };
}

test("shows who misses time, and reminds them", async () => {
  const api = emptyApi();
  api.listTimesheets.mockResolvedValue({
    data: [sheetOf({ user: grace }), sheetOf({ user: { id: "l", name: "Linus" }, status: "approved" })],
    page: {},
  });
  await openTeam(api);
  const row = within(await screen.findByRole("row", { name: /Grace Hopper/ }));
  expect(row.getAllByRole("cell").map((cell) => cell.textContent)).toEqual([
    "8:00",
    "8:00",
    "8:00",
    "7:00−1:00",
    "5:00",
    "36:00",
    "",
    "1:00",
    texts.remind,
  ]);
  expect(screen.getByRole("row", { name: new RegExp(`^${texts.total}`) }).textContent).toContain("72:00");
  fireEvent.click(row.getByRole("button", { name: texts.remindOf("Grace Hopper") }));
  await waitFor(() => expect(api.remind).toHaveBeenCalledWith("2026-11-16", ["grace"]));
  // Whose week is approved can't be reminded of it.
  expect(screen.queryByRole("button", { name: texts.remindOf("Linus") })).toBeNull();
  fireEvent.click(screen.getByRole("button", { name: texts.remindAll }));
  await waitFor(() => expect(api.remind).toHaveBeenCalledWith("2026-11-16", undefined));
});

test("a day opens the report of it, for admins, and it says when somebody was reminded", async () => {
  const sheet = sheetOf({ user: grace, reminded_at: "2026-11-20T08:12:00.000Z" });
  const api = emptyApi();
  api.listTimesheets.mockResolvedValue({ data: [sheet], page: {} });
  const { write } = await openTeam(api);
  const row = within(await screen.findByRole("row", { name: /Grace Hopper/ }));
  expect(row.getByText(/^Reminded/).textContent).toMatch(/Fri.*0?9:12/);
  fireEvent.click(row.getByRole("button", { name: /^7:00, .*Grace Hopper.*show the entries$/ }));
  const [written] = (write.mock.calls as string[][]).at(-1) ?? [];
  const place = new URLSearchParams(written);
  expect(Object.fromEntries(place)).toMatchObject({
    tab: "reports",
    "report.period": "2026-11-19/2026-11-20",
    "report.user": "grace",
    "report.by": "work_item",
  });
  await waitFor(() =>
    expect(api.report.mock.calls.some(([query]) => query.user_id?.[0] === "grace")).toBe(true),
  );
  cleanup();
  await openTeam(api, { approves: true });
  await screen.findByRole("row", { name: /Grace Hopper/ });
  expect(screen.queryByRole("button", { name: /show the entries$/ })).toBeNull();
});

test("approves the weeks that meet their target, and sends one back with a comment", async () => {
  const api = emptyApi();
  const full = sheetOf({
    user: grace,
    status: "submitted",
    submitted_at: serverTime,
    meets_target: true,
    etag: '"g.1"',
  });
  const short = sheetOf({
    user: { id: "l", name: "Linus" },
    status: "submitted",
    submitted_at: serverTime,
    etag: '"l.1"',
  });
  api.pendingTimesheets.mockResolvedValue({ data: [full, short], page: {} });
  await openTeam(api);
  expect(await screen.findByText(texts.under("4:00"))).toBeTruthy();
  fireEvent.click(await screen.findByRole("button", { name: texts.approveAll(1, "1") }));
  await waitFor(() => expect(api.decideWeek).toHaveBeenCalledWith(full, "approve"));
  expect(api.decideWeek).toHaveBeenCalledTimes(1);

  fireEvent.click(screen.getByRole("button", { name: /^Send back….*Linus/ }));
  const comment = await screen.findByRole("textbox", { name: texts.comment });
  fireEvent.input(comment, { target: { value: "Tuesday?" } });
  fireEvent.click(screen.getByRole("button", { name: texts.send }));
  await waitFor(() => expect(api.decideWeek).toHaveBeenLastCalledWith(short, "return", "Tuesday?"));
});

test("says that a week has changed meanwhile, and shows it again", async () => {
  const api = emptyApi();
  const week = sheetOf({
    user: grace,
    status: "submitted",
    submitted_at: serverTime,
    meets_target: true,
    etag: '"g.1"',
  });
  api.pendingTimesheets.mockResolvedValue({ data: [week], page: {} });
  api.decideWeek.mockRejectedValue(problemOf(412, "stale"));
  const { timers } = await openTeam(api);
  fireEvent.click(await screen.findByRole("button", { name: /^Approve, / }));
  await waitFor(() => expect(timers.state.announcement).toBe(texts.changed));
  expect(api.pendingTimesheets.mock.calls.length).toBeGreaterThan(1);
});

test("is there for approvers, without what only admins see", async () => {
  const { api } = await openTeam(emptyApi(), { approves: true });
  expect(await screen.findByRole("heading", { name: texts.approve })).toBeTruthy();
  expect(screen.queryByRole("heading", { name: texts.now })).toBeNull();
  expect(api.listUsers).not.toHaveBeenCalled();
  cleanup();
  await openTeam(emptyApi(), {});
  expect(screen.queryByRole("heading", { name: texts.approve })).toBeNull();
});

test.each([
  ["Ada Lovelace", "AL"],
  ["Linus", "L"],
  ["  Jean-Luc  von Stein ", "JS"],
  ["李 小龍", "李小"],
  ["", ""],
])("the initials of %s are %s", (name, initials) => expect(initialsOf(name)).toBe(initials));
