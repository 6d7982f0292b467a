/** The entries of which a cell is the sum: one is open to be edited; of several one is chosen first. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { TimeEntry } from "../../api/client.ts";
import { EditorFrame, EntryEditor } from "../entry/entry-editor.tsx";
import type { EntryChanges } from "../entry/use-entry-changes.ts";
import { formatDuration, formatTimeSpan } from "../format.ts";
import { hubTexts } from "../hub/texts.ts";
import { useSession } from "../session.ts";
import type { CellTarget } from "./edits.ts";

const texts = hubTexts.grid;

interface CellEntriesProps {
  target: CellTarget;
  /** Those of the cell. */
  entries: readonly TimeEntry[];
  /** All of the week: an entry that is moved out of the cell stays open. */
  all: readonly TimeEntry[];
  changes: EntryChanges;
  onClose: () => void;
}

export function CellEntries({ target, entries, all, changes, onClose }: CellEntriesProps) {
  const box = useRef<HTMLDivElement>(null);
  const [chosen, choose] = useState(entries.length === 1 ? entries[0]?.id : undefined);
  useBelow(box, target);
  const open = all.find(({ id }) => id === chosen);
  return (
    <div ref={box} class="cell-entries">
      {open ? (
        <EntryEditor
          entry={changes.shownOf(open)}
          changes={changes}
          onClose={entries.length > 1 ? () => choose(undefined) : onClose}
        />
      ) : (
        <EditorFrame
          label={texts.entriesOf(target.work.name, target.date)}
          head={<bdi>{target.work.name}</bdi>}
          first="button"
          onClose={onClose}
        >
          {entries.length === 0 && <p class="empty">{texts.noEntries}</p>}
          <ul>
            {entries.map((entry) => (
              <li key={entry.id}>
                <EntryLine entry={changes.shownOf(entry)} onOpen={() => choose(entry.id)} />
              </li>
            ))}
          </ul>
        </EditorFrame>
      )}
    </div>
  );
}

function EntryLine({ entry, onOpen }: { entry: TimeEntry; onOpen: () => void }) {
  const { me, timers } = useSession();
  const now = timers.clock.now();
  const from = Date.parse(entry.started_at);
  const to = entry.stopped_at === undefined ? now : Date.parse(entry.stopped_at);
  return (
    <button type="button" class="cell-entry" onClick={onOpen}>
      <span>{formatTimeSpan(from, to, me.user.time_zone, now)}</span>
      {entry.note && <bdi class="secondary cell-entry-note">{entry.note}</bdi>}
      <b class="number">{formatDuration(to - from, "hours")}</b>
    </button>
  );
}

/** Keeps it below the cell, within the grid's width. */
function useBelow(box: { current: HTMLElement | null }, { work, date }: CellTarget): void {
  useLayoutEffect(() => {
    const element = box.current;
    const around = element?.parentElement;
    const cell = around?.querySelector('td[tabindex="0"]');
    if (!element || !around || !cell) return;
    const [outer, inner] = [around.getBoundingClientRect(), cell.getBoundingClientRect()];
    const left = Math.min(inner.right - outer.left, outer.width) - element.offsetWidth;
    element.style.left = `${Math.max(0, left)}px`;
    element.style.top = `${inner.bottom - outer.top + 4}px`;
    element.scrollIntoView({ block: "nearest" });
  }, [work.key, date]);
}
