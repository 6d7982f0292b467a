/** A person's week that was handed in, as whoever decides on it reads it: its days, their entries, and what to do with it. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { TimeAdjustment, Timesheet, TimesheetEntry } from "../../api/client.ts";
import { AdjustmentDialog } from "../admin/adjustment-dialog.tsx";
import { useAdjustmentChanges } from "../admin/adjustments.tsx";
import { Button, Duration, FailureNotice, Loading } from "../controls.tsx";
import { useFocusBack } from "../focus.ts";
import { formatDate, formatDateSpan, formatDuration, formatTime } from "../format.ts";
import { useAsync, useTimerState, useToday } from "../hooks.ts";
import { useAddress } from "../hub/address.ts";
import { Icon } from "../icons.tsx";
import { ItemLink } from "../item-link.tsx";
import { largestPage, ShowMore, usePaging } from "../paging.tsx";
import { Person } from "../person.tsx";
import { formatSum } from "../report/format.ts";
import { useSession } from "../session.ts";
import { TypeMark } from "../type-mark.tsx";
import { dateIn } from "../zone.ts";
import { AdjustmentLines } from "./adjustment-lines.tsx";
import { useDecisions } from "./decisions.ts";
import { teamTexts as texts } from "./texts.ts";
import { CommentForm } from "./to-approve.tsx";
import "./person-week.css";

interface PersonWeekProps {
  person: string;
  /** The week's first day. */
  first: string;
}

export function PersonWeek({ person, first }: PersonWeekProps) {
  const { api, timers } = useSession();
  const { go } = useAddress();
  const { changes } = useTimerState(timers);
  const week = useAsync(async () => {
    const { data } = await api.listTimesheets({ first_day: first, user_id: person });
    return data[0];
  }, [api, person, first, changes]);
  const sheet = week.data;
  return (
    <div class="my-time person-week">
      <Button kind="quiet" onClick={() => go({ "team.person": undefined, "team.week": undefined })}>
        <Icon name="back" /> {texts.backToTeam}
      </Button>
      {week.failure && <FailureNotice failure={week.failure} onRetry={week.reload} />}
      {!sheet && !week.failure && <Loading />}
      {sheet && <Week key={sheet.etag} sheet={sheet} reload={week.reload} />}
    </div>
  );
}

function Week({ sheet, reload }: { sheet: Timesheet; reload: () => void }) {
  const { api } = useSession();
  const days = { user_id: sheet.user.id, from: sheet.first_day, to: sheet.last_day };
  const adjustments = useAsync(
    async () => (await api.listAdjustments({ ...days, limit: largestPage })).data,
    [api, sheet],
  );
  return (
    <>
      <WeekTitle sheet={sheet} reload={reload} />
      {sheet.comment && <p class="secondary">{texts.commented(sheet.comment)}</p>}
      {sheet.through ? <Entries sheet={sheet} /> : <p class="empty">{texts.weekOpen}</p>}
      {adjustments.failure && <FailureNotice failure={adjustments.failure} onRetry={adjustments.reload} />}
      <AdjustmentLines adjustments={adjustments.data ?? noAdjustments} />
    </>
  );
}

const noAdjustments: readonly TimeAdjustment[] = [];

/** Whose week it is, how far it is, what it comes to, and the decision. */
function WeekTitle({ sheet, reload }: { sheet: Timesheet; reload: () => void }) {
  const { me, timers } = useSession();
  const today = useToday(timers.clock, me.user.time_zone);
  const decisions = useDecisions(reload);
  const changes = useAdjustmentChanges(reload);
  const [open, setOpen] = useState<"comment" | "adjustment">();
  const sendBack = useRef<HTMLSpanElement>(null);
  useFocusBack(sendBack, open === "comment");
  const title = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => title.current?.focus(), []);
  const span = formatDateSpan(sheet.first_day, sheet.last_day, today);
  const mayAct = sheet.may_decide && me.tenant.status === "active";
  const close = () => setOpen(undefined);
  return (
    <header class="person-week-head">
      <h1 ref={title} tabIndex={-1}>
        <Person name={sheet.user.name} />
        <span class="person-week-span">{span}</span>
      </h1>
      <p>
        <b class="number">{formatSum(sheet.recorded_ms + sheet.adjusted_ms)}</b>
        {sheet.target_ms > 0 && <> {texts.ofTarget(formatDuration(sheet.target_ms, "hours"))}</>}
        <span class="secondary"> · {texts.statuses[sheet.status]}</span>
        {sheet.needs_review_ms > 0 && (
          <span class="secondary">
            {" "}
            · {texts.underReview(formatDuration(sheet.needs_review_ms, "hours"))}
          </span>
        )}
      </p>
      {decisions.failure && <FailureNotice failure={decisions.failure} onDismiss={decisions.dismiss} />}
      {mayAct && open !== "comment" && (
        <div class="person-week-acts">
          {sheet.status === "submitted" && (
            <>
              <Button kind="primary" onClick={() => void decisions.approve(sheet)}>
                {texts.approveOne}
              </Button>
              <span ref={sendBack}>
                <Button onClick={() => setOpen("comment")}>{texts.sendBack}</Button>
              </span>
            </>
          )}
          {sheet.through && (
            <Button kind="quiet" onClick={() => setOpen("adjustment")}>
              {texts.adjust}
            </Button>
          )}
        </div>
      )}
      {open === "comment" && (
        <CommentForm onSend={(comment) => void decisions.sendBack(sheet, comment)} onCancel={close} />
      )}
      {open === "adjustment" && (
        <AdjustmentDialog
          people={[sheet.user]}
          person={sheet.user.id}
          forDay={sheet.first_day}
          onClose={close}
          onSubmit={async (wanted, key) => {
            await changes.make(wanted, key);
            close();
          }}
        />
      )}
    </header>
  );
}

const entriesPerPage = 200;

function Entries({ sheet }: { sheet: Timesheet }) {
  const { api } = useSession();
  const { user, first_day } = sheet;
  const query = { user_id: user.id, first_day };
  const entries = usePaging(
    (position) => api.timesheetEntries({ ...query, ...position }),
    { ...query, etag: sheet.etag },
    { size: entriesPerPage, appends: true },
  );
  const onDay = (day: string) =>
    (entries.items ?? []).filter(({ started_at }) => dateIn(Date.parse(started_at), sheet.time_zone) === day);
  return (
    <>
      {entries.failure && <FailureNotice failure={entries.failure} onRetry={entries.reload} />}
      {!entries.items && !entries.failure && <Loading />}
      {entries.items && (
        <ol class="person-days">
          {sheet.days
            .filter((day) => day.target_ms || day.recorded_ms || day.needs_review_ms || day.adjusted_ms)
            .map((day) => (
              <DayOfWeek key={day.day} day={day} sheet={sheet} entries={onDay(day.day)} />
            ))}
        </ol>
      )}
      <ShowMore paging={entries} />
    </>
  );
}

interface DayOfWeekProps {
  day: Timesheet["days"][number];
  sheet: Timesheet;
  entries: readonly TimesheetEntry[];
}

function DayOfWeek({ day, sheet, entries }: DayOfWeekProps) {
  const id = `day-${day.day}`;
  return (
    <li>
      <div class="person-day-head">
        <h2 id={id}>{formatDate(day.day, "long")}</h2>
        <span class="number">
          <b>{formatSum(day.recorded_ms + day.adjusted_ms)}</b>
          {day.target_ms > 0 && (
            <span class="secondary"> {texts.ofTarget(formatDuration(day.target_ms, "hours"))}</span>
          )}
        </span>
      </div>
      {entries.length === 0 ? (
        <p class="secondary">{texts.nothingOnDay}</p>
      ) : (
        <ul aria-labelledby={id}>
          {entries.map((entry) => (
            <EntryLine key={entry.id} entry={entry} zone={sheet.time_zone} />
          ))}
        </ul>
      )}
    </li>
  );
}

function EntryLine({ entry, zone }: { entry: TimesheetEntry; zone: string }) {
  const { work_item, project, activity, billable, note, needs_review, elapsed_ms } = entry;
  return (
    <li class="person-entry">
      <span class="secondary person-entry-time">
        {`${formatTime(Date.parse(entry.started_at), zone)}–${formatTime(Date.parse(entry.stopped_at), zone)}`}
      </span>
      <span class="person-entry-what">
        {work_item ? (
          <span class="person-entry-item">
            <TypeMark type={work_item.type} /> <ItemLink item={work_item} />
          </span>
        ) : (
          <bdi>{project.name}</bdi>
        )}
        {note && <bdi class="person-entry-note">{note}</bdi>}
      </span>
      <span class="secondary person-entry-kind">
        {texts.kind(activity.name, billable)}
        {needs_review && <span class="under-review"> · {texts.review}</span>}
      </span>
      <span class="number">
        <Duration ms={elapsed_ms} />
      </span>
    </li>
  );
}
