/** The field that finds a work item for a new row, with the search of the switch field. */

import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Button, Loading } from "../controls.tsx";
import { useFocusReturn } from "../focus.ts";
import { hubTexts } from "../hub/texts.ts";
import { type Choice, firstChoice } from "../switch/choices.ts";
import { useChoices } from "../switch/use-choices.ts";
import { texts } from "../texts.ts";
import { TypeMark } from "../type-mark.tsx";
import { itemName } from "../work-item.ts";
import { itemWork, type RowActivity, type RowWork } from "./entry.ts";
import "../switch/switch-field.css";

interface RowPickerProps {
  /** The activity of the new row. */
  activity: RowActivity;
  onPick: (work: RowWork) => void;
  onClose: () => void;
}

/** The longest text that the API searches by, in characters. */
const longestSearch = 200;

export function RowPicker({ activity, onPick, onClose }: RowPickerProps) {
  const [typed, setTyped] = useState("");
  const [moved, setMoved] = useState<string>();
  const choices = useChoices(typed, true);
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  useFocusReturn();
  useLayoutEffect(() => input.current?.focus(), []);
  const all = choices.groups.flatMap((group) => group.choices);
  const active = all.find(({ key }) => key === moved) ?? firstChoice(all, choices.wanted);
  const optionId = ({ key }: Choice) => `${id}-${key.replace(/[^a-z0-9-]/gu, "_")}`;

  function onKeyDown(event: KeyboardEvent) {
    const at = all.findIndex(({ key }) => key === active?.key);
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
    const step = steps[event.key];
    if (event.isComposing) return;
    if (event.key === "Escape") onClose();
    else if (event.key === "Enter" && active) onPick(itemWork(active.item, activity));
    else if (step !== undefined) setMoved(all[(at + step + all.length) % all.length]?.key);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  return (
    <div class="row-picker">
      <div class="switch-box">
        <input
          ref={input}
          type="text"
          role="combobox"
          aria-label={hubTexts.grid.addLabel}
          aria-expanded={true}
          aria-controls={id}
          aria-autocomplete="list"
          aria-activedescendant={active ? optionId(active) : undefined}
          placeholder={texts.switch.placeholder}
          autocomplete="off"
          spellcheck={false}
          maxLength={longestSearch}
          value={typed}
          onInput={(event) => {
            setTyped(event.currentTarget.value);
            setMoved(undefined);
          }}
          onKeyDown={onKeyDown}
        />
        <Button kind="quiet" onClick={onClose}>
          {texts.cancel}
        </Button>
      </div>
      <div id={id} class="switch-list" role="listbox" aria-label={hubTexts.grid.addLabel}>
        {choices.groups.map((group) => (
          // biome-ignore lint/a11y/useSemanticElements: a group of options has no element of its own
          <div key={group.id} role="group" aria-label={texts.switch.groups[group.id]}>
            <div class="switch-group secondary" role="presentation">
              {texts.switch.groups[group.id]}
            </div>
            {group.choices.map((choice) => (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the focus, and its keys do the same
              <div
                key={choice.key}
                id={optionId(choice)}
                role="option"
                class="switch-option"
                aria-selected={choice.key === active?.key}
                tabIndex={-1}
                onMouseDown={(event) => event.preventDefault()}
                onClick={() => onPick(itemWork(choice.item, activity))}
              >
                <TypeMark type={choice.item.type} />
                <bdi class="switch-name" title={itemName(choice.item)}>
                  {itemName(choice.item)}
                </bdi>
                <span class="switch-facts secondary">
                  <bdi>{choice.item.project}</bdi>
                </span>
              </div>
            ))}
          </div>
        ))}
      </div>
      {choices.searching && <Loading text={texts.switch.searching} />}
      {!choices.searching && all.length === 0 && <p class="help">{texts.switch.noMatch}</p>}
    </div>
  );
}
