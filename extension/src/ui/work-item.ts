import type { WorkItem } from "../api/client.ts";
import type { WorkItemContext } from "../frame/work-item-form.ts";

/** How a work item is called in a sentence: "#104 Retry failed payments". */
export function itemName(item: Pick<WorkItem, "id" | "title">): string {
  return item.title ? `#${item.id} ${item.title}` : `#${item.id}`;
}

/** What tells one work item from all others. */
export type ItemReference = Pick<WorkItem, "organization" | "project" | "id">;

/** The reference to the item on the form. */
export function referenceTo(
  item: Pick<WorkItemContext, "id" | "project">,
  organization: string,
): ItemReference {
  return { organization, project: item.project, id: String(item.id) };
}

/** Whether both are the same work item. Azure DevOps ignores case in the names of organizations and projects. */
export function sameItem(a: ItemReference, b: ItemReference): boolean {
  return (
    a.id === b.id &&
    a.project.toLowerCase() === b.project.toLowerCase() &&
    a.organization.toLowerCase() === b.organization.toLowerCase()
  );
}
