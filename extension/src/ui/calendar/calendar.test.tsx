import { cleanup, fireEvent, screen, waitFor } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { TimeEntry } from "../../api/client.ts";
import { AddressContext } from "../hub/address.ts";
import { emptyApi, entryOf, meOf, problemOf, renderInSession, serverTime } from "../testing.tsx";
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

async function calendar(...entries: TimeEntry[]) {
  const api = emptyApi();
  api.listEntries.mockImplementation(async () => ({ data: entries, page: {}, server_time: serverTime }));
  const rendered = await renderInSession(
    <AddressContext.Provider value={{ place: {}, go: () => {} }}>
      <Calendar week={week} />
    </AddressContext.Provider>,
    { api, me: meOf() },
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
  expect(notice.textContent).toMatch(/Yours: .*9:05.*Now: .*9:00/s);
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
