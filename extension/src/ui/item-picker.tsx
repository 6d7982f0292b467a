/** One field to choose a work item: what the person works on, or what Azure DevOps finds. */

import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { WorkItem } from "../api/client.ts";
import { FailureNotice } from "./controls.tsx";
import { entryTexts } from "./entry/texts.ts";
import { isolate } from "./sentence.ts";
import { type Choice, firstChoice, type Group } from "./switch/choices.ts";
import { useChoices } from "./switch/use-choices.ts";
import { texts } from "./texts.ts";
import { TypeMark } from "./type-mark.tsx";
import { type GeneralTime, itemName, type Work } from "./work-item.ts";
import "./switch/switch-field.css";
import "./item-picker.css";

/** The longest text that the API searches by, in characters. */
const longestSearch = 200;

interface ItemPickerProps {
  label: string;
  /** The work item that is not offered, since it is chosen already. */
  without?: WorkItem | undefined;
  /** Whether the field has the focus as soon as it is there. */
  takesFocus?: boolean;
  onPick: (item: WorkItem) => void;
  /** Takes time without a work item, which is offered then. */
  onGeneral?: (general: GeneralTime) => void;
}

/** A combobox whose list is always open: the focus stays in the field, which names the active choice. */
export function ItemPicker({ label, without, takesFocus = false, onPick, onGeneral }: ItemPickerProps) {
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    if (takesFocus) field.current?.focus();
  }, []);
  const id = useId();
  const [typed, setTyped] = useState("");
  const [activeKey, setActive] = useState<string>();
  const found = useChoices(typed, true);
  const groups = found.groups
    .map(({ id: group, choices }) => ({
      id: group,
      choices: choices.filter(({ item }) =>
        item.id === undefined ? onGeneral !== undefined : !without?.uid || item.uid !== without.uid,
      ),
    }))
    .filter(({ choices }) => choices.length > 0);
  const all = groups.flatMap(({ choices }) => choices);
  const active = all.find(({ key }) => key === activeKey) ?? firstChoice(all, found.wanted);
  const pick = (work: Work) => (work.id === undefined ? onGeneral?.(work) : onPick(work));

  function onKeyDown(event: KeyboardEvent) {
    if (event.isComposing) return;
    const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (by !== 0) {
      event.preventDefault();
      const at = all.findIndex(({ key }) => key === active?.key);
      setActive(all[(at + by + all.length) % all.length]?.key);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (active) pick(active.item);
    }
  }

  return (
    <div class="item-picker">
      <input
        ref={field}
        type="text"
        role="combobox"
        aria-label={label}
        aria-expanded={all.length > 0}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={active ? optionId(id, active) : undefined}
        placeholder={entryTexts.choose}
        autocomplete="off"
        spellcheck={false}
        maxLength={longestSearch}
        value={typed}
        onInput={(event) => {
          setTyped(event.currentTarget.value);
          setActive(undefined);
        }}
        onKeyDown={onKeyDown}
      />
      <List id={id} label={label} groups={groups} active={active} busy={found.searching} onPick={pick} />
      {all.length === 0 && (
        <p class="help" role="status">
          {found.searching ? texts.loading : entryTexts.nothingFound}
        </p>
      )}
      {(found.failure ?? found.trackerFailure) && all.length === 0 && (
        <FailureNotice
          failure={found.failure ?? found.trackerFailure ?? { text: "", retryable: false }}
          onRetry={found.again}
        />
      )}
    </div>
  );
}

interface ListProps {
  id: string;
  label: string;
  groups: readonly Group[];
  active: Choice | undefined;
  busy: boolean;
  onPick: (work: Work) => void;
}

function List({ id, label, groups, active, busy, onPick }: ListProps) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }, [active?.key]);
  return (
    <div
      ref={list}
      id={`${id}-list`}
      class="item-picker-list"
      role="listbox"
      aria-label={label}
      aria-busy={busy}
      onMouseDown={(event) => event.preventDefault()}
    >
      {groups.map((group) => (
        // biome-ignore lint/a11y/useSemanticElements: a group of options has no element of its own
        <div key={group.id} role="group" aria-labelledby={`${id}-${group.id}`}>
          <div id={`${id}-${group.id}`} class="switch-group secondary" role="presentation">
            {texts.switch.groups[group.id]}
          </div>
          {group.choices.map((choice) => (
            <Option
              key={choice.key}
              id={optionId(id, choice)}
              choice={choice}
              selected={choice.key === active?.key}
              onPick={onPick}
            />
          ))}
        </div>
      ))}
    </div>
  );
}

const optionId = (id: string, { key }: Choice) => `${id}-${key.replace(/[^a-z0-9-]/gu, "_")}`;

interface OptionProps {
  id: string;
  choice: Choice;
  selected: boolean;
  onPick: (work: Work) => void;
}

function Option({ id, choice: { item }, selected, onPick }: OptionProps) {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the focus, and its keys do the same
    <div
      id={id}
      role="option"
      class="switch-option"
      aria-selected={selected}
      tabIndex={-1}
      onClick={() => onPick(item)}
    >
      <TypeMark type={item.id === undefined ? undefined : item.type} />
      <bdi class="switch-name" title={isolate(itemName(item))}>
        {itemName(item)}
      </bdi>
      <span class="switch-facts secondary">
        <bdi>{item.id === undefined ? item.organization : item.project}</bdi>
      </span>
    </div>
  );
}
