/**
 * What is typed into cells, on its way to the server. Cells are changed one after the other, since each may take the time
 * that another one left free. What can't be saved stays in its cell, with the reason.
 */

import { type Api, ApiProblem, OfflineError, type TimeEntry } from "../../api/client.ts";
import { explain } from "../failure.ts";
import type { GridEntry, RowWork } from "./entry.ts";
import type { Plan, Refusal, Step } from "./plan.ts";

/** A cell: a row's work on a day. */
export interface CellTarget {
  work: RowWork;
  date: string;
}

export const cellKey = ({ work, date }: CellTarget) => `${date} ${work.key}`;

export type EditState =
  | { kind: "saving" }
  /** The server isn't reached. It is sent again by itself. */
  | { kind: "offline" }
  | { kind: "refused"; refusal: Refusal }
  | { kind: "failed"; text: string }
  /** A part of it was saved and could not be taken back. */
  | { kind: "half"; text: string }
  /** What was typed is no duration. */
  | { kind: "unread"; text: string }
  /** The cell was changed meanwhile: what it holds now, in milliseconds. */
  | { kind: "conflict"; theirs: number };

/** What is to be the sum of a cell, in milliseconds. */
export interface CellEdit {
  /** Another one for each time that something is typed. */
  id: number;
  target: CellTarget;
  wanted: number;
  state: EditState;
}

export type EditApi = Pick<Api, "addEntry" | "patchEntry" | "voidEntry" | "undoEntry" | "entry">;

interface EditHost {
  api: EditApi;
  /** What makes the cell's sum the one wanted. */
  plan(target: CellTarget, wanted: number): Plan<GridEntry>;
  /** What the cell holds now, in milliseconds. */
  sumOf(target: CellTarget): number;
  /** Takes in what the server has answered. */
  merge(changed: readonly TimeEntry[]): void;
  /** Why the person changes old time; empty without a reason. */
  reason(): string;
  /** Says what was done, and offers to take it back. */
  onDone(done: { edits: readonly CellEdit[]; left: number }, undo: () => Promise<void>): void;
  /** Called when something fails that the person should hear of. */
  onFailed(edit: CellEdit): void;
}

/** A request that takes a step back. */
type TakeBack = () => Promise<TimeEntry>;

/** The waits between attempts, in milliseconds; the last one repeats. */
const againMs = [2_000, 5_000, 10_000, 20_000, 30_000, 60_000];

export class GridEdits {
  readonly #host: EditHost;
  readonly #listeners = new Set<() => void>();
  #edits: ReadonlyMap<string, CellEdit> = new Map();
  #working: Promise<void> = Promise.resolve();
  #wake: (() => void) | undefined;
  #last = 0;
  #closed = false;

  constructor(host: EditHost) {
    this.#host = host;
  }

  /** What isn't saved, by the key of its cell. */
  get state(): ReadonlyMap<string, CellEdit> {
    return this.#edits;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Saves sums. Together they are one change, which is taken back as a whole. It never rejects. */
  put(sums: readonly { target: CellTarget; wanted: number }[]): Promise<void> {
    const edits = sums.map(
      ({ target, wanted }): CellEdit => ({ id: ++this.#last, target, wanted, state: { kind: "saving" } }),
    );
    this.#set(new Map([...this.#edits, ...edits.map((edit) => [cellKey(edit.target), edit] as const)]));
    this.#working = this.#working.then(() => this.#run(edits));
    return this.#working;
  }

  /** Keeps a text that is no duration in its cell. */
  keep(target: CellTarget, text: string): void {
    const edit: CellEdit = { id: ++this.#last, target, wanted: 0, state: { kind: "unread", text } };
    this.#set(new Map(this.#edits).set(cellKey(target), edit));
  }

  /** Leaves a cell as it is on the server. */
  drop(target: CellTarget): void {
    const next = new Map(this.#edits);
    next.delete(cellKey(target));
    this.#set(next);
    this.#wake?.();
  }

  /** Tries at once what the server wasn't reached for. */
  tryNow(): void {
    this.#wake?.();
  }

  /** Sends nothing any more. */
  close(): void {
    this.#closed = true;
    this.#wake?.();
  }

  async #run(edits: readonly CellEdit[]): Promise<void> {
    const done: CellEdit[] = [];
    const takeBacks: TakeBack[] = [];
    let left = 0;
    for (const edit of edits) {
      // Something else was typed meanwhile, or it was dropped.
      if (!this.#isWanted(edit)) continue;
      const plan = this.#host.plan(edit.target, edit.wanted);
      if (!plan.ok) {
        this.#fail(edit, { kind: "refused", refusal: plan.refusal });
        left++;
        continue;
      }
      const own = await this.#carryOut(edit, plan.steps);
      // Who has dropped it meanwhile knows.
      if (!own && this.#isWanted(edit)) left++;
      if (!own) continue;
      if (this.#isWanted(edit)) this.drop(edit.target);
      if (own.length === 0) continue;
      takeBacks.push(...own);
      done.push(edit);
    }
    if (done.length === 0) return;
    this.#host.onDone({ edits: done, left }, async () => {
      for (const takeBack of takeBacks.reverse()) this.#host.merge([await takeBack()]);
    });
  }

  /** Carries out a plan's steps. When one is refused, those before it are taken back; it gives undefined then. */
  async #carryOut(edit: CellEdit, steps: readonly Step<GridEntry>[]): Promise<TakeBack[] | undefined> {
    const takeBacks: TakeBack[] = [];
    try {
      for (const step of steps) takeBacks.push(await this.#send(edit, step));
      return takeBacks;
    } catch (error) {
      const whole = await this.#takeBack(takeBacks);
      if (this.#isWanted(edit)) await this.#explain(edit, steps, error, whole);
      return undefined;
    }
  }

  /** Sends a step until the server answers. */
  async #send(edit: CellEdit, step: Step<GridEntry>): Promise<TakeBack> {
    const request = new StepRequest(this.#host.api, step, edit.target, this.#host.reason());
    for (let attempt = 0; ; attempt++) {
      try {
        const entry = await request.send();
        this.#host.merge([entry]);
        if (attempt > 0) this.#mark(edit, { kind: "saving" });
        return () => request.takeBack(entry);
      } catch (error) {
        if (!(error instanceof OfflineError)) throw error;
        this.#mark(edit, { kind: "offline" });
        await this.#pause(againMs[Math.min(attempt, againMs.length - 1)] ?? 0);
        if (!this.#isWanted(edit)) throw error;
      }
    }
  }

  async #takeBack(takeBacks: readonly TakeBack[]): Promise<boolean> {
    try {
      for (const takeBack of [...takeBacks].reverse()) this.#host.merge([await takeBack()]);
      return true;
    } catch {
      return false;
    }
  }

  async #explain(edit: CellEdit, steps: readonly Step<GridEntry>[], error: unknown, whole: boolean) {
    if (error instanceof ApiProblem && error.status === 412 && whole) {
      await this.#readAgain(steps, error);
      this.#fail(edit, { kind: "conflict", theirs: this.#host.sumOf(edit.target) });
      return;
    }
    const { text } = explain(error);
    this.#fail(edit, { kind: whole ? "failed" : "half", text });
  }

  /** Takes in how the entries are now that somebody else has changed. */
  async #readAgain(steps: readonly Step<GridEntry>[], problem: ApiProblem): Promise<void> {
    const told = problem.timeEntry ? [problem.timeEntry] : [];
    const ids = steps.flatMap((step) => (step.kind === "add" ? [] : [step.entry.id]));
    const read = ids.filter((id) => !told.some((entry) => entry.id === id));
    const entries = await Promise.all(read.map((id) => this.#host.api.entry(id).catch(() => undefined)));
    this.#host.merge([...told, ...entries.filter((entry) => entry !== undefined)]);
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timeout = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timeout);
        resolve();
      };
    });
  }

  #fail(edit: CellEdit, state: EditState): void {
    this.#mark(edit, state);
    this.#host.onFailed({ ...edit, state });
  }

  #mark(edit: CellEdit, state: EditState): void {
    if (this.#isWanted(edit)) this.#set(new Map(this.#edits).set(cellKey(edit.target), { ...edit, state }));
  }

  /** Whether nothing else was typed into its cell meanwhile, and it wasn't dropped. */
  #isWanted({ id, target }: CellEdit): boolean {
    return !this.#closed && this.#edits.get(cellKey(target))?.id === id;
  }

  #set(edits: ReadonlyMap<string, CellEdit>): void {
    this.#edits = edits;
    for (const listener of this.#listeners) listener();
  }
}

/** A step as a request. Sent again after a lost answer, it takes effect once. */
class StepRequest {
  readonly #key = crypto.randomUUID();
  #lost = false;

  constructor(
    readonly api: EditApi,
    readonly step: Step<GridEntry>,
    readonly target: CellTarget,
    readonly reason: string,
  ) {}

  async send(): Promise<TimeEntry> {
    try {
      return await this.#request();
    } catch (error) {
      const done = this.#lost && error instanceof ApiProblem ? await this.#doneBefore() : undefined;
      if (done) return done;
      if (error instanceof OfflineError) this.#lost = true;
      throw error;
    }
  }

  #request(): Promise<TimeEntry> {
    const { api, step, target } = this;
    const reason = this.reason ? { reason: this.reason } : {};
    switch (step.kind) {
      case "add":
        return api.addEntry({ ...target.work.input, ...instantsOf(step), ...reason }, this.#key);
      case "change": {
        const { started_at, stopped_at } = instantsOf(step);
        const changed = {
          ...(step.from !== step.entry.from && { started_at }),
          ...(step.to !== step.entry.to && { stopped_at }),
        };
        return api.patchEntry(step.entry.id, step.entry.etag, { ...changed, ...reason });
      }
      case "void":
        return api.voidEntry(step.entry.id, step.entry.etag, this.reason || undefined);
    }
  }

  /** The entry, where an attempt whose answer was lost has changed it already. */
  async #doneBefore(): Promise<TimeEntry | undefined> {
    const { api, step } = this;
    if (step.kind === "add") return undefined;
    const entry = await api.entry(step.entry.id).catch(() => undefined);
    if (!entry || entry.etag === step.entry.etag) return undefined;
    if (step.kind === "void") return entry.voided_at ? entry : undefined;
    const same = Date.parse(entry.started_at) === step.from && Date.parse(entry.stopped_at ?? "") === step.to;
    return same && !entry.voided_at ? entry : undefined;
  }

  takeBack({ id, etag }: TimeEntry): Promise<TimeEntry> {
    const reason = this.reason || undefined;
    return this.step.kind === "add"
      ? this.api.voidEntry(id, etag, reason)
      : this.api.undoEntry(id, etag, reason);
  }
}

function instantsOf({ from, to }: { from: number; to: number }) {
  return { started_at: new Date(from).toISOString(), stopped_at: new Date(to).toISOString() };
}
