/** The dialogs of every page. */

import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Button, FailureNotice } from "./controls.tsx";
import { explain, type Failure } from "./failure.ts";
import { useFocusReturn } from "./focus.ts";
import { texts } from "./texts.ts";
import "./dialog.css";

interface DialogProps {
  title: string;
  /** Whether it is read from its title on; otherwise its first field has the focus. */
  read?: boolean;
  onClose: () => void;
  children: ComponentChildren;
}

const dialogMarginPx = 8;

/**
 * A modal dialog beside the control that opened it, since the middle of a frame may be out of sight. Escape closes the
 * dialog, and the focus returns to the control.
 */
export function Dialog({ title, read = false, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useFocusReturn();
  useLayoutEffect(() => {
    const element = dialog.current;
    if (!element) return;
    const openerTop = document.activeElement?.getBoundingClientRect().top ?? 0;
    element.showModal();
    const unplace = keepInside(element, openerTop);
    return () => {
      unplace();
      element.close();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class="dialog"
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <h2 id={titleId} {...(read && { tabIndex: -1, autofocus: true })}>
        {title}
      </h2>
      {children}
    </dialog>
  );
}

/** Keeps a dialog in the frame, as near to a height as it can be, while either changes its size. Returns what ends it. */
function keepInside(dialog: HTMLDialogElement, top: number): () => void {
  const place = () => {
    const lowest = document.documentElement.clientHeight - dialog.offsetHeight - dialogMarginPx;
    dialog.style.top = `${Math.max(dialogMarginPx, Math.min(top, lowest))}px`;
  };
  place();
  const observer = new ResizeObserver(place);
  observer.observe(dialog);
  window.addEventListener("resize", place);
  return () => {
    observer.disconnect();
    window.removeEventListener("resize", place);
  };
}

interface ConfirmDialogProps extends DialogProps {
  submit: string;
  /** The submit button's text while the request is under way. */
  working: string;
  danger?: boolean;
  /** Makes the change and removes the dialog. A dialog that stays says what is missing; a failure is shown in it. */
  onSubmit: () => Promise<void>;
  /** Puts a failure into words. */
  explainFailure?: (error: unknown) => Failure;
}

/** Asks before a change is made. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { title, submit, working, danger, onSubmit, onClose, explainFailure = explain, children } = props;
  const [failure, setFailure] = useState<Failure>();
  const [sending, setSending] = useState(false);

  async function send() {
    if (sending) return;
    setSending(true);
    setFailure(undefined);
    try {
      await onSubmit();
    } catch (error) {
      setFailure(explainFailure(error));
    }
    setSending(false);
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
          <Button type="submit" kind={danger ? "danger" : "primary"} disabled={sending}>
            {sending ? working : submit}
          </Button>
          <Button onClick={onClose}>{texts.cancel}</Button>
        </div>
      </form>
    </Dialog>
  );
}
