/** Work items: their names, and how the API is told which one is meant. */

import type { StartTimer, TimeEntry, WorkItem } from "../api/client.ts";
import type { Project } from "../api/projects.ts";
import type { WorkItemInput } from "../api/work-items.ts";
import type { PageContext } from "../frame/context.ts";
import type { WorkItemContext } from "../frame/work-item-form.ts";
import { beginning } from "./beginning.ts";
import { texts } from "./texts.ts";

/** What a sentence names a work item by. */
type NamedItem = Pick<WorkItem, "id"> & { title?: string | undefined };

/** What a sentence names work by: a work item, or a project whose time has none. */
export type NamedWork = NamedItem | { id?: undefined; project: string };

/** Time of a project without a work item, to be chosen. That it has no `id` tells it from a work item. */
export interface GeneralTime {
  id?: undefined;
  project_id: string;
  project: string;
  organization: string;
}

/** What time can be recorded on. */
export type Work = WorkItem | GeneralTime;

/** What time can be recorded on without a work item. A merged project goes by the one that it counts as. */
export function generalTimes(projects: readonly Project[]): GeneralTime[] {
  return projects
    .filter(({ general_allowed, merged }) => general_allowed && !merged)
    .map(({ id, name, site }) => ({ project_id: id, project: name, organization: site.name }));
}

/** What an entry is on. */
export function workOf({ work_item, project }: Pick<TimeEntry, "work_item" | "project">): NamedWork {
  return work_item ?? { project: project.name };
}

/** The name of work in a sentence: "#104 Retry failed payments". */
export function itemName(item: NamedWork): string {
  if (item.id === undefined) return texts.general.name(item.project);
  return item.title ? `#${item.id} ${item.title}` : `#${item.id}`;
}

/** How the API is told which work item is meant. What it says of organization and project is a claim. */
export type ItemReference = Pick<WorkItemInput, "organization_guid" | "project" | "project_guid" | "id"> & {
  organization: string;
};

/** The reference to the item on the form, which is in the organization of the page around it. */
export function referenceTo(
  item: Pick<WorkItemContext, "id" | "project">,
  { organization, project }: PageContext,
): ItemReference {
  // A form that doesn't tell the project is on the page of one.
  const name = item.project || (project?.name ?? "");
  // The form of an item can be opened on the page of another project, whose id isn't the item's.
  const inProject = project && equalNames(project.name, name);
  return {
    organization: organization.name,
    organization_guid: organization.id,
    project: name,
    ...(inProject && { project_guid: project.id }),
    id: String(item.id),
  };
}

/** What tells one work item from all others: our ids where they are known, else the organization and the number. */
type ItemIdentity = Pick<WorkItem, "organization" | "id" | "uid" | "site_id">;

/** Whether both are the same work item. The project doesn't count, since an item can be moved to another one. */
export function sameItem(a: ItemIdentity, b: ItemIdentity): boolean {
  if (a.uid && b.uid) return a.uid === b.uid;
  if (a.id !== b.id) return false;
  if (a.site_id && b.site_id) return a.site_id === b.site_id;
  return equalNames(a.organization, b.organization);
}

/** A project with its organization, unless that is one's own, since both may have a project of the same name. */
export function projectName(organization: string, project: string, own: string): string {
  return equalNames(organization, own) ? project : `${organization}/${project}`;
}

/** Azure DevOps ignores case in the names of organizations and projects. */
export function equalNames(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** The longest title that is kept, in characters. */
const titleLength = 255;
/** More hours of Completed Work than anybody has worked. */
const mostHours = 1_000_000;

/** The request that starts a timer on the item on the form. */
export function startOnForm(
  item: WorkItemContext,
  context: PageContext,
): StartTimer & { work_item: WorkItemInput } {
  const hours = item.completedWorkHours;
  // They are only shown, so hours that can't be right must not keep the timer from starting.
  const shown = hours !== undefined && hours >= 0 && hours <= mostHours;
  return {
    work_item: claimOf(referenceTo(item, context), item),
    ...(shown && { existing_hours: hours }),
  };
}

/** The request that starts a timer on an item on which time was recorded before, by the names that the API gave. */
export function startAgain(item: WorkItem): StartTimer & { work_item: WorkItemInput } {
  const { organization, project, id } = item;
  return { work_item: claimOf({ organization, project, id }, item) };
}

/** How the API is told what time is on. */
export function referenceOf(work: Work): Pick<StartTimer, "work_item"> | Pick<StartTimer, "general"> {
  return work.id === undefined ? { general: { project_id: work.project_id } } : startAgain(work);
}

function claimOf(reference: ItemReference, { title, type }: Pick<WorkItem, "title" | "type">): WorkItemInput {
  return {
    tracker: "azure_devops",
    ...reference,
    ...(title && { title: wellFormed(title) }),
    ...(type && { type: wellFormed(type) }),
  };
}

/** A text without halves of characters, since JSON has no way to write them, cut to the length of a title. */
function wellFormed(text: string): string {
  return beginning(text.replace(/\p{Surrogate}/gu, "\uFFFD"), titleLength);
}
