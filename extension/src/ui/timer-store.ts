/**
 * The caller's running timer as this frame knows it. The server owns the timer, so nothing is shown as started or
 * stopped before its answer. Every answer carries the server's time, which the clock is set by.
 */

import type { Api, StartTimer, TimeEntry } from "../api/client.ts";
import { ApiProblem } from "../api/client.ts";
import { ServerClock } from "./clock.ts";
import { explain, type Failure } from "./failure.ts";
import { texts } from "./texts.ts";
import { itemName, sameItem } from "./work-item.ts";

export type PendingCommand = "starting" | "stopping" | "discarding";

export interface CommandFailure extends Failure {
  /** Sends the same request again, under the same idempotency key. */
  retry?: () => void;
  /** The way on when the tenant's policy refuses to switch. */
  stopAndStart?: () => void;
}

export interface TimerState {
  /** The running timer; null when none runs, undefined before the server's first answer. */
  timer: TimeEntry | null | undefined;
  /** When the server stops it as forgotten, in milliseconds since the Unix epoch. */
  autoStopAt: number | undefined;
  /** The command under way; the buttons wait for it. */
  pending: PendingCommand | null;
  /** Why the last command failed. */
  failure: CommandFailure | null;
  /** Why the running timer could not be read. The last known one stays. */
  readFailure: Failure | null;
  /** What a screen reader announces about the last command. */
  announcement: string;
  /** Counts changes of the caller's time, here or in another frame. Sums and entries are loaded again with each. */
  changes: number;
  /** Counts answers about the running timer. The timers of others are looked up again with each. */
  reads: number;
}

type TimerApi = Pick<Api, "startTimer" | "stopTimer" | "currentTimer" | "discardTimer">;

/** A command of the person. It may run again: it always sends the same requests under the same keys. */
interface Command {
  name: PendingCommand;
  run(): Promise<void>;
  /** Whether the running timer shows that the command was carried out, although its reply may have been lost. */
  fulfilledBy(timer: TimeEntry | null): boolean;
}

export class TimerStore {
  readonly clock = new ServerClock(() => void this.refresh());
  /** Called after a change that concerns other frames. */
  onChange: () => void = () => {};
  /** Called after a command has succeeded. */
  onDone: (command: PendingCommand) => void = () => {};

  readonly #api: TimerApi;
  readonly #listeners = new Set<() => void>();
  #refreshing: { version: number; done: Promise<void> } | undefined;
  // Counts beginnings and ends of commands. An answer from before the last one is out of date.
  #version = 0;
  #failed: Command | undefined;
  #state: TimerState = {
    timer: undefined,
    autoStopAt: undefined,
    pending: null,
    failure: null,
    readFailure: null,
    announcement: "",
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

  /** Reads the running timer. Callers share one request, unless a command came between. It never rejects. */
  refresh(): Promise<void> {
    if (this.#refreshing?.version === this.#version) return this.#refreshing.done;
    const reading = {
      version: this.#version,
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
  entriesChanged(announcement: string): void {
    this.#set({ announcement, changes: this.#state.changes + 1 });
    this.onChange();
    void this.refresh();
  }

  async start(body: StartTimer): Promise<void> {
    const key = crypto.randomUUID();
    await this.#perform({
      name: "starting",
      run: () => this.#start(body, key),
      fulfilledBy: (timer) => runsOn(timer, body),
    });
  }

  /** Stops the running timer, then starts the new one, for a tenant whose policy refuses to switch. */
  async stopAndStart(body: StartTimer): Promise<void> {
    const running = this.#state.timer?.id;
    const stopKey = crypto.randomUUID();
    const startKey = crypto.randomUUID();
    await this.#perform({
      name: "starting",
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
      name: "stopping",
      run: () => this.#stop(running, key),
      fulfilledBy: (timer) => timer?.id !== running,
    });
  }

  /** Stops the running timer and voids its entry. */
  async discard(): Promise<void> {
    const running = this.#state.timer;
    if (!running) return;
    await this.#perform({
      name: "discarding",
      run: async () => {
        await this.#api.discardTimer(running.etag);
        this.#set({ timer: null, autoStopAt: undefined, announcement: texts.timer.discarded });
      },
      fulfilledBy: (timer) => timer?.id !== running.id,
    });
  }

  dismissFailure(): void {
    this.#set({ failure: null });
  }

  async #start(body: StartTimer, key: string): Promise<void> {
    try {
      // The clock isn't set by server_time here, since a repeated request gets the first answer.
      const { timer } = await this.#api.startTimer(body, key);
      this.#set({
        timer,
        autoStopAt: undefined,
        announcement: texts.timer.started(itemName(timer.work_item)),
      });
    } catch (error) {
      if (error instanceof ApiProblem && error.code === "timer_running" && error.timer) {
        this.#set({ timer: error.timer });
        throw new TimerRunningError(error.timer, body);
      }
      throw error;
    }
  }

  async #stop(timerId: string, key: string): Promise<void> {
    try {
      const entry = await this.#api.stopTimer(timerId, key);
      const announcement = texts.timer.stopped(itemName(entry.work_item), entry.elapsed_ms);
      this.#set({ timer: null, autoStopAt: undefined, announcement });
    } catch (error) {
      // Another tab or the server's limit has stopped it already, which is what the person wanted.
      if (!(error instanceof ApiProblem && error.code === "timer_not_running")) throw error;
      this.#set({ timer: null, autoStopAt: undefined, announcement: texts.timer.alreadyStopped });
    }
  }

  async #perform(command: Command): Promise<void> {
    if (this.#state.pending) return;
    this.#version++;
    this.#set({ pending: command.name, failure: null, announcement: "" });
    let failure: CommandFailure | null = null;
    try {
      await command.run();
    } catch (error) {
      failure = this.#explain(error, command);
    }
    this.#failed = failure ? command : undefined;
    this.#version++;
    this.#set({ pending: null, failure, changes: this.#state.changes + (failure ? 0 : 1) });
    if (!failure) {
      this.onChange();
      this.onDone(command.name);
    }
    // The answer tells what the command did. Only the current timer tells when it stops by itself.
    await this.refresh();
  }

  #explain(error: unknown, command: Command): CommandFailure {
    if (error instanceof TimerRunningError) {
      const text = texts.timer.rejected(itemName(error.running.work_item));
      return { text, retryable: false, stopAndStart: () => void this.stopAndStart(error.wanted) };
    }
    const failure = explain(error);
    return failure.retryable ? { ...failure, retry: () => void this.#perform(command) } : failure;
  }

  async #read(): Promise<void> {
    const version = this.#version;
    let answer: Awaited<ReturnType<TimerApi["currentTimer"]>>;
    try {
      answer = await this.clock.timed(() => this.#api.currentTimer());
    } catch (error) {
      if (version === this.#version) this.#set({ readFailure: explain(error) });
      return;
    }
    if (version !== this.#version) return;
    const before = this.#state.timer;
    const timer = answer.timer ?? null;
    const changed = before !== undefined && before?.id !== timer?.id;
    this.#set({
      timer,
      autoStopAt: answer.auto_stop_at === undefined ? undefined : Date.parse(answer.auto_stop_at),
      readFailure: null,
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
class TimerRunningError extends Error {
  readonly running: TimeEntry;
  readonly wanted: StartTimer;

  constructor(running: TimeEntry, wanted: StartTimer) {
    super("a timer is running");
    this.running = running;
    this.wanted = wanted;
  }
}
