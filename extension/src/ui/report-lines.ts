/** A report of a month as lines with names. */

import type { TimeReport } from "../api/client.ts";
import { shownParts } from "./shown.ts";
import { projectName } from "./work-item.ts";

export type Grouping = "project" | "user";

export interface ReportLine {
  key: string;
  name: string;
  ms: number;
  reviewMs: number;
  /** As what the two are shown, so that the lines add up to the totals. */
  shownMs: number;
  shownReviewMs: number;
  entries: number;
}

/** The report's rows by name, the most hours first. */
export function linesOf(report: TimeReport, grouping: Grouping, organization: string): ReportLine[] {
  const lines = report.rows.map((row) => {
    const { project, user } = row;
    return {
      key: (grouping === "user" ? user?.id : project?.id) ?? "",
      name:
        (grouping === "user"
          ? user?.name
          : project && projectName(project.organization, project.name, organization)) ?? "",
      ms: row.elapsed_ms,
      reviewMs: row.needs_review_ms,
      entries: row.entries,
    };
  });
  lines.sort((a, b) => b.ms - a.ms || b.reviewMs - a.reviewMs || a.name.localeCompare(b.name, "en"));
  const shown = shownParts(lines.map(({ ms }) => ms));
  const shownReview = shownParts(lines.map(({ reviewMs }) => reviewMs));
  return lines.map((line, i) => ({ ...line, shownMs: shown[i] ?? 0, shownReviewMs: shownReview[i] ?? 0 }));
}
