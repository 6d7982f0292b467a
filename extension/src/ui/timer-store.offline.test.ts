/** What the store does while the server is not reached, and how it takes back what was done. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ApiProblem, OfflineError, type StartTimer, type TimeEntry } from "../api/client.ts";
import { Outbox, type TextStorage } from "./outbox.ts";
import { texts } from "./texts.ts";
import { type TimerApi, TimerStore } from "./timer-store.ts";

const wanted: StartTimer = {
  work_item: {
    tracker: "azure_devops",
    organization: "contoso",
    project: "Payments",
    id: "104",
    title: "Show the reference",
  },
};
const other: StartTimer = {
  work_item: { tracker: "azure_devops", organization: "contoso", project: "Payments", id: "105" },
};
const hour = 3_600_000;

/** A server with a clock, that is out of reach while `online` is false. It carries out each key once. */
class Server {
  online = true;
  entries: TimeEntry[] = [];
  sent: string[] = [];
  #answers = new Map<string, unknown>();

  get running(): TimeEntry | undefined {
    return this.entries.find((entry) => !entry.stopped_at && !entry.voided_at);
  }

  change(id: string, change: { [field in keyof TimeEntry]?: TimeEntry[field] | undefined }): TimeEntry {
    const entry = this.entries.find((each) => each.id === id);
    if (!entry) throw new Error(`there is no entry ${id}`);
    Object.assign(entry, change, { etag: `${entry.etag}+` });
    if (change.stopped_at === undefined && "stopped_at" in change) delete entry.stopped_at;
    if (change.voided_at === undefined && "voided_at" in change) delete entry.voided_at;
    return { ...entry };
  }

  readonly api: TimerApi = {
    currentTimer: () =>
      this.#reach(() => ({ ...(this.running && { timer: { ...this.running } }), server_time: now() })),
    startTimer: (body, key) =>
      this.#once(`start ${body.work_item?.id}`, key, () => {
        const running = this.running;
        const stopped = running && this.change(running.id, { stopped_at: now() });
        const timer = entry(`t${this.entries.length + 1}`, body);
        this.entries.push(timer);
        return { timer: { ...timer }, ...(stopped && { stopped }), server_time: now() };
      }),
    stopTimer: (id, key) =>
      this.#once(`stop ${id}`, key, () => {
        if (!this.running || this.running.id !== id) {
          const known = this.entries.find((each) => each.id === id);
          throw problem(409, "timer_not_running", known && { time_entry: { ...known } });
        }
        return this.change(id, { stopped_at: now() });
      }),
    discardTimer: () =>
      this.#reach(() => this.change(this.running?.id ?? "", { stopped_at: now(), voided_at: now() })),
    resumeTimer: (id) =>
      this.#reach(() => {
        if (this.running) this.change(this.running.id, { stopped_at: now(), voided_at: now() });
        return this.change(id, { stopped_at: undefined, voided_at: undefined });
      }),
    moveTimerStart: (_, started_at) => this.#reach(() => this.change(this.running?.id ?? "", { started_at })),
    undoEntry: vi.fn<TimerApi["undoEntry"]>(),
    entry: (id) => this.#reach(() => ({ ...(this.entries.find((each) => each.id === id) as TimeEntry) })),
    patchEntry: (id, _, { reason, work_item, ...instants }) => this.#reach(() => this.change(id, instants)),
  };

  async #reach<T>(answer: () => T): Promise<T> {
    if (!this.online) throw new OfflineError("not reached");
    return answer();
  }

  #once<T>(name: string, key: string | undefined, carryOut: () => T): Promise<T> {
    return this.#reach(() => {
      this.sent.push(name);
      const answer = (this.#answers.get(key ?? "") as T | undefined) ?? carryOut();
      this.#answers.set(key ?? "", answer);
      return answer;
    });
  }
}

function now(): string {
  return new Date().toISOString();
}

function entry(id: string, { work_item }: StartTimer): TimeEntry {
  return {
    id,
    user: { id: "ada", name: "Ada Lovelace" },
    ...(work_item && { work_item: { organization: "contoso", ...work_item } }),
    project: { id: "p1", name: "Payments", organization: "contoso" },
    activity: { id: "a1", name: "Development" },
    billable: true,
    started_at: now(),
    elapsed_ms: 0,
    source: "timer",
    needs_review: false,
    etag: id,
  };
}

function problem(status: number, code: string, more: object = {}) {
  return new ApiProblem({ type: "about:blank", title: code, status, code, request_id: "r", ...more });
}

function memory(): TextStorage {
  const items = new Map<string, string>();
  return {
    getItem: (name) => items.get(name) ?? null,
    setItem: (name, value) => void items.set(name, value),
    removeItem: (name) => void items.delete(name),
  };
}

let server: Server;
let storage: TextStorage;
let store: TimerStore;

/** A frame of the same person and browser, as it is after a reload. */
function frame(): TimerStore {
  return new TimerStore(server.api, { outbox: new Outbox(storage, "ada"), startsLastMs: 10 * hour });
}

beforeEach(async () => {
  vi.useFakeTimers({ now: Date.parse("2026-11-28T21:00:00.000Z") });
  server = new Server();
  storage = memory();
  store = frame();
  await store.refresh();
});
afterEach(() => vi.useRealTimers());

async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}

const at = (time: string) => Date.parse(`2026-11-28T${time}Z`);

describe("a stop without a network", () => {
  beforeEach(async () => {
    await store.start(wanted);
    await pass(hour);
    server.online = false;
    await store.stop();
  });

  test("waits with its instant, and the timer goes on", () => {
    expect(store.state).toMatchObject({
      timer: { id: "t1" },
      pending: null,
      waiting: [{ kind: "stop", timerId: "t1", pressedAt: at("22:00:00") }],
    });
  });

  test("is sent by itself, with less and less haste, and offers the instant of pressing", async () => {
    await pass(2_000 + 5_000 + 10_000 - 1);
    server.online = true;
    await pass(1);
    expect(store.state).toMatchObject({ timer: null, waiting: [], failure: null });
    expect(server.entries[0]?.stopped_at).toBe("2026-11-28T22:00:17.000Z");
    expect(store.state.late).toMatchObject([{ id: "t1", stop: at("22:00:00"), stoppedAt: at("22:00:17") }]);

    await store.useTimesPressed();
    expect(server.entries[0]).toMatchObject({
      started_at: "2026-11-28T21:00:00.000Z",
      stopped_at: "2026-11-28T22:00:00.000Z",
    });
    expect(store.state.late).toEqual([]);
    expect(server.sent).toEqual(["start 104", "stop t1"]);
  });

  test("is sent after a reload, which shows at once that it waits", async () => {
    const reloaded = frame();
    expect(reloaded.state.waiting).toMatchObject([{ kind: "stop", pressedAt: at("22:00:00") }]);
    server.online = true;
    await pass(60_000);
    await reloaded.refresh();
    expect(reloaded.state).toMatchObject({ timer: null, waiting: [], late: [{ stop: at("22:00:00") }] });
    // The other frame sees that, and what it offers.
    store.outboxChanged();
    expect(store.state).toMatchObject({ waiting: [], failure: null, late: [{ stop: at("22:00:00") }] });
  });

  test("can be taken back while it waits: the timer runs, and nothing is sent", async () => {
    await store.cancelWaiting();
    server.online = true;
    await pass(10 * 60_000);
    await store.refresh();
    expect(store.state).toMatchObject({ timer: { id: "t1" }, waiting: [], failure: null });
    expect(server.sent).toEqual(["start 104"]);
    expect(frame().state.waiting).toEqual([]);
  });

  test("of a timer that its limit has stopped meanwhile offers the cut as well", async () => {
    server.change("t1", { stopped_at: "2026-11-29T07:00:00.000Z", needs_review: true });
    server.online = true;
    vi.setSystemTime("2026-11-29T08:00:00.000Z");
    await pass(2_000);
    expect(store.state).toMatchObject({
      timer: null,
      announcement: texts.timer.alreadyStopped,
      late: [{ stop: at("22:00:00"), stoppedAt: Date.parse("2026-11-29T07:00:00.000Z") }],
    });
  });

  test("whose reply alone was lost is recorded as pressed, and offers nothing", async () => {
    // What was sent under the key is answered again as it was then.
    const key = store.state.waiting[0]?.key ?? "";
    server.online = true;
    const stopped = await server.api.stopTimer("t1", key);
    await pass(2_000);
    expect(stopped.stopped_at).toBe("2026-11-28T22:00:00.000Z");
    expect(store.state).toMatchObject({ timer: null, waiting: [], late: [] });
  });

  test("leaves an entry alone that was corrected before the offer was taken", async () => {
    server.online = true;
    await pass(2_000);
    server.change("t1", { stopped_at: "2026-11-28T21:30:00.000Z" });
    await store.useTimesPressed();
    expect(server.entries[0]?.stopped_at).toBe("2026-11-28T21:30:00.000Z");
    expect(store.state).toMatchObject({ late: [], announcement: texts.late.changedMeanwhile, undo: null });
  });

  test("keeps the offer when the correction is refused", async () => {
    server.online = true;
    await pass(2_000);
    vi.spyOn(server.api, "patchEntry").mockRejectedValueOnce(problem(422, "interval_overlaps"));
    await expect(store.useTimesPressed()).rejects.toMatchObject({ code: "interval_overlaps" });
    expect(store.state.late).toHaveLength(1);
    store.keepTimesRecorded();
    expect(frame().state.late).toEqual([]);
  });
});

describe("a start without a network", () => {
  beforeEach(async () => {
    server.online = false;
    await store.start(wanted);
  });

  test("is sent by itself after a reload, and offers to begin when it was pressed", async () => {
    await pass(500);
    const reloaded = frame();
    vi.setSystemTime("2026-11-28T21:05:00.000Z");
    server.online = true;
    await reloaded.refresh();
    expect(reloaded.state).toMatchObject({
      timer: { id: "t1" },
      waiting: [],
      late: [{ id: "t1", start: at("21:00:00"), startedAt: at("21:05:00") }],
    });
    await reloaded.useTimesPressed();
    expect(server.running?.started_at).toBe("2026-11-28T21:00:00.000Z");
    await reloaded.undo();
    expect(server.running?.started_at).toBe("2026-11-28T21:05:00.000Z");
  });

  test("and its stop make one entry, which one click puts right, also over a sleep of the machine", async () => {
    await pass(500);
    vi.setSystemTime("2026-11-28T21:30:00.000Z");
    await store.stop();
    expect(store.state.waiting.map(({ kind }) => kind)).toEqual(["start", "stop"]);
    server.online = true;
    vi.setSystemTime("2026-11-28T22:00:00.000Z");
    await store.refresh();
    expect(server.sent).toEqual(["start 104", "stop t1"]);
    await store.useTimesPressed();
    expect(server.entries).toMatchObject([
      { started_at: "2026-11-28T21:00:00.000Z", stopped_at: "2026-11-28T21:30:00.000Z" },
    ]);
  });

  test("a switch that was sent late cuts the one and begins the other", async () => {
    await store.cancelWaiting();
    server.online = true;
    await store.start(other);
    server.online = false;
    await pass(hour);
    await store.start(wanted);
    expect(store.state.timer?.work_item?.id).toBe("105");
    server.online = true;
    await pass(2_000);
    expect(store.state.late.map(({ id }) => id)).toEqual(["t1", "t2"]);
    await store.useTimesPressed();
    expect(server.entries).toMatchObject([
      { stopped_at: "2026-11-28T22:00:00.000Z" },
      { started_at: "2026-11-28T22:00:00.000Z" },
    ]);
  });

  test("a switch of which the second correction is refused: the first is told, and can be taken back", async () => {
    await store.cancelWaiting();
    server.online = true;
    await store.start(other);
    server.online = false;
    await pass(hour);
    await store.start(wanted);
    server.online = true;
    await pass(2_000);
    vi.spyOn(server.api, "moveTimerStart").mockRejectedValueOnce(problem(412, "stale"));
    const { changes } = store.state;
    await expect(store.useTimesPressed()).rejects.toMatchObject({ code: "stale" });
    expect(store.state).toMatchObject({
      late: [{ id: "t2" }],
      announcement: texts.late.corrected("#105"),
      changes: changes + 1,
    });
    expect(store.state.undo).not.toBeNull();
  });

  test("that the plan refuses meanwhile is dropped, and says why", async () => {
    vi.spyOn(server.api, "startTimer").mockRejectedValueOnce(problem(402, "trial_expired"));
    server.online = true;
    await pass(2_000);
    expect(store.state).toMatchObject({ waiting: [], failure: { text: texts.failure.codes.trial_expired } });
    await pass(10 * 60_000);
    expect(server.running).toBeUndefined();
  });

  test("that waited as long as a timer may run is left out, and says so", async () => {
    vi.setSystemTime("2026-11-29T07:00:00.000Z");
    server.online = true;
    await store.refresh();
    expect(server.running).toBeUndefined();
    expect(store.state).toMatchObject({
      waiting: [],
      failure: { text: texts.offline.tooOld("#104 Show the reference") },
    });
  });
});

describe("a server that answers with trouble", () => {
  test.each([
    ["503", problem(503, "unavailable")],
    ["429", problem(429, "too_many_requests")],
    ["401", problem(401, "token_expired")],
  ])("%s: the command waits like one without a network", async (_, error) => {
    vi.spyOn(server.api, "startTimer").mockRejectedValueOnce(error);
    await store.start(wanted);
    expect(store.state.waiting).toHaveLength(1);
    await pass(2_000);
    expect(store.state).toMatchObject({ timer: { id: "t1" }, waiting: [] });
  });
});

describe("undo", () => {
  test("a start: its timer is discarded", async () => {
    await store.start(wanted);
    await store.undo();
    expect(store.state).toMatchObject({ timer: null, undo: null });
    expect(store.state.announcement).toBe(texts.undo.start("#104 Show the reference"));
    expect(server.entries[0]?.voided_at).toBeTruthy();
  });

  test("a start that changed nothing has none", async () => {
    await store.start(wanted);
    const running = server.running as TimeEntry;
    vi.spyOn(server.api, "startTimer").mockResolvedValueOnce({ timer: running, server_time: now() });
    await store.start(wanted);
    expect(store.state.undo).toBeNull();
  });

  test("a stop: the timer runs on", async () => {
    await store.start(wanted);
    await store.stop();
    await store.undo();
    expect(store.state).toMatchObject({ timer: { id: "t1", started_at: "2026-11-28T21:00:00.000Z" } });
    expect(store.state.announcement).toBe(texts.undo.runsOn("#104 Show the reference"));
  });

  test("a switch: the timer before it runs on, and the new one is gone", async () => {
    await store.start(other);
    await store.start(wanted);
    await store.undo();
    expect(store.state.timer?.work_item?.id).toBe("105");
    expect(server.entries[1]?.voided_at).toBeTruthy();
  });

  test("a stop and a start, for a tenant that refuses to switch", async () => {
    await store.start(other);
    await store.stopAndStart(wanted);
    await store.undo();
    expect(store.state.timer?.work_item?.id).toBe("105");
    expect(server.entries[1]?.voided_at).toBeTruthy();
  });

  test("a discard: the timer runs on", async () => {
    await store.start(wanted);
    await store.discard();
    expect(store.state.timer).toBeNull();
    await store.undo();
    expect(store.state.timer?.id).toBe("t1");
  });

  test("a timer that its limit has stopped can't run on", async () => {
    await store.start(wanted);
    vi.spyOn(server.api, "stopTimer").mockResolvedValueOnce({
      ...(server.running as TimeEntry),
      stopped_at: now(),
      needs_review: true,
    });
    await store.stop();
    expect(store.state.undo).toBeNull();
  });

  test("that fails says so", async () => {
    await store.start(wanted);
    await store.stop();
    vi.spyOn(server.api, "resumeTimer").mockRejectedValueOnce(
      problem(422, "resume_too_late", { detail: "Too late." }),
    );
    await store.undo();
    expect(store.state).toMatchObject({ announcement: texts.undo.failed("Too late."), undoFailed: true });
  });

  test("a new command ends the notice before", async () => {
    await store.start(wanted);
    const stopped = store.stop();
    expect(store.state).toMatchObject({ announcement: "", undo: null });
    await stopped;
  });
});

test("a browser that stores nothing starts and stops all the same", async () => {
  storage.setItem = () => {
    throw new DOMException("The quota has been exceeded.", "QuotaExceededError");
  };
  const full = frame();
  await full.start(wanted);
  expect(server.sent).toEqual(["start 104"]);
  server.online = false;
  await full.stop();
  expect(full.state.waiting).toHaveLength(1);
  server.online = true;
  await pass(2_000);
  expect(server.sent).toEqual(["start 104", "stop t1"]);
  expect(full.state.waiting).toEqual([]);
});

test("what another program stores leaves a failure where it is", async () => {
  await store.start(wanted);
  server.online = false;
  await store.discard();
  const { failure } = store.state;
  expect(failure).not.toBeNull();
  store.outboxChanged();
  expect(store.state.failure).toBe(failure);
});
