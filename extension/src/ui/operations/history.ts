/** What the history of an entry tells, as sentences: one paragraph for each thing that somebody has done. */

import type { TimeEntryHistory } from "../../api/client.ts";
import { formatDate, formatDateTime, formatDuration, formatHours } from "../format.ts";
import { formatChange } from "../report/format.ts";
import { minuteMs } from "../units.ts";
import { operationTexts } from "./texts.ts";

export type HistoryChange = TimeEntryHistory["data"][number];
type Kind = HistoryChange["operation"]["kind"];
type Adjustment = TimeEntryHistory["adjustments"][number];
type Written = TimeEntryHistory["written"][number];

/** Something that was done about an entry. */
export interface Told {
  id: string;
  at: string;
  by: HistoryChange["changed_by"];
  sentences: string[];
  reason: string | undefined;
}

/** Something that somebody has done to an entry. */
export interface Deed extends Told {
  kind: Kind;
  /** Whether it can be taken back from here. That a timer ran on can't, nor that time was recorded. */
  takesBack: boolean;
}

/** Everything that a history tells, the earliest first. */
export function toldOf(history: TimeEntryHistory, zone: string): Told[] {
  return [
    ...deedsOf(history.data, zone),
    ...history.adjustments.map(adjustmentTold),
    ...history.written.map(writtenTold),
  ].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

function adjustmentTold(adjustment: Adjustment): Told {
  const { id, made_at, made_by, reason } = adjustment;
  return {
    id,
    at: made_at,
    by: made_by,
    sentences: [adjustmentText(adjustment)],
    reason: reason || undefined,
  };
}

/** What an adjustment is for the entry: it settles it, corrects one of its days, or takes another one back. */
function adjustmentText({ ms, day, for_day, work_item, entry_id, reverses }: Adjustment): string {
  const { history } = operationTexts;
  const counts = formatDate(day, "medium");
  if (entry_id) {
    if (reverses) return history.settlementTakenBack;
    return ms === 0 ? history.settledNothing : history.settled(formatDuration(ms, "hours"), counts);
  }
  if (reverses) return history.adjustmentTakenBack(formatChange(ms), counts);
  const closed = formatDate(for_day, "medium");
  return history.adjusted(formatChange(ms), closed, work_item ? `#${work_item.id}` : "", counts);
}

function writtenTold({ id, written_at, written_by, work_item, hours }: Written): Told {
  const { history } = operationTexts;
  const text =
    hours < 0
      ? history.takenAway(formatHours(-hours), `#${work_item}`)
      : history.written(formatHours(hours), `#${work_item}`);
  return { id, at: written_at, by: written_by, sentences: [text], reason: undefined };
}

/** The changes of a history by what was done, the earliest first. */
export function deedsOf(history: readonly HistoryChange[], zone: string): Deed[] {
  const groups: HistoryChange[][] = [];
  for (const change of history) {
    const last = groups.at(-1);
    if (last?.[0]?.operation.id === change.operation.id) last.push(change);
    else groups.push([change]);
  }
  return groups.flatMap((changes) => {
    const [first] = changes;
    if (!first) return [];
    const { id, kind } = first.operation;
    return {
      id,
      at: first.changed_at,
      by: first.changed_by,
      kind,
      sentences: sentencesOf(kind, changes, zone),
      reason: first.reason,
      takesBack: kind !== "add" && kind !== "resume",
    };
  });
}

function sentencesOf(kind: Kind, changes: readonly HistoryChange[], zone: string): string[] {
  const { history } = operationTexts;
  const made = changes.some(({ field }) => field === "source");
  const fields = changes.flatMap((change) => fieldText(change, changes, zone));
  const end = changes.find(({ field }) => field === "stopped_at");
  const told = changes.flatMap((change) => (change === end ? [] : fieldText(change, changes, zone)));
  switch (kind) {
    case "add":
      return [history.added];
    case "copy":
      return [history.copied];
    case "import":
      return made ? [history.imported] : fields;
    case "resume":
      return [history.resumed];
    case "split":
      return made || !end ? [history.splitOff] : [history.split(instantText(end.new, end, zone))];
    case "merge":
      if (!end) return [history.mergedInto];
      return [history.merged(instantText(end.new, end, zone)), ...told];
    case "undo":
      return [history.takenBack, ...fields];
    case "bulk":
      return [...fields, history.together];
    case "change":
      return fields;
  }
}

/** The fields whose change says that nothing waits for a review any more. */
const saysSo: ReadonlySet<HistoryChange["field"]> = new Set(["started_at", "stopped_at", "voided_at"]);

/** What a change of a field was, in a sentence; nothing where another field of it says so already. */
function fieldText(change: HistoryChange, all: readonly HistoryChange[], zone: string): string[] {
  const { history } = operationTexts;
  const instant = (value: string) => instantText(value, change, zone);
  const { field, old, new: next } = change;
  switch (field) {
    case "started_at":
      return [history.start(instant(old), instant(next))];
    case "stopped_at":
      return [history.stop(instant(old), instant(next))];
    case "voided_at":
      return [next ? history.voided : history.restored];
    case "needs_review":
      if (next === "true") return [history.waits];
      return all.some((each) => saysSo.has(each.field)) ? [] : [history.confirmed];
    case "work_item":
      if (old === "") return [history.fromGeneral(`#${next}`)];
      return [next === "" ? history.toGeneral(`#${old}`) : history.item(`#${old}`, `#${next}`)];
    case "project":
      return [history.project(old, next)];
    case "activity":
      return [history.activity(old, next)];
    case "billable":
      return [history.billable[next === "true" ? "true" : "false"]];
    case "note":
      if (old === "") return [history.noteAdded(next)];
      return [next === "" ? history.noteRemoved(old) : history.note(old, next)];
    case "source":
      return []; // that the entry was made: what was done says so
  }
}

/** An instant, with its seconds where either end of its change has any. */
function instantText(value: string, { old, new: next }: HistoryChange, zone: string): string {
  if (value === "") return "";
  const seconds = [old, next].some((each) => Date.parse(each) % minuteMs > 0);
  return formatDateTime(Date.parse(value), zone, seconds);
}
