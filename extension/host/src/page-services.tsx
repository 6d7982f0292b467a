import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { ExtensionFrame } from "./extension-frame.tsx";
import { extensionId } from "./manifest.ts";

interface Toast {
  message: string;
  duration: number;
  callToAction?: string;
  onCallToActionClick?(): void;
  forceOverrideExisting?: boolean;
}

interface Banner {
  message?: string;
  /** 0 to 3: info, warning, error, success. */
  level?: number;
  dismissable?: boolean;
}

interface DialogOptions {
  title?: string;
  configuration?: object;
  onClose?(result: unknown): void;
}

interface OpenDialog extends DialogOptions {
  kind: "dialog" | "panel";
  contribution: string;
}

/** What the page shows for extensions: toasts, banners, and dialogs and panels with a frame in them. */
export function usePageServices() {
  const [toasts, setToasts] = useState<Toast[]>([]);
  const [banner, setBanner] = useState<Banner>();
  const [dialog, setDialog] = useState<OpenDialog>();

  const services = useMemo(() => {
    const open =
      (kind: OpenDialog["kind"]) =>
      (id: string, options: DialogOptions = {}) => {
        if (!id.startsWith(`${extensionId}.`)) {
          throw new Error(`There is no contribution ${id}.`);
        }
        setDialog({ ...options, kind, contribution: id.slice(extensionId.length + 1) });
      };
    return {
      "ms.vss-tfs-web.tfs-global-messages-service": {
        addToast: (toast: Toast) =>
          setToasts((shown) => (toast.forceOverrideExisting ? [toast] : [...shown, toast])),
        addBanner: (added: Banner) => setBanner(added),
        closeBanner: () => setBanner(undefined),
      },
      "ms.vss-features.host-page-layout-service": {
        openCustomDialog: open("dialog"),
        openPanel: open("panel"),
        getFullScreenMode: async () => false,
      },
    };
  }, []);

  return {
    services,
    banner,
    toast: toasts[0],
    dialog,
    closeBanner: () => setBanner(undefined),
    closeToast: () => setToasts((shown) => shown.slice(1)),
    closeDialog(result?: unknown) {
      setDialog(undefined);
      dialog?.onClose?.(result);
    },
  };
}

type Page = ReturnType<typeof usePageServices>;

const levels = ["info", "warning", "error", "success"];

export function PageBanner({ page: { banner, closeBanner } }: { page: Page }) {
  // The element is always there, so that what appears in it is read out.
  return (
    <div role="status" class="banners">
      {banner && (
        <p class={`banner ${levels[banner.level ?? 0]}`}>
          {banner.message}
          {banner.dismissable !== false && (
            <button type="button" onClick={closeBanner}>
              Dismiss
            </button>
          )}
        </p>
      )}
    </div>
  );
}

export function PageToast({ page: { toast, closeToast } }: { page: Page }) {
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (!toast || held) {
      return;
    }
    const timeout = setTimeout(closeToast, toast.duration);
    return () => clearTimeout(timeout);
  }, [toast, held]);
  return (
    <section
      aria-label="Messages"
      class="toasts"
      onMouseEnter={() => setHeld(true)}
      onMouseLeave={() => setHeld(false)}
      onFocusIn={() => setHeld(true)}
      onFocusOut={() => setHeld(false)}
    >
      <p role="status">{toast?.message}</p>
      {toast?.callToAction && (
        <button
          type="button"
          onClick={() => {
            setHeld(false);
            closeToast();
            toast.onCallToActionClick?.();
          }}
        >
          {toast.callToAction}
        </button>
      )}
    </section>
  );
}

type Around = Omit<Parameters<typeof ExtensionFrame>[0], "contribution" | "title">;

export function PageDialog({ page, around }: { page: Page; around: Around }) {
  const { dialog, closeDialog } = page;
  return dialog ? <Opened key={dialog.contribution} {...{ dialog, closeDialog, around }} /> : null;
}

interface OpenedProps {
  dialog: OpenDialog;
  closeDialog: Page["closeDialog"];
  around: Around;
}

function Opened({ dialog, closeDialog, around }: OpenedProps) {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => element.current?.showModal(), []);
  const { kind, contribution, title = "", configuration } = dialog;
  return (
    <dialog ref={element} class={kind} aria-labelledby="dialog-title" onCancel={() => closeDialog()}>
      <header>
        <h2 id="dialog-title">{title}</h2>
        <button type="button" onClick={() => closeDialog()}>
          Close
        </button>
      </header>
      <ExtensionFrame
        contribution={contribution}
        title={title}
        grows={kind === "dialog"}
        {...around}
        configuration={{ ...configuration, [kind]: { close: closeDialog } }}
      />
    </dialog>
  );
}
