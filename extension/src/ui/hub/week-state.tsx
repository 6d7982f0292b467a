/** The state of the week at the bottom: its sum, what is open, and handing it in. */

import type { RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Timesheet } from "../../api/client.ts";
import { Button, FailureNotice } from "../controls.tsx";
import { explain, type Failure } from "../failure.ts";
import { formatDuration } from "../format.ts";
import { useTimerState } from "../hooks.ts";
import { missingOf } from "../missing.ts";
import { useSession } from "../session.ts";
import { shownWhole } from "../shown.ts";
import { splitByDay } from "../zone.ts";
import { useRunningUntil } from "./running-until.ts";
import { hubTexts } from "./texts.ts";

const texts = hubTexts.state;

/** The way of a week. One that was sent back is open again. */
const steps = ["open", "submitted", "approved"] as const;

export function WeekState({ sheet }: { sheet: Timesheet }) {
  const { me } = useSession();
  const { status, approver, comment } = sheet;
  const hand = useHandIn(sheet);
  const reached = status === "returned" ? "open" : status;
  const place = useRef<HTMLElement>(null);
  useHeightTold(place);
  return (
    <section ref={place} class="week-state" aria-label={texts.label}>
      {hand.failure && <FailureNotice failure={hand.failure} onDismiss={hand.dismiss} />}
      {status === "returned" && comment && <p class="week-state-comment">{texts.returned(comment)}</p>}
      <div class="week-state-line">
        <ol class="week-steps">
          {steps.map((step) => (
            <li key={step} aria-current={step === reached ? "step" : undefined}>
              {texts.steps[step]}
            </li>
          ))}
        </ol>
        <p class="week-state-sum">
          <Sum sheet={sheet} />
        </p>
        {approver && status !== "approved" && <span class="secondary">{texts.approves(approver.name)}</span>}
        {me.tenant.status === "active" && <HandIn sheet={sheet} hand={hand} />}
      </div>
    </section>
  );
}

/** What else stays at the bottom stands above it. */
function useHeightTold(place: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    const own = place.current;
    const page = own?.parentElement;
    if (!own || !page) return;
    const tell = () => page.style.setProperty("--week-state-height", `${own.offsetHeight}px`);
    const observer = new ResizeObserver(tell);
    observer.observe(own);
    return () => {
      observer.disconnect();
      page.style.removeProperty("--week-state-height");
    };
  }, [place]);
}

function Sum({ sheet }: { sheet: Timesheet }) {
  const { workedMs, missing } = useShownWeek(sheet);
  const hours = (ms: number) => formatDuration(ms, "hours");
  return (
    <>
      <b class="number week-state-worked">{hours(Math.max(0, workedMs))}</b>
      {sheet.target_ms > 0 && <> {hubTexts.grid.ofTarget(sheet.target_ms)}</>}
      {sheet.needs_review_ms > 0 && (
        <span class="secondary review-key week-state-part">{texts.review(sheet.needs_review_ms)}</span>
      )}
      {missing.sum > 0 && (
        <span class="secondary week-state-part">{texts.missing(missing.sum, [...missing.days.keys()])}</span>
      )}
    </>
  );
}

/** What the week has and what its days miss, with the running timer, as the views of the week count it. */
function useShownWeek({ days, time_zone }: Timesheet) {
  const { timers } = useSession();
  const timer = useTimerState(timers).timer ?? null;
  const until = useRunningUntil(timer);
  const running = timer ? splitByDay(Date.parse(timer.started_at), until, time_zone) : undefined;
  const worked = days.map(
    ({ day, recorded_ms, adjusted_ms }) => recorded_ms + adjusted_ms + (running?.get(day) ?? 0),
  );
  return { workedMs: shownWhole(worked), missing: missingOf({ days }, worked) };
}

type Hand = ReturnType<typeof useHandIn>;

/** Submitting stands out only when nothing is missing or under review. */
function HandIn({ sheet, hand }: { sheet: Timesheet; hand: Hand }) {
  if (sheet.status === "approved") return null;
  if (sheet.status === "submitted") {
    return (
      <Button disabled={hand.working} onClick={() => void hand.takeBack()}>
        {texts.takeBack}
      </Button>
    );
  }
  const whole = sheet.meets_target && sheet.needs_review_ms === 0 && sheet.missing_ms === 0;
  return (
    <Button
      {...(whole && { kind: "primary" as const })}
      disabled={hand.working}
      onClick={() => void hand.submit()}
    >
      {texts.submit}
    </Button>
  );
}

/** Hands the week in and takes it back, each with the way back. */
function useHandIn({ first_day }: Timesheet) {
  const { api, timers } = useSession();
  const [working, setWorking] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const act = async (run: () => Promise<unknown>, done: string, undo: () => Promise<string>) => {
    setWorking(true);
    setFailure(null);
    try {
      await run();
      timers.entriesChanged(done, undo);
    } catch (error) {
      setFailure(explain(error));
    }
    setWorking(false);
  };
  const submitted = async () => {
    await api.submitWeek(first_day);
    return texts.submitted;
  };
  const takenBack = async () => {
    await api.withdrawWeek(first_day);
    return texts.takenBack;
  };
  return {
    working,
    failure,
    dismiss: () => setFailure(null),
    submit: () => act(submitted, texts.submitted, takenBack),
    takeBack: () => act(takenBack, texts.takenBack, submitted),
  };
}
