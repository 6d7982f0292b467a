/** What is told about the running timer: its activity, whether it is billable, and its note. It is changed in its place. */

import { useState } from "preact/hooks";
import type { TimeEntry } from "../api/client.ts";
import { Button } from "./controls.tsx";
import { EntryNotices } from "./entry/notices.tsx";
import { ToldFields } from "./entry/told-fields.tsx";
import { useEntryChanges } from "./entry/use-entry-changes.ts";
import { useSession } from "./session.ts";
import { texts } from "./texts.ts";
import "./entry/entry-editor.css";
import "./running-details.css";

export function RunningDetails({ timer }: { timer: TimeEntry }) {
  const { me } = useSession();
  const [open, setOpen] = useState(false);
  const changes = useEntryChanges(timer);
  const shown = changes.shownOf(timer);
  const { activity, billable, note } = shown;
  return (
    <div class="running-details">
      <Button kind="quiet" expanded={open} onClick={() => setOpen(!open)}>
        <bdi>{activity.name}</bdi>
        {!billable && <span class="secondary"> {texts.timer.notBillable}</span>}
        {note && <bdi class="secondary running-note"> {note}</bdi>}
      </Button>
      <fieldset
        hidden={!open}
        class="running-fields"
        aria-label={texts.timer.details}
        onKeyDown={(event) => {
          if (event.key === "Escape" && !event.defaultPrevented) setOpen(false);
        }}
      >
        {open && <ToldFields entry={shown} changes={changes} readOnly={me.tenant.status !== "active"} />}
      </fieldset>
      <EntryNotices changes={changes} />
    </div>
  );
}
