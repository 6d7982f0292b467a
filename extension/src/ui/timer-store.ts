/**
 * The caller's running timer as this frame knows it. The server owns the timer, so nothing is shown as started or
 * stopped before its answer. Every answer carries the server's time, which the clock is set by. A start or a stop that
 * doesn't reach the server waits in the outbox, and is sent again until it is answered.
 */

import type { Api, StartTimer, TimeEntry } from "../api/client.ts";
import { ApiProblem } from "../api/client.ts";
import { ServerClock } from "./clock.ts";
import { exclusively } from "./exclusively.ts";
import { explain, type Failure } from "./failure.ts";
import {
  type LateEntry,
  lateStart,
  lateStop,
  Outbox,
  type Waiting,
  type WaitingStart,
  type WaitingStop,
} from "./outbox.ts";
import { texts } from "./texts.ts";
import { itemName, type NamedWork, sameItem, workOf } from "./work-item.ts";

export type PendingCommand = "starting" | "stopping" | "discarding";

export interface CommandFailure extends Failure {
  /** Sends the same request again, under the same idempotency key. */
  retry?: () => void;
  /** The way on when the tenant's policy refuses to switch. */
  stopAndStart?: () => void;
}

/** Takes back what was done. It gives the sentence that says what is so now. */
export type Undo = () => Promise<string>;

export interface TimerState {
  /** The running timer; null when none runs, undefined before the server's first answer. */
  timer: TimeEntry | null | undefined;
  /** When the server stops it as forgotten, in milliseconds since the Unix epoch. */
  autoStopAt: number | undefined;
  /** The command under way; the buttons wait for it. */
  pending: PendingCommand | null;
  /** Why the last command failed, or why commands wait. */
  failure: CommandFailure | null;
  /** Why the running timer could not be read. The last known one stays. */
  readFailure: Failure | null;
  /** What the last command did, for the notice. */
  announcement: string;
  /** Takes the last command back; null where nothing can. */
  undo: Undo | null;
  /** Whether the announcement says that something failed. */
  undoFailed: boolean;
  /** Counts announcements, since two may have the same words. */
  announcements: number;
  /** Commands that the server hasn't answered, in their order. */
  waiting: readonly Waiting[];
  /** When what waits is sent again by itself, by performance.now(); undefined while it is being sent. */
  sendsAt: number | undefined;
  /** Entries that were recorded later than pressed. */
  late: readonly LateEntry[];
  /** Counts changes of the caller's time, here or in another frame. Sums and entries are loaded again with each. */
  changes: number;
  /** Counts answers about the running timer. The timers of others are looked up again with each. */
  reads: number;
}

export type TimerApi = Pick<
  Api,
  | "startTimer"
  | "stopTimer"
  | "currentTimer"
  | "discardTimer"
  | "resumeTimer"
  | "moveTimerStart"
  | "undoEntry"
  | "entry"
  | "patchEntry"
>;

/** A command that isn't kept when it fails. It may run again. */
interface Command {
  name: PendingCommand;
  run(): Promise<void>;
  /** Whether the running timer shows that the command was carried out, although its reply may have been lost. */
  fulfilledBy(timer: TimeEntry | null): boolean;
}

/** An entry that was corrected to the instants of pressing. */
interface Corrected {
  item: NamedWork;
  takeBack: () => Promise<unknown>;
}

/** The waits between attempts to send, in milliseconds; the last one repeats. */
const resendMs = [2_000, 5_000, 10_000, 20_000, 30_000, 60_000];

interface TimerStoreOptions {
  outbox?: Outbox;
  /** For how long a start may wait, in milliseconds: as long as a timer may run. 0 means for ever. */
  startsLastMs?: number;
}

export class TimerStore {
  readonly clock = new ServerClock(() => void this.refresh());
  /** Called after a change that concerns other frames. */
  onChange: () => void = () => {};
  /** Called after a command has succeeded. */
  onDone: (command: PendingCommand) => void = () => {};

  readonly #api: TimerApi;
  readonly #outbox: Outbox;
  readonly #startsLastMs: number;
  readonly #listeners = new Set<() => void>();
  #refreshing: { version: number; done: Promise<void> } | undefined;
  // Counts beginnings and ends of commands. An answer from before the last one is out of date.
  #version = 0;
  #failed: Command | undefined;
  #sending: Promise<boolean> | undefined;
  #attempts = 0;
  #resend: ReturnType<typeof setTimeout> | undefined;
  // What the command before this one has stopped, which a start after it takes back with itself.
  #justStopped: TimeEntry | undefined;
  #closed = false;
  #held = false;
  #state: TimerState;

  constructor(api: TimerApi, { outbox = new Outbox(), startsLastMs = 0 }: TimerStoreOptions = {}) {
    this.#api = api;
    this.#outbox = outbox;
    this.#startsLastMs = startsLastMs;
    this.#state = {
      timer: undefined,
      autoStopAt: undefined,
      pending: null,
      failure: null,
      readFailure: null,
      announcement: "",
      undo: null,
      undoFailed: false,
      announcements: 0,
      sendsAt: undefined,
      changes: 0,
      reads: 0,
      ...outbox.state,
    };
  }

  get state(): TimerState {
    return this.#state;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Reads the running timer. Callers share one request, unless a command came between. When the server answers, what
   * waits is sent. It never rejects.
   */
  async refresh(): Promise<void> {
    this.#outbox.read();
    this.#set(this.#outbox.state);
    await this.#readOnce();
    if (this.#state.waiting.length > 0 && !this.#state.readFailure) await this.sendWaiting();
  }

  /** Another frame has changed the caller's time. */
  async changedElsewhere(): Promise<void> {
    this.#version++; // a read that is under way may be of before the change
    await this.refresh();
    this.#set({ changes: this.#state.changes + 1 });
  }

  /** Another frame may have changed the outbox. */
  outboxChanged(): void {
    const waited = this.#state.waiting.length > 0;
    this.#outbox.read();
    this.#set(this.#outbox.state);
    if (waited && this.#state.waiting.length === 0) this.#set({ failure: null, sendsAt: undefined });
  }

  /** Sends nothing as long as it is held, since it isn't known yet who has signed in. */
  hold(held: boolean): void {
    if (held === this.#held) return;
    this.#held = held;
    if (!held && this.#state.waiting.length > 0) void this.sendWaiting();
  }

  /** Sends nothing any more: somebody else has signed in, and would be the one who has pressed what waits. */
  close(): void {
    this.#closed = true;
    this.#stopResending();
  }

  /** An entry was corrected, confirmed or voided in this frame. */
  entriesChanged(announcement: string, undo: Undo | null = null): void {
    this.#announce(announcement, undo);
    this.#set({ changes: this.#state.changes + 1 });
    this.onChange();
    void this.refresh();
  }

  /** What is written of the caller's time to Azure DevOps has changed, or what waits to be. */
  hoursChanged(): void {
    this.#set({ changes: this.#state.changes + 1 });
    this.onChange();
    void this.refresh();
  }

  /** Says what was done in this frame, and how it is taken back. */
  announce(announcement: string, undo: Undo | null = null): void {
    this.#announce(announcement, undo);
  }

  /** Ends the notice about the last command. */
  dismissAnnouncement(): void {
    this.#set({ announcement: "", undo: null, undoFailed: false });
  }

  /** Takes the last command back. */
  async undo(): Promise<void> {
    const undo = this.#state.undo;
    if (!undo) return;
    this.#set({ undo: null });
    this.#version++;
    try {
      this.#announce(await undo());
    } catch (error) {
      this.#announce(texts.undo.failed(explain(error).text));
      this.#set({ undoFailed: true });
    }
    this.#version++;
    this.#set({ changes: this.#state.changes + 1 });
    this.onChange();
    await this.refresh();
  }

  /** Starts a timer. What it is on has to be said where the request doesn't name it, as of general time. */
  async start(body: StartTimer, on?: NamedWork): Promise<void> {
    await this.#press("starting", this.#startCommand(body, on));
  }

  /** Stops the running timer, then starts the new one, for a tenant whose policy refuses to switch. */
  async stopAndStart(body: StartTimer, on?: NamedWork): Promise<void> {
    const stop = this.#stopCommand();
    await this.#press("starting", ...(stop ? [stop] : []), this.#startCommand(body, on));
  }

  async stop(): Promise<void> {
    const stop = this.#stopCommand();
    if (stop) await this.#press("stopping", stop);
  }

  /** Takes back the last command that waits. It may have been carried out already; the running timer shows that. */
  async cancelWaiting(): Promise<void> {
    const last = this.#state.waiting.at(-1);
    if (!last) return;
    this.#outbox.remove(last.key);
    this.#set(this.#outbox.state);
    if (this.#state.waiting.length === 0) {
      this.#stopResending();
      this.#set({ failure: null });
    }
    await this.refresh();
  }

  /** Sends what waits, in its order. Nothing happens while another frame does so. It never rejects. */
  async sendWaiting(): Promise<void> {
    if (this.#sending || this.#held) return;
    const before = this.#version;
    const changed = await this.#send();
    if (changed) {
      this.#set({ changes: this.#state.changes + 1 });
      this.onChange();
    }
    // Whoever has read meanwhile has got an answer that is out of date.
    if (this.#version !== before) await this.#readOnce();
  }

  /** Stops the running timer and voids its entry. */
  async discard(): Promise<void> {
    const running = this.#state.timer;
    if (!running) return;
    await this.#perform({
      name: "discarding",
      run: async () => {
        const entry = await this.#api.discardTimer(running.etag);
        this.#set({ timer: null, autoStopAt: undefined });
        this.#announce(texts.timer.discarded, () => this.#goOn(entry));
      },
      fulfilledBy: (timer) => timer?.id !== running.id,
    });
  }

  dismissFailure(): void {
    this.#set({ failure: null });
  }

  /**
   * Corrects what was recorded later than pressed to the instants of pressing. Rejects when that is refused; what was
   * corrected before stays so.
   */
  async useTimesPressed(): Promise<void> {
    const corrected: Corrected[] = [];
    try {
      for (const late of this.#state.late) {
        const takeBack = await this.#correct(late);
        if (takeBack) corrected.push({ item: late.item, takeBack });
        this.#outbox.removeLate(late.id);
        this.#set(this.#outbox.state);
      }
    } catch (error) {
      if (corrected.length > 0) this.#announceCorrected(corrected);
      throw error;
    }
    if (corrected.length > 0) this.#announceCorrected(corrected);
    else this.entriesChanged(texts.late.changedMeanwhile);
  }

  #announceCorrected(corrected: readonly Corrected[]): void {
    const [first, ...more] = corrected;
    const text =
      first && more.length === 0 ? texts.late.corrected(itemName(first.item)) : texts.late.allCorrected;
    this.entriesChanged(text, async () => {
      for (const { takeBack } of [...corrected].reverse()) await takeBack();
      return texts.late.takenBack;
    });
  }

  /** Leaves what was recorded later than pressed as it is. */
  keepTimesRecorded(): void {
    for (const { id } of this.#state.late) this.#outbox.removeLate(id);
    this.#set(this.#outbox.state);
  }

  /** Corrects an entry. It gives what takes that back; undefined when the entry is left as it is. */
  async #correct(late: LateEntry): Promise<(() => Promise<unknown>) | undefined> {
    const entry = await this.#api.entry(late.id);
    const moved =
      (late.start !== undefined && Date.parse(entry.started_at) !== late.startedAt) ||
      (late.stop !== undefined && Date.parse(entry.stopped_at ?? "") !== late.stoppedAt);
    // Somebody has corrected it meanwhile, and knew better.
    if (moved || entry.voided_at) return undefined;
    const instants = {
      ...(late.start !== undefined && { started_at: new Date(late.start).toISOString() }),
      ...(late.stop !== undefined && { stopped_at: new Date(late.stop).toISOString() }),
    };
    if (entry.stopped_at !== undefined) {
      const patch = { ...instants, reason: texts.late.reason };
      const { id, etag } = await this.#api.patchEntry(entry.id, entry.etag, patch);
      return () => this.#api.undoEntry(id, etag);
    }
    if (!instants.started_at) return undefined;
    const { etag } = await this.#api.moveTimerStart(entry.etag, instants.started_at);
    return () => this.#api.moveTimerStart(etag, entry.started_at);
  }

  #startCommand(body: StartTimer, on: NamedWork = claimedWork(body)): WaitingStart {
    return {
      kind: "start",
      key: crypto.randomUUID(),
      pressedAt: this.clock.estimate(),
      item: on,
      body,
    };
  }

  /** Stops what runs, or what the last command that waits will start. */
  #stopCommand(): WaitingStop | undefined {
    const pressed = { kind: "stop" as const, key: crypto.randomUUID(), pressedAt: this.clock.estimate() };
    const last = this.#state.waiting.at(-1);
    if (last?.kind === "start") return { ...pressed, item: last.item };
    const running = this.#state.timer;
    if (!running || last) return undefined;
    return { ...pressed, item: nameOf(workOf(running)), timerId: running.id };
  }

  /** Keeps commands of the person, and sends them. */
  async #press(name: PendingCommand, ...commands: Waiting[]): Promise<void> {
    if (this.#state.pending) return;
    this.#version++;
    this.#outbox.add(...commands);
    this.#set({ ...this.#outbox.state, pending: name, failure: null });
    this.dismissAnnouncement();
    // What is being sent now ends with what was added.
    const changed = await (this.#sending ?? this.#send());
    const answered = commands.every(({ key }) => !this.#state.waiting.some((each) => each.key === key));
    this.#version++;
    this.#set({ pending: null, changes: this.#state.changes + (changed ? 1 : 0) });
    if (changed && answered && !this.#state.failure) {
      this.onChange();
      this.onDone(name);
    }
    // The answer tells what the command did. Only the current timer tells when it stops by itself.
    await this.#readOnce();
  }

  /** Sends what waits until something fails. It gives whether anything was carried out. */
  #send(): Promise<boolean> {
    this.#stopResending();
    const sending = exclusively(() => this.#sendAll()).then(
      (changed) => changed ?? false,
      () => false,
    );
    this.#sending = sending.finally(() => {
      this.#sending = undefined;
      if (this.#state.waiting.length > 0) this.#resendLater();
      else this.#attempts = 0;
    });
    return this.#sending;
  }

  async #sendAll(): Promise<boolean> {
    let changed = false;
    for (;;) {
      this.#outbox.read();
      this.#set(this.#outbox.state);
      const [command] = this.#state.waiting;
      if (!command || this.#closed || this.#held) return changed;
      if (this.#isTooOld(command)) {
        this.#outbox.drop(command);
        const text = texts.offline.tooOld(itemName(command.item));
        this.#set({ ...this.#outbox.state, failure: { text, retryable: false } });
        continue;
      }
      this.#version++;
      try {
        await (command.kind === "start" ? this.#start(command) : this.#stop(command));
        changed = true;
        this.#set({ ...this.#outbox.state, failure: null });
      } catch (error) {
        const failure = this.#explain(error, () => void this.sendWaiting());
        if (!failure.retryable) this.#outbox.drop(command);
        this.#set({ ...this.#outbox.state, failure });
        return changed;
      } finally {
        this.#version++;
      }
    }
  }

  /** A start of long ago that nothing stops would make a timer that nobody thinks of. */
  #isTooOld(command: Waiting): boolean {
    if (command.kind === "stop" || this.#startsLastMs === 0) return false;
    const last = this.#state.waiting.at(-1);
    return last === command && this.clock.estimate() - command.pressedAt >= this.#startsLastMs;
  }

  #resendLater(): void {
    if (this.#closed) return;
    const wait = resendMs[Math.min(this.#attempts, resendMs.length - 1)] ?? 0;
    this.#attempts++;
    this.#set({ sendsAt: performance.now() + wait });
    clearTimeout(this.#resend);
    this.#resend = setTimeout(() => void this.sendWaiting(), wait);
  }

  #stopResending(): void {
    clearTimeout(this.#resend);
    this.#set({ sendsAt: undefined });
  }

  async #start(command: WaitingStart): Promise<void> {
    const before = this.#state.timer;
    try {
      // The clock isn't set by server_time here, since a repeated request gets the first answer.
      const { timer, stopped } = await this.#api.startTimer(command.body, command.key);
      this.#outbox.started(command, timer.id);
      const cut = stopped && lateStop(stopped, nameOf(workOf(stopped)), command.pressedAt);
      const moved = lateStart(timer, command);
      if (cut && moved) this.#outbox.addLate(cut);
      if (moved) this.#outbox.addLate(moved);
      this.#set({ timer, autoStopAt: undefined });
      const took = this.#justStopped && !stopped ? this.#justStopped : undefined;
      this.#announce(
        texts.timer.started(itemName(workOf(timer))),
        before?.id === timer.id ? null : () => this.#takeStartBack(timer, stopped, took),
      );
    } catch (error) {
      if (error instanceof ApiProblem && error.code === "timer_running" && error.timer) {
        this.#set({ timer: error.timer });
        throw new TimerRunningError(error.timer, command);
      }
      throw error;
    } finally {
      this.#justStopped = undefined;
    }
  }

  async #takeStartBack(timer: TimeEntry, stopped?: TimeEntry, stoppedBefore?: TimeEntry): Promise<string> {
    if (stopped && !stopped.needs_review) return this.#goOn(stopped);
    await this.#api.discardTimer(timer.etag);
    if (stoppedBefore) return this.#goOn(stoppedBefore);
    return texts.undo.start(itemName(workOf(timer)));
  }

  /** Lets a timer run on that was stopped. */
  async #goOn(entry: TimeEntry): Promise<string> {
    await this.#api.resumeTimer(entry.id, entry.etag);
    return texts.undo.runsOn(itemName(workOf(entry)));
  }

  async #stop(command: WaitingStop): Promise<void> {
    try {
      const entry = await this.#api.stopTimer(command.timerId, command.key);
      this.#stopped(command, entry);
      this.#justStopped = entry;
      this.#announce(
        texts.timer.stopped(itemName(workOf(entry)), entry.elapsed_ms),
        // The server stops a forgotten timer at its limit, and wouldn't let it run on.
        entry.needs_review ? null : () => this.#goOn(entry),
      );
    } catch (error) {
      // Another tab or the server's limit has stopped it already, which is what the person wanted.
      if (!(error instanceof ApiProblem && error.code === "timer_not_running")) throw error;
      this.#stopped(command, error.timeEntry);
      this.#announce(texts.timer.alreadyStopped);
    }
  }

  #stopped(command: WaitingStop, entry: TimeEntry | undefined): void {
    this.#outbox.remove(command.key);
    if (entry) {
      const start = this.#outbox.state.late.find(({ id }) => id === entry.id)?.start;
      const cut = lateStop(entry, nameOf(workOf(entry)), command.pressedAt, start);
      if (cut) this.#outbox.addLate(cut);
    }
    this.#set({ timer: null, autoStopAt: undefined });
  }

  async #perform(command: Command): Promise<void> {
    if (this.#state.pending) return;
    this.#version++;
    this.#set({ pending: command.name, failure: null });
    this.dismissAnnouncement();
    let failure: CommandFailure | null = null;
    try {
      await command.run();
    } catch (error) {
      failure = this.#explain(error, () => void this.#perform(command));
    }
    this.#failed = failure ? command : undefined;
    this.#version++;
    this.#set({ pending: null, failure, changes: this.#state.changes + (failure ? 0 : 1) });
    if (!failure) {
      this.onChange();
      this.onDone(command.name);
    }
    await this.#readOnce();
  }

  #explain(error: unknown, retry: () => void): CommandFailure {
    if (error instanceof TimerRunningError) {
      const text = texts.timer.rejected(itemName(workOf(error.running)));
      return {
        text,
        retryable: false,
        stopAndStart: () => void this.stopAndStart(error.wanted.body, error.wanted.item),
      };
    }
    const failure = explain(error);
    return failure.retryable ? { ...failure, retry } : failure;
  }

  #announce(announcement: string, undo: Undo | null = null): void {
    this.#set({ announcement, undo, undoFailed: false, announcements: this.#state.announcements + 1 });
  }

  #readOnce(): Promise<void> {
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
    this.#noticeLostReply(timer);
  }

  /** A start whose reply was lost shows by its timer. */
  #noticeLostReply(timer: TimeEntry | null): void {
    const [command] = this.#state.waiting;
    if (!timer || command?.kind !== "start" || this.#sending || !runsOn(timer, command.body)) return;
    this.#outbox.started(command, timer.id);
    const moved = lateStart(timer, command);
    if (moved) this.#outbox.addLate(moved);
    this.#set(this.#outbox.state);
    if (this.#state.waiting.length === 0) {
      this.#stopResending();
      this.#set({ failure: null });
    }
  }

  #set(change: Partial<TimerState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}

/** The work of a request, by what names it. */
function claimedWork({ work_item }: StartTimer): NamedWork {
  return work_item ? nameOf(work_item) : { project: "" };
}

/** What of work is kept in the browser: its name alone. */
function nameOf(work: NamedWork): NamedWork {
  return work.id === undefined ? { project: work.project } : { id: work.id, title: work.title };
}

function runsOn(timer: TimeEntry | null, { work_item, general }: StartTimer): boolean {
  if (!timer) return false;
  if (!timer.work_item || !work_item)
    return !timer.work_item && !work_item && timer.project.id === general?.project_id;
  return sameItem(timer.work_item, { organization: timer.work_item.organization, ...work_item });
}

/** The tenant's policy refuses to start a timer while another one runs. */
class TimerRunningError extends Error {
  readonly running: TimeEntry;
  readonly wanted: WaitingStart;

  constructor(running: TimeEntry, wanted: WaitingStart) {
    super("a timer is running");
    this.running = running;
    this.wanted = wanted;
  }
}
