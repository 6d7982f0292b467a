import { act, cleanup, fireEvent, screen, waitFor } from "@testing-library/preact";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import type { TimeEntryPage } from "../api/client.ts";
import { ItemPage } from "./item-view.tsx";
import { emptyApi, entryOf, formOf, grace, meOf, renderInSession, serverTime } from "./testing.tsx";
import { texts } from "./texts.ts";
import { UndoNotice } from "./undo-notice.tsx";

beforeAll(() => {
  // The test's DOM has no modal dialogs.
  HTMLDialogElement.prototype.showModal = function () {
    this.open = true;
  };
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

/** An API whose list is the entries, in pages of two. */
function apiWith(entries: TimeEntryPage["data"]) {
  const api = emptyApi();
  api.listEntries.mockImplementation(async (query) => {
    const from = Number(query?.cursor ?? 0);
    const to = from + 2;
    const next = to < entries.length ? { next_cursor: String(to) } : {};
    return { data: entries.slice(from, to), page: next, server_time: serverTime };
  });
  return api;
}

const rows = () => screen.getAllByRole("button", { name: /^More/ }).length;

test("asks for the entries of the item on the form", async () => {
  const api = emptyApi();
  await renderInSession(<ItemPage />, { api });
  expect(await screen.findByText(texts.entries.emptyOwn)).toBeTruthy();
  expect(api.listEntries).toHaveBeenCalledWith({
    organization: ["contoso"],
    project: ["Payments"],
    work_item_id: "104",
    scope: "own",
    limit: 50,
  });
});

test("asks by our id for the entries of an item that is known, whatever it is called now", async () => {
  const api = emptyApi();
  const time = await emptyApi().workItemTime({ id: "104" });
  api.workItemTime.mockResolvedValue({ ...time, work_item: { ...time.work_item, uid: "u1" } });
  await renderInSession(<ItemPage />, { api });
  expect(await screen.findByText(texts.entries.emptyOwn)).toBeTruthy();
  expect(api.listEntries.mock.calls).toEqual([[{ work_item_id: "u1", scope: "own", limit: 50 }]]);
});

test("shows more until the last page", async () => {
  const entries = ["a", "b", "c"].map((id) => entryOf({ id }));
  await renderInSession(<ItemPage />, { api: apiWith(entries) });
  fireEvent.click(await screen.findByRole("button", { name: texts.showMore }));
  await waitFor(() => expect(rows()).toBe(3));
  expect(screen.queryByRole("button", { name: texts.showMore })).toBeNull();
});

test("an admin sees everybody's, with their names", async () => {
  const api = apiWith([entryOf({ user: grace })]);
  await renderInSession(<ItemPage />, { api, me: meOf({ role: "admin" }) });
  fireEvent.click(await screen.findByLabelText(texts.entries.everybody));
  await waitFor(() =>
    expect(api.listEntries).toHaveBeenLastCalledWith(expect.objectContaining({ scope: "tenant" })),
  );
  expect(await screen.findByRole("cell", { name: /Grace Hopper/ })).toBeTruthy();
});

test("a voided entry is gone, the sums are read again, and the focus is on the heading", async () => {
  const entries = [entryOf()];
  const api = apiWith(entries);
  api.voidEntry.mockImplementation(async () => {
    entries.pop();
    return entryOf({ voided_at: serverTime });
  });
  await renderInSession(<ItemPage />, { api });
  fireEvent.click(await screen.findByRole("button", { name: /^More/ }));
  const button = screen.getByRole("button", { name: /^Void/ });
  const sumsRead = api.workItemTime.mock.calls.length;
  button.focus();
  fireEvent.click(button);
  expect(await screen.findByText(texts.entries.emptyOwn)).toBeTruthy();
  expect(document.activeElement?.tagName).toBe("H1");
  await waitFor(() => expect(api.workItemTime.mock.calls.length).toBeGreaterThan(sumsRead));
});

test("a new day begins in the person's zone, and the sums of today are read again", async () => {
  vi.useFakeTimers({ now: Date.parse("2026-11-21T14:59:50Z") }); // 23:59:50 in Tokyo
  const api = emptyApi();
  const sums = await api.workItemTime({ id: "104" });
  api.currentTimer.mockImplementation(async () => ({ server_time: new Date().toISOString() }));
  api.workItemTime.mockImplementation(async () => ({ ...sums, server_time: new Date().toISOString() }));
  await renderInSession(<ItemPage />, { api, me: meOf({ time_zone: "Asia/Tokyo" }) });
  const pass = (ms: number) => act(async () => void (await vi.advanceTimersByTimeAsync(ms)));
  await pass(1000);
  const read = api.workItemTime.mock.calls.length;
  await pass(5000);
  expect(api.workItemTime.mock.calls.length).toBe(read);
  await pass(20_000);
  expect(api.workItemTime.mock.calls.length).toBe(read + 1);
});

test("another item's late answer is not shown", async () => {
  const api = emptyApi();
  let answer = (_: TimeEntryPage) => {};
  api.listEntries.mockImplementationOnce(() => new Promise((resolve) => (answer = resolve)));
  const form = formOf();
  await renderInSession(<ItemPage />, { api, frame: form.frame });
  await waitFor(() => expect(api.listEntries).toHaveBeenCalledOnce());
  form.show({ id: 105 });
  expect(await screen.findByText(texts.entries.emptyOwn)).toBeTruthy();
  await act(async () => answer({ data: [entryOf()], page: {}, server_time: serverTime }));
  expect(screen.queryByRole("table")).toBeNull();
});

test("an answer that was overtaken is not shown", async () => {
  const api = apiWith([entryOf({ user: grace })]);
  let answer = (_: TimeEntryPage) => {};
  api.listEntries.mockImplementationOnce(() => new Promise((resolve) => (answer = resolve)));
  await renderInSession(<ItemPage />, { api, me: meOf({ role: "admin" }) });
  fireEvent.click(await screen.findByLabelText(texts.entries.everybody));
  expect(await screen.findByRole("cell", { name: /Grace Hopper/ })).toBeTruthy();
  await act(async () => answer({ data: [], page: {}, server_time: serverTime }));
  expect(screen.getByRole("cell", { name: /Grace Hopper/ })).toBeTruthy();
});

test("voided entries are shown on demand, and restored", async () => {
  const voided = entryOf({ id: "v", voided_at: serverTime, needs_review: true });
  const api = emptyApi();
  api.listEntries.mockImplementation(async (query) => ({
    data: query?.include_voided ? [voided] : [],
    page: {},
    server_time: serverTime,
  }));
  await renderInSession(
    <>
      <ItemPage />
      <UndoNotice />
    </>,
    { api },
  );
  fireEvent.click(await screen.findByLabelText(texts.entries.voidedToo));
  expect(await screen.findByText(texts.entries.isVoided)).toBeTruthy();
  const actions = screen.getAllByRole("cell").at(-1);
  expect(actions?.textContent).toBe(texts.entries.restore);
  fireEvent.click(screen.getByRole("button", { name: /^Restore/ }));
  expect(await screen.findByText(texts.entries.putBackDone)).toBeTruthy();
  expect(api.undoEntry).toHaveBeenCalledWith("v", '"1"', undefined);
});

test("time is added by hand on the item of the form", async () => {
  const api = emptyApi();
  api.addEntry.mockResolvedValue(entryOf());
  const { timers } = await renderInSession(<ItemPage />, { api });
  fireEvent.click(await screen.findByRole("button", { name: texts.switch.addTime }));
  const changes = timers.state.changes;
  fireEvent.click(await screen.findByRole("button", { name: texts.switch.add }));
  await waitFor(() => expect(api.addEntry).toHaveBeenCalledOnce());
  expect(api.addEntry.mock.calls[0]?.[0]).toMatchObject({ work_item: { id: "104", project: "Payments" } });
  await waitFor(() => expect(timers.state.changes).toBeGreaterThan(changes));
  // The focus is back on what had opened the form.
  await waitFor(() => expect(document.activeElement?.textContent).toBe(texts.switch.addTime));
});

test("an entry tells its activity, whether it is billable, and its note", async () => {
  const told = entryOf({ activity: { id: "a2", name: "Meeting" }, billable: false, note: "With the bank" });
  await renderInSession(<ItemPage />, { api: apiWith([told]) });
  expect(await screen.findByText("With the bank")).toBeTruthy();
  const row = screen.getByText("With the bank").closest("tr");
  expect(row?.textContent).toContain("not billableWith the bank");
});
