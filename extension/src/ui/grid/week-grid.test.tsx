import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { TimeEntry, Timesheet } from "../../api/client.ts";
import { entryTexts } from "../entry/texts.ts";
import { formatDateSpan } from "../format.ts";
import { hubTexts } from "../hub/texts.ts";
import { Hub } from "../hub-view.tsx";
import {
  activityOf,
  emptyApi,
  entryOf,
  meOf,
  problemOf,
  projectOf,
  renderInSession,
  serverTime,
  sheetOf,
} from "../testing.tsx";
import { UndoNotice } from "../undo-notice.tsx";

const texts = hubTexts.grid;

beforeEach(() => vi.useFakeTimers({ now: Date.parse(serverTime), toFake: ["Date"] }));
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const item = (id: string, title: string, project = "Payments") => ({
  ...entryOf().work_item,
  id,
  title,
  project,
});

/** Monday, 16 November, is the first day; today is Saturday, 21 November, 10:00 in Berlin. */
const monday: TimeEntry = entryOf({
  id: "mon",
  source: "manual",
  started_at: "2026-11-16T08:00:00Z",
  stopped_at: "2026-11-16T10:30:00Z",
});
const tuesday = entryOf({
  id: "tue",
  work_item: item("125", "Index names", "Storefront"),
  started_at: "2026-11-17T08:00:00Z",
  stopped_at: "2026-11-17T09:45:00Z",
});
const review = entryOf({
  id: "rev",
  needs_review: true,
  started_at: "2026-11-18T20:00:00Z",
  stopped_at: "2026-11-19T01:00:00Z",
});

async function open(entries: TimeEntry[] = [monday, tuesday], me = meOf()) {
  const api = emptyApi();
  api.listEntries.mockImplementation(async (query) => ({
    data: query?.needs_review ? [] : entries,
    page: {},
    server_time: serverTime,
  }));
  let added = 0;
  api.addEntry.mockImplementation(async ({ started_at, stopped_at }) =>
    entryOf({ id: `new ${++added}`, source: "manual", started_at, stopped_at }),
  );
  const page = (
    <>
      <Hub />
      <UndoNotice />
    </>
  );
  const rendered = await renderInSession(page, { api, me });
  await screen.findByRole("grid");
  return { ...rendered, api };
}

const cell = (name: RegExp) => screen.getByRole("gridcell", { name });
const press = (key: string, more: object = {}) =>
  fireEvent.keyDown(document.activeElement ?? document.body, { key, ...more });
const input = () => screen.getByRole("textbox", { name: /2026/ });

describe("the grid", () => {
  test("has a row for each item, by project, and its sums add up", async () => {
    const { container } = await open();
    expect(screen.getAllByRole("rowheader").map((head) => head.textContent)).toEqual([
      "Payments",
      "#104 Show the reference",
      "Storefront",
      "#125 Index names",
      texts.recorded,
    ]);
    expect(container.querySelector("td.grid-activity")?.textContent).toBe(monday.activity.name);
    expect(container.querySelector(".grid-total")?.textContent).toBe("4:15");
    expect(cell(/^#104 Show the reference, .*Monday.*, 2 hours 30 minutes$/).textContent).toMatch(/2:30$/);
  });

  test("cuts entries at midnight in the person's zone, and shows what is under review apart", async () => {
    await open([review]);
    // 21:00 to 2:00 in Berlin.
    expect(cell(/Wednesday.*3 hours 0 minutes under review/).className).toContain("under-review");
    expect(cell(/Thursday.*2 hours 0 minutes under review/).getAttribute("aria-readonly")).toBe("true");
    const sums = within(
      screen.getByRole("rowheader", { name: texts.underReview }).closest("tr") as HTMLElement,
    );
    expect(sums.getAllByRole("gridcell").map(({ textContent }) => textContent)).toEqual([
      "",
      "",
      "",
      "",
      "3:00",
      "2:00",
      "",
      "",
      "",
      "5:00",
    ]);
    expect(screen.getByRole("rowheader", { name: texts.recorded }).closest("tr")?.textContent).toContain(
      "0:00",
    );
  });

  test("shows the running timer's minutes in its cell, into which nothing can be typed", async () => {
    const { stopped_at: _, ...timer } = entryOf({ id: "run", started_at: "2026-11-21T08:30:00.000Z" });
    const api = emptyApi();
    api.currentTimer.mockResolvedValue({ timer, server_time: serverTime });
    await renderInSession(<Hub />, { api });
    await screen.findByRole("grid");
    const running = await screen.findByRole("gridcell", { name: /Saturday.*30 minutes, running/ });
    running.focus();
    press("5");
    expect(running.textContent).toContain(texts.refusals.running);
  });

  test("shows pinned items as rows to type into, and no others of the recent ones", async () => {
    const api = emptyApi();
    api.recentWorkItems.mockResolvedValue({
      data: [
        { work_item: item("110", "Return"), pinned: true },
        { work_item: item("111", "Other"), pinned: false },
      ],
    });
    await renderInSession(<Hub />, { api });
    expect(await screen.findByRole("rowheader", { name: /#110 Return/ })).toBeTruthy();
    expect(screen.queryByRole("rowheader", { name: /#111/ })).toBeNull();
  });
});

describe("with the keyboard", () => {
  test("one tab stop, arrows move, and what is typed replaces and is understood before it is kept", async () => {
    const { api } = await open();
    expect(screen.getAllByRole("gridcell").filter(({ tabIndex }) => tabIndex === 0)).toHaveLength(1);
    cell(/^#104.*Monday/).focus();
    press("ArrowRight");
    await waitFor(() => expect(document.activeElement?.textContent).toMatch(/Tuesday/));
    press("1");
    fireEvent.input(input(), { target: { value: "1,5" } });
    expect(screen.getByText("= 1:30")).toBeTruthy();
    press("Tab");
    await waitFor(() => expect(api.addEntry).toHaveBeenCalledOnce());
    // After the other entry of the day, at 10:45 in Berlin.
    expect(api.addEntry.mock.calls[0]?.[0]).toMatchObject({
      work_item: { id: "104" },
      started_at: "2026-11-17T09:45:00.000Z",
      stopped_at: "2026-11-17T11:15:00.000Z",
    });
    expect(document.activeElement?.textContent).toMatch(/Wednesday/);
  });

  test("Enter edits and goes down, Escape gives the old sum back", async () => {
    const { api } = await open();
    cell(/^#104.*Monday/).focus();
    press("F2");
    expect((input() as HTMLInputElement).value).toBe("2:30");
    fireEvent.input(input(), { target: { value: "9" } });
    press("Escape");
    expect(cell(/^#104.*Monday/).textContent).toContain("2:30");
    press("F2");
    fireEvent.input(input(), { target: { value: "3h" } });
    press("Enter");
    await waitFor(() => expect(api.patchEntry).toHaveBeenCalledOnce());
    expect(api.patchEntry).toHaveBeenCalledWith("mon", '"1"', { stopped_at: "2026-11-16T11:00:00.000Z" });
    expect(document.activeElement?.textContent).toMatch(/^#125.*Monday/);
  });

  test("what is no duration stays, and what isn't possible says why", async () => {
    const { api } = await open();
    cell(/^#104.*Sunday/).focus();
    press("1");
    fireEvent.input(input(), { target: { value: "soon" } });
    press("Enter");
    expect(screen.getByText(texts.unread).getAttribute("role")).toBe("alert");
    expect((input() as HTMLInputElement).value).toBe("soon");
    fireEvent.input(input(), { target: { value: "1" } });
    press("Tab");
    await waitFor(() =>
      expect(screen.getAllByText(new RegExp(texts.refusals.future)).length).toBeGreaterThan(0),
    );
    expect(cell(/^#104.*Sunday/).textContent).toContain("1:00");
    expect(api.addEntry).not.toHaveBeenCalled();
    press("Escape");
    expect(cell(/^#104.*Sunday/).textContent).toMatch(/nothing$/);
  });

  test("Delete empties what is chosen, and Ctrl+Z takes it back", async () => {
    const { api } = await open();
    cell(/^#104.*Monday/).focus();
    press("ArrowDown", { shiftKey: true });
    press("ArrowRight", { shiftKey: true });
    press("Delete");
    await waitFor(() => expect(api.voidEntry).toHaveBeenCalledTimes(2));
    expect(await screen.findByText(new RegExp(texts.changedMany(2)))).toBeTruthy();
    press("z", { ctrlKey: true });
    await waitFor(() => expect(api.undoEntry).toHaveBeenCalledTimes(2));
  });

  test("a block is copied, and pasted from another spreadsheet", async () => {
    const { api } = await open();
    const data = {
      setData: vi.fn<(type: string, text: string) => void>(),
      getData: () => "0:15\t0,5\r\nx\t",
    };
    cell(/^#104.*Monday/).focus();
    press("ArrowDown", { shiftKey: true });
    press("ArrowRight", { shiftKey: true });
    fireEvent(
      document.activeElement as Element,
      Object.assign(new Event("copy", { bubbles: true }), { clipboardData: data }),
    );
    expect(data.setData).toHaveBeenCalledWith("text/plain", "2:30\t\r\n\t1:45");
    cell(/^#104.*Thursday/).focus();
    fireEvent(
      document.activeElement as Element,
      Object.assign(new Event("paste", { bubbles: true }), { clipboardData: data }),
    );
    await waitFor(() => expect(api.addEntry).toHaveBeenCalledTimes(2));
    const lengths = api.addEntry.mock.calls.map(
      ([{ started_at, stopped_at }]) => Date.parse(stopped_at) - Date.parse(started_at),
    );
    expect(lengths).toEqual([900_000, 1_800_000]);
    expect(cell(/^#125.*Thursday/).textContent).toContain("x");
  });

  test("Ctrl+D fills down", async () => {
    const { api } = await open();
    cell(/^#125.*Monday/).focus();
    press("d", { ctrlKey: true });
    await waitFor(() => expect(api.addEntry).toHaveBeenCalledOnce());
    expect(api.addEntry.mock.calls[0]?.[0]).toMatchObject({
      work_item: { id: "125" },
      started_at: "2026-11-16T10:30:00.000Z",
      stopped_at: "2026-11-16T13:00:00.000Z",
    });
  });

  test("Alt+Down opens the entry of a cell to be edited, and Escape leads back", async () => {
    await open();
    const monday = cell(/^#104.*Monday/);
    monday.focus();
    press("ArrowDown", { altKey: true });
    const editor = await screen.findByRole("region", { name: entryTexts.title });
    await waitFor(() => expect(within(editor).getByLabelText(entryTexts.start)).toBe(document.activeElement));
    press("Escape");
    expect(screen.queryByRole("region", { name: entryTexts.title })).toBeNull();
    expect(document.activeElement).toBe(monday);
  });

  test("of several entries one is chosen, and changing it changes the cell", async () => {
    const noon = entryOf({
      id: "noon",
      source: "manual",
      note: "After lunch",
      started_at: "2026-11-16T11:00:00Z",
      stopped_at: "2026-11-16T12:00:00Z",
    });
    const { api } = await open([monday, noon]);
    const sum = cell(/^#104.*Monday/);
    sum.focus();
    press("ArrowDown", { altKey: true });
    const list = await screen.findByRole("region", { name: /^#104.*Monday/ });
    fireEvent.click(within(list).getByRole("button", { name: /After lunch 1:00$/ }));
    const editor = await screen.findByRole("region", { name: entryTexts.title });
    const end = within(editor).getByLabelText(entryTexts.end);
    fireEvent.input(end, { target: { value: "13:30" } });
    fireEvent.blur(end);
    await waitFor(() => expect(api.patchEntry).toHaveBeenCalledOnce());
    expect(api.patchEntry.mock.calls[0]).toEqual([
      "noon",
      '"1"',
      expect.objectContaining({ stopped_at: "2026-11-16T12:30:00.000Z" }),
    ]);
    for (const _ of ["to the list", "to the cell"]) press("Escape");
    expect(document.activeElement).toBe(sum);
  });

  test("letters are no keys of the page in the grid; a cell says what can be typed", async () => {
    await open();
    cell(/^#104.*Monday/).focus();
    for (const key of ["c", "j", "x"]) press(key);
    expect(screen.getByRole("grid").className).toBe("grid");
    screen.getByText(texts.howToType);
    for (const key of ["7", ".", ":", ","]) {
      press(key);
      expect(input()).toHaveProperty("value", key);
      press("Escape");
    }
    screen.getByRole("rowheader", { name: /^#104/ }).focus();
    press("c");
    expect(screen.getByRole("grid").className).toBe("grid");
    screen.getByRole("button", { name: hubTexts.week.grid }).focus();
    press("c");
    await waitFor(() => expect(screen.getByRole("grid").className).not.toBe("grid"));
  });

  test("Ctrl+Enter adds a row", async () => {
    const { api } = await open();
    api.recentWorkItems.mockResolvedValue({ data: [{ work_item: item("131", "Slow page"), pinned: false }] });
    cell(/^#104.*Monday/).focus();
    press("Enter", { ctrlKey: true });
    const field = await screen.findByRole("combobox", { name: texts.addLabel });
    await within(field.closest(".row-picker") as HTMLElement).findByRole("option", { name: /#131/ });
    fireEvent.keyDown(field, { key: "Enter" });
    expect(await screen.findByRole("rowheader", { name: /#131 Slow page/ })).toBeTruthy();
    await waitFor(() => expect(document.activeElement?.textContent).toMatch(/^#131.*Saturday/));
  });

  test("a row can be time of a project without a work item, where the project allows it", async () => {
    const { api } = await open();
    api.listProjects.mockResolvedValue({ data: [projectOf({ general_allowed: true })], page: {} });
    cell(/^#104.*Monday/).focus();
    press("Enter", { ctrlKey: true });
    const field = await screen.findByRole("combobox", { name: texts.addLabel });
    fireEvent.click(await screen.findByRole("option", { name: /No work item/ }));
    await waitFor(() => expect(document.activeElement?.textContent).toMatch(/^No work item/));
    expect(field.isConnected).toBe(false);
    press("2");
    fireEvent.keyDown(input(), { key: "Enter" });
    await waitFor(() => expect(api.addEntry).toHaveBeenCalled());
    expect(api.addEntry.mock.calls[0]?.[0]).toMatchObject({ general: { project_id: "p1" } });
  });
});

test("last week's rows are taken over, and their hours into what is empty and not still to come", async () => {
  const { api } = await open([monday]);
  const before = (entry: TimeEntry, id: string) => ({
    ...entry,
    id,
    started_at: new Date(Date.parse(entry.started_at) - 7 * 86_400_000).toISOString(),
    stopped_at: new Date(Date.parse(entry.stopped_at ?? "") - 7 * 86_400_000).toISOString(),
  });
  api.listEntries.mockResolvedValue({
    data: [before(monday, "a"), before(tuesday, "b")],
    page: {},
    server_time: serverTime,
  });
  fireEvent.click(screen.getByRole("button", { name: texts.fill }));
  fireEvent.click(screen.getByRole("menuitem", { name: texts.fillHours }));
  await waitFor(() => expect(api.addEntry).toHaveBeenCalledOnce());
  expect(api.addEntry.mock.calls[0]?.[0]).toMatchObject({ work_item: { id: "125" } });
});

test("where nothing can be recorded the week is read, and nothing is typed", async () => {
  await open([monday], meOf({}, { status: "trial_expired" }));
  cell(/^#104.*Monday/).focus();
  press("1");
  expect(screen.queryByRole("textbox", { name: /2026/ })).toBeNull();
  expect(screen.queryByRole("button", { name: texts.fill })).toBeNull();
});

describe("what isn't saved when something else is shown", () => {
  const span = formatDateSpan("2026-11-16", "2026-11-22", "2026-11-21");

  /** Types an hour and a half into Tuesday, which the server answers only when it is told to. */
  async function typeAndWait() {
    const shown = await open();
    let refuse: () => void = () => {};
    shown.api.addEntry.mockImplementation(
      () =>
        new Promise((_, reject) => {
          refuse = () => reject(problemOf(422, "interval_overlaps", { detail: "Another entry is there." }));
        }),
    );
    cell(/^#104.*Tuesday/).focus();
    press("1");
    fireEvent.input(input(), { target: { value: "1:30" } });
    press("Tab");
    await waitFor(() => expect(shown.api.addEntry).toHaveBeenCalledOnce());
    return { ...shown, refuse: () => refuse() };
  }
  const away = {
    "another week": () => fireEvent.click(screen.getByRole("button", { name: hubTexts.week.before })),
    "another view": () => fireEvent.click(screen.getByRole("button", { name: hubTexts.week.calendar })),
    "another part": () => fireEvent.click(screen.getByRole("button", { name: hubTexts.reports })),
  };

  test.each(Object.entries(away))(
    "is told above %s, with what was typed, and is still in its cell",
    async (_, leave) => {
      const { refuse } = await typeAndWait();
      leave();
      await waitFor(() => expect(screen.queryByRole("grid", { name: new RegExp(span) })).toBeNull());
      refuse();
      const alert = await screen.findByRole("alert", { name: new RegExp(`^${span}`) });
      expect(alert.textContent).toContain("1:30");
      expect(alert.textContent).toContain("#104");
      expect(alert.textContent).toContain("Another entry is there.");
      const leaving = new Event("beforeunload", { cancelable: true });
      window.dispatchEvent(leaving);
      expect(leaving.defaultPrevented).toBe(true);
      fireEvent.click(within(alert).getByRole("button", { name: hubTexts.reminders.showOf(span) }));
      await waitFor(() => expect(cell(/^#104.*Tuesday/).textContent).toContain("1:30"));
      expect(cell(/^#104.*Tuesday/).getAttribute("aria-invalid")).toBe("true");
      expect(alert.isConnected).toBe(false);
      cell(/^#104.*Tuesday/).focus();
      press("Escape");
      const left = new Event("beforeunload", { cancelable: true });
      await waitFor(() => {
        window.dispatchEvent(left);
        expect(left.defaultPrevented).toBe(false);
      });
    },
  );

  test("includes what is still in a field, and a row of its own", async () => {
    const { api } = await open();
    api.recentWorkItems.mockResolvedValue({ data: [{ work_item: item("131", "Slow page"), pinned: false }] });
    api.addEntry.mockRejectedValue(
      problemOf(422, "interval_overlaps", { detail: "Another entry is there." }),
    );
    cell(/^#104.*Monday/).focus();
    press("Enter", { ctrlKey: true });
    const field = await screen.findByRole("combobox", { name: texts.addLabel });
    await within(field.closest(".row-picker") as HTMLElement).findByRole("option", { name: /#131/ });
    fireEvent.keyDown(field, { key: "Enter" });
    await waitFor(() => expect(document.activeElement?.textContent).toMatch(/^#131.*Saturday/));
    press("ArrowLeft");
    press("2");
    // As the browser's Back does, which takes no focus away before.
    away["another week"]();
    const alert = await screen.findByRole("alert", { name: new RegExp(`^${span}`) });
    expect(alert.textContent).toContain("2:00");
    fireEvent.click(within(alert).getByRole("button", { name: new RegExp(span) }));
    await waitFor(() => expect(cell(/^#131.*Friday/).textContent).toContain("2:00"));
  });

  test("is sent all the same, and nothing is said of it", async () => {
    const { api } = await typeAndWait();
    away["another week"]();
    const [first] = api.addEntry.mock.results;
    expect(first).toBeDefined();
    expect(screen.queryByRole("alert", { name: /November/ })).toBeNull();
  });
});

describe("closed time", () => {
  const through = "2026-11-18T23:00:00.000Z";
  const sheet = (change: Partial<Timesheet>) =>
    sheetOf({ first_day: "2026-11-16", last_day: "2026-11-22", ...change });

  async function openClosed(change: Partial<Timesheet>, me = meOf()) {
    const api = emptyApi();
    api.listEntries.mockImplementation(async (query) => ({
      data: query?.needs_review ? [] : [monday, { ...tuesday, locked: true }],
      page: {},
      server_time: serverTime,
    }));
    api.listTimesheets.mockResolvedValue({ data: [sheet(change)], page: {} });
    await renderInSession(<Hub />, { api, me });
    await screen.findByRole("grid");
    return api;
  }

  test.each([
    ["submitted", { through }, texts.refusals.submitted],
    ["approved", { through, approved_through: through }, texts.refusals.approved],
    ["submitted", { through, approved_through: "2026-11-17T23:00:00.000Z" }, texts.refusals.approved],
  ] as const)("of a %s week can't be typed into, and says why: %j", async (status, upTo, why) => {
    const api = await openClosed({ status, ...upTo });
    await waitFor(() => expect(cell(/^#104.*Wednesday/).getAttribute("aria-readonly")).toBe("true"));
    // What was recorded after the week was handed in is open.
    expect(cell(/^#104.*Thursday/).getAttribute("aria-readonly")).toBeNull();
    cell(/^#104.*Monday/).focus();
    press("5");
    expect(document.activeElement?.textContent).toContain(why);
    press("Delete");
    expect(api.voidEntry).not.toHaveBeenCalled();
  });

  test("of a week that was sent back is open, but for entries that are locked", async () => {
    await openClosed({ status: "returned" });
    expect(cell(/^#104.*Monday/).getAttribute("aria-readonly")).toBeNull();
    const locked = cell(/^#125.*Tuesday/);
    expect(locked.getAttribute("aria-readonly")).toBe("true");
    locked.focus();
    press("5");
    expect(locked.textContent).toContain(texts.refusals.locked);
  });

  test("of a whole week has nothing that adds to it", async () => {
    const whole = "2026-11-22T23:00:00.000Z";
    await openClosed({ status: "submitted", through: whole });
    await waitFor(() => expect(cell(/^#104.*Sunday/).getAttribute("aria-readonly")).toBe("true"));
    expect(screen.queryByRole("button", { name: texts.add })).toBeNull();
    expect(screen.queryByRole("button", { name: texts.fill })).toBeNull();
    cell(/^#104.*Monday/).focus();
    press("Enter", { ctrlKey: true });
    expect(screen.queryByRole("combobox", { name: texts.addLabel })).toBeNull();
  });

  test("by the organization's lock is that of days that ended before", async () => {
    const me = meOf();
    me.tenant.settings.lock_after_days = 3;
    await openClosed({ status: "open" }, me);
    expect(cell(/^#104.*Tuesday/).getAttribute("aria-readonly")).toBe("true");
    expect(cell(/^#104.*Wednesday/).getAttribute("aria-readonly")).toBeNull();
  });
});

test("adjustments have a row of their own, with which the sums add up", async () => {
  const api = emptyApi();
  const week = sheetOf({ first_day: "2026-11-16", last_day: "2026-11-22" });
  api.listTimesheets.mockResolvedValue({ data: [week], page: {} });
  await renderInSession(<Hub />, { api });
  await screen.findByRole("grid");
  expect(screen.queryByRole("rowheader", { name: texts.adjusted })).toBeNull();
  cleanup();
  const adjusted = [-1_800_000, 3_630_000, 0, 0, 0, 0, 0];
  const days = week.days.map((day, i) => ({ ...day, adjusted_ms: adjusted[i] ?? 0 }));
  api.listTimesheets.mockResolvedValue({ data: [{ ...week, days }], page: {} });
  await renderInSession(<Hub />, { api });
  const row = (await screen.findByRole("rowheader", { name: texts.adjusted })).closest("tr");
  const told = [...(row?.querySelectorAll("td.number") ?? [])].map(({ textContent }) => textContent);
  expect(told).toEqual([
    texts.less(1_800_000),
    texts.more(3_600_000),
    "",
    "",
    "",
    "",
    "",
    texts.more(1_800_000),
  ]);
  const grid = screen.getByRole("grid");
  expect(grid.getAttribute("aria-rowcount")).toBe(`${grid.querySelectorAll("tr").length}`);
});

describe("a row", () => {
  const activities = [
    activityOf({ id: "a1", name: "Development" }),
    activityOf({ id: "a2", name: "Review" }),
  ];
  async function openRows(entries = [monday]) {
    const shown = await open(entries);
    shown.api.listActivities.mockResolvedValue({ data: activities });
    shown.api.changeEntries.mockImplementation(async (versions, change) => ({
      results: versions.map(({ id }) => ({
        id,
        time_entry: {
          ...monday,
          id,
          etag: '"2"',
          ...("billable" in change && { billable: change.billable === true }),
          ...("activity_id" in change && { activity: { id: "a2", name: "Review" } }),
        },
      })),
    }));
    return shown;
  }

  test("is not billable any more by its mark, and is again by Undo", async () => {
    const { api } = await openRows();
    const mark = () => screen.getByRole("button", { name: texts.billable });
    expect(mark().getAttribute("aria-pressed")).toBe("true");
    mark().closest("td")?.focus();
    press(" ");
    await waitFor(() => expect(mark().getAttribute("aria-pressed")).toBe("false"));
    expect(api.changeEntries.mock.calls[0]).toEqual([
      [{ id: "mon", etag: '"1"' }],
      { billable: false },
      undefined,
    ]);
    press("z", { ctrlKey: true });
    await waitFor(() => expect(api.changeEntries.mock.calls[1]?.[1]).toEqual({ undo: true }));
  });

  test("gets another activity, and one stays in it", async () => {
    const { api, container } = await openRows();
    container.querySelector<HTMLElement>("td.grid-activity")?.focus();
    press("Enter");
    const select = screen.getByRole("combobox", { name: /#104.*Activity/ });
    expect(document.activeElement).toBe(select);
    fireEvent.change(select, { target: { value: "a2" } });
    await waitFor(() => expect(document.activeElement?.textContent).toBe("Review"));
    expect(api.changeEntries.mock.calls[0]?.[1]).toEqual({ activity_id: "a2" });
  });
});
