import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Button, Dialog, FailureNotice } from "../controls.tsx";
import type { Failure } from "../failure.ts";
import { texts } from "../texts.ts";
import { explainToAdmin, isStale } from "./failure.ts";
import { adminTexts } from "./texts.ts";

interface ConfirmDialogProps {
  title: string;
  submit: string;
  danger?: boolean;
  /** Does what was asked about, and lets the dialog disappear. A failure stays in the dialog. */
  onSubmit: () => Promise<void>;
  onClose: () => void;
  /** Somebody else was faster: what the dialog asks about is no longer what it shows. */
  onStale?: () => void;
  children: ComponentChildren;
}

/** Asks before a change that somebody else will feel. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { title, submit, danger, onSubmit, onClose, onStale, children } = props;
  const [failure, setFailure] = useState<Failure | null>(null);
  const [working, setWorking] = useState(false);

  async function send() {
    if (working) return;
    setWorking(true);
    setFailure(null);
    try {
      await onSubmit();
    } catch (error) {
      if (onStale && isStale(error)) {
        onStale();
        return;
      }
      setFailure(explainToAdmin(error));
      setWorking(false);
    }
  }

  return (
    <Dialog title={title} onClose={onClose}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        {children}
        {failure && <FailureNotice failure={failure} />}
        <div class="actions">
          <Button type="submit" kind={danger ? "danger" : "primary"} disabled={working}>
            {working ? adminTexts.working : submit}
          </Button>
          <Button onClick={onClose}>{texts.cancel}</Button>
        </div>
      </form>
    </Dialog>
  );
}
