/** Projects: what they are called, and which of them are one. */

import type { Query, Schemas } from "./contract.ts";
import type { Transport } from "./transport.ts";

export type Project = Schemas["Project"];
export type ProjectPatch = Schemas["ProjectPatch"];
export type ProjectPage = Schemas["ProjectPage"];
export type ListProjectsQuery = Query<"listProjects">;

const projectPath = (id: string) => `/projects/${encodeURIComponent(id)}`;

export function projectsApi({ json, patch }: Transport) {
  return {
    listProjects: (query?: ListProjectsQuery): Promise<ProjectPage> => json("/projects", { query }),
    /** Accepts a name that the project was seen under, or changes its rules, for admins. */
    patchProject: (id: string, etag: string, body: ProjectPatch): Promise<Project> =>
      patch(projectPath(id), etag, body),
    /** For admins. */
    mergeProject: (
      id: string,
      into: string,
      idempotencyKey: string = crypto.randomUUID(),
    ): Promise<Project> =>
      json(`${projectPath(id)}/merge`, { method: "POST", body: { into }, idempotencyKey }),
    /** Undoes a merge, for admins. */
    unmergeProject: (id: string, etag: string): Promise<Project> =>
      json(`${projectPath(id)}/merge`, { method: "DELETE", etag }),
  };
}
