import type { ComponentChildren } from "preact";
import { Fragment } from "preact";
import { useEffect, useState } from "preact/hooks";
import { withTimeLimit } from "../auth/time-limit.ts";
import type { Frame } from "../frame/frame.ts";
import type { WorkItemContext } from "../frame/work-item-form.ts";
import { Button, Loading, Notice } from "./controls.tsx";
import { useSession } from "./session.ts";
import { texts } from "./texts.ts";

/** Shows its children for the work item on the form, once it is saved. */
export function OnShownItem({ children }: { children: (item: WorkItemContext) => ComponentChildren }) {
  const { frame } = useSession();
  const shown = useShownItem(frame);
  switch (shown.kind) {
    case "reading":
      return <Loading />;
    case "unreadable":
      return (
        <Notice kind="error" actions={<Button onClick={shown.retry}>{texts.tryAgain}</Button>}>
          {texts.item.unreadable}
        </Notice>
      );
    case "item":
      if (shown.item.isNew || shown.item.id === 0) {
        return (
          <Notice kind="info" title={texts.item.saveFirst}>
            {texts.item.saveFirstDetail}
          </Notice>
        );
      }
      // The key is the item, so that nothing of the one before stays.
      return <Fragment key={`${shown.item.project}/${shown.item.id}`}>{children(shown.item)}</Fragment>;
  }
}

/** How long Azure DevOps may take to say which work item it shows. */
const workItemMs = 8_000;

type ShownItem =
  | { kind: "reading" }
  | { kind: "unreadable"; retry: () => void }
  | { kind: "item"; item: WorkItemContext };

/** The work item on the form around the frame. It follows when the form shows another one, or saves a new one. */
function useShownItem(frame: Frame): ShownItem {
  const [shown, setShown] = useState<ShownItem>({ kind: "reading" });
  useEffect(() => {
    let turn = 0;
    const read = async () => {
      const mine = ++turn;
      try {
        if (!frame.workItem) throw new Error("this frame is not on a work item form");
        const item = await withTimeLimit(frame.workItem(), workItemMs);
        if (mine === turn) setShown({ kind: "item", item });
      } catch {
        if (mine === turn) setShown({ kind: "unreadable", retry: () => void read() });
      }
    };
    const stop = frame.onWorkItemChanged(() => void read());
    void read();
    return () => {
      turn++;
      stop();
    };
  }, [frame]);
  return shown;
}
