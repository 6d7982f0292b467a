/**
 * The caller's running timer as this frame knows it. The server owns the timer: nothing is shown as started or stopped
 * before the server has said so, and every answer carries the server's time to set the clock by.
 */

import type { Api, StartTimer, TimeEntry } from "../api/client.ts";
import { ApiProblem } from "../api/client.ts";
import { ServerClock } from "./clock.ts";
import { explain, type Failure } from "./failure.ts";
import { texts } from "./texts.ts";
import { itemName, sameItem } from "./work-item.ts";

export type Work = "starting" | "stopping" | "discarding";

export interface CommandFailure extends Failure {
  /** Sends the very same request again, under the same idempotency key. */
  retry?: () => void;
  /** The tenant refuses to switch: what to do instead. */
  stopAndStart?: () => void;
}

export interface TimerState {
  /** The running timer; null when none runs, undefined when the server has not said yet. */
  timer: TimeEntry | null | undefined;
  /** When the server would stop it as forgotten, in milliseconds since the Unix epoch. */
  autoStopAt: number | undefined;
  /** What is being asked of the server; the buttons wait for it. */
  work: Work | null;
  /** Why the last command did not work. */
  failure: CommandFailure | null;
  /** Why the running timer could not be read; the last known one stays. */
  unread: Failure | null;
  /** What a screen reader says about the last command. */
  said: string;
  /** Counts changes of the caller's time, here or in another frame: what shows sums or entries loads them again. */
  changes: number;
  /** Counts answers about the running timer: what others are doing is looked up again with each. */
  reads: number;
}

type TimerApi = Pick<Api, "startTimer" | "stopTimer" | "currentTimer" | "discardTimer">;

/** One wish of the person. Its run may be repeated: it always sends the same requests under the same keys. */
interface Command {
  work: Work;
  run(): Promise<void>;
  /** Whether the wish has come true, although its reply may have been lost. */
  fulfilledBy(timer: TimeEntry | null): boolean;
}

export class TimerStore {
  readonly clock = new ServerClock(() => void this.refresh());
  /** Called after a change that other frames should hear of. */
  onChange: () => void = () => {};
  /** Called after a command of the person that has succeeded. */
  onDone: (work: Work) => void = () => {};

  readonly #api: TimerApi;
  readonly #listeners = new Set<() => void>();
  #refreshing: { turn: number; done: Promise<void> } | undefined;
  // Counts commands begun and ended, so that an answer read meanwhile isn't taken for the newest.
  #turn = 0;
  #failed: Command | undefined;
  #state: TimerState = {
    timer: undefined,
    autoStopAt: undefined,
    work: null,
    failure: null,
    unread: null,
    said: "",
    changes: 0,
    reads: 0,
  };

  constructor(api: TimerApi) {
    this.#api = api;
  }

  get state(): TimerState {
    return this.#state;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Reads the running timer. Callers share one request unless a command came between; it never rejects. */
  refresh(): Promise<void> {
    if (this.#refreshing?.turn === this.#turn) return this.#refreshing.done;
    const reading = {
      turn: this.#turn,
      done: this.#read().finally(() => {
        if (this.#refreshing === reading) this.#refreshing = undefined;
      }),
    };
    this.#refreshing = reading;
    return reading.done;
  }

  /** Another frame has changed the caller's time. */
  async changedElsewhere(): Promise<void> {
    await this.refresh();
    this.#set({ changes: this.#state.changes + 1 });
  }

  /** An entry was corrected, confirmed or voided in this frame. */
  entriesChanged(said: string): void {
    this.#set({ said, changes: this.#state.changes + 1 });
    this.onChange();
    void this.refresh();
  }

  async start(body: StartTimer): Promise<void> {
    const key = crypto.randomUUID();
    await this.#perform({
      work: "starting",
      run: () => this.#start(body, key),
      fulfilledBy: (timer) => runsOn(timer, body),
    });
  }

  /** For a tenant that doesn't switch by itself: stops the running timer, then starts the new one. */
  async stopAndStart(body: StartTimer): Promise<void> {
    const running = this.#state.timer?.id;
    const stopKey = crypto.randomUUID();
    const startKey = crypto.randomUUID();
    await this.#perform({
      work: "starting",
      run: async () => {
        if (running) await this.#stop(running, stopKey);
        await this.#start(body, startKey);
      },
      fulfilledBy: (timer) => runsOn(timer, body),
    });
  }

  async stop(): Promise<void> {
    const running = this.#state.timer?.id;
    if (!running) return;
    const key = crypto.randomUUID();
    await this.#perform({
      work: "stopping",
      run: () => this.#stop(running, key),
      fulfilledBy: (timer) => timer?.id !== running,
    });
  }

  /** Stops the running timer and voids its entry. */
  async discard(): Promise<void> {
    const running = this.#state.timer;
    if (!running) return;
    await this.#perform({
      work: "discarding",
      run: async () => {
        await this.#api.discardTimer(running.etag);
        this.#set({ timer: null, autoStopAt: undefined, said: texts.timer.discarded });
      },
      fulfilledBy: (timer) => timer?.id !== running.id,
    });
  }

  dismissFailure(): void {
    this.#set({ failure: null });
  }

  async #start(body: StartTimer, key: string): Promise<void> {
    try {
      // The answer's server_time is not for the clock: a repeated request gets the first one's answer.
      const { timer } = await this.#api.startTimer(body, key);
      this.#set({ timer, autoStopAt: undefined, said: texts.timer.started(itemName(timer.work_item)) });
    } catch (error) {
      if (error instanceof ApiProblem && error.code === "timer_running" && error.timer) {
        this.#set({ timer: error.timer });
        throw new RejectedError(error.timer, body);
      }
      throw error;
    }
  }

  async #stop(timerId: string, key: string): Promise<void> {
    try {
      const entry = await this.#api.stopTimer(timerId, key);
      const said = texts.timer.stopped(itemName(entry.work_item), entry.elapsed_ms);
      this.#set({ timer: null, autoStopAt: undefined, said });
    } catch (error) {
      // Somebody was faster, in another tab or at the server's limit: what the person wanted has happened.
      if (!(error instanceof ApiProblem && error.code === "timer_not_running")) throw error;
      this.#set({ timer: null, autoStopAt: undefined, said: texts.timer.alreadyStopped });
    }
  }

  async #perform(command: Command): Promise<void> {
    if (this.#state.work) return;
    this.#turn++;
    this.#set({ work: command.work, failure: null, said: "" });
    let failure: CommandFailure | null = null;
    try {
      await command.run();
    } catch (error) {
      failure = this.#explain(error, command);
    }
    this.#failed = failure ? command : undefined;
    this.#turn++;
    this.#set({ work: null, failure, changes: this.#state.changes + (failure ? 0 : 1) });
    if (!failure) {
      this.onChange();
      this.onDone(command.work);
    }
    // The answer says what this command did; the current timer says what holds now, and when it ends by itself.
    await this.refresh();
  }

  #explain(error: unknown, command: Command): CommandFailure {
    if (error instanceof RejectedError) {
      const text = texts.timer.rejected(itemName(error.running.work_item));
      return { text, passing: false, stopAndStart: () => void this.stopAndStart(error.wanted) };
    }
    const failure = explain(error);
    return failure.passing ? { ...failure, retry: () => void this.#perform(command) } : failure;
  }

  async #read(): Promise<void> {
    const turn = this.#turn;
    let answer: Awaited<ReturnType<TimerApi["currentTimer"]>>;
    try {
      answer = await this.clock.timed(() => this.#api.currentTimer());
    } catch (error) {
      if (turn === this.#turn) this.#set({ unread: explain(error) });
      return;
    }
    if (turn !== this.#turn) return;
    const before = this.#state.timer;
    const timer = answer.timer ?? null;
    const changed = before !== undefined && before?.id !== timer?.id;
    this.#set({
      timer,
      autoStopAt: answer.auto_stop_at === undefined ? undefined : Date.parse(answer.auto_stop_at),
      unread: null,
      failure: this.#failed?.fulfilledBy(timer) ? null : this.#state.failure,
      changes: this.#state.changes + (changed ? 1 : 0),
      reads: this.#state.reads + 1,
    });
  }

  #set(change: Partial<TimerState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}

function runsOn(timer: TimeEntry | null, { work_item }: StartTimer): boolean {
  return (
    timer !== null && sameItem(timer.work_item, { organization: timer.work_item.organization, ...work_item })
  );
}

/** The tenant's policy refuses to start a timer while another one runs. */
class RejectedError extends Error {
  readonly running: TimeEntry;
  readonly wanted: StartTimer;

  constructor(running: TimeEntry, wanted: StartTimer) {
    super("a timer is running");
    this.running = running;
    this.wanted = wanted;
  }
}
