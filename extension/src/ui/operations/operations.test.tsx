import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { useState } from "preact/hooks";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { ApiProblem, type TimeEntry } from "../../api/client.ts";
import { EntryTable } from "../entries.tsx";
import { EntryHistory } from "../entry-history.tsx";
import {
  adjustmentOf,
  emptyApi,
  entryOf,
  grace,
  historyOf,
  meOf,
  problemOf,
  renderInSession,
  serverTime,
} from "../testing.tsx";
import { texts } from "../texts.ts";
import { deedsOf, type HistoryChange, toldOf } from "./history.ts";
import { operationTexts } from "./texts.ts";
import { changeAll, shiftOf, undoAll } from "./use-bulk.ts";

beforeAll(() => {
  HTMLDialogElement.prototype.showModal = function () {
    this.open = true;
  };
  HTMLElement.prototype.scrollIntoView ??= () => {};
});
afterEach(cleanup);

/** Adjacent hours of the 20th, the latest first, as lists have them. */
const hours = [11, 10, 9].map((hour, i) =>
  entryOf({
    id: `e${i + 1}`,
    etag: `"e${i + 1}"`,
    started_at: `2026-11-20T${String(hour).padStart(2, "0")}:00:00.000Z`,
    stopped_at: `2026-11-20T${String(hour + 1).padStart(2, "0")}:00:00.000Z`,
    elapsed_ms: 3_600_000,
  }),
) as [TimeEntry, TimeEntry, TimeEntry];

const show = (api = emptyApi(), entries: TimeEntry[] = hours, me = meOf()) =>
  renderInSession(<EntryTable entries={entries} caption="Entries" showItem />, { api, me });
const boxes = () => screen.getAllByRole<HTMLInputElement>("checkbox").slice(1);
const box = (i: number) => boxes()[i] as HTMLInputElement;
const checked = () => boxes().map((each) => each.checked);
const bar = () => screen.getByRole("region", { name: operationTexts.selection.region });
const press = (name: string | RegExp) => fireEvent.click(screen.getByRole("button", { name }));
const pressInBar = (name: string) => fireEvent.click(within(bar()).getByRole("button", { name }));

describe("the selection", () => {
  test("Shift-click selects from the last one to this one", async () => {
    await show();
    expect(screen.queryByRole("region", { name: operationTexts.selection.region })).toBeNull();
    fireEvent.click(box(0));
    fireEvent.click(box(2), { shiftKey: true });
    expect(checked()).toEqual([true, true, true]);
    expect(bar().textContent).toContain("3 entries selected3:00");
    fireEvent.click(box(1));
    expect(checked()).toEqual([true, false, true]);
    const all = screen.getByLabelText<HTMLInputElement>(operationTexts.selection.all);
    expect(all.indeterminate).toBe(true);
    fireEvent.click(all);
    expect(checked()).toEqual([true, true, true]);
    pressInBar(operationTexts.selection.clear);
    expect(checked()).toEqual([false, false, false]);
  });

  test("the keys move, extend, select all and clear", async () => {
    await show();
    box(0).focus();
    fireEvent.click(box(0));
    fireEvent.keyDown(box(0), { key: "ArrowDown", shiftKey: true });
    expect(document.activeElement).toBe(box(1));
    expect(checked()).toEqual([true, true, false]);
    fireEvent.keyDown(box(1), { key: "ArrowDown" });
    expect(document.activeElement).toBe(box(2));
    expect(checked()).toEqual([true, true, false]);
    fireEvent.keyDown(box(2), { key: "a", ctrlKey: true });
    expect(checked()).toEqual([true, true, true]);
    fireEvent.keyDown(box(2), { key: "Escape" });
    expect(checked()).toEqual([false, false, false]);
  });

  test("only what one may change can be selected", async () => {
    const theirs = entryOf({ id: "t", user: grace });
    const void_ = entryOf({ id: "v", voided_at: serverTime });
    await show(emptyApi(), [...hours, theirs, void_]);
    expect(boxes()).toHaveLength(3);
  });
});

describe("changed together", () => {
  test("each has its result, what was refused stays selected, and one undo takes all back", async () => {
    const api = emptyApi();
    const problem = {
      type: "",
      title: "",
      status: 422,
      code: "interval_overlaps",
      detail: "In the way.",
      request_id: "r",
    };
    api.changeEntries.mockImplementation(async (entries) => ({
      results: entries.map(({ id }) =>
        id === "e2" ? { id, problem } : { id, time_entry: entryOf({ id, etag: `"${id}-2"` }) },
      ),
    }));
    const { timers } = await show(api);
    fireEvent.click(screen.getByLabelText(operationTexts.selection.all));
    pressInBar(operationTexts.bulk.void);
    expect(await screen.findByText("1 entry was not changed:")).toBeTruthy();
    expect(screen.getByText("Fri, 20 Nov 2026, 11:00–12:00: In the way.")).toBeTruthy();
    expect(checked()).toEqual([false, true, false]);
    expect(api.changeEntries).toHaveBeenCalledWith(
      hours.map(({ id, etag }) => ({ id, etag })),
      { void: true },
      undefined,
    );
    expect(timers.state.announcement).toBe("2 entries voided.");
    api.changeEntries.mockClear();
    await timers.undo();
    expect(api.changeEntries).toHaveBeenCalledWith(
      [
        { id: "e1", etag: '"e1-2"' },
        { id: "e3", etag: '"e3-2"' },
      ],
      { undo: true },
      undefined,
    );
    expect(timers.state.announcement).toBe("2 entries are as before.");
  });

  test("what somebody else has changed first is shown as it is now, and changed all the same", async () => {
    const api = emptyApi();
    const theirs = entryOf({ ...hours[1], etag: '"e2-9"', note: "Call" });
    const problem = { type: "", title: "", status: 412, code: "stale", request_id: "r", time_entry: theirs };
    api.changeEntries.mockImplementation(async (entries) => ({
      results: entries.map(({ id, etag }) =>
        id === "e2" && etag === hours[1].etag
          ? { id, problem }
          : { id, time_entry: entryOf({ id, etag: '"n"' }) },
      ),
    }));
    const { timers } = await show(api);
    fireEvent.click(screen.getByLabelText(operationTexts.selection.all));
    pressInBar(operationTexts.bulk.void);
    await screen.findByText(/was changed elsewhere meanwhile. Now: .*11:00–12:00 .*“Call”/);
    api.changeEntries.mockClear();
    pressInBar(operationTexts.conflict.keepMine);
    await waitFor(() => expect(timers.state.announcement).toBe("3 entries voided."));
    expect(api.changeEntries).toHaveBeenCalledExactlyOnceWith(
      [{ id: "e2", etag: '"e2-9"' }],
      { void: true },
      undefined,
    );
    expect(screen.queryByText(/Now:/)).toBeNull();
    await timers.undo();
    expect(timers.state.announcement).toBe("3 entries are as before.");
  });

  test("or it is left as it is, and not selected any more", async () => {
    const api = emptyApi();
    const problem = {
      type: "",
      title: "",
      status: 412,
      code: "stale",
      request_id: "r",
      time_entry: hours[1],
    };
    api.changeEntries.mockResolvedValue({ results: [{ id: "e2", problem }] });
    await show(api);
    fireEvent.click(box(1));
    pressInBar(operationTexts.bulk.void);
    await waitFor(() => pressInBar(operationTexts.conflict.takeTheirs));
    expect(checked()).toEqual([false, false, false]);
    expect(api.changeEntries).toHaveBeenCalledTimes(1);
  });

  test("a merge that was overtaken shows both versions", async () => {
    const api = emptyApi();
    const theirs = entryOf({ ...hours[1], etag: '"e2-9"' });
    api.mergeEntries.mockRejectedValueOnce(problemOf(412, "stale", { time_entry: theirs }));
    await show(api);
    fireEvent.click(box(0));
    fireEvent.click(box(1));
    pressInBar(operationTexts.merge);
    await screen.findByText(/was changed elsewhere meanwhile/);
    pressInBar(operationTexts.conflict.keepMine);
    const versions = [
      { id: "e1", etag: '"e1"' },
      { id: "e2", etag: '"e2-9"' },
    ];
    await waitFor(() => expect(api.mergeEntries).toHaveBeenLastCalledWith(versions, {}));
  });

  test("they move by a day over the end of summer time, though each waits for the other's place", async () => {
    const api = emptyApi();
    const nine = (day: string, id: string) =>
      entryOf({ id, started_at: `2026-10-${day}T09:00:00.000Z`, stopped_at: `2026-10-${day}T10:00:00.000Z` });
    // The 25th has an hour more.
    const taken = new Set(["24", "25", "26"]);
    const days = new Map([...taken].map((day) => [`d${day}`, day]));
    const problem = { type: "", title: "", status: 422, code: "interval_overlaps", request_id: "r" };
    api.changeEntries.mockImplementation(async (entries) => ({
      results: entries.map(({ id }) => {
        const day = days.get(id) ?? "";
        const next = String(Number(day) + 1);
        if (taken.has(next)) return { id, problem };
        taken.delete(day);
        taken.add(next);
        return { id, time_entry: entryOf({ id }) };
      }),
    }));
    const entries = [nine("26", "d26"), nine("25", "d25"), nine("24", "d24")];
    const change = (entry: TimeEntry) => ({ shift_ms: shiftOf(entry, 1, "days", "Europe/Berlin") });
    const { changed, refused } = await changeAll(api, entries, change, "Europe/Berlin");
    expect(refused).toEqual([]);
    expect(changed.map(({ id }) => id).sort()).toEqual(["d24", "d25", "d26"]);
  });

  test("two hundred are changed at once, each with its result, and one undo takes all back", async () => {
    const api = emptyApi();
    const many = Array.from({ length: 200 }, (_, i) => entryOf({ id: `m${i}`, etag: `"m${i}"` }));
    const problem = {
      type: "",
      title: "",
      status: 422,
      code: "period_locked",
      detail: "Closed.",
      request_id: "r",
    };
    api.changeEntries.mockImplementation(async (entries) => ({
      results: entries.map(({ id }) =>
        id.endsWith("7") ? { id, problem } : { id, time_entry: entryOf({ id }) },
      ),
    }));
    const { changed, refused } = await changeAll(api, many, { void: true }, "Europe/Berlin");
    expect(api.changeEntries).toHaveBeenCalledTimes(1);
    expect([changed.length, refused.length]).toEqual([180, 20]);
    expect(refused.every(({ text }) => text.endsWith(": Closed."))).toBe(true);
    api.changeEntries.mockImplementation(async (entries) => ({
      results: entries.map(({ id }) => ({ id, time_entry: entryOf({ id }) })),
    }));
    expect(await undoAll(api, changed, "Europe/Berlin")).toBe("180 entries are as before.");
    expect(api.changeEntries).toHaveBeenCalledTimes(2);
  });

  test("they move in time by what was typed", async () => {
    const { api } = await show();
    fireEvent.click(box(0));
    pressInBar(operationTexts.bulk.shift);
    const by = screen.getByLabelText(operationTexts.bulk.shiftBy);
    fireEvent.input(by, { target: { value: "0" } });
    press(operationTexts.bulk.earlier);
    expect(screen.getByText(operationTexts.bulk.shiftFault)).toBeTruthy();
    expect(api.changeEntries).not.toHaveBeenCalled();
    fireEvent.input(by, { target: { value: "2" } });
    fireEvent.change(screen.getByLabelText(operationTexts.bulk.unit), { target: { value: "hours" } });
    press(operationTexts.bulk.earlier);
    await waitFor(() =>
      expect(api.changeEntries).toHaveBeenCalledWith(
        [{ id: "e1", etag: '"e1"' }],
        { shift_ms: -7_200_000 },
        undefined,
      ),
    );
  });

  test("they get another activity, or are not billable", async () => {
    const { api, timers } = await show();
    fireEvent.click(box(1));
    pressInBar(operationTexts.bulk.activity);
    await within(bar()).findByRole("option", { name: "Meeting" });
    const select = within(bar()).getByRole("combobox", { name: operationTexts.bulk.activity });
    fireEvent.change(select, { target: { value: "a2" } });
    pressInBar(texts.entries.save);
    const seen = [{ id: "e2", etag: '"e2"' }];
    await waitFor(() =>
      expect(api.changeEntries).toHaveBeenCalledWith(seen, { activity_id: "a2" }, undefined),
    );
    await waitFor(() => expect(timers.state.announcement).toBe("1 entry changed."));
    fireEvent.click(box(1));
    pressInBar(operationTexts.bulk.activity);
    pressInBar(operationTexts.bulk.notBillable);
    await waitFor(() => expect(api.changeEntries).toHaveBeenCalledWith(seen, { billable: false }, undefined));
  });

  test("other people's time needs one reason for all", async () => {
    const theirs = hours.map((each) => ({ ...each, user: grace }));
    const { api } = await show(emptyApi(), theirs, meOf({ role: "admin" }));
    fireEvent.click(screen.getByLabelText(operationTexts.selection.all));
    pressInBar(operationTexts.bulk.void);
    expect(api.changeEntries).not.toHaveBeenCalled();
    const dialog = screen.getByRole("dialog");
    fireEvent.input(within(dialog).getByLabelText(texts.entries.reason), { target: { value: "Twice" } });
    fireEvent.click(within(dialog).getByRole("button", { name: operationTexts.bulk.void }));
    await waitFor(() =>
      expect(api.changeEntries).toHaveBeenCalledWith(expect.anything(), { void: true }, "Twice"),
    );
  });

  test("a merge asks before it takes the time between", async () => {
    const api = emptyApi();
    api.mergeEntries.mockRejectedValueOnce(problemOf(422, "entries_apart"));
    const { timers } = await show(api);
    fireEvent.click(box(0));
    fireEvent.click(box(2));
    pressInBar(operationTexts.merge);
    fireEvent.click(await screen.findByRole("button", { name: operationTexts.bridge }));
    await waitFor(() =>
      expect(api.mergeEntries).toHaveBeenLastCalledWith(
        [
          { id: "e1", etag: '"e1"' },
          { id: "e3", etag: '"e3"' },
        ],
        { bridge: true },
      ),
    );
    await waitFor(() => expect(timers.state.announcement).toBe(operationTexts.mergeDone));
    await timers.undo();
    expect(api.undoEntry).toHaveBeenCalledWith("e1", '"1"');
  });
});

test.each([
  ["minutes", "2026-11-20T09:00:00.000Z", 30, "minutes", 1_800_000],
  ["a day over the end of summer time", "2026-10-24T08:00:00.250Z", 1, "days", 25 * 3_600_000],
  ["a day back over it", "2026-10-25T09:00:00.000Z", -1, "days", -25 * 3_600_000],
  ["into an hour that is skipped", "2026-03-28T01:30:00.000Z", 1, "days", 24 * 3_600_000],
] as const)("shifted by %s", (_, started_at, count, unit, ms) => {
  expect(shiftOf(entryOf({ started_at }), count, unit, "Europe/Berlin")).toBe(ms);
});

describe("one entry", () => {
  test("is split where one says, and whole again", async () => {
    const { api, timers } = await show();
    press(/^Split: .*11:00–12:00/);
    const at = screen.getByLabelText<HTMLInputElement>(operationTexts.splitAt);
    expect(at.value).toBe("2026-11-20T11:30");
    fireEvent.input(at, { target: { value: "2026-11-20T12:00" } });
    press(operationTexts.split);
    expect(screen.getByText(operationTexts.splitOutside)).toBeTruthy();
    fireEvent.input(at, { target: { value: "2026-11-20T11:20" } });
    expect(screen.getByText(/Into 0:20:00 and 0:40:00\./)).toBeTruthy();
    press(operationTexts.split);
    await waitFor(() =>
      expect(api.splitEntry).toHaveBeenCalledWith("e2", '"e2"', { at: "2026-11-20T10:20:00.000Z" }),
    );
    await waitFor(() => expect(timers.state.announcement).toBe(operationTexts.splitDone));
    await timers.undo();
    expect(api.undoEntry).toHaveBeenCalledWith("e1", '"1"');
  });

  test("is split, and the rest is on another work item, and another activity", async () => {
    const api = emptyApi();
    const item = { ...entryOf().work_item, id: "107", title: "Refund", uid: "u107" };
    api.recentWorkItems.mockResolvedValue({ data: [{ work_item: item, pinned: false }] });
    await show(api);
    press(/^Split: .*11:00–12:00/);
    press(/^The rest is on #104/);
    fireEvent.click(await screen.findByRole("option", { name: /#107/ }));
    await screen.findByRole("button", { name: "The rest is on #107 Refund" });
    await screen.findByRole("option", { name: "Meeting" });
    fireEvent.change(screen.getByLabelText(operationTexts.restActivity), { target: { value: "a2" } });
    press(operationTexts.split);
    await waitFor(() =>
      expect(api.splitEntry).toHaveBeenCalledWith("e2", '"e2"', {
        at: "2026-11-20T10:30:00.000Z",
        rest: { work_item: expect.objectContaining({ id: "107" }), activity_id: "a2" },
      }),
    );
  });

  test("Escape leaves the choice of the rest's work item, and not the form", async () => {
    await show();
    press(/^Split: .*11:00–12:00/);
    press(/^The rest is on #104/);
    const item = () => screen.queryByRole("combobox", { name: operationTexts.restItem });
    fireEvent.keyDown(item() as HTMLElement, { key: "Escape" });
    await waitFor(() => expect(item()).toBeNull());
    fireEvent.keyDown(screen.getByLabelText(operationTexts.splitAt), { key: "Escape" });
    await waitFor(() => expect(screen.queryByLabelText(operationTexts.splitAt)).toBeNull());
  });

  test("is corrected in every field, and by its length", async () => {
    const { api } = await show();
    press(/^Correct: .*12:00–13:00/);
    await screen.findByRole("option", { name: "Meeting" });
    fireEvent.change(screen.getByLabelText("Activity"), { target: { value: "a2" } });
    fireEvent.click(screen.getByLabelText("Billable"));
    fireEvent.input(screen.getByLabelText("Note"), { target: { value: " Call " } });
    press(texts.entries.save);
    const told = { activity_id: "a2", billable: false, note: "Call" };
    await waitFor(() => expect(api.patchEntry).toHaveBeenCalledWith("e1", '"e1"', told));
    press(/^Correct: .*11:00–12:00/);
    const length = screen.getByLabelText(texts.entries.duration);
    expect(length).toHaveProperty("value", "1:00");
    fireEvent.input(length, { target: { value: "soon" } });
    fireEvent.blur(length);
    await screen.findByText(texts.entries.lengthFault);
    fireEvent.input(length, { target: { value: "45m" } });
    fireEvent.blur(length);
    press(texts.entries.save);
    const stop = { stopped_at: "2026-11-20T10:45:00.000Z" };
    await waitFor(() => expect(api.patchEntry).toHaveBeenLastCalledWith("e2", '"e2"', stop));
  });

  test("is duplicated to another day", async () => {
    const { api } = await show();
    press(/^More: .*12:00–13:00/);
    press(/^Duplicate/);
    fireEvent.input(screen.getByLabelText(operationTexts.copyTo), { target: { value: "2026-11-19T08:00" } });
    press(operationTexts.copy);
    await waitFor(() =>
      expect(api.copyEntry).toHaveBeenCalledWith("e1", "2026-11-19T07:00:00.000Z", undefined),
    );
  });

  test("is merged with the one before, where there is one", async () => {
    const { api } = await show();
    press(/^More: .*10:00–11:00/);
    expect(screen.queryByRole("button", { name: new RegExp(`^${operationTexts.mergeBefore}`) })).toBeNull();
    press(/^More: .*11:00–12:00/);
    press(new RegExp(`^${operationTexts.mergeBefore}`));
    await waitFor(() =>
      expect(api.mergeEntries).toHaveBeenCalledWith(
        [
          { id: "e2", etag: '"e2"' },
          { id: "e3", etag: '"e3"' },
        ],
        {},
      ),
    );
  });

  test("is moved to what one works on", async () => {
    const api = emptyApi();
    const item = { ...entryOf().work_item, id: "107", title: "Refund", uid: "u107" };
    api.recentWorkItems.mockResolvedValue({ data: [{ work_item: item, pinned: false }] });
    await show(api);
    press(/^Move: .*12:00–13:00/);
    fireEvent.click(await screen.findByRole("option", { name: /#107/ }));
    await waitFor(() =>
      expect(api.patchEntry).toHaveBeenCalledWith("e1", '"e1"', {
        work_item: expect.objectContaining({ id: "107", project: "Payments" }),
      }),
    );
  });
});

describe("a conflict", () => {
  const theirs = entryOf({
    id: "e1",
    etag: '"9"',
    started_at: "2026-11-20T11:15:00.000Z",
    stopped_at: hours[0].stopped_at ?? "",
  });
  const stale = () =>
    new ApiProblem({ type: "", title: "", status: 412, code: "stale", request_id: "r", time_entry: theirs });

  async function corrected() {
    const api = emptyApi();
    api.patchEntry.mockRejectedValueOnce(stale());
    const shown = await show(api);
    press(/^Correct: .*12:00–13:00/);
    fireEvent.input(screen.getByLabelText(texts.entries.stop), { target: { value: "2026-11-20T12:45" } });
    press(texts.entries.save);
    const notice = await screen.findByText(/was changed elsewhere meanwhile/);
    return { ...shown, row: notice.parentElement as HTMLElement };
  }

  test("shows both versions, and mine is kept over theirs", async () => {
    const { api, row, timers } = await corrected();
    expect(row.textContent).toContain("NowFri, 20 Nov 2026, 12:15–13:00 · #104 Show the reference");
    expect(row.textContent).toContain(
      "YoursFri, 20 Nov 2026, 12:00–12:45 · #104 Show the reference · Development",
    );
    press(operationTexts.conflict.keepMine);
    await waitFor(() =>
      expect(api.patchEntry).toHaveBeenLastCalledWith("e1", '"9"', {
        stopped_at: "2026-11-20T11:45:00.000Z",
      }),
    );
    await waitFor(() => expect(screen.queryByText(/was changed elsewhere meanwhile/)).toBeNull());
    expect(timers.state.announcement).toBe(texts.entries.corrected);
  });

  test("or theirs is taken, and nothing is sent", async () => {
    const { api } = await corrected();
    press(operationTexts.conflict.takeTheirs);
    await waitFor(() => expect(screen.queryByText(/was changed elsewhere meanwhile/)).toBeNull());
    expect(api.patchEntry).toHaveBeenCalledTimes(1);
  });
});

test("a list that is read again under a form doesn't make its change one of another version", async () => {
  function Lists() {
    const [entries, setEntries] = useState<TimeEntry[]>(hours);
    const newer = { ...hours[0], etag: '"9"', started_at: "2026-11-20T11:15:00.000Z" };
    return (
      <>
        <EntryTable entries={entries} caption="Entries" />
        <button type="button" onClick={() => setEntries([newer, hours[1]])}>
          Read again
        </button>
      </>
    );
  }
  const { api } = await renderInSession(<Lists />);
  press(/^Correct: .*12:00–13:00/);
  press("Read again");
  fireEvent.input(screen.getByLabelText(texts.entries.stop), { target: { value: "2026-11-20T12:45" } });
  press(texts.entries.save);
  await waitFor(() =>
    expect(api.patchEntry).toHaveBeenCalledWith("e1", '"e1"', { stopped_at: "2026-11-20T11:45:00.000Z" }),
  );
});

/** A text with plain blanks between numbers and their units. */
const plain = (text: string) => text.replaceAll("\u00a0", " ");

describe("the history", () => {
  const change = (
    kind: HistoryChange["operation"]["kind"],
    field: HistoryChange["field"],
    old: string,
    next: string,
    operation = "o1",
  ): HistoryChange => ({
    id: `${field}${old}`,
    operation: { id: operation, kind },
    changed_at: serverTime,
    changed_by: grace,
    field,
    old,
    new: next,
  });
  const [ten, eleven] = ["2026-11-20T09:00:00.000Z", "2026-11-20T10:00:00.000Z"];

  test.each([
    [[change("add", "source", "", "manual")], "Recorded by hand."],
    [[change("copy", "source", "", "manual")], "Duplicated from another entry."],
    [
      [change("split", "stopped_at", eleven, ten)],
      "Split at 20 Nov 2026, 10:00. What came after is an entry of its own.",
    ],
    [[change("split", "source", "", "timer")], "Split off from an earlier entry."],
    [[change("merge", "stopped_at", ten, eleven)], "Merged with what followed, up to 20 Nov 2026, 11:00."],
    [[change("merge", "voided_at", "", eleven)], "Merged into an earlier entry."],
    [[change("bulk", "voided_at", "", eleven)], "Voided. Changed together with others."],
    [[change("undo", "voided_at", eleven, "")], "Taken back. Restored."],
    [[change("change", "needs_review", "true", "false")], "Confirmed."],
    [
      [change("change", "stopped_at", eleven, ten), change("change", "needs_review", "true", "false")],
      "End moved from 20 Nov 2026, 11:00 to 20 Nov 2026, 10:00.",
    ],
    [[change("change", "work_item", "101", "102")], "Moved from #101 to #102."],
    [[change("change", "work_item", "101", "")], "Moved from #101 to time without a work item."],
    [[change("change", "work_item", "", "101")], "Moved from time without a work item to #101."],
    [
      [change("merge", "stopped_at", ten, eleven), change("merge", "note", "a", "a\nb")],
      "Merged with what followed, up to 20 Nov 2026, 11:00. Note changed from “a” to “a\nb”.",
    ],
    [
      [change("change", "billable", "true", "false"), change("change", "needs_review", "true", "false")],
      "Made not billable. Confirmed.",
    ],
    [[change("resume", "stopped_at", eleven, "")], "Ran on: the stop was taken back."],
    [[change("change", "activity", "Development", "Review")], "Activity changed from Development to Review."],
    [[change("change", "billable", "true", "false")], "Made not billable."],
    [[change("change", "note", "", "Standup")], "Note added: “Standup”."],
    [[change("change", "note", "Standup", "")], "Note removed: “Standup”."],
    [[change("change", "note", "a", "b")], "Note changed from “a” to “b”."],
    [[change("import", "source", "", "manual")], "Imported from a file."],
  ])("tells %j", (changes, text) => {
    const deeds = deedsOf(changes, "Europe/Berlin");
    expect(deeds.map(({ sentences }) => sentences.join(" "))).toEqual([text]);
  });

  const settling = { entry_id: "e1", ms: 2_700_000, reason: "" };
  const adjustmentText =
    "An adjustment of −0:30 was made to Mon, 9 Nov 2026 on #104. It counts on Fri, 20 Nov 2026.";

  test.each([
    [settling, "Settled once its time was closed: 0:45 of it counts, on Fri, 20 Nov 2026."],
    [{ ...settling, ms: 0 }, "Settled once its time was closed: nothing of it counts."],
    [{ ...settling, reverses: "d0" }, "The settlement was taken back."],
    [{ ms: -1_800_000, work_item: entryOf({}).work_item }, adjustmentText],
    [{ ms: 1_800_000 }, "An adjustment of +0:30 was made to Mon, 9 Nov 2026. It counts on Fri, 20 Nov 2026."],
    [
      { ms: 1_800_000, reverses: "d0" },
      "An adjustment was taken back by +0:30, which counts on Fri, 20 Nov 2026.",
    ],
  ])("tells the adjustment %j", (change, text) => {
    const [told] = toldOf({ ...historyOf(), adjustments: [adjustmentOf(change)] }, "Europe/Berlin");
    expect(told?.sentences.map(plain)).toEqual([text]);
    expect(told?.reason).toBe("reason" in change ? undefined : "The visit was forgotten.");
  });

  test("tells what was written, in its place among what was done", async () => {
    const writes = [
      { id: "w2", written_at: "2026-11-20T12:00:00.000Z", written_by: grace, work_item: "104", hours: -0.25 },
      { id: "w1", written_at: "2026-11-20T08:00:00.000Z", written_by: grace, work_item: "104", hours: 0.75 },
    ];
    const changed = {
      ...change("change", "billable", "true", "false"),
      changed_at: "2026-11-20T09:00:00.000Z",
    };
    const api = emptyApi();
    api.history.mockResolvedValue({ ...historyOf(changed), written: writes });
    await renderInSession(<EntryHistory entry={entryOf()} onPutBack={() => {}} />, { api });
    const items = await screen.findAllByRole("listitem");
    expect(items.map((item) => plain(item.children[1]?.textContent ?? ""))).toEqual([
      "0.75 h added to Completed Work of #104.",
      "Made not billable.",
      "0.25 h taken from Completed Work of #104.",
    ]);
    // The last change of the entry can be put back, although something was written after it.
    expect(screen.getByRole("button", { name: texts.entries.putBack })).toBeTruthy();
  });

  test("is one paragraph for each thing that was done", () => {
    const deeds = deedsOf(
      [
        change("add", "source", "", "manual"),
        change("change", "started_at", ten, eleven, "o2"),
        change("change", "stopped_at", ten, eleven, "o2"),
      ],
      "Europe/Berlin",
    );
    expect(deeds.map(({ id, sentences, takesBack }) => [id, sentences.length, takesBack])).toEqual([
      ["o1", 1, false],
      ["o2", 2, true],
    ]);
  });
});
