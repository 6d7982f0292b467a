/** The time on one work item. */

import { useId } from "preact/hooks";
import type { WorkItem, WorkItemTime } from "../api/client.ts";
import type { ServerClock } from "./clock.ts";
import { CompletedWorkFigure } from "./completed-work.tsx";
import { Duration, FailureNotice, Loading } from "./controls.tsx";
import { type AsyncState, useAsync, useElapsed, useTimerState, useToday } from "./hooks.ts";
import { isolate } from "./sentence.ts";
import { useSession } from "./session.ts";
import { texts } from "./texts.ts";
import type { ItemReference } from "./work-item.ts";
import { dateIn, startOfDay } from "./zone.ts";
import "./review.css";
import "./item-time.css";

/** Loads the time on an item, once it is known whether the caller runs a timer, with each change of that, and each day. */
export function useItemTime(reference: ItemReference): AsyncState<WorkItemTime | undefined> {
  const { api, me, timers } = useSession();
  const { timer, readFailure, reads } = useTimerState(timers);
  const zone = me.user.time_zone;
  const today = useToday(timers.clock, zone);
  const ready = timer !== undefined || readFailure !== null;
  return useAsync(
    async () => (ready ? timers.clock.timed(() => api.workItemTime(reference)) : undefined),
    [api, ready, JSON.stringify(reference), reads, today, zone],
  );
}

/** The item as the server knows it, with our ids; undefined before the answer about this item. */
export function knownItem(
  time: AsyncState<WorkItemTime | undefined>,
  reference: ItemReference,
): WorkItem | undefined {
  // The answer about the item that was shown before stays while this item's is on its way.
  return time.data?.work_item.id === reference.id ? time.data.work_item : undefined;
}

/** The caller's time on the item, everybody's, and who else runs a timer on it. */
export function TimeOnItem({ time }: { time: AsyncState<WorkItemTime | undefined> }) {
  if (!time.data) return <TimeMissing time={time} />;
  return (
    <>
      <Sums time={time.data} />
      <Others time={time.data} />
    </>
  );
}

/** Everybody's time on the item as the one figure of its page, with the caller's part, beside Completed Work. */
export function ItemFigures({ time }: { time: AsyncState<WorkItemTime | undefined> }) {
  const { data } = time;
  if (!data) return <TimeMissing time={time} />;
  return (
    <>
      <div class="item-figures">
        <Figure time={data} />
        <CompletedWorkFigure time={data} />
      </div>
      <Others time={data} />
    </>
  );
}

function TimeMissing({ time }: { time: AsyncState<WorkItemTime | undefined> }) {
  return time.failure ? <FailureNotice failure={time.failure} onRetry={time.reload} /> : <Loading />;
}

/** Who else runs a timer on the item. */
function Others({ time }: { time: WorkItemTime }) {
  const { me } = useSession();
  const others = time.running.filter(({ user }) => user.id !== me.user.id);
  if (others.length === 0) return null;
  return <p class="others">{othersText(others.map(({ user }) => user.name))}</p>;
}

const namesShown = 3;

function othersText(names: string[]): string {
  const shown = names.slice(0, namesShown).map(isolate);
  if (names.length > namesShown) shown.push(texts.item.more(names.length - namesShown));
  return texts.item.others(new Intl.ListFormat("en").format(shown), names.length > 1);
}

/** The sums with what runs now. They go on while a timer runs. */
function useSums(time: WorkItemTime) {
  const { me, timers } = useSession();
  const own = time.running.find(({ user }) => user.id === me.user.id);
  // The seconds of one running timer make this render again. The sums are taken from the server's clock.
  const ticking = time.running[0];
  useElapsed(timers.clock, ticking && Date.parse(ticking.started_at));
  const midnight = startOfDay(dateIn(timers.clock.now(), me.user.time_zone), me.user.time_zone);
  return {
    today: time.own_today_ms + (own ? elapsedSince(timers.clock, own.started_at, midnight) : 0),
    own: time.own_ms + (own ? elapsedSince(timers.clock, own.started_at) : 0),
    everybody: time.running.reduce(
      (sum, each) => sum + elapsedSince(timers.clock, each.started_at),
      time.total_ms,
    ),
  };
}

function Figure({ time }: { time: WorkItemTime }) {
  const sums = useSums(time);
  const review = time.needs_review_ms;
  return (
    <div>
      <p class="figure">
        <Duration ms={sums.everybody} />
      </p>
      <p class="figure-parts">
        {!time.only_own && (
          <>
            {texts.item.own}{" "}
            <b>
              <Duration ms={sums.own} />
            </b>
            {" · "}
          </>
        )}
        {texts.item.ofThatToday}{" "}
        <b>
          <Duration ms={sums.today} />
        </b>
      </p>
      {review > 0 && (
        <p class="figure-parts review-key">
          {texts.item.underReview}{" "}
          <b>
            <Duration ms={review} />
          </b>
        </p>
      )}
      {time.only_own && <p class="help">{texts.item.onlyOwn}</p>}
    </div>
  );
}

function Sums({ time }: { time: WorkItemTime }) {
  const headingId = useId();
  const { today, own, everybody } = useSums(time);
  const sums = [
    { label: texts.item.today, ms: today },
    { label: texts.item.own, ms: own },
    ...(time.only_own ? [] : [{ label: texts.item.everybody, ms: everybody }]),
  ];
  const review = time.needs_review_ms;
  return (
    <section class="item-sums" aria-labelledby={headingId}>
      <h2 id={headingId} class="sums-title">
        {texts.item.onThis}
      </h2>
      <dl class="sums">
        {sums.map(({ label, ms }) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>
              <Duration ms={ms} />
            </dd>
          </div>
        ))}
        {review > 0 && (
          <div class="under-review">
            <dt class="review-key">{texts.item.underReview}</dt>
            <dd>
              <Duration ms={review} />
            </dd>
          </div>
        )}
      </dl>
      {review > 0 && <p class="help">{texts.reviewApart}</p>}
      {time.only_own && <p class="help">{texts.item.onlyOwn}</p>}
    </section>
  );
}

function elapsedSince(clock: ServerClock, startedAt: string, notBefore = 0): number {
  return Math.max(0, Math.floor(clock.now()) - Math.max(Date.parse(startedAt), notBefore));
}
