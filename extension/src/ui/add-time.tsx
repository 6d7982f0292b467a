import { useRef } from "preact/hooks";
import type { StartTimer, TimeEntry } from "../api/client.ts";
import { Loading } from "./controls.tsx";
import { isPastEditWindow } from "./edit-window.ts";
import { NewToldFields, useNewTold } from "./entry/new-told.tsx";
import { useAsync } from "./hooks.ts";
import { IntervalForm } from "./interval-form.tsx";
import { usePageKey } from "./keys.ts";
import { useSession } from "./session.ts";
import { texts } from "./texts.ts";
import { dayMs, hourMs, minuteMs } from "./units.ts";

/**
 * The latest time before `now` in which nothing is recorded, at most an hour of it, in milliseconds since the epoch.
 * What is shorter than a minute was not forgotten.
 */
export function latestGap(entries: readonly TimeEntry[], now: number): [number, number] {
  const recorded = entries.map(({ started_at, stopped_at }) => ({
    from: Date.parse(started_at),
    to: stopped_at === undefined ? Number.POSITIVE_INFINITY : Date.parse(stopped_at),
  }));
  let end = Math.floor(now / minuteMs) * minuteMs;
  // Entries may lie over each other, so the last one to stop comes first.
  for (const { from, to } of recorded.sort((a, b) => (a.to < b.to ? 1 : -1))) {
    if (end - to >= minuteMs) return [Math.max(to, end - hourMs), end];
    end = Math.min(end, from);
  }
  return [end - hourMs, end];
}

interface AddTimeProps {
  /** What it is called. */
  name: string;
  work: Pick<StartTimer, "work_item"> | Pick<StartTimer, "general">;
  /** Leaves the form without adding anything. */
  onCancel: () => void;
  onAdded: () => void;
}

/** Records time on an item by hand. It proposes the latest time in which nothing is recorded. */
export function AddTime(props: AddTimeProps) {
  const { api, timers } = useSession();
  const proposed = useAsync(async () => {
    const now = timers.clock.now();
    const since = new Date(now - dayMs).toISOString();
    // Without an answer it is the last hour. Whatever is in the way is named when the time is added.
    const entries = await api.listEntries({ from: since }).catch(() => undefined);
    return latestGap(entries?.data ?? [], now);
  }, []);
  usePageKey((event) => event.key === "Escape", props.onCancel);
  return (
    <>
      <h3>
        <bdi>{texts.switch.addTo(props.name)}</bdi>
      </h3>
      {proposed.data ? <AddForm {...props} ends={proposed.data} /> : <Loading />}
    </>
  );
}

function AddForm({ name, work, ends, onCancel, onAdded }: AddTimeProps & { ends: [number, number] }) {
  const { api, me, timers } = useSession();
  // The same time sent again, after an answer that was lost, is added once.
  const sent = useRef({ text: "", key: "" });
  const { told, body: toldBody, change } = useNewTold();
  return (
    <IntervalForm
      label={texts.switch.addTo(name)}
      submit={texts.switch.add}
      working={texts.switch.adding}
      userId={me.user.id}
      ends={ends}
      reasonNeeded={(to) =>
        isPastEditWindow(to, me, timers.clock.now())
          ? texts.switch.reasonOld(me.tenant.settings.edit_window_days)
          : undefined
      }
      onCancel={onCancel}
      onSave={async ({ from, to, reason }) => {
        const interval = {
          started_at: new Date(from).toISOString(),
          stopped_at: new Date(to).toISOString(),
        };
        const body = { ...work, ...interval, ...toldBody, ...(reason && { reason }) };
        const text = JSON.stringify(body);
        if (sent.current.text !== text) sent.current = { text, key: crypto.randomUUID() };
        const entry = await api.addEntry(body, sent.current.key);
        onAdded();
        timers.entriesChanged(texts.switch.added(name, entry.elapsed_ms), async () => {
          await api.voidEntry(entry.id, entry.etag);
          return texts.switch.addUndone(name);
        });
      }}
    >
      <NewToldFields told={told} change={change} />
    </IntervalForm>
  );
}
