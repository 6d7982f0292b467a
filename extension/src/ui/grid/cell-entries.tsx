import { Button } from "../controls.tsx";
import { Dialog } from "../dialog.tsx";
import { EntryTable } from "../entries.tsx";
import { hubTexts } from "../hub/texts.ts";
import type { CellTarget } from "./edits.ts";
import type { GridEntry } from "./entry.ts";

const texts = hubTexts.grid;

interface CellEntriesProps {
  target: CellTarget;
  entries: readonly GridEntry[];
  onClose: () => void;
}

/** The entries of which a cell is the sum, with what can be done with each. */
export function CellEntries({ target, entries, onClose }: CellEntriesProps) {
  const title = texts.entriesOf(target.work.name, target.date);
  return (
    <Dialog title={title} onClose={onClose}>
      {entries.length > 0 ? (
        <EntryTable entries={entries.map(({ entry }) => entry)} caption={title} />
      ) : (
        <p class="empty">{texts.noEntries}</p>
      )}
      <div class="actions">
        <Button onClick={onClose}>{texts.close}</Button>
      </div>
    </Dialog>
  );
}
