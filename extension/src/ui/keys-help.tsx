import { useState } from "preact/hooks";
import { Button } from "./controls.tsx";
import { Dialog } from "./dialog.tsx";
import { isSingleKey, keepSingleKeys, singleKeys, usePageKey } from "./keys.ts";
import { texts } from "./texts.ts";
import "./keys-help.css";

const { actions } = texts.keys;

/** Each line is the keys, and what they do. */
const anywhere = [
  ["/", actions.focus],
  ["Alt S", actions.stop],
  ["Ctrl Z", actions.undo],
  ["Alt U", actions.notice],
  ["?", actions.help],
] as const;
const inField = [
  ["↑ ↓", actions.choose],
  ["Enter", actions.start],
  ["Ctrl Enter", actions.add],
  ["P", actions.pin],
  ["Alt P", actions.pinTyping],
  ["Esc", actions.close],
] as const;

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
  return (
    <Dialog title={texts.keys.title} onClose={onClose}>
      <KeyList title={texts.keys.anywhere} lines={anywhere} />
      <KeyList title={texts.keys.field} lines={inField} />
      <label class="checkbox">
        <input
          type="checkbox"
          checked={single}
          onChange={(event) => {
            keepSingleKeys(event.currentTarget.checked);
            setSingle(event.currentTarget.checked);
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

function KeyList({ title, lines }: { title: string; lines: readonly (readonly [string, string])[] }) {
  return (
    <>
      <h3>{title}</h3>
      <dl class="keys">
        {lines.map(([keys, action]) => (
          <div key={action}>
            <dt>
              <kbd class="key">{keys}</kbd>
            </dt>
            <dd>{action}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
