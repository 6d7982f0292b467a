/** What of the caller's time is not in Azure DevOps' Completed Work yet. */

import type { Schemas } from "./contract.ts";
import type { Transport } from "./transport.ts";

export type CompletedWork = Schemas["CompletedWork"];
export type WriteBack = Schemas["WriteBack"];
export type WriteBackProblem = Schemas["WriteBackProblem"];
export type WriteBackAttempt = Schemas["WriteBackAttempt"];

export function writeBacksApi({ json, send }: Transport) {
  return {
    listWriteBacks: async (): Promise<WriteBack[]> =>
      (await json<Schemas["WriteBackList"]>("/write-backs")).data,
    /** Writes what waits now, of one work item or of all; gives what is left. */
    attemptWriteBacks: async (
      body: WriteBackAttempt = {},
      idempotencyKey: string = crypto.randomUUID(),
    ): Promise<WriteBack[]> =>
      (
        await json<Schemas["WriteBackList"]>("/write-backs/attempts", {
          method: "POST",
          body,
          idempotencyKey,
        })
      ).data,
    /** What waits is not written, until its entry changes again. */
    leaveOutWriteBack: (id: string): Promise<void> =>
      send(`/write-backs/${encodeURIComponent(id)}`, { method: "DELETE" }),
  };
}
