import { useState } from "preact/hooks";
import { Button } from "./controls.tsx";
import { Dialog } from "./dialog.tsx";
import { chooseSingleKeys, isSingleKey, singleKeys, usePageKey } from "./keys.ts";
import { useKeepOwnPages } from "./own-pages.ts";
import { texts } from "./texts.ts";
import "./keys-help.css";

/** The keys, and the name of the sentence that says what they do. */
type Line = readonly [keys: string, action: keyof typeof texts.keys.actions];

const anywhere: readonly Line[] = [
  ["/", "focus"],
  ["Alt S", "stop"],
  ["G C L", "views"],
  ["[ ]", "weeks"],
  ["Ctrl Z", "undo"],
  ["Alt U", "notice"],
  ["?", "help"],
];
const inField: readonly Line[] = [
  ["↑ ↓", "choose"],
  ["Enter", "start"],
  ["Ctrl Enter", "add"],
  ["P", "pin"],
  ["Alt P", "pinTyping"],
  ["Esc", "close"],
];

const inGrid: readonly Line[] = [
  ["← ↑ ↓ →", "cells"],
  ["0–9", "type"],
  ["F2", "change"],
  ["Enter Tab", "keep"],
  ["Ctrl C X V", "block"],
  ["Ctrl D", "fill"],
  ["Delete", "empty"],
  ["Alt ↓", "cell"],
  ["Ctrl Enter", "row"],
];

const inCalendar: readonly Line[] = [
  ["← ↑ ↓ →", "go"],
  ["Enter", "edit"],
  ["Alt ↑ ↓", "shift"],
  ["Alt ← →", "days"],
  ["Shift ↑ ↓", "end"],
  ["Shift Alt ↑ ↓", "begin"],
  ["S M D", "parts"],
  ["Delete", "void"],
];

const inReview: readonly Line[] = [
  ["J K", "steps"],
  ["1 2 3 4", "fixes"],
];

const inReport: readonly Line[] = [
  ["← →", "levels"],
  ["Enter", "entries"],
  ["Esc", "up"],
  ["Alt ← →", "order"],
  ["Delete", "remove"],
];

/** The list of keys: "?" shows it, and so does the button. */
export function KeysHelp() {
  const [open, setOpen] = useState(false);
  usePageKey(
    (event) => isSingleKey(event, "?"),
    () => setOpen(true),
  );
  return (
    <>
      <Button kind="quiet" label={texts.keys.openLabel} onClick={() => setOpen(true)}>
        {texts.keys.open}
      </Button>
      {open && <KeysDialog onClose={() => setOpen(false)} />}
    </>
  );
}

function KeysDialog({ onClose }: { onClose: () => void }) {
  const [single, setSingle] = useState(singleKeys);
  const keep = useKeepOwnPages();
  return (
    <Dialog title={texts.keys.title} read onClose={onClose}>
      <KeyList title={texts.keys.anywhere} lines={anywhere} />
      <KeyList title={texts.keys.field} lines={inField} />
      <KeyList title={texts.keys.grid} lines={inGrid} />
      <KeyList title={texts.keys.calendar} lines={inCalendar} />
      <KeyList title={texts.keys.review} lines={inReview} />
      <KeyList title={texts.keys.report} lines={inReport} />
      <label class="checkbox">
        <input
          type="checkbox"
          checked={single}
          onChange={(event) => {
            const on = event.currentTarget.checked;
            chooseSingleKeys(on);
            setSingle(on);
            void keep({ single_keys: on });
          }}
        />
        {texts.keys.single}
      </label>
      <p class="help">{texts.keys.singleHelp}</p>
      <div class="actions">
        <Button onClick={onClose}>{texts.keys.close}</Button>
      </div>
    </Dialog>
  );
}

function KeyList({ title, lines }: { title: string; lines: readonly Line[] }) {
  return (
    <>
      <h3>{title}</h3>
      <dl class="keys">
        {lines.map(([keys, action]) => (
          <div key={action}>
            <dt>
              <kbd class="key">{keys}</kbd>
            </dt>
            <dd>{texts.keys.actions[action]}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
