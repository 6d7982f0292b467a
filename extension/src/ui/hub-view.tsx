/** The hub "Time": the timer bar, entries to review, the week and the month's report. */

import { useState } from "preact/hooks";
import { Administration } from "./admin/administration.tsx";
import { adminTexts } from "./admin/texts.ts";
import { FailureNotice } from "./controls.tsx";
import { EntryTable, entriesPerPage } from "./entries.tsx";
import { useTimerState } from "./hooks.ts";
import { KeysHelp } from "./keys-help.tsx";
import { MonthReport } from "./month-report.tsx";
import { ShowMore, usePaging } from "./paging.tsx";
import { PendingWrites } from "./pending-writes.tsx";
import { isAdmin, useSession } from "./session.ts";
import { Tabs } from "./tabs.tsx";
import { texts } from "./texts.ts";
import { TimerBar } from "./timer-bar.tsx";
import { ReadOnlyNotice } from "./trial.tsx";
import { Week } from "./week.tsx";
import { ZoneProposal } from "./zone-notices.tsx";
import { ZoneSetting } from "./zone-setting.tsx";
import "./hub-view.css";

export function Hub() {
  const { me } = useSession();
  const [part, setPart] = useState<"time" | "administration">("time");
  return (
    <div class="hub">
      <TimerBar />
      <header class="hub-header">
        <h1 tabIndex={-1}>{texts.hub.title}</h1>
        <div class="hub-settings">
          <ZoneSetting />
          <KeysHelp />
        </div>
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
      <div class="hub-column">
        <Review />
        <div class="hub-columns">
          <Week />
          <MonthReport />
        </div>
      </div>
    </>
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
