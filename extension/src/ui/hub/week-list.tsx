/** The week as a list of its entries, of which several are changed together. */

import { useMemo } from "preact/hooks";
import { FailureNotice, Loading } from "../controls.tsx";
import { EntryTable } from "../entries.tsx";
import { formatDateSpan } from "../format.ts";
import { hubTexts } from "./texts.ts";
import type { ShownWeek } from "./use-week.ts";
import { useWeekEntries } from "./week-entries.ts";
import "./week-list.css";

const texts = hubTexts.list;

/** The latest first, as in every list of entries. */
export function WeekList({ week }: { week: ShownWeek }) {
  const store = useWeekEntries(week.first);
  const { entries, failure } = store;
  const latestFirst = useMemo(
    () => entries?.toSorted((a, b) => Date.parse(b.started_at) - Date.parse(a.started_at)),
    [entries],
  );
  return (
    <section class="week-list" aria-busy={!entries && !failure}>
      {failure && <FailureNotice failure={failure} onRetry={() => void store.reload()} />}
      {!latestFirst && !failure && <Loading />}
      {latestFirst?.length === 0 && <p class="empty">{texts.empty}</p>}
      {latestFirst && latestFirst.length > 0 && (
        <EntryTable
          key={week.first}
          entries={latestFirst}
          caption={texts.caption(formatDateSpan(week.first, week.last, week.today))}
          showItem
        />
      )}
    </section>
  );
}
