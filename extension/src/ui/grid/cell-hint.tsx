import { Button } from "../controls.tsx";
import { hubTexts } from "../hub/texts.ts";
import type { CellEdit } from "./edits.ts";
import type { RowActions } from "./grid-row.tsx";
import { editText } from "./refusal-text.ts";

const texts = hubTexts.grid;

interface CellHintProps {
  edit: CellEdit | undefined;
  hint: string | undefined;
  actions: RowActions;
}

/** Below a cell: why it isn't what was typed, and what can be done about it. */
export function CellHint({ edit, hint, actions }: CellHintProps) {
  if (!edit) return <span class="grid-hint">{hint}</span>;
  const { state } = edit;
  if (state.kind === "saving") return null;
  return (
    <span class="grid-hint is-error">
      {editText(edit)}
      <span class="grid-hint-actions">
        {state.kind === "conflict" && (
          <>
            <Button kind="quiet" onClick={() => actions.keepMine(edit)}>
              {texts.keepMine(edit.wanted)}
            </Button>
            <Button kind="quiet" onClick={() => actions.drop(edit)}>
              {texts.takeTheirs(state.theirs)}
            </Button>
          </>
        )}
        {state.kind === "offline" && (
          <Button kind="quiet" onClick={actions.tryNow}>
            {texts.tryNow}
          </Button>
        )}
        {state.kind !== "conflict" && (
          <Button kind="quiet" onClick={() => actions.drop(edit)}>
            {texts.leave}
          </Button>
        )}
      </span>
    </span>
  );
}
