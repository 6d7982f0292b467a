/** The changes that are made of an entry: what each is, how it shows, and how it is sent. */

import type { Api, TimeEntry, TimeEntryPatch } from "../../api/client.ts";
import { formatTime, formatTimeRange } from "../format.ts";
import { shownOn } from "../operations/conflict.tsx";
import { type Rest, restBody } from "../operations/rest.ts";
import { operationTexts } from "../operations/texts.ts";
import { texts } from "../texts.ts";
import { itemName, referenceOf, type Work } from "../work-item.ts";
import { entryTexts } from "./texts.ts";
import { type EntryChange, nameOf } from "./use-entry-changes.ts";

const iso = (instant: number) => new Date(instant).toISOString();
const given = (reason: string | undefined) => (reason ? { reason } : {});

/** Another start or end, in milliseconds since the epoch. Of a running timer only the start can be another. */
export function intervalChange(
  api: Pick<Api, "patchEntry" | "moveTimerStart">,
  entry: TimeEntry,
  { from, to }: { from: number; to: number },
  zone: string,
): EntryChange {
  const range = formatTimeRange(from, to, zone);
  const running = entry.stopped_at === undefined;
  const started = from !== Date.parse(entry.started_at) && { started_at: iso(from) };
  const stopped = !running && to !== Date.parse(entry.stopped_at ?? "") && { stopped_at: iso(to) };
  return {
    entry,
    shown: { ...started, ...stopped },
    what: `${nameOf(entry)}, ${range}`,
    done: entryTexts.corrected(nameOf(entry), range),
    send: (now, reason) =>
      running
        ? api.moveTimerStart(now.etag, iso(from))
        : api.patchEntry(entry.id, now.etag, { ...started, ...stopped, ...given(reason) }),
    ...(running && { undo: (before, after) => api.moveTimerStart(after.etag, before.started_at) }),
  };
}

/** Another work item, or time of a project without one. */
export function workChange(api: Pick<Api, "patchEntry">, entry: TimeEntry, work: Work): EntryChange {
  const to = itemName(work);
  return {
    entry,
    shown: shownOn(work),
    what: to,
    done: entryTexts.movedTo(nameOf(entry), to),
    send: (now, reason) => api.patchEntry(entry.id, now.etag, { ...referenceOf(work), ...given(reason) }),
  };
}

export function voidChange(api: Pick<Api, "voidEntry">, entry: TimeEntry, now: number): EntryChange {
  return {
    entry,
    shown: { voided_at: iso(now) },
    what: texts.entries.isVoided,
    done: entryTexts.voided(nameOf(entry)),
    send: (version, reason) => api.voidEntry(entry.id, version.etag, reason),
  };
}

/** Confirms what the server has stopped. */
export function keepChange(api: Pick<Api, "patchEntry">, entry: TimeEntry): EntryChange {
  return {
    entry,
    shown: { needs_review: false },
    what: entryTexts.keep,
    done: entryTexts.kept(nameOf(entry)),
    send: (now, reason) => api.patchEntry(entry.id, now.etag, { needs_review: false, ...given(reason) }),
  };
}

/** What is told about an entry, beside its time and its work. */
export type Told = Pick<TimeEntryPatch, "activity_id" | "billable" | "note">;

/** Another activity, billable flag or note; of a running timer too. */
export function toldChange(
  api: Pick<Api, "patchEntry" | "changeTimer">,
  entry: TimeEntry,
  told: Told,
  { shown, done }: Pick<EntryChange, "shown" | "done">,
): EntryChange {
  const running = entry.stopped_at === undefined;
  const before: Told = {
    ...(told.activity_id !== undefined && { activity_id: entry.activity.id }),
    // Another activity may decide anew about it.
    ...(told.note === undefined && { billable: entry.billable }),
    ...(told.note !== undefined && { note: entry.note ?? "" }),
  };
  return {
    entry,
    shown,
    what: done,
    done,
    send: (now, reason) =>
      running
        ? api.changeTimer(now.etag, told)
        : api.patchEntry(entry.id, now.etag, { ...told, ...given(reason) }),
    ...(running && { undo: (_, after) => api.changeTimer(after.etag, before) }),
  };
}

/** Two entries of one. The earlier one is the entry that it was. */
export function splitChange(
  api: Pick<Api, "splitEntry">,
  entry: TimeEntry,
  at: number,
  rest: Rest,
  zone: string,
): EntryChange {
  const done = entryTexts.wasSplit(nameOf(entry), formatTime(at, zone));
  return {
    entry,
    shown: { stopped_at: iso(at) },
    what: done,
    deed: operationTexts.conflict.splits(formatTime(at, zone)),
    done,
    send: async (now, reason) => {
      const body = { at: iso(at), ...restBody(rest), ...given(reason) };
      const { data } = await api.splitEntry(entry.id, now.etag, body);
      return data[0] ?? now;
    },
  };
}

/** One entry of two neighbours. The earlier one reaches to the end of the later one, which is void then. */
export function mergeChange(
  api: Pick<Api, "mergeEntries">,
  entry: TimeEntry,
  before: TimeEntry,
  now: number,
): EntryChange {
  return {
    entry,
    shown: { voided_at: iso(now) },
    what: operationTexts.mergeBefore,
    deed: operationTexts.conflict.merges,
    done: operationTexts.mergeDone,
    // Either of them may be a newer version than the one that was seen.
    send: (version, reason) =>
      api.mergeEntries(
        [version.id === before.id ? version : before, version.id === before.id ? entry : version].map(
          ({ id, etag }) => ({ id, etag }),
        ),
        given(reason),
      ),
  };
}

/** Takes back what was done to the entry last. */
export function putBackChange(api: Pick<Api, "undoEntry">, entry: TimeEntry): EntryChange {
  return {
    entry,
    shown: {},
    what: texts.entries.putBackTitle,
    done: texts.entries.putBackDone,
    send: (now, reason) => api.undoEntry(entry.id, now.etag, reason),
  };
}
