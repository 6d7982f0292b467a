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

async function answer<T>(path: string, init?: RequestInit): Promise<T> {
  const response = await fetch(path, init);
  if (!response.ok) {
    throw new Error(`${path}: ${response.status}`);
  }
  return (await response.json()) as T;
}

function withBody(method: "POST" | "PATCH", body: object): RequestInit {
  return { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
}

export function loadConfig(): Promise<HostConfig> {
  return answer("/_host/config");
}

export async function listWorkItems(organization: string, project: string): Promise<WorkItem[]> {
  const { value } = await answer<{ value: WorkItem[] }>(
    `/_host/work-items?organization=${encodeURIComponent(organization)}`,
  );
  return value.filter((item) => item.project === project);
}

export function getWorkItem(id: number): Promise<WorkItem> {
  return answer(`/_host/work-items/${id}`);
}

export function createWorkItem({ organization, project, fields }: WorkItem): Promise<WorkItem> {
  const given = Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== null && value !== ""),
  );
  return answer("/_host/work-items", withBody("POST", { organization, project, fields: given }));
}

export function updateWorkItem(id: number, fields: Fields): Promise<WorkItem> {
  return answer(`/_host/work-items/${id}`, withBody("PATCH", { fields }));
}

/** Renames an organization or a project, by its id. */
export async function rename(what: "organizations" | "projects", id: string, name: string): Promise<void> {
  const path = `/_host/${what}/${id}`;
  const response = await fetch(path, withBody("PATCH", { name }));
  if (!response.ok) {
    throw new Error(`${path}: ${response.status}`);
  }
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
