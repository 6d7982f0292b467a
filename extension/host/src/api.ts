// The data that the sandbox serves to this page.

export interface HostConfig {
  organizations: Organization[];
  people: Person[];
  types: WorkItemType[];
  signed_in_as: string;
  extension_base_url: string;
  naa_default: boolean;
}

export interface Organization {
  id: string;
  name: string;
  directory_id: string;
  projects: Project[];
}

export interface Project {
  id: string;
  name: string;
}

export interface Person {
  upn: string;
  name: string;
  email: string;
  oid: string;
  directory: string;
  guest: boolean;
}

export interface WorkItemType {
  name: string;
  /** A new work item has the first one. */
  states: string[];
  /** It has fields for hours. */
  hours: boolean;
}

export type FieldValue = string | number | null;
export type Fields = Record<string, FieldValue>;

export interface WorkItem {
  /** 0 until the first save. */
  id: number;
  rev: number;
  organization: string;
  project: string;
  /** The person may not change it. */
  read_only: boolean;
  fields: Fields;
}

export const field = {
  project: "System.TeamProject",
  type: "System.WorkItemType",
  title: "System.Title",
  state: "System.State",
  assignedTo: "System.AssignedTo",
  originalEstimate: "Microsoft.VSTS.Scheduling.OriginalEstimate",
  completedWork: "Microsoft.VSTS.Scheduling.CompletedWork",
  remainingWork: "Microsoft.VSTS.Scheduling.RemainingWork",
} as const;

/** Sends a request. The error of a refusal says why, in the sandbox's words. */
async function send(path: string, init?: RequestInit): Promise<Response> {
  const response = await fetch(path, init);
  if (!response.ok) {
    const { error } = await response.json().catch(() => ({}));
    throw new Error(error ?? `${path}: ${response.status}`);
  }
  return response;
}

async function answer<T>(path: string, init?: RequestInit): Promise<T> {
  return (await (await send(path, init)).json()) as T;
}

function withBody(method: "POST" | "PATCH", body: object): RequestInit {
  return { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
}

export function loadConfig(): Promise<HostConfig> {
  return answer("/_host/config");
}

/** Who looks at work items, and changes them. */
function as({ upn }: Person): string {
  return `as=${encodeURIComponent(upn)}`;
}

async function listOf(what: string, person: Person, organization: string, project: string) {
  const { value } = await answer<{ value: WorkItem[] }>(
    `/_host/${what}?${as(person)}&organization=${encodeURIComponent(organization)}`,
  );
  return value.filter((item) => item.project === project);
}

export function listWorkItems(person: Person, organization: string, project: string): Promise<WorkItem[]> {
  return listOf("work-items", person, organization, project);
}

export function listDeleted(person: Person, organization: string, project: string): Promise<WorkItem[]> {
  return listOf("recycle-bin", person, organization, project);
}

export function getWorkItem(person: Person, id: number): Promise<WorkItem> {
  return answer(`/_host/work-items/${id}?${as(person)}`);
}

export function createWorkItem(
  person: Person,
  { organization, project, fields }: WorkItem,
): Promise<WorkItem> {
  const given = Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== null && value !== ""),
  );
  return answer(
    `/_host/work-items?${as(person)}`,
    withBody("POST", { organization, project, fields: given }),
  );
}

/** Changes a work item. Where a revision is given, it must be the latest. */
export function updateWorkItem(person: Person, id: number, fields: Fields, rev = 0): Promise<WorkItem> {
  return answer(`/_host/work-items/${id}?${as(person)}`, withBody("PATCH", { fields, rev }));
}

export async function deleteWorkItem(person: Person, id: number): Promise<void> {
  await send(`/_host/work-items/${id}?${as(person)}`, { method: "DELETE" });
}

export function restoreWorkItem(person: Person, id: number): Promise<WorkItem> {
  return answer(`/_host/recycle-bin/${id}/restore?${as(person)}`, { method: "POST" });
}

/** Renames an organization or a project, by its id. */
export async function rename(what: "organizations" | "projects", id: string, name: string): Promise<void> {
  await send(`/_host/${what}/${id}`, withBody("PATCH", { name }));
}

/** Asks the sandbox's Entra for a token on behalf of an extension. A refusal has NAA's shape. */
export async function nestedAppToken(request: {
  user: string;
  client_id: string;
  scope: string;
  authority?: string;
  claims?: string;
  interactive: boolean;
}): Promise<{ token?: object; account?: object; error?: object }> {
  const response = await fetch("/_host/naa/token", withBody("POST", request));
  return await response.json();
}
