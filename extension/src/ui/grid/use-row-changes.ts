/** Changes of a whole row: its activity, and whether it is billable. Together they are one change with one Undo. */

import { useState } from "preact/hooks";
import type { BulkChange } from "../../api/client.ts";
import { entryTexts } from "../entry/texts.ts";
import { explain, type Failure } from "../failure.ts";
import type { WeekStore } from "../hub/week-entries.ts";
import { operationTexts } from "../operations/texts.ts";
import { changeAll, undoAll } from "../operations/use-bulk.ts";
import { useSession } from "../session.ts";
import { type RowActivity, type RowWork, withActivity, withBillable } from "./entry.ts";
import { entriesOfRow, type Row } from "./model.ts";
import type { Rows } from "./use-rows.ts";

export interface RowChanges {
  failure: Failure | null;
  dismiss(): void;
  /** Gives the key that the row has then. */
  setActivity(row: Row, activity: RowActivity): Promise<string>;
  setBillable(row: Row, billable: boolean): Promise<void>;
}

export function useRowChanges(store: WeekStore, rows: Rows, reason: string): RowChanges {
  const { api, me, timers } = useSession();
  const [failure, setFailure] = useState<Failure | null>(null);
  const zone = me.user.time_zone;

  /** Changes the row's entries of the week. It says whether any of them was changed. */
  async function change(row: Row, wanted: BulkChange, done: string): Promise<boolean> {
    setFailure(null);
    const entries = entriesOfRow(row).map(({ entry }) => entry);
    try {
      const { changed, refused } = await changeAll(api, entries, wanted, zone, reason || undefined);
      store.merge(changed);
      if (refused.length > 0) {
        const text = [operationTexts.bulk.refused(refused.length), ...refused.map((each) => each.text)].join(
          " ",
        );
        setFailure({ text, retryable: false });
      }
      if (changed.length > 0) timers.entriesChanged(done, () => undoAll(api, changed, zone));
      return changed.length > 0;
    } catch (error) {
      setFailure(explain(error));
      return false;
    }
  }

  /** A row without entries is only another one to add to. */
  const replace = (row: Row, work: RowWork) => rows.replace(row.key, work);

  return {
    failure,
    dismiss: () => setFailure(null),
    async setActivity(row, activity) {
      const work = withActivity(row.work, activity);
      if (entriesOfRow(row).length === 0) {
        replace(row, work);
        return work.key;
      }
      const done = entryTexts.isActivity(row.work.name, activity.name);
      return (await change(row, { activity_id: activity.id }, done)) ? work.key : row.key;
    },
    async setBillable(row, billable) {
      if (entriesOfRow(row).length === 0) replace(row, withBillable(row.work, billable));
      else await change(row, { billable }, entryTexts.isBillable(row.work.name, billable));
    },
  };
}
