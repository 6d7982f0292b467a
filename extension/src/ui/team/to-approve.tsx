/** The weeks that wait for the caller: approve them, or send them back with a comment in place. */

import { useId, useRef, useState } from "preact/hooks";
import type { Timesheet } from "../../api/client.ts";
import { Button, Duration, FailureNotice, Loading } from "../controls.tsx";
import { useFocusBack } from "../focus.ts";
import { formatDateSpan, formatDuration, formatNumber, formatRecent } from "../format.ts";
import { useToday } from "../hooks.ts";
import { ShowMore, usePaging } from "../paging.tsx";
import { useSession } from "../session.ts";
import { useDecisions } from "./decisions.ts";
import { PersonLink } from "./person-link.tsx";
import { teamTexts as texts } from "./texts.ts";

const headingId = "to-approve";
const weeksPerPage = 50;

export function ToApprove({ onChange }: { onChange: () => void }) {
  const { api, me } = useSession();
  const pending = usePaging(
    (position) => api.pendingTimesheets(position),
    {},
    { size: weeksPerPage, appends: true },
  );
  const weeks = pending.items ?? [];
  const meeting = weeks.filter((week) => week.meets_target);
  const decisions = useDecisions(() => {
    pending.reload();
    onChange();
  });
  /** The week below comes next, or else the one above. */
  const act = async (decided: Promise<boolean>, at: number) => {
    const next = weeks[at + 1] ?? weeks[at - 1];
    if (!(await decided)) return;
    const button = next && document.getElementById(approveId(next))?.querySelector("button");
    (button ?? document.getElementById(headingId))?.focus();
  };
  const approveAll = async () => {
    if (await decisions.approveAll(meeting)) document.getElementById(headingId)?.focus();
  };
  const mayAct = me.tenant.status === "active";
  return (
    <section aria-labelledby={headingId}>
      <div class="team-head">
        <h2 id={headingId} tabIndex={-1}>
          {texts.approve}
        </h2>
        {weeks.length > 0 && (
          <span class="secondary">{texts.weeks(weeks.length, formatNumber(weeks.length))}</span>
        )}
        <span class="week-head-space" />
        {mayAct && meeting.length > 0 && (
          <Button kind="quiet" onClick={() => void approveAll()}>
            {texts.approveAll(meeting.length, formatNumber(meeting.length))}
          </Button>
        )}
      </div>
      {decisions.failure && <FailureNotice failure={decisions.failure} onDismiss={decisions.dismiss} />}
      {pending.failure && <FailureNotice failure={pending.failure} onRetry={pending.reload} />}
      {!pending.items && !pending.failure && <Loading />}
      {pending.items?.length === 0 && <p class="empty">{texts.approveEmpty}</p>}
      <ul class="team-list">
        {weeks.map((week, at) => (
          <PendingWeek
            key={`${week.user.id} ${week.first_day}`}
            week={week}
            mayAct={mayAct}
            onApprove={() => void act(decisions.approve(week), at)}
            onSendBack={(comment) => void act(decisions.sendBack(week, comment), at)}
          />
        ))}
      </ul>
      <ShowMore paging={pending} />
    </section>
  );
}

const approveId = ({ user, first_day }: Timesheet) => `approve-${user.id}-${first_day}`;

interface PendingWeekProps {
  week: Timesheet;
  mayAct: boolean;
  onApprove: () => void;
  onSendBack: (comment: string) => void;
}

function PendingWeek({ week, mayAct, onApprove, onSendBack }: PendingWeekProps) {
  const { me, timers } = useSession();
  const [commenting, setCommenting] = useState(false);
  const sendBack = useRef<HTMLSpanElement>(null);
  useFocusBack(sendBack, commenting);
  const today = useToday(timers.clock, me.user.time_zone);
  const { name } = week.user;
  const span = formatDateSpan(week.first_day, week.last_day, today);
  const length = week.recorded_ms + week.adjusted_ms;
  const fact = week.meets_target
    ? texts.sent(formatRecent(Date.parse(week.submitted_at ?? ""), me.user.time_zone, timers.clock.now()))
    : texts.under(formatDuration(week.target_ms - length, "hours"));
  return (
    <li class="team-row">
      <span class="team-what">
        <span class="team-name">
          <PersonLink week={week} />
        </span>{" "}
        <span class="secondary">{span}</span>
        <span class="secondary team-fact">{fact}</span>
      </span>
      <span class="number sum">
        <Duration ms={Math.max(0, length)} />
      </span>
      {mayAct && !commenting && (
        <>
          <span id={approveId(week)}>
            <Button label={texts.approveOf(name, span)} onClick={onApprove}>
              {texts.approveOne}
            </Button>
          </span>
          <span ref={sendBack}>
            <Button kind="quiet" label={texts.sendBackOf(name, span)} onClick={() => setCommenting(true)}>
              {texts.sendBack}
            </Button>
          </span>
        </>
      )}
      {commenting && <CommentForm onSend={onSendBack} onCancel={() => setCommenting(false)} />}
    </li>
  );
}

export function CommentForm({
  onSend,
  onCancel,
}: {
  onSend: (comment: string) => void;
  onCancel: () => void;
}) {
  const id = useId();
  const [comment, setComment] = useState("");
  return (
    <form
      class="team-comment"
      onSubmit={(event) => {
        event.preventDefault();
        if (comment.trim()) onSend(comment);
      }}
    >
      <label class="visually-hidden" for={id}>
        {texts.comment}
      </label>
      <input
        id={id}
        class="text-input"
        value={comment}
        placeholder={texts.comment}
        maxLength={1000}
        ref={(input) => input?.focus()}
        onInput={(event) => setComment(event.currentTarget.value)}
        onKeyDown={(event) => event.key === "Escape" && onCancel()}
      />
      <Button type="submit" disabled={!comment.trim()}>
        {texts.send}
      </Button>
      <Button kind="quiet" onClick={onCancel}>
        {texts.cancel}
      </Button>
    </form>
  );
}
