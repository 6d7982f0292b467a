/** The page "Time" of a work item: its entries, the latest first. */

import { useState } from "preact/hooks";
import { Button, FailureNotice, Loading } from "./controls.tsx";
import { EntryTable } from "./entries.tsx";
import { usePagedEntries, useTimerState } from "./hooks.ts";
import { TimeOnItem } from "./item-time.tsx";
import { isAdmin, useSession } from "./session.ts";
import { OnShownItem } from "./shown-item.tsx";
import { texts } from "./texts.ts";
import { type ItemReference, referenceTo } from "./work-item.ts";
import "./item-view.css";

export function ItemPage() {
  const { frame } = useSession();
  return (
    <section class="page">
      <h1 tabIndex={-1}>{texts.entries.title}</h1>
      <OnShownItem>{(item) => <ItemEntries reference={referenceTo(item, frame.organization)} />}</OnShownItem>
    </section>
  );
}

function ItemEntries({ reference }: { reference: ItemReference }) {
  const { api, me, timers } = useSession();
  const { changes } = useTimerState(timers);
  const [everybody, setEverybody] = useState(false);
  const entries = usePagedEntries(
    api,
    {
      organization: reference.organization,
      project: reference.project,
      work_item_id: reference.id,
      scope: everybody ? "tenant" : "own",
    },
    changes,
  );

  return (
    <>
      <TimeOnItem reference={reference} />
      {isAdmin(me) && (
        <label class="checkbox">
          <input
            type="checkbox"
            checked={everybody}
            onChange={(event) => setEverybody(event.currentTarget.checked)}
          />
          {texts.entries.everybody}
        </label>
      )}
      {entries.failure && <FailureNotice failure={entries.failure} onRetry={entries.retry} />}
      {!entries.data && !entries.failure && <Loading />}
      {entries.data?.length === 0 && (
        <p class="empty">{everybody ? texts.entries.empty : texts.entries.emptyOwn}</p>
      )}
      {entries.data && entries.data.length > 0 && (
        <EntryTable entries={entries.data} caption={texts.entries.caption} showWho={everybody} />
      )}
      {entries.more && (
        <Button onClick={entries.more} disabled={entries.loading}>
          {entries.loading ? texts.loading : texts.showMore}
        </Button>
      )}
    </>
  );
}
