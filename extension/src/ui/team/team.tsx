/** The Team page: who misses time, what people are on, and the weeks that wait for a decision. */

import { useRef, useState } from "preact/hooks";
import type { Timesheet } from "../../api/client.ts";
import { Adjustments } from "../admin/adjustments.tsx";
import { Button, FailureNotice } from "../controls.tsx";
import { explain, type Failure } from "../failure.ts";
import { formatDuration, formatNumber } from "../format.ts";
import { useTimerState } from "../hooks.ts";
import { useAddress } from "../hub/address.ts";
import { useWeek } from "../hub/use-week.ts";
import { WeekHead } from "../hub/week-head.tsx";
import { Icon } from "../icons.tsx";
import { largestPage, usePaging } from "../paging.tsx";
import { isAdmin, useSession } from "../session.ts";
import { BillingCard } from "./billing-card.tsx";
import { useFigures } from "./figures.ts";
import { OnNow } from "./on-now.tsx";
import { PersonWeek } from "./person-week.tsx";
import { teamTexts as texts } from "./texts.ts";
import { ToApprove } from "./to-approve.tsx";
import { usePoll } from "./use-poll.ts";
import { nobody, WeekTable } from "./week-table.tsx";
import "../hub/my-time.css";
import "./team.css";

const peoplePerPage = 50;

/** The page, somebody's week, or adjustments, as the address says. */
export function Team() {
  const { place } = useAddress();
  const { "team.person": person, "team.week": first, "team.view": view } = place;
  if (person && first) return <PersonWeek key={`${person} ${first}`} person={person} first={first} />;
  return view === "adjustments" ? <TeamAdjustments /> : <TeamWeek />;
}

function TeamAdjustments() {
  const { go } = useAddress();
  return (
    <div class="my-time person-week">
      <Button kind="quiet" onClick={() => go({ "team.view": undefined })}>
        <Icon name="back" /> {texts.backToTeam}
      </Button>
      <h1 class="visually-hidden">{texts.tab}</h1>
      <Adjustments />
    </div>
  );
}

function TeamWeek() {
  const { go } = useAddress();
  const { api, me, timers } = useSession();
  const { changes } = useTimerState(timers);
  const week = useWeek();
  const [round, setRound] = useState(0);
  const sheets = usePaging(
    (position) => api.listTimesheets({ first_day: week.first, ...position }),
    { first: week.first, changes, round },
    { size: peoplePerPage, appends: true },
  );
  // Others start and stop timers meanwhile. A list that is longer than a page isn't read again as a whole.
  usePoll(() => {
    if (week.isThis && (sheets.items?.length ?? 0) <= largestPage) setRound((read) => read + 1);
  });
  const figures = useFigures(sheets.items ?? nobody);
  const [failure, setFailure] = useState<Failure | null>(null);
  const reminding = useRef(false);

  async function remind(only?: Timesheet) {
    if (reminding.current) return;
    reminding.current = true;
    setFailure(null);
    try {
      const people = await api.remind(week.first, only && [only.user.id]);
      timers.announce(people === 0 ? texts.remindedNobody : texts.reminded(people, formatNumber(people)));
    } catch (error) {
      setFailure(explain(error));
    }
    reminding.current = false;
    sheets.reload();
  }

  const { missing } = figures;
  const count = formatNumber(sheets.items?.length ?? 0);
  return (
    <div class="my-time team">
      <WeekHead week={week} views={[]} view="" onView={() => {}}>
        <Button kind="quiet" onClick={() => go({ "team.view": "adjustments" })}>
          {texts.adjustments.show}
        </Button>
        <Button disabled={missing === 0 || me.tenant.status !== "active"} onClick={() => void remind()}>
          {texts.remindAll}
        </Button>
      </WeekHead>
      <p class="secondary" role="status">
        {sheets.items && (sheets.next ? texts.totalShown(count) : texts.people(sheets.items.length, count))}
        {missing > 0 && ` · ${texts.missing(formatDuration(missing, "hours"))}`}
      </p>
      {failure && <FailureNotice failure={failure} onDismiss={() => setFailure(null)} />}
      <WeekTable week={week} sheets={sheets} figures={figures} onRemind={(sheet) => void remind(sheet)} />
      <div class="team-columns">
        {isAdmin(me) && <OnNow />}
        <ToApprove onChange={sheets.reload} />
      </div>
      {isAdmin(me) && <BillingCard />}
    </div>
  );
}
