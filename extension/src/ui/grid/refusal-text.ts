import { hubTexts } from "../hub/texts.ts";
import type { CellEdit } from "./edits.ts";
import type { Refusal } from "./plan.ts";

const texts = hubTexts.grid;

/** Why a sum can't be what was typed. */
export function refusalText(refusal: Refusal): string {
  return refusal.kind === "full" ? texts.full(refusal.free, refusal.untilNow) : texts.refusals[refusal.kind];
}

/** What becomes of what was typed into a cell. */
export function editText({ wanted, state }: CellEdit): string {
  switch (state.kind) {
    case "saving":
      return texts.saving;
    case "offline":
      return texts.offline;
    case "refused":
      return refusalText(state.refusal);
    case "failed":
      return state.text;
    case "half":
      return texts.half(state.text);
    case "conflict":
      return texts.conflict(wanted, state.theirs);
    case "unread":
      return texts.unread;
  }
}
