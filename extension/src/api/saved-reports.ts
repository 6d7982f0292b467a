/** Saved reports: one's own, and those that colleagues share. */

import type { Schemas } from "./contract.ts";
import type { Transport } from "./transport.ts";

export type SavedReport = Schemas["SavedReport"];
export type NewSavedReport = Schemas["NewSavedReport"];
export type SavedReportPatch = Schemas["SavedReportPatch"];

const path = (id: string) => `/saved-reports/${encodeURIComponent(id)}`;

export function savedReportsApi({ json, patch, send }: Transport) {
  return {
    async listSavedReports(): Promise<SavedReport[]> {
      return (await json<Schemas["SavedReportList"]>("/saved-reports")).data;
    },
    addSavedReport: (
      body: NewSavedReport,
      idempotencyKey: string = crypto.randomUUID(),
    ): Promise<SavedReport> => json("/saved-reports", { method: "POST", body, idempotencyKey }),
    patchSavedReport: (id: string, etag: string, body: SavedReportPatch): Promise<SavedReport> =>
      patch(path(id), etag, body),
    deleteSavedReport: (id: string, etag: string) => send(path(id), { method: "DELETE", etag }),
  };
}
