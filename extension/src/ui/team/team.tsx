/** The Team page: who misses time, what people are on, and the weeks that wait for a decision. */

import { useRef, useState } from "preact/hooks";
import type { Timesheet } from "../../api/client.ts";
import { Button, FailureNotice } from "../controls.tsx";
import { explain, type Failure } from "../failure.ts";
import { formatDuration, formatNumber } from "../format.ts";
import { useTimerState } from "../hooks.ts";
import { useWeek } from "../hub/use-week.ts";
import { WeekHead } from "../hub/week-head.tsx";
import { usePaging } from "../paging.tsx";
import { isAdmin, useSession } from "../session.ts";
import { BillingCard } from "./billing-card.tsx";
import { OnNow } from "./on-now.tsx";
import { teamTexts as texts } from "./texts.ts";
import { ToApprove } from "./to-approve.tsx";
import { WeekTable } from "./week-table.tsx";
import "../hub/my-time.css";
import "./team.css";

const peoplePerPage = 50;

export function Team() {
  const { api, me, timers } = useSession();
  const { changes } = useTimerState(timers);
  const week = useWeek();
  const sheets = usePaging(
    (position) => api.listTimesheets({ first_day: week.first, ...position }),
    { first: week.first, changes },
    { size: peoplePerPage, appends: true },
  );
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

  const missing = sheets.items?.reduce((sum, sheet) => sum + sheet.missing_ms, 0) ?? 0;
  return (
    <div class="my-time team">
      <WeekHead week={week} views={[]} view="" onView={() => {}}>
        <Button disabled={missing === 0 || me.tenant.status !== "active"} onClick={() => void remind()}>
          {texts.remindAll}
        </Button>
      </WeekHead>
      <p class="secondary" role="status">
        {sheets.items && texts.people(sheets.items.length, formatNumber(sheets.items.length))}
        {missing > 0 && ` · ${texts.missing(formatDuration(missing, "hours"))}`}
      </p>
      {failure && <FailureNotice failure={failure} onDismiss={() => setFailure(null)} />}
      <WeekTable week={week} sheets={sheets} onRemind={(sheet) => void remind(sheet)} />
      <div class="team-columns">
        {isAdmin(me) && <OnNow />}
        <ToApprove onChange={sheets.reload} />
      </div>
      {isAdmin(me) && <BillingCard />}
    </div>
  );
}
