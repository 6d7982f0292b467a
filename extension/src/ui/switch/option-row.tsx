import { isolate } from "../sentence.ts";
import { texts } from "../texts.ts";
import { TypeMark } from "../type-mark.tsx";
import { itemName } from "../work-item.ts";
import type { Choice } from "./choices.ts";
import { PinIcon, PlusIcon } from "./icons.tsx";
import type { Switch } from "./use-switch.ts";

/**
 * One item to choose. An option can't have buttons in it, so its two are for the pointer alone; the keys and the buttons
 * below the list do the same.
 */
export function OptionRow({ id, choice, field }: { id: string; choice: Choice; field: Switch }) {
  const { item } = choice;
  const pinned = field.isPinned(choice);
  const selected = field.active?.key === choice.key;
  const { state = "", assigned_to = "" } = item.id === undefined ? {} : item;
  const assignee = choice.group === "mine" ? "" : assigned_to;
  const details = [state, assignee].filter(Boolean).map(isolate).join(" · ");
  const press = ({ target }: MouseEvent) => {
    const icon = target instanceof Element && target.closest<HTMLElement>("[data-action]");
    if (icon) field[icon.dataset.action === "add" ? "add" : "togglePin"](choice);
    else field.choose(choice);
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the focus, and its keys do the same
    <div
      id={id}
      role="option"
      class="switch-option"
      aria-selected={selected}
      tabIndex={-1}
      onMouseMove={() => {
        if (!selected) field.activate(choice);
      }}
      onClick={press}
    >
      <TypeMark type={item.id === undefined ? undefined : item.type} />
      <bdi class="switch-name" title={itemName(item)}>
        {itemName(item)}
      </bdi>
      {field.isRunning(choice) && <span class="switch-running">{texts.switch.running}</span>}
      <span class="switch-facts secondary">
        {details && <span class="switch-details">{details}</span>}
        <bdi>{item.id === undefined ? item.organization : item.project}</bdi>
      </span>
      {pinned && <span class="visually-hidden">{texts.switch.isPinned}</span>}
      <span class="switch-icons" aria-hidden="true">
        <span class="switch-icon" data-action="add" title={texts.switch.addTime}>
          <PlusIcon />
        </span>
        {field.canPin(choice) && (
          <span
            class={pinned ? "switch-icon pinned" : "switch-icon"}
            title={pinned ? texts.switch.unpin : texts.switch.pin}
            data-action="pin"
          >
            <PinIcon filled={pinned} />
          </span>
        )}
      </span>
    </div>
  );
}
