import { describe, expect, test } from "vitest";
import {
  lateStart,
  lateStop,
  Outbox,
  type TextStorage,
  type WaitingStart,
  type WaitingStop,
} from "./outbox.ts";
import { entryOf } from "./testing.tsx";

const start: WaitingStart = {
  kind: "start",
  key: "k1",
  pressedAt: 1_000,
  item: { id: "104", title: "Show the reference" },
  body: { work_item: { tracker: "azure_devops", project: "Payments", id: "104" } },
};
const stop: WaitingStop = { kind: "stop", key: "k2", pressedAt: 2_000, item: { id: "104" } };

/** A browser's storage, which every frame of one origin shares. */
function memory(): TextStorage & { items: Map<string, string> } {
  const items = new Map<string, string>();
  return {
    items,
    getItem: (name) => items.get(name) ?? null,
    setItem: (name, value) => void items.set(name, value),
    removeItem: (name) => void items.delete(name),
  };
}

describe("what waits", () => {
  test("is there after a reload, for the same person alone", () => {
    const storage = memory();
    new Outbox(storage, "ada").add(start, stop);
    expect(new Outbox(storage, "ada").state.waiting).toEqual([start, stop]);
    expect(new Outbox(storage, "grace").state.waiting).toEqual([]);
  });

  test("leaves nothing behind once it is answered", () => {
    const storage = memory();
    const outbox = new Outbox(storage, "ada");
    outbox.add(start);
    outbox.remove(start.key);
    expect(storage.items.size).toBe(0);
  });

  test("is seen by another frame", () => {
    const storage = memory();
    const other = new Outbox(storage, "ada");
    new Outbox(storage, "ada").add(start);
    other.read();
    expect(other.state.waiting).toEqual([start]);
  });

  test.each([
    ["refuses to store", { ...memory(), setItem: refuse }],
    ["refuses to read", { ...memory(), getItem: refuse }],
    ["refuses everything", { getItem: refuse, setItem: refuse, removeItem: refuse }],
  ])("lives as long as the frame where the browser %s", (_, storage) => {
    const outbox = new Outbox(storage, "ada");
    outbox.add(start);
    outbox.read();
    expect(outbox.state.waiting).toEqual([start]);
    outbox.remove(start.key);
    outbox.read();
    expect(outbox.state.waiting).toEqual([]);
  });

  test("is kept by two frames of which neither has seen what the other one did", () => {
    const storage = memory();
    const [one, other] = [new Outbox(storage, "ada"), new Outbox(storage, "ada")];
    one.add(start);
    other.add(stop);
    expect(other.state.waiting).toEqual([start, stop]);
    one.remove(start.key);
    other.addLate({ id: "t1", item: start.item, startedAt: 5_000, start: 1_000 });
    expect(new Outbox(storage, "ada").state).toMatchObject({ waiting: [stop], late: [{ id: "t1" }] });
  });

  test("goes on to be stored once the browser stores again", () => {
    const storage = memory();
    const outbox = new Outbox(storage, "ada");
    outbox.add(start);
    const { setItem } = storage;
    storage.setItem = refuse;
    outbox.add(stop);
    outbox.read();
    expect(outbox.state.waiting).toEqual([start, stop]);
    storage.setItem = setItem;
    outbox.remove(start.key);
    expect(new Outbox(storage, "ada").state.waiting).toEqual([stop]);
  });

  test.each(["", "{", "null", "7", '{"waiting":1}'])("is nothing where the storage has %j", (text) => {
    const storage = memory();
    storage.setItem("timetracker.outbox.ada", text);
    expect(new Outbox(storage, "ada").state).toEqual({ waiting: [], late: [] });
  });

  test("a stop learns which timer the start before it has started", () => {
    const outbox = new Outbox();
    outbox.add(start, stop);
    outbox.started(start, "t1");
    expect(outbox.state.waiting).toEqual([{ ...stop, timerId: "t1" }]);
  });

  test("a start that can't be sent takes its stop with it", () => {
    const outbox = new Outbox();
    const other = { ...start, key: "k3" };
    outbox.add(start, stop, other);
    outbox.drop(start);
    expect(outbox.state.waiting).toEqual([other]);
  });
});

function refuse(): never {
  throw new DOMException("The operation is insecure.", "SecurityError");
}

describe("what was recorded later than pressed", () => {
  const { stopped_at: _, ...timer } = entryOf({ started_at: "2026-11-21T09:00:00.000Z" });
  const entry = { ...timer, stopped_at: "2026-11-21T10:00:00.000Z" };
  const at = (time: string) => Date.parse(`2026-11-21T${time}Z`);

  test.each([
    ["09:00:00.000", undefined],
    ["08:59:59.000", undefined],
    ["08:59:58.999", at("08:59:58.999")],
    ["09:30:00.000", undefined],
  ])("a start at %s", (time, expected) => {
    expect(lateStart(timer, { ...start, pressedAt: at(time) })?.start).toBe(expected);
  });

  test.each([
    ["09:59:59.000", undefined],
    ["09:59:58.999", at("09:59:58.999")],
    ["09:00:00.001", at("09:00:00.001")],
    // Nobody can have stopped it before it began.
    ["09:00:00.000", undefined],
    ["10:30:00.000", undefined],
  ])("a stop at %s", (time, expected) => {
    expect(lateStop(entry, start.item, at(time))?.stop).toBe(expected);
  });

  test("a start and a stop of one entry are corrected together", () => {
    const outbox = new Outbox();
    const late = lateStart(timer, { ...start, pressedAt: at("08:00:00.000") });
    if (late) outbox.addLate(late);
    const stopped = lateStop(entry, start.item, at("08:30:00.000"), late?.start);
    if (stopped) outbox.addLate(stopped);
    expect(outbox.state.late).toEqual([
      {
        id: "e1",
        item: start.item,
        start: at("08:00:00.000"),
        startedAt: at("09:00:00.000"),
        stop: at("08:30:00.000"),
        stoppedAt: at("10:00:00.000"),
      },
    ]);
  });
});
