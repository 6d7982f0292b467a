/** What the rest of a split entry is on, and its activity: those of the entry, unless others are chosen. */

import { useState } from "preact/hooks";
import type { TimeEntry } from "../../api/client.ts";
import { ActivitySelect } from "../activity-select.tsx";
import { Button } from "../controls.tsx";
import { ItemPicker } from "../item-picker.tsx";
import { itemName, type Work, workOf } from "../work-item.ts";
import type { Rest } from "./rest.ts";
import { operationTexts } from "./texts.ts";
import "./operations.css";

interface RestFieldsProps {
  entry: TimeEntry;
  rest: Rest;
  onChange: (rest: Rest) => void;
}

export function RestFields({ entry, rest, onChange }: RestFieldsProps) {
  const [choosing, setChoosing] = useState(false);
  const name = itemName(rest.work ?? workOf(entry));
  const choose = (work: Work) => {
    setChoosing(false);
    onChange({ ...rest, work });
  };
  return (
    <fieldset
      class="rest-fields"
      aria-label={operationTexts.rest}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !choosing) return;
        event.preventDefault();
        setChoosing(false);
      }}
    >
      <div class="rest-row">
        <span class="secondary">{operationTexts.rest}</span>
        <Button
          kind="quiet"
          expanded={choosing}
          label={operationTexts.restOn(name)}
          onClick={() => setChoosing(!choosing)}
        >
          <bdi class="rest-name">{name}</bdi>
        </Button>
        <ActivitySelect
          label={operationTexts.restActivity}
          own={entry.activity}
          value={rest.activityId ?? entry.activity.id}
          onChange={({ id }) => onChange({ ...rest, activityId: id === entry.activity.id ? undefined : id })}
        />
      </div>
      {choosing && (
        <ItemPicker
          label={operationTexts.restItem}
          without={entry.work_item}
          takesFocus
          onPick={choose}
          onGeneral={choose}
        />
      )}
    </fieldset>
  );
}
