/** Work items: their names, and how the API is told which one is meant. */

import type { StartTimer, WorkItem } from "../api/client.ts";
import type { PageContext } from "../frame/context.ts";
import type { WorkItemContext } from "../frame/work-item-form.ts";

/** The name of a work item in a sentence: "#104 Retry failed payments". */
export function itemName(item: Pick<WorkItem, "id" | "title">): string {
  return item.title ? `#${item.id} ${item.title}` : `#${item.id}`;
}

/** Tells one work item from all others. */
export type ItemReference = Pick<WorkItem, "organization" | "project" | "id">;

/** The reference to the item on the form, which is in the organization of the page around it. */
export function referenceTo(
  item: Pick<WorkItemContext, "id" | "project">,
  { organization }: Pick<PageContext, "organization">,
): ItemReference {
  return { organization: organization.name, project: item.project, id: String(item.id) };
}

/** Whether both are the same work item. Azure DevOps ignores case in the names of organizations and projects. */
export function sameItem(a: ItemReference, b: ItemReference): boolean {
  return (
    a.id === b.id &&
    a.project.toLowerCase() === b.project.toLowerCase() &&
    a.organization.toLowerCase() === b.organization.toLowerCase()
  );
}

/** The API's longest title. */
const titleLength = 255;

/** The request that starts a timer on the item on the form. */
export function startOnForm(item: WorkItemContext, context: PageContext): StartTimer {
  return {
    work_item: workItemOf({ ...item, ...referenceTo(item, context) }),
    ...(item.completedWorkHours !== undefined && { existing_hours: item.completedWorkHours }),
  };
}

/** The request that starts a timer on an item on which time was recorded before. */
export function startAgain(item: WorkItem): StartTimer {
  return { work_item: workItemOf(item) };
}

type Described = ItemReference & { title?: string; type?: string };

function workItemOf({ organization, project, id, title, type }: Described): StartTimer["work_item"] {
  return {
    tracker: "azure_devops",
    organization,
    project,
    id,
    ...(title && { title: title.slice(0, titleLength) }),
    ...(type && { type }),
  };
}
