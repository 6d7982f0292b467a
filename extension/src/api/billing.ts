/** What the tenant is billed, for super_admins. */

import type { ExportableQuery, Schemas } from "./contract.ts";
import type { Transport } from "./transport.ts";

export type BillingRecord = Schemas["BillingRecord"];
export type BillingRecordPage = Schemas["BillingRecordPage"];
export type BilledMonth = Schemas["BilledMonth"];
export type BillingPreview = Schemas["BillingPreview"];
export type BillingRecordsQuery = ExportableQuery<"listBillingRecords">;
export type StatementFormat = "pdf" | "json";

const recordPath = (id: string) => `/billing-records/${encodeURIComponent(id)}`;

export function billingApi({ json, csv, file }: Transport) {
  return {
    listBillingRecords: (query?: BillingRecordsQuery): Promise<BillingRecordPage> =>
      json("/billing-records", { query }),
    billingRecordsCsv: (query: BillingRecordsQuery) => csv("/billing-records", query),
    /** A record with the people counted. */
    billingRecord: (id: string): Promise<BillingRecord> => json(recordPath(id)),
    billingRecordCsv: (id: string) => csv(recordPath(id), {}),
    billingPreview: (): Promise<BillingPreview> => json("/billing-preview"),
    statement: (number: string, format: StatementFormat) =>
      file(`/statements/${encodeURIComponent(number)}`, `application/${format}`, { format }),
  };
}
