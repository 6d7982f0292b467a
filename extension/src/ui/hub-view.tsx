/** The hub "Time": the running timer, recent items, entries to review, the week and the month's report. */

import { useRef, useState } from "preact/hooks";
import type { TimeEntry, WorkItem } from "../api/client.ts";
import { Administration } from "./admin/administration.tsx";
import { adminTexts } from "./admin/texts.ts";
import { Button, FailureNotice, Loading } from "./controls.tsx";
import { EntryTable, entriesPerPage } from "./entries.tsx";
import { useFocusHandover } from "./focus.ts";
import { formatTimeNear } from "./format.ts";
import { useAsync, useTimerState } from "./hooks.ts";
import { ItemLink } from "./item-link.tsx";
import { MonthReport } from "./month-report.tsx";
import { ShowMore, usePaging } from "./paging.tsx";
import { PendingWrites } from "./pending-writes.tsx";
import { isolate } from "./sentence.ts";
import { isAdmin, useSession } from "./session.ts";
import { Tabs } from "./tabs.tsx";
import { texts } from "./texts.ts";
import { CommandButton, RunningClock, TimerFailure } from "./timer-view.tsx";
import { ReadOnlyNotice } from "./trial.tsx";
import { isWaiting, LateNotice } from "./waiting-view.tsx";
import { Week } from "./week.tsx";
import { itemName, sameItem, startAgain } from "./work-item.ts";
import { ZoneProposal } from "./zone-notices.tsx";
import { ZoneSetting } from "./zone-setting.tsx";
import "./hub-view.css";

export function Hub() {
  const { me } = useSession();
  const [part, setPart] = useState<"time" | "administration">("time");
  return (
    <div class="hub">
      <header class="hub-header">
        <h1 tabIndex={-1}>{texts.hub.title}</h1>
        <ZoneSetting />
      </header>
      <ZoneProposal />
      {isAdmin(me) ? (
        <Tabs
          label={texts.hub.parts}
          selected={part}
          onSelect={setPart}
          tabs={[
            { id: "time", text: texts.hub.myTime },
            { id: "administration", text: adminTexts.tab },
          ]}
        >
          {part === "time" ? <MyTime /> : <Administration />}
        </Tabs>
      ) : (
        <MyTime />
      )}
    </div>
  );
}

function MyTime() {
  const { me } = useSession();
  return (
    <>
      {me.tenant.status !== "active" && <ReadOnlyNotice />}
      <PendingWrites />
      <div class="hub-columns">
        <div class="hub-column">
          <Running />
          <Recent />
        </div>
        <div class="hub-column">
          <Review />
          <Week />
          <MonthReport />
        </div>
      </div>
    </>
  );
}

function Running() {
  const { timers } = useSession();
  const { timer, readFailure } = useTimerState(timers);
  return (
    <section class="card" aria-labelledby="running">
      <h2 id="running" tabIndex={-1}>
        {texts.timer.running}
      </h2>
      {timer === undefined && !readFailure && <Loading />}
      {timer === null && <p class="empty">{texts.timer.idle}</p>}
      {timer && <RunningTimer timer={timer} />}
      <TimerFailure />
      <LateNotice />
    </section>
  );
}

function RunningTimer({ timer }: { timer: TimeEntry }) {
  const { me, timers } = useSession();
  const state = useTimerState(timers);
  const { autoStopAt } = state;
  const waits = isWaiting(state, timers.clock.estimate()) ? state.waiting.at(-1) : undefined;
  const content = useRef<HTMLDivElement>(null);
  useFocusHandover(content);
  const zone = me.user.time_zone;
  const now = timers.clock.now();
  return (
    <div ref={content}>
      <div class="group-timer">
        <RunningClock timer={timer} {...(waits && { until: waits.pressedAt })} />
        <CommandButton
          command="stopping"
          kind="primary"
          disabled={waits?.kind === "stop"}
          onClick={() => void timers.stop()}
        >
          {waits?.kind === "stop" ? texts.timer.stopping : texts.timer.stop}
        </CommandButton>
        <CommandButton
          command="discarding"
          disabled={waits !== undefined}
          onClick={() => void timers.discard()}
        >
          {texts.timer.discard}
        </CommandButton>
      </div>
      <p class="running-item">
        <ItemLink item={timer.work_item} /> <bdi class="secondary">{timer.work_item.project}</bdi>
      </p>
      <p class="secondary">
        {texts.timer.runningSince(formatTimeNear(Date.parse(timer.started_at), now, zone))}
        {autoStopAt !== undefined && `. ${texts.timer.autoStop(formatTimeNear(autoStopAt, now, zone))}.`}
      </p>
    </div>
  );
}

const recentEntries = 100;
const recentItems = 6;

/** The items of the entries without repetition, the latest first. */
export function distinctItems(entries: readonly TimeEntry[]): WorkItem[] {
  const items: WorkItem[] = [];
  for (const { work_item } of entries) {
    if (!items.some((item) => sameItem(item, work_item))) items.push(work_item);
  }
  return items;
}

function Recent() {
  const { api, timers } = useSession();
  const { changes, timer } = useTimerState(timers);
  const entries = useAsync(() => api.listEntries({ limit: recentEntries }), [api, changes]);
  const items = distinctItems(entries.data?.data ?? [])
    .filter((item) => !timer || !sameItem(item, timer.work_item))
    .slice(0, recentItems);
  return (
    <section class="card" aria-labelledby="recent">
      <h2 id="recent" tabIndex={-1}>
        {texts.hub.recent}
      </h2>
      {entries.failure && <FailureNotice failure={entries.failure} onRetry={entries.reload} />}
      {!entries.data && !entries.failure && <Loading />}
      {entries.data && items.length === 0 && <p class="empty">{texts.hub.recentEmpty}</p>}
      <ul class="recent">
        {items.map((item) => (
          <RecentItem key={item.uid ?? `${item.organization}/${item.id}`} item={item} />
        ))}
      </ul>
    </section>
  );
}

function RecentItem({ item }: { item: WorkItem }) {
  const { me, timers } = useSession();
  const { timer, pending } = useTimerState(timers);
  const line = useRef<HTMLLIElement>(null);
  useFocusHandover(line);
  const rejects = me.tenant.settings.on_start_while_running === "reject";

  function start() {
    const body = startAgain(item);
    void (timer && rejects ? timers.stopAndStart(body) : timers.start(body));
  }

  return (
    <li ref={line}>
      <span class="recent-item">
        <bdi>{itemName(item)}</bdi>
        <span class="secondary">
          {[item.type ?? "", item.project].filter(Boolean).map(isolate).join(" · ")}
        </span>
      </span>
      {me.tenant.status === "active" && (
        <Button
          label={timer ? texts.hub.switchTo(itemName(item)) : texts.hub.startOn(itemName(item))}
          disabled={pending !== null || timer === undefined}
          onClick={start}
        >
          {timer ? texts.hub.switch : texts.timer.start}
        </Button>
      )}
    </li>
  );
}

/** Entries that the server has stopped. Without any, nothing is shown. */
function Review() {
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
