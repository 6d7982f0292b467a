/** Completed Work in Azure DevOps beside what was recorded, for admins. */

import type { Query, Schemas } from "./contract.ts";
import type { Transport } from "./transport.ts";

export type CompletedWorkItem = Schemas["CompletedWorkItem"];
export type CompletedWorkPage = Schemas["CompletedWorkPage"];
export type CompletedWorkCorrection = Schemas["CompletedWorkCorrection"];
export type CompletedWorkQuery = Query<"listCompletedWork">;

export function completedWorkApi({ json }: Transport) {
  return {
    listCompletedWork: (query?: CompletedWorkQuery): Promise<CompletedWorkPage> =>
      json("/completed-work", { query }),
    /** Writes what is missing with the caller's own rights. */
    correctCompletedWork: (
      uid: string,
      idempotencyKey: string = crypto.randomUUID(),
    ): Promise<CompletedWorkCorrection> =>
      json(`/completed-work/${encodeURIComponent(uid)}/correction`, { method: "POST", idempotencyKey }),
  };
}
