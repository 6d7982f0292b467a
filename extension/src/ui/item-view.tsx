/** The page "Time" of a work item: its entries, the latest first. */

import { useRef, useState } from "preact/hooks";
import type { ListEntriesQuery, WorkItem } from "../api/client.ts";
import type { WorkItemContext } from "../frame/work-item-form.ts";
import { AddTime } from "./add-time.tsx";
import { Button, FailureNotice, Loading, Segments } from "./controls.tsx";
import { EntryTable, entriesPerPage } from "./entries.tsx";
import { useFocusBack } from "./focus.ts";
import { useFollowing } from "./following.ts";
import { FormNews } from "./form-news.tsx";
import { useFreshFacts } from "./fresh-facts.ts";
import { useTimerState } from "./hooks.ts";
import { ItemFigures, knownItem, useItemTime } from "./item-time.tsx";
import { ShowMore, usePaging } from "./paging.tsx";
import { isAdmin, useSession } from "./session.ts";
import { OnShownItem } from "./shown-item.tsx";
import { texts } from "./texts.ts";
import { LateNotice } from "./waiting-view.tsx";
import { type ItemReference, itemName, referenceTo, startOnForm } from "./work-item.ts";
import { ZoneProposal } from "./zone-notices.tsx";
import "./item-view.css";

export function ItemPage() {
  const { frame } = useSession();
  return (
    <section class="page">
      <LateNotice />
      <h1 tabIndex={-1}>{texts.entries.title}</h1>
      <OnShownItem>
        {(item) => <ItemEntries item={item} reference={referenceTo(item, frame.context)} />}
      </OnShownItem>
      <ZoneProposal />
    </section>
  );
}

function ItemEntries({ item, reference }: { item: WorkItemContext; reference: ItemReference }) {
  const time = useItemTime(reference);
  useFollowing(time);
  useFreshFacts(time);
  const known = knownItem(time, reference);
  return (
    <>
      <ItemFigures time={time} />
      <FormNews item={item} completed={time.data?.completed_work} />
      <AddHere item={item} />
      {(known || time.failure) && <Entries item={entriesOf(reference, known)} />}
    </>
  );
}

/** Adds time on the item by hand. */
function AddHere({ item }: { item: WorkItemContext }) {
  const { me, frame } = useSession();
  const [open, setOpen] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  useFocusBack(place, open);
  if (me.tenant.status !== "active") return null;
  const { work_item } = startOnForm(item, frame.context);
  const close = () => setOpen(false);
  return (
    <div ref={place} class={open ? "page-add" : undefined}>
      {open ? (
        <AddTime
          name={itemName({ id: work_item.id, title: item.title })}
          work={{ work_item }}
          onCancel={close}
          onAdded={close}
        />
      ) : (
        <Button onClick={() => setOpen(true)}>{texts.switch.addTime}</Button>
      )}
    </div>
  );
}

/** Our id finds the entries whatever organization and project are called now. */
function entriesOf(reference: ItemReference, known: WorkItem | undefined): ListEntriesQuery {
  if (known?.uid) return { work_item_id: known.uid };
  return { organization: [reference.organization], project: [reference.project], work_item_id: reference.id };
}

function Entries({ item }: { item: ListEntriesQuery }) {
  const { api, me, timers } = useSession();
  const { changes } = useTimerState(timers);
  const [everybody, setEverybody] = useState(false);
  const [voided, setVoided] = useState(false);
  const query = {
    ...item,
    scope: everybody ? "tenant" : "own",
    ...(voided && { include_voided: true }),
  } as const;
  const entries = usePaging(
    (position) => api.listEntries({ ...query, ...position }),
    { ...query, changes },
    { size: entriesPerPage, appends: true },
  );
  return (
    <>
      <div class="page-choices">
        {isAdmin(me) && (
          <Segments
            legend={texts.entries.whose}
            value={everybody ? "everybody" : "own"}
            options={[
              { value: "own", text: texts.entries.own },
              { value: "everybody", text: texts.entries.everybody },
            ]}
            onChange={(whose) => setEverybody(whose === "everybody")}
          />
        )}
        <label class="checkbox">
          <input
            type="checkbox"
            checked={voided}
            onChange={(event) => setVoided(event.currentTarget.checked)}
          />
          {texts.entries.voidedToo}
        </label>
      </div>
      {entries.failure && <FailureNotice failure={entries.failure} onRetry={entries.reload} />}
      {!entries.items && !entries.failure && <Loading />}
      {entries.items?.length === 0 && (
        <p class="empty">{everybody ? texts.entries.empty : texts.entries.emptyOwn}</p>
      )}
      {entries.items && entries.items.length > 0 && (
        <EntryTable
          entries={entries.items}
          caption={texts.entries.caption}
          showWho={everybody}
          more={entries.next !== undefined}
        />
      )}
      <ShowMore paging={entries} />
    </>
  );
}
