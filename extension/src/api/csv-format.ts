/** How CSV files are written, which depends on the spreadsheet that reads them. The choice is the person's. */

import type { paths } from "./schema.gen.ts";

type ReportQuery = NonNullable<paths["/reports/time"]["get"]["parameters"]["query"]>;

export type CsvFormat = NonNullable<ReportQuery["separator"]>;

const queries: Record<CsvFormat, Pick<ReportQuery, "separator" | "decimal">> = {
  comma: {},
  semicolon: { separator: "semicolon", decimal: "comma" },
  tab: { separator: "tab" },
};

export const csvFormats = Object.keys(queries) as CsvFormat[];

/** What the person has chosen, as the server keeps it for all their browsers. */
let chosen: CsvFormat | undefined;

/** The chosen format. Until there is one, it is what spreadsheets of the browser's language expect. */
export function csvFormat(): CsvFormat {
  if (chosen) return chosen;
  const parts = new Intl.NumberFormat().formatToParts(1.5);
  return parts.some(({ type, value }) => type === "decimal" && value === ",") ? "semicolon" : "comma";
}

/** Makes a choice that of this page; undefined: there is none. */
export function chooseCsvFormat(format: CsvFormat | undefined): void {
  chosen = format;
}

/** What the API is told of the format of a file. */
export function csvSeparator(): Pick<ReportQuery, "separator"> {
  const { separator } = queries[csvFormat()];
  return separator ? { separator } : {};
}

/** What the API is told of the format of a file with hours. */
export function csvDecimal(): Pick<ReportQuery, "decimal"> {
  const { decimal } = queries[csvFormat()];
  return decimal ? { decimal } : {};
}
