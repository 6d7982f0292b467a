import { waitFor } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ApiProblem, OfflineError, type StartTimer, type TimeEntry } from "../api/client.ts";
import { Outbox } from "./outbox.ts";
import { texts } from "./texts.ts";
import { type TimerApi, TimerStore } from "./timer-store.ts";

const now = "2026-11-21T09:00:00.000Z";

function entry(id: string, item: string): TimeEntry {
  return {
    id,
    user: { id: "ada", name: "Ada Lovelace" },
    work_item: {
      tracker: "azure_devops",
      organization: "contoso",
      project: "Payments",
      id: item,
      title: "Title",
    },
    project: { id: "p1", name: "Payments", organization: "contoso" },
    activity: { id: "a1", name: "Development" },
    billable: true,
    started_at: "2026-11-21T08:00:00.000Z",
    elapsed_ms: 3_600_000,
    source: "timer",
    needs_review: false,
    etag: `"${id}"`,
  };
}

const wanted: StartTimer = {
  work_item: { tracker: "azure_devops", organization: "contoso", project: "Payments", id: "104" },
};

function problem(status: number, code: string, more: { timer?: TimeEntry; time_entry?: TimeEntry } = {}) {
  return new ApiProblem({ type: "about:blank", title: code, status, code, request_id: "r", ...more });
}

const unused = async () => {
  throw new Error("no test expects this call");
};

/** What tests expect only where they say so. */
const unusedApi = {
  resumeTimer: unused,
  moveTimerStart: unused,
  undoEntry: unused,
  entry: unused,
  patchEntry: unused,
};

/** A server with one running timer. A test can make its next commands fail, before or after they take effect. */
class FakeServer {
  timer: TimeEntry | undefined;
  failures: { error: Error; carriedOut: boolean }[] = [];
  keys: (string | undefined)[] = [];
  #answers = new Map<string, unknown>();
  #count = 0;

  readonly api: TimerApi = {
    ...unusedApi,
    currentTimer: async () => ({ ...(this.timer && { timer: this.timer }), server_time: now }),
    startTimer: (body, key) =>
      this.#once(key, () => {
        this.timer = entry(`t${++this.#count}`, body.work_item?.id ?? "");
        return { timer: this.timer, server_time: now };
      }),
    stopTimer: (id, key) =>
      this.#once(key, () => {
        const running = this.timer;
        if (!running || running.id !== id) throw problem(409, "timer_not_running");
        this.timer = undefined;
        return { ...running, stopped_at: now };
      }),
    discardTimer: async () => {
      const running = this.timer;
      if (!running) throw problem(404, "timer_not_found");
      this.timer = undefined;
      return { ...running, voided_at: now };
    },
  };

  /** Carries out a command once for each idempotency key, and answers as the test says. */
  async #once<T>(key: string | undefined, command: () => T): Promise<T> {
    this.keys.push(key);
    const failure = this.failures.shift();
    if (failure && !failure.carriedOut) throw failure.error;
    const known = this.#answers.get(key ?? "") as T | undefined;
    const answer = known ?? command();
    this.#answers.set(key ?? "", answer);
    if (failure) throw failure.error;
    return answer;
  }
}

let server: FakeServer;
let store: TimerStore;

beforeEach(() => {
  server = new FakeServer();
  store = new TimerStore(server.api);
});

describe("commands", () => {
  test("start shows the timer that the server started, not before", async () => {
    await store.refresh();
    expect(store.state.timer).toBeNull();
    const started = store.start(wanted);
    expect(store.state).toMatchObject({ timer: null, pending: "starting" });
    await started;
    expect(store.state).toMatchObject({ timer: { id: "t1" }, pending: null, failure: null, changes: 1 });
    expect(store.state.announcement).toBe(texts.timer.started("#104 Title"));
  });

  test("stop names the timer that the person saw", async () => {
    server.timer = entry("t9", "101");
    await store.refresh();
    const stop = vi.spyOn(server.api, "stopTimer");
    await store.stop();
    expect(stop).toHaveBeenCalledWith("t9", expect.any(String));
    expect(store.state.timer).toBeNull();
    expect(store.state.announcement).toBe("Timer on #101 Title stopped after 1 hour 0 minutes.");
  });

  test("a second click while the first is under way does nothing", async () => {
    await store.refresh();
    await Promise.all([store.start(wanted), store.start(wanted)]);
    expect(server.keys).toHaveLength(1);
  });

  test("stopping what another tab has stopped is no failure", async () => {
    server.timer = entry("t9", "101");
    await store.refresh();
    server.timer = undefined;
    await store.stop();
    expect(store.state).toMatchObject({
      timer: null,
      failure: null,
      announcement: texts.timer.alreadyStopped,
    });
  });

  test("discard", async () => {
    server.timer = entry("t9", "101");
    await store.refresh();
    await store.discard();
    expect(store.state).toMatchObject({ timer: null, failure: null, announcement: texts.timer.discarded });
  });

  test("other frames hear of what worked, and of nothing else", async () => {
    const heard = vi.fn();
    store.onChange = heard;
    await store.refresh();
    server.failures = [{ error: problem(402, "trial_expired"), carriedOut: false }];
    await store.start(wanted);
    expect(heard).not.toHaveBeenCalled();
    await store.start(wanted);
    expect(heard).toHaveBeenCalledOnce();
  });
});

describe("failures", () => {
  test("not reached: trying again sends the same key", async () => {
    await store.refresh();
    server.failures = [{ error: new OfflineError("x"), carriedOut: false }];
    await store.start(wanted);
    expect(store.state.failure).toMatchObject({ text: texts.failure.offline });
    store.state.failure?.retry?.();
    await waitFor(() => expect(store.state.timer).toMatchObject({ id: "t1" }));
    expect(new Set(server.keys).size).toBe(1);
    expect(store.state.failure).toBeNull();
  });

  test("a lost reply is noticed: the timer runs, and nothing has failed", async () => {
    await store.refresh();
    server.failures = [{ error: new OfflineError("x"), carriedOut: true }];
    await store.start(wanted);
    expect(store.state).toMatchObject({ timer: { id: "t1" }, failure: null, changes: 1 });
  });

  test("the plan's refusal is in plain words and can't be retried", async () => {
    await store.refresh();
    server.failures = [{ error: problem(402, "trial_expired"), carriedOut: false }];
    await store.start(wanted);
    expect(store.state.failure?.text).toBe(texts.failure.codes.trial_expired);
    expect(store.state.failure?.retry).toBeUndefined();
  });

  test("a tenant that rejects: stop it and start this", async () => {
    const running = entry("t9", "101");
    await store.refresh();
    server.timer = running;
    server.failures = [{ error: problem(409, "timer_running", { timer: running }), carriedOut: false }];
    await store.start(wanted);
    expect(store.state.timer?.id).toBe("t9");
    expect(store.state.failure?.text).toContain("#101 Title");
    store.state.failure?.stopAndStart?.();
    await waitFor(() => expect(store.state.timer?.work_item?.id).toBe("104"));
    expect(store.state.failure).toBeNull();
  });

  test("stop-and-start whose stop lost its reply: trying again stops once and starts once", async () => {
    server.timer = entry("t9", "101");
    await store.refresh();
    server.failures = [{ error: new OfflineError("x"), carriedOut: true }];
    await store.stopAndStart(wanted);
    expect(store.state).toMatchObject({ timer: null, failure: { text: texts.failure.offline } });
    store.state.failure?.retry?.();
    await waitFor(() => expect(store.state.timer?.work_item?.id).toBe("104"));
    expect(server.keys).toHaveLength(3);
    expect(new Set(server.keys).size).toBe(2);
  });

  test("reading fails: the last known timer stays", async () => {
    server.timer = entry("t9", "101");
    await store.refresh();
    vi.spyOn(server.api, "currentTimer").mockRejectedValueOnce(new OfflineError("x"));
    await store.refresh();
    expect(store.state).toMatchObject({ timer: { id: "t9" }, readFailure: { text: texts.failure.offline } });
    await store.refresh();
    expect(store.state.readFailure).toBeNull();
  });
});

describe("refresh", () => {
  test("callers share one request", async () => {
    const current = vi.spyOn(server.api, "currentTimer");
    await Promise.all([store.refresh(), store.refresh()]);
    expect(current).toHaveBeenCalledOnce();
  });

  test("an answer that is older than a command is not believed", async () => {
    await store.refresh();
    let answer = (_: { server_time: string }) => {};
    vi.spyOn(server.api, "currentTimer").mockReturnValueOnce(new Promise((resolve) => (answer = resolve)));
    const old = store.refresh();
    await store.start(wanted);
    answer({ server_time: now });
    await old;
    expect(store.state.timer).toMatchObject({ id: "t1" });
  });

  test("a read of before another frame's change is not believed", async () => {
    const server = new FakeServer();
    const store = new TimerStore(server.api);
    const early = await server.api.currentTimer();
    let answerLate = () => {};
    vi.spyOn(server.api, "currentTimer").mockImplementationOnce(
      () =>
        new Promise((resolve) => {
          answerLate = () => resolve(early);
        }),
    );
    const first = store.refresh();
    server.timer = entry("elsewhere", "105");
    await store.changedElsewhere();
    answerLate();
    await first;
    expect(store.state.timer?.id).toBe("elsewhere");
  });

  test("what is read while another frame sends is believed", async () => {
    const server = new FakeServer();
    const outbox = new Outbox();
    const store = new TimerStore(server.api, { outbox });
    await store.refresh();
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    // The lock is another frame's, which the browser tells after a while.
    vi.stubGlobal("navigator", {
      locks: { request: (_: string, __: object, run: (lock: null) => unknown) => held.then(() => run(null)) },
    });
    const sending = store.sendWaiting();
    let answer = () => {};
    vi.spyOn(server.api, "currentTimer").mockImplementationOnce(
      () =>
        new Promise((resolve) => {
          answer = () => resolve({ timer: entry("elsewhere", "105"), server_time: now });
        }),
    );
    const reading = store.refresh();
    release();
    await sending;
    answer();
    await reading;
    vi.unstubAllGlobals();
    expect(store.state.timer?.id).toBe("elsewhere");
  });

  test("a timer that changed elsewhere counts as a change", async () => {
    await store.refresh();
    server.timer = entry("t9", "101");
    await store.refresh();
    await store.refresh();
    expect(store.state.changes).toBe(1);
  });
});

describe("with a clock", () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ["Date", "performance"] }));
  afterEach(() => vi.useRealTimers());

  test("a replayed answer's old time doesn't set the clock", async () => {
    vi.setSystemTime("2020-01-01T00:00:00Z");
    await store.refresh();
    vi.spyOn(server.api, "startTimer").mockResolvedValueOnce({
      timer: entry("t9", "104"),
      server_time: "2026-11-20T00:00:00.000Z",
    });
    await store.start(wanted);
    expect(store.clock.now()).toBe(Date.parse(now));
  });
});
