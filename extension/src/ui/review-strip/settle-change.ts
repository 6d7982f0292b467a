import type { Api, TimeAdjustment, TimeEntry } from "../../api/client.ts";
import { type EntryChange, nameOf } from "../entry/use-entry-changes.ts";
import { formatDuration } from "../format.ts";
import { reviewTexts } from "./texts.ts";

/** Says what of an entry counts whose time is closed. It stays as it is, and what counts does so on an open day. */
export function settleChange(
  api: Pick<Api, "settleEntry" | "reverseAdjustment" | "entry">,
  entry: TimeEntry,
  ms: number,
): EntryChange {
  const key = crypto.randomUUID();
  const length = formatDuration(ms, "hours");
  let made: TimeAdjustment | undefined;
  return {
    entry,
    shown: { settled: true },
    plain: true,
    what: reviewTexts.keep(length),
    done: ms > 0 ? reviewTexts.settled(nameOf(entry), length) : reviewTexts.settledNothing(nameOf(entry)),
    async send() {
      made = await api.settleEntry(entry.id, ms, key);
      return api.entry(entry.id);
    },
    undo: async () => made && api.reverseAdjustment(made.id, reviewTexts.undoReason),
  };
}
