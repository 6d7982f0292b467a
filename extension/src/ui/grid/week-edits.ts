/**
 * What is typed into the cells of weeks and isn't saved, for as long as the person is signed in. It goes on, and is kept,
 * whichever week, view or part of the hub is shown.
 */

import { hubTexts } from "../hub/texts.ts";
import type { WeekStore } from "../hub/week-entries.ts";
import type { Session } from "../session.ts";
import type { TimerStore } from "../timer-store.ts";
import { planFor, sumOf } from "./cells.ts";
import type { ClosedDay } from "./closed.ts";
import { type CellEdit, GridEdits } from "./edits.ts";
import { editText } from "./refusal-text.ts";

const texts = hubTexts.grid;

/** What a week's grid knows as long as it is shown. What it knew last holds after that. */
export interface WeekGiven {
  store: WeekStore;
  session: Pick<Session, "api" | "me" | "timers">;
  /** Why old time is changed. */
  reason: string;
  closedOn: (date: string) => ClosedDay;
}

export class WeekEdits {
  readonly edits: GridEdits;
  /** What is said at once of what failed last. */
  failure = "";
  /** Whether the week's grid shows what isn't saved. */
  shown = false;

  constructor(
    /** The first day of the week. */
    readonly first: string,
    public given: WeekGiven,
    readonly tell: () => void,
  ) {
    const { api } = given.session;
    this.edits = new GridEdits({
      api,
      plan: (target, wanted) => {
        const { store, session, closedOn } = this.given;
        const { me, timers } = session;
        const closed = closedOn(target.date);
        return planFor(store, target, wanted, me.user.time_zone, timers.clock.now(), closed);
      },
      sumOf: (target) => sumOf(this.given.store, target, this.given.session.me.user.time_zone),
      merge: (changed) => this.given.store.merge(changed),
      reason: () => this.given.reason,
      onDone: (done, undo) => this.#done(done, undo),
      onFailed: (edit) => {
        const { work, date } = edit.target;
        this.failure = texts.notSaved(work.name, date, editText(edit));
        tell();
      },
    });
    this.edits.subscribe(tell);
  }

  #done({ edits, left }: { edits: readonly CellEdit[]; left: number }, undo: () => Promise<void>): void {
    this.failure = "";
    const [first] = edits;
    if (!first) return;
    const { work, date } = first.target;
    const what =
      edits.length === 1 ? texts.changed(work.name, date, first.wanted) : texts.changedMany(edits.length);
    const said = left > 0 ? `${what} ${texts.someLeft(left)}` : what;
    this.given.session.timers.entriesChanged(said, async () => {
      await undo();
      return texts.undone;
    });
  }
}

/** The weeks that were typed into. */
export class AllEdits {
  readonly #weeks = new Map<string, WeekEdits>();
  readonly #listeners = new Set<() => void>();

  get weeks(): readonly WeekEdits[] {
    return [...this.#weeks.values()].sort((a, b) => (a.first < b.first ? -1 : 1));
  }

  of(first: string): WeekEdits | undefined {
    return this.#weeks.get(first);
  }

  begin(first: string, given: WeekGiven): WeekEdits {
    const week = this.#weeks.get(first) ?? new WeekEdits(first, given, () => this.#tell());
    this.#weeks.set(first, week);
    return week;
  }

  /** Notes whether the week's grid is shown. */
  show(week: WeekEdits, shown: boolean): void {
    week.shown = shown;
    this.#tell();
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tryNow(): void {
    for (const { edits } of this.#weeks.values()) edits.tryNow();
  }

  /** Sends nothing any more: somebody else may have signed in. */
  close(): void {
    for (const { edits } of this.#weeks.values()) edits.close();
    this.#weeks.clear();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

const editsOf = new WeakMap<TimerStore, AllEdits>();

/** What the person has typed, who has the timers. */
export function allEditsOf(timers: TimerStore): AllEdits {
  const all = editsOf.get(timers) ?? new AllEdits();
  editsOf.set(timers, all);
  return all;
}
