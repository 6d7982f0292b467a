/** How CSV files are written, which depends on the spreadsheet that reads them. The choice is this browser's. */

import type { paths } from "./schema.gen.ts";

type ReportQuery = NonNullable<paths["/reports/time"]["get"]["parameters"]["query"]>;

export type CsvFormat = NonNullable<ReportQuery["separator"]>;

const queries: Record<CsvFormat, Pick<ReportQuery, "separator" | "decimal">> = {
  comma: {},
  semicolon: { separator: "semicolon", decimal: "comma" },
  tab: { separator: "tab" },
};

export const csvFormats = Object.keys(queries) as CsvFormat[];

const storageKey = "timetracker.csv-format";

/** The chosen format. Until there is one, it is what spreadsheets of the browser's language expect. */
export function csvFormat(): CsvFormat {
  const kept = readKept();
  if (kept && kept in queries) return kept as CsvFormat;
  const parts = new Intl.NumberFormat().formatToParts(1.5);
  return parts.some(({ type, value }) => type === "decimal" && value === ",") ? "semicolon" : "comma";
}

/** Keeps the choice. Where the browser refuses to keep it, it holds until the page is left. */
export function keepCsvFormat(format: CsvFormat): void {
  chosen = format;
  try {
    localStorage.setItem(storageKey, format);
  } catch {
    // A frame may have no storage.
  }
}

let chosen: CsvFormat | undefined;

function readKept(): string | null | undefined {
  if (chosen) return chosen;
  try {
    return localStorage.getItem(storageKey);
  } catch {
    return undefined;
  }
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
