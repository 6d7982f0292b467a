import { act, cleanup, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Me } from "../../api/client.ts";
import { Hub } from "../hub-view.tsx";
import { initialsOf } from "../person.tsx";
import {
  adjustmentOf,
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

test("counts running timers minute by minute without asking, and asks from time to time who runs one", async () => {
  const api = emptyApi();
  const runs = sheetOf({ user: grace, running_since: "2026-11-21T08:30:15.000Z" });
  api.listTimesheets.mockResolvedValue({ data: [runs], page: {} });
  await openTeam(api);
  const cells = async () => {
    const row = await screen.findByRole("row", { name: /Grace Hopper/ });
    return within(row)
      .getAllByRole("cell")
      .slice(5, 7)
      .map(({ textContent }) => textContent);
  };
  // Saturday has no target, and is shown since the timer runs on it.
  expect(await cells()).toEqual(["0:29", "36:29"]);
  cleanup();
  vi.useFakeTimers({ now: Date.parse(serverTime) });
  const now = async () => ({ server_time: new Date().toISOString() });
  api.currentTimer.mockImplementation(now);
  api.listTimers.mockImplementation(async () => ({ data: [], page: {}, ...(await now()) }));
  await openTeam(api);
  const pass = (ms: number) => act(async () => void (await vi.advanceTimersByTimeAsync(ms)));
  await pass(1_000);
  const asked = () => api.listTimesheets.mock.calls.filter(([{ limit }]) => limit === 50).length;
  const before = asked();
  await pass(15_000);
  expect(await cells()).toEqual(["0:30", "36:30"]);
  expect(asked()).toBe(before);
  const { running_since: _, ...stopped } = runs;
  api.listTimesheets.mockResolvedValue({ data: [stopped], page: {} });
  await pass(15_000);
  expect(asked()).toBe(before + 1);
  expect(await cells()).toEqual(["36:00", ""]);
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
  const { timers } = await openTeam(api);
  expect(await screen.findByText(texts.under("4:00"))).toBeTruthy();
  fireEvent.click(await screen.findByRole("button", { name: texts.approveAll(1, "1") }));
  await waitFor(() => expect(api.decideWeek).toHaveBeenCalledWith(full, "approve"));
  expect(api.decideWeek).toHaveBeenCalledTimes(1);

  fireEvent.click(screen.getByRole("button", { name: /^Send back….*Linus/ }));
  const comment = await screen.findByRole("textbox", { name: texts.comment });
  fireEvent.input(comment, { target: { value: "Tuesday?" } });
  fireEvent.click(screen.getByRole("button", { name: texts.send }));
  await waitFor(() => expect(api.decideWeek).toHaveBeenLastCalledWith(short, "return", "Tuesday?"));
  await timers.undo();
  await waitFor(() => expect(api.decideWeek.mock.lastCall?.[1]).toBe("undo"));
});

test("what comes next has the focus after a decision, and Escape in a comment leads back", async () => {
  const api = emptyApi();
  const weekOf = (id: string, name: string) =>
    sheetOf({ user: { id, name }, status: "submitted", submitted_at: serverTime, etag: `"${id}.1"` });
  api.pendingTimesheets.mockResolvedValue({ data: [weekOf("g", "Grace"), weekOf("l", "Linus")], page: {} });
  await openTeam(api);
  const focused = () => document.activeElement?.getAttribute("aria-label");
  fireEvent.click(await screen.findByRole("button", { name: /^Send back….*Grace/ }));
  fireEvent.keyDown(await screen.findByRole("textbox", { name: texts.comment }), { key: "Escape" });
  await waitFor(() => expect(focused()).toMatch(/^Send back….*Grace/));
  fireEvent.click(screen.getByRole("button", { name: /^Approve, Grace/ }));
  await waitFor(() => expect(focused()).toMatch(/^Approve, Linus/));
  fireEvent.click(screen.getByRole("button", { name: /^Approve, Linus/ }));
  await waitFor(() => expect(focused()).toMatch(/^Approve, Grace/));
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

const submitted = sheetOf({
  user: grace,
  status: "submitted",
  submitted_at: serverTime,
  through: serverTime,
  etag: '"g.1"',
});

test("an approver opens the week that waits, reads what it is made of, and decides there", async () => {
  const api = emptyApi();
  api.pendingTimesheets.mockResolvedValue({ data: [submitted], page: {} });
  api.listTimesheets.mockResolvedValue({ data: [submitted], page: {} });
  api.timesheetEntries.mockResolvedValue({
    data: [
      {
        id: "e1",
        work_item: { tracker: "azure_devops", id: "101", organization: "contoso", project: "Payments" },
        project: { id: "p1", name: "Payments", organization: "contoso" },
        activity: { id: "a", name: "Review" },
        billable: false,
        note: "With Mia",
        started_at: "2026-11-16T08:00:00.000Z",
        stopped_at: "2026-11-16T16:00:00.000Z",
        elapsed_ms: 28_800_000,
        source: "timer",
        needs_review: false,
      },
    ],
    page: {},
  });
  api.listAdjustments.mockResolvedValue({ data: [adjustmentOf()], page: {} });
  const { timers } = await openTeam(api, { approves: true });
  const [open] = await screen.findAllByRole("button", { name: /^Grace Hopper .*: show the week$/ });
  fireEvent.click(open as HTMLElement);
  expect(await screen.findByText("With Mia")).toBeTruthy();
  expect(api.timesheetEntries.mock.lastCall?.[0]).toMatchObject({
    user_id: "grace",
    first_day: "2026-11-16",
  });
  const monday = within(screen.getByRole("list", { name: /16/ }));
  expect(monday.getByRole("listitem").textContent).toMatch(/#101.*Review · not billable.*8:00/);
  expect(screen.getByRole("heading", { name: texts.adjustments.title })).toBeTruthy();
  expect(document.activeElement).toBe(screen.getByRole("heading", { level: 1 }));
  fireEvent.click(screen.getByRole("button", { name: texts.approveOne }));
  await waitFor(() => expect(api.decideWeek).toHaveBeenCalledWith(submitted, "approve"));
  await timers.undo();
  expect(api.decideWeek).toHaveBeenLastCalledWith(submitted, "undo");
  fireEvent.click(screen.getByRole("button", { name: texts.backToTeam }));
  expect(await screen.findByRole("heading", { name: texts.approve })).toBeTruthy();
});

test("a week that was sent back shows its sums alone", async () => {
  const api = emptyApi();
  const returned = sheetOf({ user: grace, status: "returned", comment: "Tuesday?" });
  api.listTimesheets.mockResolvedValue({ data: [returned], page: {} });
  const address = {
    write: async () => {},
    link: async () => "",
    follow: (called: (text: string) => void) => called("tab=team&team.person=grace&team.week=2026-11-16"),
  };
  const frame = { ...formOf().frame, address };
  await renderInSession(<Hub />, { api, frame, me: meOf({ approves: true }) });
  expect(await screen.findByText(texts.weekOpen)).toBeTruthy();
  expect(screen.getByText(texts.commented("Tuesday?"))).toBeTruthy();
  expect(api.timesheetEntries).not.toHaveBeenCalled();
  expect(screen.queryByRole("button", { name: texts.approveOne })).toBeNull();
});

test("an approver adjusts the closed time of their people, and of nobody else", async () => {
  const api = emptyApi();
  const own = sheetOf({ may_decide: false });
  api.listTimesheets.mockResolvedValueOnce({ data: [submitted, own], page: {} });
  await openTeam(api, { approves: true });
  api.listTimesheets.mockImplementation(async ({ cursor }) =>
    cursor
      ? { data: [sheetOf({ user: { id: "l", name: "Linus" } })], page: {} }
      : { data: [submitted, own], page: { next_cursor: "2" } },
  );
  fireEvent.click(await screen.findByRole("button", { name: texts.adjustments.show }));
  const whose = await screen.findByRole<HTMLSelectElement>("combobox", { name: "Whose" });
  await waitFor(() => expect([...whose.options].map(({ value }) => value)).toEqual(["", "grace", "l"]));
  expect(api.listUsers).not.toHaveBeenCalled();
});

test("who has no timer running has stopped, has nothing yet, or is away", async () => {
  const api = emptyApi();
  api.listTimers.mockResolvedValue({ data: [], page: {}, server_time: serverTime });
  const days = sheetOf().days.map((day) => ({ ...day, recorded_ms: 0, target_ms: 28_800_000 }));
  api.listTimesheets.mockResolvedValue({
    data: [
      sheetOf({ user: grace, last_stopped_at: "2026-11-21T08:48:00.000Z", days }),
      sheetOf({ user: { id: "l", name: "Linus" }, last_stopped_at: "2026-11-20T10:48:00.000Z", days }),
      sheetOf({ user: { id: "n", name: "Noor" } }),
    ],
    page: {},
  });
  await openTeam(api);
  const list = within(await screen.findByRole("list", { name: texts.notRunning }));
  expect(list.getAllByRole("listitem").map(({ textContent }) => textContent)).toEqual([
    expect.stringMatching(/Grace Hopper.*stopped 0?9:48/),
    `LLinus${texts.nothingToday}`,
    `NNoor${texts.away}`,
  ]);
});

test("what Microsoft charges, and who is counted, is for super_admins; seats are for admins", async () => {
  const api = emptyApi();
  api.report.mockResolvedValue({
    ...(await emptyApi().report({ from: "", to: "" })),
    rows: [{ user: grace, elapsed_ms: 1, needs_review_ms: 0, entries: 1 } as never],
  });
  api.billingPreview.mockResolvedValue({
    month: "2026-11",
    model: "seats",
    seats: 20,
    free_trial: false,
    people: 2,
    billed: 20,
    included: 0,
    rate_minor: 900,
    base_minor: 0,
    total_minor: 18_000,
    charge_known: true,
    currency: "USD",
  });
  await openTeam(api, { role: "super_admin" });
  const card = within(await screen.findByRole("region", { name: texts.seats }));
  expect(await card.findByText(/20 seats × .*9\.00/)).toBeTruthy();
  expect(await card.findByText(/Grace Hopper.*and 1 more/)).toBeTruthy();
  cleanup();
  await openTeam(emptyApi(), { role: "admin" });
  const seats = await screen.findByRole("region", { name: texts.seats });
  expect(seats.textContent).toContain("taken");
  expect(seats.textContent).not.toContain("×");
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
