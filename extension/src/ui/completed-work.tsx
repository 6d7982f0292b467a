/** A work item's Completed Work in Azure DevOps: whose hours it has, and what becomes of the caller's. */

import type { ComponentChildren } from "preact";
import { useId, useRef } from "preact/hooks";
import type { CompletedWork, WorkItemTime } from "../api/client.ts";
import { Button, FailureNotice } from "./controls.tsx";
import { useFocusHandover } from "./focus.ts";
import { formatHours } from "./format.ts";
import { Icon } from "./icons.tsx";
import { useSession } from "./session.ts";
import { texts as allTexts } from "./texts.ts";
import { useAction, useAttempt } from "./write-back-actions.ts";
import { formatWhen, hoursOf, problemText } from "./write-back-words.ts";
import "./completed-work.css";

const texts = allTexts.completedWork;

/** The figure on the item's page, with its parts as a bar and in words. */
export function CompletedWorkFigure({ time }: { time: WorkItemTime }) {
  const headingId = useId();
  const { completed_work: completed } = time;
  return (
    <section class="completed-work" aria-labelledby={headingId}>
      <h2 id={headingId} tabIndex={-1}>
        <span class="completed-work-name">{texts.name}</span>{" "}
        {completed.hours !== undefined && <bdi>{formatHours(completed.hours)}</bdi>}
      </h2>
      <Parts completed={completed} />
      <WriteBackLine time={time} />
    </section>
  );
}

/** Ours and the others' hours in hundredths, which add up to what Azure DevOps says. */
export function partsOf({
  hours,
  written_hours,
}: CompletedWork): { own: number; others: number } | undefined {
  if (hours === undefined) return undefined;
  const own = Math.round(written_hours * 100);
  return { own: own / 100, others: (Math.round(hours * 100) - own) / 100 };
}

function Parts({ completed }: { completed: CompletedWork }) {
  const parts = partsOf(completed);
  if (!parts) {
    return <p class="secondary">{completed.read_at === undefined ? texts.unread : texts.none}</p>;
  }
  const { own, others } = parts;
  if (others < 0) return <p>{texts.lowered(own)}</p>;
  return (
    <>
      {own + others > 0 && (
        <div class="completed-work-bar" role="img" aria-label={texts.parts(own, others)}>
          {own > 0 && <span class="own" style={{ flexGrow: own }} />}
          {others > 0 && <span style={{ flexGrow: others }} />}
        </div>
      )}
      <p>
        <span class="part">
          <b>{formatHours(own)}</b> {texts.fromHere}
        </span>
        {" · "}
        <span class="part">
          <b>{formatHours(others)}</b> {texts.byOthers}
        </span>
      </p>
    </>
  );
}

/** The hours on the group, and what becomes of the caller's, in few words. Its place is kept while nothing is known. */
export function CompletedWorkBrief({ time }: { time: WorkItemTime | undefined }) {
  const { me } = useSession();
  if (!me.tenant.settings.write_back) return null;
  return <div class="completed-work-brief">{time && <WriteBackLine time={time} brief />}</div>;
}

/** What becomes of the caller's time on the item, and what can be done about it. */
function WriteBackLine({ time, brief = false }: { time: WorkItemTime; brief?: boolean }) {
  const { completed_work: completed } = time;
  return (
    <div class="write-back">
      <p role="status">
        <StateText completed={completed} brief={brief} />
      </p>
      {(completed.state === "waiting" || completed.state === "refused") && <WriteBackActions time={time} />}
    </div>
  );
}

function WriteBackActions({ time }: { time: WorkItemTime }) {
  const { completed_work: completed, work_item: item } = time;
  const buttons = useRef<HTMLDivElement>(null);
  useFocusHandover(buttons);
  const { attempt, working, failure, dismissFailure } = useAttempt();
  const leaving = useLeaveOut(time);
  return (
    <div ref={buttons}>
      <Button
        kind="quiet"
        disabled={working}
        onClick={() => attempt(item.uid ? { work_item_uid: item.uid } : {})}
      >
        {working ? texts.trying : texts.tryNow}
      </Button>
      {completed.state === "refused" && (
        <Button kind="quiet" disabled={leaving.working} onClick={leaving.leaveOut}>
          {texts.leaveOut}
        </Button>
      )}
      {failure && <FailureNotice failure={failure} onDismiss={dismissFailure} />}
      {leaving.failure && <FailureNotice failure={leaving.failure} onDismiss={leaving.dismissFailure} />}
    </div>
  );
}

function useLeaveOut({ work_item: item, completed_work: completed }: WorkItemTime) {
  const { api, timers } = useSession();
  const { run, ...action } = useAction();
  return {
    ...action,
    leaveOut: () =>
      run(async () => {
        const all = await api.listWriteBacks();
        const here = all.filter(({ work_item }) => work_item.uid === item.uid);
        for (const { id } of here) await api.leaveOutWriteBack(id);
        timers.announce(texts.leftOut(hoursOf(completed.waiting_ms)));
        timers.hoursChanged();
      }),
  };
}

function StateText({ completed, brief }: { completed: CompletedWork; brief: boolean }) {
  const { me, timers } = useSession();
  const { state, hours, waiting_ms, written_at, next_try_at, problem } = completed;
  const when = (instant: string) => formatWhen(instant, timers.clock.now(), me.user.time_zone);
  const figure = brief && hours !== undefined && (
    <>
      {texts.name} <b>{formatHours(hours)}</b>
    </>
  );
  switch (state) {
    case "off":
      return brief ? null : <Stated icon="off">{texts.off}</Stated>;
    case "nothing":
      return figure || null;
    case "written":
      return (
        <Stated icon="check">
          {figure}
          {figure && ", "}
          {written_at && texts.written(when(written_at))}
        </Stated>
      );
    case "waiting":
      return (
        <Stated icon="again">
          <b>{formatHours(hoursOf(waiting_ms))}</b> {waiting_ms < 0 ? texts.takingBack : texts.waiting}
          {problem && ` ${problemText(problem)}`}
          {next_try_at && !brief && ` ${texts.nextTry(when(next_try_at))}`}
        </Stated>
      );
    case "refused":
      return (
        <Stated icon="warning">
          <b>{formatHours(hoursOf(waiting_ms))}</b> {waiting_ms < 0 ? texts.takingBackRefused : texts.refused}
          {problem && ` ${problemText(problem)}`}
        </Stated>
      );
  }
}

function Stated({
  icon,
  children,
}: {
  icon: Parameters<typeof Icon>[0]["name"];
  children: ComponentChildren;
}) {
  return (
    <>
      <Icon name={icon} /> {children}
    </>
  );
}
