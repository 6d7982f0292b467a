/** Changes of several entries at once: how they are sent, what became of each, and one undo for all. */

import type { Api, BulkChange, TimeEntry, TimeEntryResult } from "../../api/client.ts";
import { ApiProblem } from "../../api/client.ts";
import { explain } from "../failure.ts";
import { intervalText } from "../interval-text.ts";
import { needsSeconds } from "../shown.ts";
import { dayMs, hourMs, minuteMs } from "../units.ts";
import { addDays, instantsOf, localDateTime } from "../zone.ts";
import { versionText } from "./conflict.tsx";
import { operationTexts } from "./texts.ts";

/** So many entries are changed by one request. */
const mostEntries = 200;

/** An entry that was not changed, and why, in words. */
export interface Refused {
  id: string;
  text: string;
  /** The entry as it is now, where somebody else has changed it first. */
  theirs?: TimeEntry | undefined;
}

export interface BulkOutcome {
  changed: TimeEntry[];
  refused: Refused[];
}

/** The same for all of them, or a change for each. */
type ChangeOf = BulkChange | ((entry: TimeEntry) => BulkChange);

/**
 * Changes entries. Those with the same change go together. What another of them was in the way of is tried again, for as
 * long as one gets out of the way.
 */
export async function changeAll(
  api: Pick<Api, "changeEntries">,
  entries: readonly TimeEntry[],
  change: ChangeOf,
  zone: string,
  reason?: string,
): Promise<BulkOutcome> {
  const outcome: BulkOutcome = { changed: [], refused: [] };
  let left = entries;
  for (;;) {
    const groups = groupsOf(left, change);
    const before = outcome.changed.length;
    const inTheWay: Refused[] = [];
    for (const [wanted, group] of groups) {
      const seen = group.map(({ id, etag }) => ({ id, etag }));
      const { results } = await api.changeEntries(seen, wanted, reason);
      for (const result of results) collect(outcome, result, group, inTheWay, zone);
    }
    left = entries.filter(({ id }) => inTheWay.some((each) => each.id === id));
    // One request sees to those within it by itself.
    if (left.length === 0 || groups.length === 1 || outcome.changed.length === before) {
      outcome.refused.push(...inTheWay);
      return outcome;
    }
  }
}

function groupsOf(entries: readonly TimeEntry[], change: ChangeOf): [BulkChange, TimeEntry[]][] {
  const groups = new Map<string, [BulkChange, TimeEntry[]]>();
  for (const entry of entries) {
    const wanted = typeof change === "function" ? change(entry) : change;
    const key = JSON.stringify(wanted);
    const group = groups.get(key) ?? [wanted, []];
    groups.set(key, group);
    group[1].push(entry);
  }
  return [...groups.values()].flatMap(([wanted, group]) => {
    const parts: [BulkChange, TimeEntry[]][] = [];
    for (let i = 0; i < group.length; i += mostEntries) parts.push([wanted, group.slice(i, i + mostEntries)]);
    return parts;
  });
}

function collect(
  outcome: BulkOutcome,
  { id, time_entry, problem }: TimeEntryResult,
  group: TimeEntry[],
  inTheWay: Refused[],
  zone: string,
) {
  if (time_entry) outcome.changed.push(time_entry);
  const entry = group.find((each) => each.id === id);
  if (!problem || !entry) return;
  const when = intervalText(entry, zone, needsSeconds(entry));
  const { bulk } = operationTexts;
  const theirs = problem.status === 412 ? problem.time_entry : undefined;
  if (theirs) {
    outcome.refused.push({ id, theirs, text: bulk.overtaken(when, versionText(theirs, zone)) });
    return;
  }
  const text = bulk.refusal(when, explain(new ApiProblem(problem)).text);
  (problem.code === "interval_overlaps" ? inTheWay : outcome.refused).push({ id, text });
}

/** Takes back what was changed, and says how much of it. */
export async function undoAll(
  api: Pick<Api, "changeEntries">,
  changed: readonly TimeEntry[],
  zone: string,
): Promise<string> {
  const { changed: back, refused } = await changeAll(api, changed, { undo: true }, zone);
  const { undone, notUndone } = operationTexts.bulk;
  return [back.length > 0 && undone(back.length), refused.length > 0 && notUndone(refused.length)]
    .filter(Boolean)
    .join(" ");
}

export type ShiftUnit = "minutes" | "hours" | "days";

const unitMs: Record<Exclude<ShiftUnit, "days">, number> = { minutes: minuteMs, hours: hourMs };

/** By how many milliseconds an entry moves. A day later is the same time on the clock, however long the day is. */
export function shiftOf(entry: TimeEntry, count: number, unit: ShiftUnit, zone: string): number {
  if (unit !== "days") return count * unitMs[unit];
  const start = Date.parse(entry.started_at);
  const local = localDateTime(start, zone);
  const [same, again] = instantsOf(addDays(local.slice(0, 10), count) + local.slice(10), zone);
  // In an hour that comes twice, the pass stays the same where there are two again.
  const second = start >= (instantsOf(local, zone)[1] ?? Number.POSITIVE_INFINITY);
  const target = (second ? again : undefined) ?? same;
  // A local time has no milliseconds. One that the clocks skip is moved by full days.
  return target === undefined ? count * dayMs : target - Math.floor(start / 1_000) * 1_000;
}
