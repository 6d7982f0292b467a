/** One field to start, to switch, to add time and to pin: what the person works on, or what Azure DevOps finds. */

import { useEffect, useId, useRef, useState } from "preact/hooks";
import { AddTime } from "../add-time.tsx";
import { Button } from "../controls.tsx";
import { useTimerState } from "../hooks.ts";
import { isolate } from "../sentence.ts";
import { useSession } from "../session.ts";
import { texts } from "../texts.ts";
import { itemName, referenceOf } from "../work-item.ts";
import type { Choice } from "./choices.ts";
import { SearchIcon } from "./icons.tsx";
import { OptionRow } from "./option-row.tsx";
import { SwitchStatus } from "./switch-status.tsx";
import { type Switch, useSwitch } from "./use-switch.ts";
import "./switch-field.css";

/** The longest text that the API searches by, in characters. */
const longestSearch = 200;

/** A combobox with a list, by the pattern of ARIA 1.2: the focus stays in the field, which names the active choice. */
export function SwitchField() {
  const field = useSwitch();
  const { input, open, typed, active, adding } = field;
  const id = useId();
  const listed = open && !adding;
  return (
    <div
      class="switch"
      onFocusOut={({ currentTarget, relatedTarget }) => {
        // The window may have lost the focus, and gives it back later.
        if (adding || !document.hasFocus() || currentTarget.contains(relatedTarget as Node | null)) return;
        if (open) field.close();
      }}
    >
      <div class="switch-box">
        <SearchIcon />
        <input
          ref={input}
          type="text"
          role="combobox"
          aria-label={texts.switch.label}
          aria-expanded={listed}
          aria-controls={listed ? id : undefined}
          aria-autocomplete="list"
          aria-activedescendant={listed && active ? optionId(id, active) : undefined}
          placeholder={open ? texts.switch.placeholder : texts.switch.label}
          autocomplete="off"
          spellcheck={false}
          maxLength={longestSearch}
          value={typed}
          onClick={field.show}
          onInput={(event) => field.type(event.currentTarget.value)}
          onKeyDown={field.onKeyDown}
        />
        {!open && <Keys keys="/" />}
      </div>
      {listed && <List id={id} field={field} />}
      {adding && (
        <div class="switch-popup switch-form">
          <AddTime
            name={itemName(adding)}
            work={referenceOf(adding)}
            onCancel={field.leaveForm}
            onAdded={field.close}
          />
        </div>
      )}
    </div>
  );
}

const optionId = (list: string, { key }: Choice) => `${list}-${key.replace(/[^a-z0-9-]/gu, "_")}`;

/** How long a search may take before the list shows that it goes on, in milliseconds. */
const skeletonMs = 300;

function List({ id, field }: { id: string; field: Switch }) {
  const { choices, active } = field;
  const list = useRef<HTMLDivElement>(null);
  const late = useLater(choices.searching, skeletonMs);
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }, [active?.key]);
  return (
    // What is pressed in the list leaves the focus in the field.
    <div class="switch-popup">
      <div
        ref={list}
        id={id}
        class="switch-list"
        role="listbox"
        aria-label={texts.switch.label}
        aria-busy={choices.searching}
        onMouseDown={(event) => event.preventDefault()}
      >
        {choices.groups.map((group) => (
          // biome-ignore lint/a11y/useSemanticElements: a group of options has no element of its own
          <div key={group.id} role="group" aria-labelledby={`${id}-group-${group.id}`}>
            <div id={`${id}-group-${group.id}`} class="switch-group secondary" role="presentation">
              {texts.switch.groups[group.id]}
            </div>
            {group.choices.map((choice) => (
              <OptionRow key={choice.key} id={optionId(id, choice)} choice={choice} field={field} />
            ))}
          </div>
        ))}
        {late && <Skeleton />}
      </div>
      <SwitchStatus field={field} late={late} />
      <Actions field={field} />
    </div>
  );
}

/** Room for what is about to be found. */
function Skeleton() {
  return (
    <div class="switch-skeleton" role="presentation">
      <span />
      <span />
      <span />
    </div>
  );
}

/** What the keys do with the active choice, for whoever has none at hand. */
function Actions({ field }: { field: Switch }) {
  const { timers } = useSession();
  const { timer } = useTimerState(timers);
  const { active } = field;
  if (!active) return null;
  const name = itemName(active.item);
  const act = (action: (choice: Choice) => void) => () => {
    // The button may go with the list.
    field.input.current?.focus();
    action(active);
  };
  return (
    <div class="switch-actions">
      <Button kind="quiet" onClick={act(field.choose)}>
        <Keys keys="Enter" /> {timer ? texts.switch.switch : texts.switch.start}
        <Which name={name} />
      </Button>
      <Button kind="quiet" onClick={act(field.add)}>
        <Keys keys="Ctrl Enter" /> {texts.switch.addTime}
        <Which name={name} />
      </Button>
      {field.canPin(active) && (
        <Button kind="quiet" onClick={act(field.togglePin)}>
          <Keys keys={field.moved ? "P" : "Alt P"} />{" "}
          {field.isPinned(active) ? texts.switch.unpin : texts.switch.pin}
          <Which name={name} />
        </Button>
      )}
    </div>
  );
}

/** The item that a button acts on. It is to be seen in the list. */
function Which({ name }: { name: string }) {
  return <span class="visually-hidden"> {isolate(name)}</span>;
}

function Keys({ keys }: { keys: string }) {
  return (
    <span class="key" aria-hidden="true">
      {keys}
    </span>
  );
}

/** Whether something has gone on for so long. */
function useLater(on: boolean, ms: number): boolean {
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (!on) return;
    const timeout = setTimeout(() => setLate(true), ms);
    return () => {
      clearTimeout(timeout);
      setLate(false);
    };
  }, [on, ms]);
  return on && late;
}
