/** Entries that the server has stopped. Without any, nothing is shown. */

import { FailureNotice } from "../controls.tsx";
import { EntryTable, entriesPerPage } from "../entries.tsx";
import { useTimerState } from "../hooks.ts";
import { ShowMore, usePaging } from "../paging.tsx";
import { useSession } from "../session.ts";
import { texts } from "../texts.ts";

export function Review() {
  const { api, me, timers } = useSession();
  const { changes } = useTimerState(timers);
  const entries = usePaging(
    (position) => api.listEntries({ needs_review: true, ...position }),
    { changes },
    { size: entriesPerPage, appends: true },
  );
  if (!entries.failure && (!entries.items || entries.items.length === 0)) return null;
  return (
    <section class="card" aria-labelledby="review">
      <h2 id="review" tabIndex={-1}>
        {texts.hub.review}
      </h2>
      {entries.failure && <FailureNotice failure={entries.failure} onRetry={entries.reload} />}
      {entries.items && entries.items.length > 0 && (
        <>
          <p class="secondary">
            {texts.hub.reviewLead}{" "}
            {me.tenant.status === "active" ? texts.entries.review : texts.entries.reviewLater}
          </p>
          <EntryTable entries={entries.items} caption={texts.hub.review} showItem />
        </>
      )}
      <ShowMore paging={entries} />
    </section>
  );
}
