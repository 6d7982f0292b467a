import { useRef, useState } from "preact/hooks";
import type { WorkItem } from "../../api/client.ts";
import { useTimerState } from "../hooks.ts";
import { IntervalForm } from "../interval-form.tsx";
import { usePageKey } from "../keys.ts";
import { useSession } from "../session.ts";
import { texts } from "../texts.ts";
import { itemName, startAgain } from "../work-item.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

interface AddTimeProps {
  item: WorkItem;
  /** Leaves the form without adding anything. */
  onCancel: () => void;
  onAdded: () => void;
}

/** Records time on an item by hand. It proposes the hour before now, or before what runs. */
export function AddTime({ item, onCancel, onAdded }: AddTimeProps) {
  const { api, me, timers } = useSession();
  const { timer } = useTimerState(timers);
  const [ends] = useState((): [number, number] => {
    const to = timer ? Date.parse(timer.started_at) : timers.clock.now();
    const minute = Math.floor(to / minuteMs) * minuteMs;
    return [minute - hourMs, minute];
  });
  // The same time sent again, after an answer that was lost, is added once.
  const sent = useRef({ text: "", key: "" });
  const days = me.tenant.settings.edit_window_days;
  const name = itemName(item);
  usePageKey((event) => event.key === "Escape", onCancel);
  return (
    <>
      <h3>
        <bdi>{texts.switch.addTo(name)}</bdi>
      </h3>
      <IntervalForm
        label={texts.switch.addTo(name)}
        submit={texts.switch.add}
        working={texts.switch.adding}
        userId={me.user.id}
        ends={ends}
        reasonNeeded={(to) =>
          timers.clock.now() - to > days * dayMs ? texts.switch.reasonOld(days) : undefined
        }
        onCancel={onCancel}
        onSave={async ({ from, to, reason }) => {
          const interval = {
            started_at: new Date(from).toISOString(),
            stopped_at: new Date(to).toISOString(),
          };
          const body = { ...startAgain(item), ...interval, ...(reason && { reason }) };
          const text = JSON.stringify(body);
          if (sent.current.text !== text) sent.current = { text, key: crypto.randomUUID() };
          const entry = await api.addEntry(body, sent.current.key);
          onAdded();
          timers.entriesChanged(texts.switch.added(name, entry.elapsed_ms), async () => {
            await api.voidEntry(entry.id, entry.etag);
            return texts.switch.addUndone(name);
          });
        }}
      />
    </>
  );
}
