import { useLayoutEffect, useRef } from "preact/hooks";
import type { TimeEntry } from "../../api/client.ts";
import { Button } from "../controls.tsx";
import { useFocusReturn } from "../focus.ts";
import { ItemPicker } from "../item-picker.tsx";
import { texts } from "../texts.ts";
import type { Work } from "../work-item.ts";
import { operationTexts } from "./texts.ts";

interface MoveFormProps {
  /** The entry that is moved; absent for several. */
  entry?: TimeEntry;
  onCancel: () => void;
  onPick: (work: Work) => void;
}

/** Asks what time is moved to. */
export function MoveForm({ entry, onCancel, onPick }: MoveFormProps) {
  const place = useRef<HTMLFieldSetElement>(null);
  useFocusReturn();
  useLayoutEffect(() => place.current?.querySelector("input")?.focus(), []);
  return (
    <fieldset
      ref={place}
      class="move-form"
      aria-label={operationTexts.moveTo}
      onKeyDown={(event) => {
        if (event.key === "Escape") onCancel();
      }}
    >
      <ItemPicker
        label={operationTexts.moveTo}
        without={entry?.work_item}
        onPick={onPick}
        onGeneral={onPick}
      />
      <div class="actions">
        <Button onClick={onCancel}>{texts.cancel}</Button>
      </div>
    </fieldset>
  );
}
