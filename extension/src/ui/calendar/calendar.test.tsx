import { act, cleanup, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { TimeEntry, Timesheet } from "../../api/client.ts";
import { AddressContext } from "../hub/address.ts";
import { SheetContext } from "../hub/timesheet.ts";
import {
  ada,
  emptyApi,
  entryOf,
  historyOf,
  meOf,
  problemOf,
  renderInSession,
  serverTime,
} from "../testing.tsx";
import { hourMs } from "../units.ts";
import { Calendar } from "./calendar.tsx";

// Saturday, 10:00 in Berlin.
beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse(serverTime), toFake: ["Date"] });
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const week = {
  first: "2026-11-16",
  last: "2026-11-22",
  today: "2026-11-21",
  isThis: true,
  step: () => {},
  showThis: () => {},
};

const morning = entryOf({ started_at: "2026-11-20T08:00:00.000Z", stopped_at: "2026-11-20T09:30:00.000Z" });
const noon = entryOf({
  id: "e2",
  started_at: "2026-11-20T10:00:00.000Z",
  stopped_at: "2026-11-20T11:00:00.000Z",
});

/** The caller's week, with a target of eight hours on each of its days but the weekend's. */
const sheet: Timesheet = {
  user: ada,
  first_day: week.first,
  last_day: week.last,
  time_zone: "Europe/Berlin",
  status: "open",
  days: ["16", "17", "18", "19", "20", "21", "22"].map((day, i) => ({
    day: `2026-11-${day}`,
    target_ms: i < 5 ? 8 * hourMs : 0,
    recorded_ms: 0,
    needs_review_ms: 0,
    adjusted_ms: 0,
    missing_ms: 0,
  })),
  ...{ target_ms: 0, recorded_ms: 0, needs_review_ms: 0, adjusted_ms: 0, missing_ms: 0, excess_ms: 0 },
  ...{ meets_target: false, may_decide: false, revision: 0 },
};

async function calendar(...entries: TimeEntry[]) {
  return calendarOf(entries, sheet);
}

async function calendarOf(entries: TimeEntry[], of: Timesheet | undefined, me = meOf()) {
  const api = emptyApi();
  api.listEntries.mockImplementation(async () => ({ data: entries, page: {}, server_time: serverTime }));
  const rendered = await renderInSession(
    <AddressContext.Provider value={{ place: {}, go: () => {} }}>
      <SheetContext.Provider value={of}>
        <Calendar week={week} />
      </SheetContext.Provider>
    </AddressContext.Provider>,
    { api, me },
  );
  await screen.findByRole("grid");
  return { ...rendered, api, entries };
}

const block = (id = "e1") => document.querySelector(`[data-canvas] [data-entry="${id}"]`) as HTMLElement;
const press = (init: KeyboardEventInit, id?: string) => {
  fireEvent.keyDown(block(id), init);
  fireEvent.keyUp(block(id), init);
};

test("a key that is held sends one change, which shows at once", async () => {
  const { api, timers } = await calendar(morning);
  api.patchEntry.mockReturnValue(new Promise(() => {}));
  const alt = { key: "ArrowDown", altKey: true };
  fireEvent.keyDown(block(), alt);
  fireEvent.keyDown(block(), alt);
  fireEvent.keyDown(block(), alt);
  expect(api.patchEntry).not.toHaveBeenCalled();
  fireEvent.keyUp(block(), alt);
  expect(api.patchEntry).toHaveBeenCalledTimes(1);
  expect(api.patchEntry).toHaveBeenCalledWith("e1", '"1"', {
    started_at: "2026-11-20T08:15:00.000Z",
    stopped_at: "2026-11-20T09:45:00.000Z",
  });
  await waitFor(() => expect(block().textContent).toMatch(/9:15/));
  expect(timers.state.announcement).toBe("");
});

test("what is refused is where it was, with the reason", async () => {
  const { api } = await calendar(morning);
  api.patchEntry.mockRejectedValue(problemOf(422, "period_locked", { detail: "The week is handed in." }));
  press({ key: "ArrowUp", altKey: true });
  await screen.findByText(/The week is handed in\./);
  expect(block().textContent).toMatch(/0?9:00/);
});

test("a second change waits for the first, and has its version", async () => {
  const { api } = await calendar(morning);
  let answer: (entry: TimeEntry) => void = () => {};
  api.patchEntry.mockReturnValueOnce(new Promise((resolve) => (answer = resolve)));
  press({ key: "ArrowDown", altKey: true });
  press({ key: "ArrowDown", shiftKey: true });
  expect(api.patchEntry).toHaveBeenCalledTimes(1);
  answer({
    ...morning,
    started_at: "2026-11-20T08:05:00.000Z",
    stopped_at: "2026-11-20T09:35:00.000Z",
    etag: '"2"',
  });
  await waitFor(() => expect(api.patchEntry).toHaveBeenCalledTimes(2));
  expect(api.patchEntry).toHaveBeenLastCalledWith("e1", '"2"', { stopped_at: "2026-11-20T09:40:00.000Z" });
});

test("somebody else's version is shown beside one's own, and can be taken", async () => {
  const { api } = await calendar(morning);
  const theirs = entryOf({ ...morning, stopped_at: "2026-11-20T09:00:00.000Z", etag: '"5"' });
  api.patchEntry.mockRejectedValueOnce(problemOf(412, "stale", { time_entry: theirs }));
  press({ key: "ArrowDown", altKey: true });
  const notice = await screen.findByRole("alert");
  expect(notice.textContent).toMatch(/Now.*9:00.*Yours.*9:05/s);
  const loads = api.listEntries.mock.calls.length;
  fireEvent.click(screen.getByRole("button", { name: "Take theirs" }));
  await waitFor(() => expect(api.listEntries.mock.calls.length).toBeGreaterThan(loads));
  expect(api.patchEntry).toHaveBeenCalledTimes(1);
});

test.each([
  ["onto another entry", { key: "ArrowDown", altKey: true }, 7, /overlaps #104/],
  ["ahead of now", { key: "ArrowRight", altKey: true }, 2, /ahead/],
])("an entry isn't moved %s", async (_, key, times, why) => {
  const { api, timers } = await calendar(morning, noon);
  for (let i = 0; i < times; i++) fireEvent.keyDown(block(), key);
  fireEvent.keyUp(block(), key);
  await waitFor(() => expect(timers.state.announcement).toMatch(why));
  expect(api.patchEntry).not.toHaveBeenCalled();
});

test("closed entries are read only, and a running timer moves at its start alone", async () => {
  const running = entryOf({ id: "r", started_at: "2026-11-21T08:00:00.000Z" });
  const { stopped_at: _, ...open } = running;
  const { api, timers } = await calendar({ ...morning, locked: true }, open);
  press({ key: "ArrowDown", altKey: true });
  await waitFor(() => expect(timers.state.announcement).toMatch(/closed/));
  press({ key: "ArrowDown", altKey: true }, "r");
  await waitFor(() => expect(timers.state.announcement).toMatch(/running timer/));
  press({ key: "ArrowUp", altKey: true, shiftKey: true }, "r");
  await waitFor(() => expect(api.moveTimerStart).toHaveBeenCalledWith('"1"', "2026-11-21T07:55:00.000Z"));
  expect(api.patchEntry).not.toHaveBeenCalled();
});

test.each([
  ["drags once it has rested", true, 1],
  ["only stops a page that moves, which the browser scrolls on with it", false, 0],
])("a finger %s", async (_, cancelable, lifted) => {
  await calendar(morning);
  vi.useFakeTimers();
  fireEvent.pointerDown(block(), { pointerType: "touch", isPrimary: true, button: 0, pointerId: 7 });
  fireEvent(block(), new Event("touchstart", { bubbles: true, cancelable }));
  await act(() => void vi.advanceTimersByTime(400));
  expect(document.querySelectorAll(".cal-entry.moving")).toHaveLength(lifted);
});

test("a closed entry that somebody drags says that it is closed, and is not opened by it", async () => {
  const { timers } = await calendar({ ...morning, locked: true });
  const mouse = { isPrimary: true, button: 0, buttons: 1, pointerId: 1, clientX: 10 };
  fireEvent.pointerDown(block(), { ...mouse, clientY: 10 });
  fireEvent.pointerMove(block(), { ...mouse, clientY: 40 });
  await waitFor(() => expect(timers.state.announcement).toMatch(/closed/));
  fireEvent.pointerUp(block(), { ...mouse, clientY: 40 });
  fireEvent.click(block(), { detail: 1 });
  expect(screen.queryByRole("region", { name: "Entry" })).toBeNull();
});

test("what fails once another week is shown is told all the same", async () => {
  const { api, timers, unmount } = await calendar(morning);
  let refuse: () => void = () => {};
  api.patchEntry.mockImplementation(
    () =>
      new Promise((_, reject) => {
        refuse = () => reject(problemOf(422, "interval_overlaps", { detail: "Another entry is there." }));
      }),
  );
  press({ key: "ArrowDown", altKey: true });
  await waitFor(() => expect(api.patchEntry).toHaveBeenCalledOnce());
  unmount();
  refuse();
  await waitFor(() =>
    expect(timers.state.announcement).toMatch(/was not changed\. Another entry is there\./),
  );
});

test("keys open the editor's parts and void", async () => {
  const { api } = await calendar(morning);
  fireEvent.keyDown(block(), { key: "s" });
  await screen.findByLabelText("Split at");
  fireEvent.keyDown(screen.getByLabelText("Split at"), { key: "Escape" });
  await waitFor(() => expect(screen.queryByRole("region", { name: "Entry" })).toBeNull());
  fireEvent.keyDown(block(), { key: "Delete" });
  await waitFor(() => expect(api.voidEntry).toHaveBeenCalledWith("e1", '"1"', undefined));
});

test("lengths of the blocks add up to what is shown of their day", async () => {
  const half = (id: string, hour: string) =>
    entryOf({
      id,
      started_at: `2026-11-20T${hour}:00:00.000Z`,
      stopped_at: `2026-11-20T${hour}:10:30.000Z`,
    });
  await calendar(half("e1", "08"), half("e2", "10"));
  const lengths = ["e1", "e2"].map(
    (id) => block(id).querySelector<HTMLElement>(".cal-length")?.dataset.length,
  );
  expect(lengths).toEqual(["0:11", "0:10"]);
  expect(screen.getByRole("columnheader", { name: /Fri/ }).textContent).toContain("0:21");
});

test("what is at the time of a voided entry is where one is then", async () => {
  const { api, timers } = await calendar(morning, noon);
  api.voidEntry.mockResolvedValue({ ...noon, voided_at: serverTime });
  fireEvent.click(block("e2"));
  block("e2").focus();
  fireEvent.click(await screen.findByRole("button", { name: "Void" }));
  await waitFor(() => expect(block("e2")).toBeNull());
  // Tab leads to it, too.
  const stop = document.querySelector<HTMLElement>('[data-stop][tabindex="0"]');
  expect(stop?.dataset.stop).toMatch(/^free@/);
  expect(stop?.closest("[data-canvas]")?.getAttribute("data-canvas")).toBe("2026-11-20");
  expect(timers.state.changes).toBeGreaterThan(0);
});

test.each([
  ["s", "Split at"],
  ["d", "Day"],
  ["m", "Move to another work item"],
])("%s gives the focus to what it opens, and Escape on the entry closes it", async (key, label) => {
  await calendar(morning);
  block().focus();
  press({ key });
  await waitFor(() => expect(document.activeElement?.getAttribute("aria-label")).toBe(label));
  block().focus();
  fireEvent.keyDown(block(), { key: "Escape" });
  await waitFor(() => expect(screen.queryByRole("region", { name: "Entry" })).toBeNull());
});

test.each([
  ["s", "Split at"],
  ["d", "Day"],
])("Escape in what %s has opened leads back to the entry", async (key, label) => {
  await calendar(morning);
  block().focus();
  press({ key });
  await waitFor(() => expect(document.activeElement?.getAttribute("aria-label")).toBe(label));
  fireEvent.keyDown(document.activeElement as Element, { key: "Escape" });
  await waitFor(() => expect(screen.queryByRole("region", { name: "Entry" })).toBeNull());
  expect(document.activeElement).toBe(block());
});

const on = (date: string, from: string, to: string) =>
  entryOf({
    id: `${date} ${from}`,
    started_at: `2026-11-${date}T${from}:00.000Z`,
    stopped_at: `2026-11-${date}T${to}:00.000Z`,
  });
const gaps = () =>
  [...document.querySelectorAll<HTMLElement>(".cal-free.gap")].map((gap) => gap.getAttribute("aria-label"));

test("time is missing where the day's target isn't met, and nowhere else", async () => {
  const enough = [on("19", "07:00", "11:00"), on("19", "12:30", "16:30")];
  const little = [on("20", "08:00", "09:00"), on("20", "10:30", "11:00")];
  const saturday = [on("21", "06:00", "07:00"), on("21", "08:30", "08:45")];
  await calendar(...enough, ...little, ...saturday);
  expect(gaps()).toEqual([expect.stringMatching(/^1:30 nothing recorded: .*10:00 to 11:30/)]);
});

test("without targets nothing is missing, nor where the week is closed", async () => {
  const little = [on("20", "08:00", "09:00"), on("20", "10:30", "11:00")];
  const { unmount } = await calendarOf(little, undefined);
  expect(gaps()).toEqual([]);
  unmount();
  const { timers } = await calendarOf(little, {
    ...sheet,
    status: "submitted",
    through: "2026-11-20T15:00:00.000Z",
  });
  expect(gaps()).toEqual([]);
  // What is free there can't be filled.
  fireEvent.click(document.querySelector('[data-canvas="2026-11-20"] .cal-free') as HTMLElement);
  await waitFor(() => expect(timers.state.announcement).toMatch(/closed/));
  expect(screen.queryByRole("region", { name: "New entry" })).toBeNull();
});

test("two that were overtaken both stay in sight until one has chosen", async () => {
  const { api } = await calendar(morning, noon);
  const theirs = (of: TimeEntry) => entryOf({ ...of, note: "Theirs", etag: '"5"' });
  api.patchEntry.mockImplementation(async (id, etag) => {
    if (etag === '"5"') return entryOf({ id, etag: '"6"' });
    throw problemOf(412, "stale", { time_entry: theirs(id === "e1" ? morning : noon) });
  });
  press({ key: "ArrowUp", altKey: true });
  press({ key: "ArrowDown", altKey: true }, "e2");
  await waitFor(() => expect(screen.getAllByRole("button", { name: "Keep mine" })).toHaveLength(2));
  fireEvent.click(screen.getAllByRole("button", { name: "Keep mine" })[0] as HTMLElement);
  await waitFor(() => expect(screen.getAllByRole("button", { name: "Keep mine" })).toHaveLength(1));
  expect(api.patchEntry).toHaveBeenLastCalledWith("e1", '"5"', {
    started_at: "2026-11-20T07:55:00.000Z",
    stopped_at: "2026-11-20T09:25:00.000Z",
  });
});

test("a reason that was given is kept over a conflict", async () => {
  const old = entryOf({ started_at: "2026-11-16T08:00:00.000Z", stopped_at: "2026-11-16T09:00:00.000Z" });
  const me = meOf();
  me.tenant.settings.edit_window_days = 2;
  const { api } = await calendarOf([old], sheet, me);
  const theirs = entryOf({ ...old, note: "Theirs", etag: '"5"' });
  api.patchEntry.mockRejectedValueOnce(problemOf(412, "stale", { time_entry: theirs }));
  press({ key: "ArrowDown", shiftKey: true });
  fireEvent.input(await screen.findByLabelText("Reason"), { target: { value: "Forgot it" } });
  fireEvent.click(screen.getByRole("button", { name: "Save" }));
  fireEvent.click(await screen.findByRole("button", { name: "Keep mine" }));
  await waitFor(() =>
    expect(api.patchEntry).toHaveBeenLastCalledWith("e1", '"5"', {
      stopped_at: "2026-11-16T09:05:00.000Z",
      reason: "Forgot it",
    }),
  );
});

test("an entry is merged with the one before, and its length is typed", async () => {
  const after = entryOf({ ...noon, started_at: "2026-11-20T09:30:00.000Z" });
  const { api, timers } = await calendar(morning, after);
  api.patchEntry.mockResolvedValue({ ...after, stopped_at: "2026-11-20T10:30:00.000Z", etag: '"2"' });
  fireEvent.click(block("e2"));
  const length = await screen.findByLabelText("Duration");
  fireEvent.input(length, { target: { value: "1:00" } });
  fireEvent.blur(length);
  await waitFor(() =>
    expect(api.patchEntry).toHaveBeenCalledWith("e2", '"1"', { stopped_at: "2026-11-20T10:30:00.000Z" }),
  );
  fireEvent.click(screen.getByRole("button", { name: "Merge with the one before" }));
  await waitFor(() => expect(api.mergeEntries).toHaveBeenCalled());
  expect(api.mergeEntries.mock.calls[0]?.[0]).toEqual([
    { id: "e1", etag: '"1"' },
    { id: "e2", etag: '"2"' },
  ]);
  await waitFor(() => expect(timers.state.announcement).toMatch(/merged/));
});

test("the history of an entry offers to take its last change back", async () => {
  const { api, timers } = await calendar(morning);
  const change = {
    ...{ id: "c", operation: { id: "o", kind: "change" as const }, changed_at: serverTime, changed_by: ada },
    ...{ field: "note" as const, old: "", new: "Call" },
  };
  api.history.mockResolvedValue(historyOf(change));
  fireEvent.click(block());
  fireEvent.click(await screen.findByRole("button", { name: "History" }));
  fireEvent.click(await screen.findByRole("button", { name: "Put back" }));
  await waitFor(() => expect(api.undoEntry).toHaveBeenCalledWith("e1", '"1"', undefined));
  await waitFor(() => expect(timers.state.announcement).toBe("What was before is back."));
});

test("a split in the calendar can be to another activity", async () => {
  const { api } = await calendar(morning);
  press({ key: "s" });
  const activity = await screen.findByLabelText("Activity of the rest");
  await within(activity).findByRole("option", { name: "Meeting" });
  fireEvent.change(activity, { target: { value: "a2" } });
  fireEvent.submit(screen.getByLabelText("Split at").closest("form") as HTMLFormElement);
  await waitFor(() =>
    expect(api.splitEntry).toHaveBeenCalledWith("e1", '"1"', {
      at: "2026-11-20T08:45:00.000Z",
      rest: { activity_id: "a2" },
    }),
  );
});
