import type { TimeEntry, WorkItem } from "../api/client.ts";
import { Button } from "./controls.tsx";
import { devOpsAddress } from "./next-steps.tsx";
import { useSession } from "./session.ts";
import { texts } from "./texts.ts";
import { equalNames, itemName, workOf } from "./work-item.ts";

/** Has the host show a work item of its own organization, and says so where it doesn't. */
export function useOpenItem(): (id: string) => void {
  const { frame, timers } = useSession();
  return (id) => {
    frame.openWorkItem(Number(id)).catch(() => timers.announce(texts.item.notOpened(id)));
  };
}

/** The name of a work item, which opens it. An item of another organization opens in a tab of its own. */
export function ItemLink({ item }: { item: WorkItem }) {
  const { frame } = useSession();
  const open = useOpenItem();
  const { organization, project, id } = item;
  if (equalNames(organization, frame.context.organization.name)) {
    return (
      <Button kind="quiet" onClick={() => open(id)}>
        <bdi>{itemName(item)}</bdi>
      </Button>
    );
  }
  const address = `${devOpsAddress(organization)}/${encodeURIComponent(project)}/_workitems/edit/${id}`;
  return (
    <a href={address} target="_blank" rel="noreferrer">
      <bdi>{itemName(item)}</bdi>
    </a>
  );
}

/** What an entry is on: its work item, which opens, or the project of general time. */
export function WorkLink({ entry }: { entry: TimeEntry }) {
  return entry.work_item ? <ItemLink item={entry.work_item} /> : <bdi>{itemName(workOf(entry))}</bdi>;
}
