/** Sums of time. */

import type { ExportableQuery, Schemas } from "./contract.ts";
import { csvDecimal } from "./csv-format.ts";
import type { Transport } from "./transport.ts";

export type TimeReport = Schemas["TimeReport"];
export type ReportQuery = ExportableQuery<"reportTime">;

export function reportsApi({ json, csv }: Transport) {
  return {
    report: (query: ReportQuery): Promise<TimeReport> => json("/reports/time", { query }),
    reportCsv: (query: ReportQuery) => csv("/reports/time", { ...query, ...csvDecimal() }),
  };
}
