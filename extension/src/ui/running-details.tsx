/** What is told about the running timer: its activity, whether it is billable, and its note. It is changed in its place. */

import { useState } from "preact/hooks";
import type { TimeEntry } from "../api/client.ts";
import { Button } from "./controls.tsx";
import { EntryNotices } from "./entry/notices.tsx";
import { ToldFields } from "./entry/told-fields.tsx";
import { useEntryChanges } from "./entry/use-entry-changes.ts";
import { formatTimeNear } from "./format.ts";
import { useSession } from "./session.ts";
import { texts } from "./texts.ts";
import "./entry/entry-editor.css";
import "./running-details.css";

interface RunningDetailsProps {
  timer: TimeEntry;
  /** Whether a stop or a start of it waits for the server; then nothing is told about it. */
  waits?: boolean;
  autoStopAt?: number | undefined;
}

/** One line, so that the bar is as high as without a timer. */
export function RunningDetails({ timer, waits = false, autoStopAt }: RunningDetailsProps) {
  const { me, timers } = useSession();
  const [opened, setOpen] = useState(false);
  const open = opened && !waits;
  const changes = useEntryChanges(timer);
  const shown = changes.shownOf(timer);
  const near = (at: number) => formatTimeNear(at, timers.clock.now(), me.user.time_zone);
  return (
    <div class="running-details">
      <p class="secondary running-line">
        {timer.work_item && <bdi class="running-project">{timer.project.name}</bdi>}
        {!waits && (
          <Button kind="quiet" expanded={open} onClick={() => setOpen(!open)}>
            <Told entry={shown} />
          </Button>
        )}
        <span class="running-since">{texts.timer.since(near(Date.parse(timer.started_at)))}</span>
      </p>
      <fieldset
        hidden={!open}
        class="running-fields"
        aria-label={texts.timer.details}
        onKeyDown={(event) => {
          if (event.key === "Escape" && !event.defaultPrevented) setOpen(false);
        }}
      >
        {open && <ToldFields entry={shown} changes={changes} readOnly={me.tenant.status !== "active"} />}
        {autoStopAt !== undefined && <p class="secondary">{texts.timer.autoStop(near(autoStopAt))}.</p>}
      </fieldset>
      <EntryNotices changes={changes} />
    </div>
  );
}

function Told({ entry: { activity, billable, note } }: { entry: TimeEntry }) {
  return (
    <>
      <bdi>{activity.name}</bdi> {!billable && <span class="secondary">{texts.timer.notBillable} </span>}
      {note && <bdi class="secondary">{note}</bdi>}
    </>
  );
}
