import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { OfflineError, type TimeEntry } from "../../api/client.ts";
import { entryOf, problemOf } from "../testing.tsx";
import { hourMs, minuteMs } from "../units.ts";
import { type CellEdit, type CellTarget, cellKey, type EditApi, GridEdits } from "./edits.ts";
import { type GridEntry, gridEntry } from "./entry.ts";
import type { Plan, Step } from "./plan.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const manual = gridEntry(
  entryOf({ source: "manual", started_at: "2026-11-20T08:00:00Z", stopped_at: "2026-11-20T09:00:00Z" }),
);
const target: CellTarget = { work: manual.work, date: "2026-11-20" };
const friday: CellTarget = { work: manual.work, date: "2026-11-21" };
const add: Step<GridEntry> = { kind: "add", from: manual.from - hourMs, to: manual.from };
const longer: Step<GridEntry> = {
  kind: "change",
  entry: manual,
  from: manual.from,
  to: manual.from + 90 * minuteMs,
};
const voiding: Step<GridEntry> = { kind: "void", entry: manual };

type Spies = { [Method in keyof EditApi]: ReturnType<typeof vi.fn<EditApi[Method]>> };

function host(steps: Step<GridEntry>[], change: Partial<Spies> = {}) {
  const api: Spies = {
    addEntry: vi.fn<EditApi["addEntry"]>(async () => entryOf({ id: "new", etag: '"n"' })),
    patchEntry: vi.fn<EditApi["patchEntry"]>(async (id) => entryOf({ id, etag: '"2"' })),
    voidEntry: vi.fn<EditApi["voidEntry"]>(async (id) => entryOf({ id, voided_at: "2026-11-21T09:00:00Z" })),
    undoEntry: vi.fn<EditApi["undoEntry"]>(async (id) => entryOf({ id, etag: '"3"' })),
    entry: vi.fn<EditApi["entry"]>(async (id) => entryOf({ id, etag: '"9"' })),
    ...change,
  };
  const merged: TimeEntry[] = [];
  const done: { edits: readonly CellEdit[]; left: number }[] = [];
  let undo: (() => Promise<void>) | undefined;
  const failed = vi.fn<(edit: CellEdit) => void>();
  const plan = vi.fn<() => Plan<GridEntry>>(() => ({ ok: true, steps }));
  const edits = new GridEdits({
    api,
    plan,
    sumOf: () => 2 * hourMs,
    merge: (changed) => merged.push(...changed),
    reason: () => "",
    onDone: (what, takeBack) => {
      done.push(what);
      undo = takeBack;
    },
    onFailed: failed,
  });
  return { api, edits, merged, done, failed, plan, undo: () => undo?.() };
}

const stateOf = (edits: GridEdits, at = target) => edits.state.get(cellKey(at))?.state;
const offline = () => Promise.reject(new OfflineError("no"));

describe("a sum", () => {
  test("is saved, and taken back as a whole", async () => {
    const { edits, api, done, merged, undo } = host([longer, add]);
    const saved = edits.put([{ target, wanted: hourMs }]);
    expect(stateOf(edits)).toEqual({ kind: "saving" });
    await saved;
    expect(edits.state.size).toBe(0);
    expect(api.patchEntry).toHaveBeenCalledWith("e1", '"1"', { stopped_at: "2026-11-20T09:30:00.000Z" });
    expect(api.addEntry.mock.calls[0]?.[0]).toMatchObject({
      work_item: { id: "104" },
      started_at: "2026-11-20T07:00:00.000Z",
      stopped_at: "2026-11-20T08:00:00.000Z",
    });
    expect(done.map(({ edits: all, left }) => [all.length, left])).toEqual([[1, 0]]);
    expect(merged).toHaveLength(2);
    await undo();
    expect(api.voidEntry).toHaveBeenCalledWith("new", '"n"', undefined);
    expect(api.undoEntry).toHaveBeenCalledWith("e1", '"2"', undefined);
  });

  test("that is there already is no failure of those beside it", async () => {
    const { edits, done, plan } = host([longer]);
    plan.mockReturnValueOnce({ ok: true, steps: [] });
    await edits.put([
      { target, wanted: 0 },
      { target: friday, wanted: hourMs },
    ]);
    expect(edits.state.size).toBe(0);
    expect(done.map(({ edits: all, left }) => [all.length, left])).toEqual([[1, 0]]);
  });

  test("that is refused stays with its reason, and nothing is sent", async () => {
    const { edits, api, plan, failed, done } = host([]);
    plan.mockReturnValue({ ok: false, refusal: { kind: "future" } });
    await edits.put([{ target, wanted: hourMs }]);
    expect(stateOf(edits)).toEqual({ kind: "refused", refusal: { kind: "future" } });
    expect(failed).toHaveBeenCalledOnce();
    expect(done).toEqual([]);
    expect(api.addEntry).not.toHaveBeenCalled();
    edits.drop(target);
    expect(edits.state.size).toBe(0);
  });

  test("that the server refuses half-way is taken back as far as it came", async () => {
    const { edits, api } = host([longer, add], {
      addEntry: vi.fn<EditApi["addEntry"]>(() =>
        Promise.reject(problemOf(422, "interval_overlaps", { detail: "No." })),
      ),
    });
    await edits.put([{ target, wanted: hourMs }]);
    expect(api.undoEntry).toHaveBeenCalledWith("e1", '"2"', undefined);
    expect(stateOf(edits)).toEqual({ kind: "failed", text: "No." });
  });

  test("says when a part of it stays", async () => {
    const { edits } = host([longer, add], {
      addEntry: vi.fn<EditApi["addEntry"]>(() => Promise.reject(problemOf(422, "x", { detail: "No." }))),
      undoEntry: vi.fn<EditApi["undoEntry"]>(offline),
    });
    await edits.put([{ target, wanted: hourMs }]);
    expect(stateOf(edits)).toEqual({ kind: "half", text: "No." });
  });

  test("shows both versions when the entry was changed meanwhile", async () => {
    const { edits, merged } = host([longer], {
      patchEntry: vi.fn<EditApi["patchEntry"]>(() => Promise.reject(problemOf(412, "precondition_failed"))),
    });
    await edits.put([{ target, wanted: hourMs }]);
    expect(stateOf(edits)).toEqual({ kind: "conflict", theirs: 2 * hourMs });
    expect(merged.map(({ etag }) => etag)).toEqual(['"9"']);
  });
});

describe("without a network a sum", () => {
  test("waits in its cell, and is sent again under the same key", async () => {
    const addEntry = vi.fn<EditApi["addEntry"]>(offline);
    const { edits, done } = host([add], { addEntry });
    const saved = edits.put([{ target, wanted: hourMs }]);
    await vi.advanceTimersByTimeAsync(0);
    expect(stateOf(edits)).toEqual({ kind: "offline" });
    await vi.advanceTimersByTimeAsync(2_000);
    addEntry.mockResolvedValue(entryOf({ id: "new" }));
    edits.tryNow();
    await saved;
    expect(new Set(addEntry.mock.calls.map(([, key]) => key)).size).toBe(1);
    expect(addEntry).toHaveBeenCalledTimes(3);
    expect(done).toHaveLength(1);
  });

  test.each([
    ["correction", longer, { started_at: "2026-11-20T08:00:00Z", stopped_at: "2026-11-20T09:30:00Z" }],
    ["void", voiding, { voided_at: "2026-11-21T09:00:00Z" }],
  ] as const)("whose %s was made although the answer was lost is done", async (_, step, now) => {
    const once = () =>
      vi
        .fn<() => Promise<TimeEntry>>()
        .mockImplementationOnce(offline)
        .mockRejectedValue(problemOf(412, "precondition_failed"));
    const { edits, done } = host([step], {
      patchEntry: once(),
      voidEntry: once(),
      entry: vi.fn<EditApi["entry"]>(async (id) => entryOf({ id, etag: '"2"', ...now })),
    });
    const saved = edits.put([{ target, wanted: hourMs }]);
    await vi.advanceTimersByTimeAsync(2_000);
    await saved;
    expect(edits.state.size).toBe(0);
    expect(done).toHaveLength(1);
  });

  test("that is dropped is not sent again, and the next one is", async () => {
    const addEntry = vi.fn<EditApi["addEntry"]>(offline);
    const { edits } = host([add], { addEntry });
    const saved = edits.put([{ target, wanted: hourMs }]);
    await vi.advanceTimersByTimeAsync(0);
    edits.drop(target);
    await saved;
    expect(addEntry).toHaveBeenCalledTimes(1);
    addEntry.mockResolvedValue(entryOf({ id: "new" }));
    await edits.put([{ target: friday, wanted: hourMs }]);
    expect(edits.state.size).toBe(0);
  });
});

test("several sums are one change, and what can't be saved stays", async () => {
  const { edits, plan, done } = host([add]);
  plan.mockReturnValueOnce({ ok: false, refusal: { kind: "running" } });
  await edits.put([
    { target, wanted: hourMs },
    { target: friday, wanted: hourMs },
  ]);
  expect(done.map(({ edits: all, left }) => [all.map(({ target: { date } }) => date), left])).toEqual([
    [["2026-11-21"], 1],
  ]);
  expect([...edits.state.keys()]).toEqual([cellKey(target)]);
});

test("what is typed over what is being saved is saved after it", async () => {
  let answer: (entry: TimeEntry) => void = () => {};
  const addEntry = vi.fn<EditApi["addEntry"]>(
    () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
  );
  const { edits } = host([add], { addEntry });
  const first = edits.put([{ target, wanted: hourMs }]);
  const second = edits.put([{ target, wanted: 2 * hourMs }]);
  await vi.advanceTimersByTimeAsync(0);
  // The first one was overtaken before it began.
  expect(addEntry).toHaveBeenCalledTimes(1);
  answer(entryOf({ id: "new" }));
  await Promise.all([first, second]);
  expect(edits.state.size).toBe(0);
});
