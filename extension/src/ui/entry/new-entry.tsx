/** Time that isn't recorded yet: what it was for, from when to when. */

import { useRef, useState } from "preact/hooks";
import { Button, FailureNotice } from "../controls.tsx";
import { isPastEditWindow } from "../edit-window.ts";
import { explain, type Failure } from "../failure.ts";
import { formatTimeRange } from "../format.ts";
import { ItemPicker } from "../item-picker.tsx";
import { ReasonField } from "../reason.tsx";
import { useSession } from "../session.ts";
import { texts } from "../texts.ts";
import { itemName, referenceOf, type Work } from "../work-item.ts";
import { EditorFrame, TimeFields } from "./entry-editor.tsx";
import { NewToldFields, useNewTold } from "./new-told.tsx";
import { entryTexts } from "./texts.ts";
import type { Ends } from "./times.ts";

interface NewEntryProps {
  interval: Ends;
  onChange: (interval: Ends) => void;
  onClose: () => void;
}

/** Choosing the work item adds the time, unless a reason is needed first. */
export function NewEntry({ interval, onChange, onClose }: NewEntryProps) {
  const { api, me, timers } = useSession();
  const [item, setItem] = useState<Work>();
  const { told, body: toldBody, change } = useNewTold();
  const [reason, setReason] = useState("");
  const [failure, setFailure] = useState<Failure | null>(null);
  const [saving, setSaving] = useState(false);
  // The same time sent again, after an answer that was lost, is added once.
  const sent = useRef({ text: "", key: "" });
  const needed = isPastEditWindow(interval.to, me, timers.clock.now())
    ? texts.switch.reasonOld(me.tenant.settings.edit_window_days)
    : undefined;

  async function add(chosen: Work) {
    setItem(chosen);
    if (saving || (needed && reason.trim() === "")) return;
    setSaving(true);
    setFailure(null);
    const body = {
      ...referenceOf(chosen),
      started_at: new Date(interval.from).toISOString(),
      stopped_at: new Date(interval.to).toISOString(),
      ...toldBody,
      ...(needed && { reason: reason.trim() }),
    };
    const text = JSON.stringify(body);
    if (sent.current.text !== text) sent.current = { text, key: crypto.randomUUID() };
    try {
      const entry = await api.addEntry(body, sent.current.key);
      onClose();
      const name = itemName(chosen);
      const range = formatTimeRange(interval.from, interval.to, me.user.time_zone);
      timers.entriesChanged(entryTexts.added(name, range), async () => {
        await api.voidEntry(entry.id, entry.etag);
        return texts.switch.addUndone(name);
      });
    } catch (error) {
      setFailure(explain(error));
      setSaving(false);
    }
  }

  return (
    <EditorFrame
      label={entryTexts.newTitle}
      head={entryTexts.newTitle}
      first="[role=combobox]"
      onClose={onClose}
    >
      <TimeFields ends={interval} onChange={onChange} />
      <NewToldFields told={told} change={change} />
      {needed && <ReasonField value={reason} needed={needed} error={undefined} onChange={setReason} />}
      <ItemPicker
        label={entryTexts.item}
        onPick={(chosen) => void add(chosen)}
        onGeneral={(chosen) => void add(chosen)}
      />
      {item && (
        <div class="entry-actions">
          <bdi class="entry-name">{itemName(item)}</bdi>
          <Button kind="primary" disabled={saving} onClick={() => void add(item)}>
            {saving ? entryTexts.adding : entryTexts.add}
          </Button>
        </div>
      )}
      {failure && <FailureNotice failure={failure} {...(item && { onRetry: () => void add(item) })} />}
    </EditorFrame>
  );
}
