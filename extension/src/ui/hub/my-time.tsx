/** The caller's week: its head, what waits for a review, and the week itself in one of its views. */

import type { FunctionComponent } from "preact";
import { useState } from "preact/hooks";
import { Calendar } from "../calendar/calendar.tsx";
import { WeekGrid } from "../grid/week-grid.tsx";
import { PendingWrites } from "../pending-writes.tsx";
import { ReviewStrip } from "../review-strip/review-strip.tsx";
import { useSession } from "../session.ts";
import { ReadOnlyNotice } from "../trial.tsx";
import { useAddress } from "./address.ts";
import { HeadPlaceContext } from "./head-place.ts";
import { OwnAdjustments } from "./own-adjustments.tsx";
import { Reminders } from "./reminders.tsx";
import { hubTexts } from "./texts.ts";
import { SheetContext, useOwnSheet } from "./timesheet.ts";
import { type ShownWeek, useWeek } from "./use-week.ts";
import { WeekHead, type WeekView } from "./week-head.tsx";
import { WeekList } from "./week-list.tsx";
import { WeekState } from "./week-state.tsx";
import "./my-time.css";

/** One way to show a week. */
interface View extends WeekView {
  Page: FunctionComponent<{ week: ShownWeek }>;
}

/** The ways to show a week; the first one is shown unless the address names another. */
const views: readonly [View, ...View[]] = [
  { id: "grid", text: () => hubTexts.week.grid, icon: "grid", key: "g", Page: WeekGrid },
  { id: "calendar", text: () => hubTexts.week.calendar, icon: "calendar", key: "c", Page: Calendar },
  { id: "list", text: () => hubTexts.week.list, icon: "list", key: "l", Page: WeekList },
];

export function MyTime() {
  const { me } = useSession();
  const { place, go } = useAddress();
  const week = useWeek();
  const { data } = useOwnSheet(week.first);
  // Another week's sums must not stand under this week's name.
  const sheet = data?.first_day === week.first ? data : undefined;
  const view = views.find(({ id }) => id === place.view) ?? views[0];
  const [headPlace, setHeadPlace] = useState<HTMLElement | null>(null);
  const show = (id: string) => go({ view: id === views[0].id ? undefined : id });
  return (
    <div class="my-time">
      <WeekHead week={week} views={views} view={view.id} onView={show}>
        <span ref={setHeadPlace} class="week-head-place" />
      </WeekHead>
      {me.tenant.status !== "active" && <ReadOnlyNotice />}
      <Reminders shown={week.first} />
      <PendingWrites />
      <ReviewStrip />
      <SheetContext.Provider value={sheet}>
        <HeadPlaceContext.Provider value={headPlace}>
          <view.Page week={week} />
        </HeadPlaceContext.Provider>
      </SheetContext.Provider>
      {sheet && <OwnAdjustments sheet={sheet} />}
      {sheet && <WeekState sheet={sheet} />}
    </div>
  );
}
