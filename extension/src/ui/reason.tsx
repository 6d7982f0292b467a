/** The reason for a change of an entry, which the history keeps. */

import { useState } from "preact/hooks";
import { Field } from "./controls.tsx";
import { ConfirmDialog } from "./dialog.tsx";
import { texts } from "./texts.ts";

interface ReasonFieldProps {
  value: string;
  /** Why a reason is needed; undefined when it is not. */
  needed: string | undefined;
  error: string | undefined;
  onChange: (reason: string) => void;
}

const reasonLength = 500;

export function ReasonField({ value, needed, error, onChange }: ReasonFieldProps) {
  return (
    <Field
      label={needed ? texts.entries.reason : texts.entries.reasonOptional}
      error={error}
      {...(needed && !error && { help: needed })}
    >
      {(attributes) => (
        <input
          {...attributes}
          value={value}
          maxLength={reasonLength}
          required={needed !== undefined}
          onInput={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

interface ReasonDialogProps {
  title: string;
  detail?: string;
  submit: string;
  working: string;
  danger?: boolean;
  reasonNeeded: string | undefined;
  onClose: () => void;
  onSubmit: (reason: string) => Promise<void>;
}

/** Asks before a change, and for the reason where one is needed. */
export function ReasonDialog({ detail, reasonNeeded, onSubmit, ...dialog }: ReasonDialogProps) {
  const [reason, setReason] = useState("");
  const [fault, setFault] = useState<string>();

  async function submit() {
    const given = reason.trim();
    if (reasonNeeded && given === "") setFault(reasonNeeded);
    else await onSubmit(given);
  }

  return (
    <ConfirmDialog {...dialog} onSubmit={submit}>
      {detail && <p>{detail}</p>}
      <ReasonField value={reason} needed={reasonNeeded} error={fault} onChange={setReason} />
    </ConfirmDialog>
  );
}
