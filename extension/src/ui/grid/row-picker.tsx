/** The field that finds what a new row is about. */

import { useLayoutEffect, useRef } from "preact/hooks";
import { Button } from "../controls.tsx";
import { useFocusReturn } from "../focus.ts";
import { hubTexts } from "../hub/texts.ts";
import { ItemPicker } from "../item-picker.tsx";
import { texts } from "../texts.ts";
import type { Work } from "../work-item.ts";
import { type RowActivity, type RowWork, rowWork } from "./entry.ts";

interface RowPickerProps {
  /** The activity of the new row. */
  activity: RowActivity;
  onPick: (work: RowWork) => void;
  onClose: () => void;
}

export function RowPicker({ activity, onPick, onClose }: RowPickerProps) {
  const place = useRef<HTMLFieldSetElement>(null);
  useFocusReturn();
  useLayoutEffect(() => place.current?.querySelector("input")?.focus(), []);
  const pick = (work: Work) => onPick(rowWork(work, activity));
  return (
    <fieldset
      ref={place}
      class="row-picker"
      aria-label={hubTexts.grid.add}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || event.isComposing) return;
        event.preventDefault();
        event.stopPropagation();
        onClose();
      }}
    >
      <ItemPicker label={hubTexts.grid.addLabel} onPick={pick} onGeneral={pick} />
      <Button kind="quiet" onClick={onClose}>
        {texts.cancel}
      </Button>
    </fieldset>
  );
}
