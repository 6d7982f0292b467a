/** Sums of time. */

import type { ExportableQuery, Schemas } from "./contract.ts";
import { csvDecimal } from "./csv-format.ts";
import type { Transport } from "./transport.ts";

export type TimeReport = Schemas["TimeReport"];
export type ReportQuery = ExportableQuery<"reportTime">;
export type ReportEntry = Schemas["ReportEntry"];
export type ReportEntriesQuery = ExportableQuery<"reportEntries">;

/** The formats of files beside CSV, and what they are to a browser. */
const types = {
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  pdf: "application/pdf",
  json: "application/json",
} as const;

export type ReportFormat = keyof typeof types;

export function reportsApi({ json, csv, file }: Transport) {
  return {
    report: (query: ReportQuery): Promise<TimeReport> => json("/reports/time", { query }),
    reportCsv: (query: ReportQuery) => csv("/reports/time", { ...query, ...csvDecimal() }),
    reportFile: (format: ReportFormat, query: ReportQuery) =>
      file("/reports/time", types[format], { ...query, format }),
    /** The entries that a report of the same range and filters counts. */
    reportEntries: (query: ReportEntriesQuery): Promise<Schemas["ReportEntryPage"]> =>
      json("/reports/entries", { query }),
    reportEntriesCsv: (query: ReportEntriesQuery) => csv("/reports/entries", { ...query, ...csvDecimal() }),
    reportEntriesFile: (format: Exclude<ReportFormat, "json">, query: ReportEntriesQuery) =>
      file("/reports/entries", types[format], { ...query, format }),
  };
}
