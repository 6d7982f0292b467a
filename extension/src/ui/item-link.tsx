import type { WorkItem } from "../api/client.ts";
import { Button } from "./controls.tsx";
import { devOpsAddress } from "./next-steps.tsx";
import { useSession } from "./session.ts";
import { equalNames, itemName } from "./work-item.ts";

/** The name of a work item, which opens it. An item of another organization opens in a tab of its own. */
export function ItemLink({ item }: { item: WorkItem }) {
  const { frame } = useSession();
  const { organization, project, id } = item;
  if (equalNames(organization, frame.context.organization.name)) {
    return (
      <Button kind="quiet" onClick={() => void frame.openWorkItem(Number(id))}>
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
