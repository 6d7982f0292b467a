/** The dialog that asks for the reason of a change of an entry. */

import type { Asked, EntryChange, Opened } from "./entry-change.ts";
import { operationTexts } from "./operations/texts.ts";
import { ReasonDialog } from "./reason.tsx";
import { texts } from "./texts.ts";

interface EntryDialogProps {
  when: string;
  change: EntryChange;
}

/** Asks for the reason of a change that needs one. */
export function EntryDialog({ when, change }: EntryDialogProps) {
  const { opened, open, reason } = change;
  const asked = askedOf(opened);
  if (!reason || !asked) return null;
  const { detail, ...dialog } = dialogOf(asked);
  return (
    <ReasonDialog
      {...dialog}
      {...(detail && { detail: `${when}. ${detail}` })}
      reasonNeeded={reason}
      onClose={() => open(null)}
      onSubmit={(given) => change.giveReason(asked, given)}
    />
  );
}

function askedOf(opened: Opened | null): Asked | undefined {
  switch (opened) {
    case "confirm":
    case "void":
    case "merge":
    case "moved":
    case "put_back":
      return opened;
    default:
      return undefined;
  }
}

interface DialogTexts {
  title: string;
  submit: string;
  working: string;
  danger?: true;
  detail?: string;
}

function dialogOf(asked: Asked): DialogTexts {
  const words = texts.entries;
  switch (asked) {
    case "confirm":
      return { title: words.confirmTitle, submit: words.confirm, working: words.saving };
    case "void":
      return {
        title: words.voidTitle,
        submit: words.voidConfirm,
        working: words.voiding,
        danger: true,
        detail: words.voidDetail,
      };
    case "merge":
      return { title: operationTexts.mergeBefore, submit: operationTexts.merge, working: words.saving };
    case "moved":
      return { title: operationTexts.moveTo, submit: operationTexts.move, working: words.saving };
    case "put_back":
      return { title: words.putBackTitle, submit: words.putBack, working: words.saving };
  }
}
