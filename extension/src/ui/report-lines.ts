/** A report of a month as lines with names. */

import type { TimeReport } from "../api/client.ts";
import { shownParts } from "./shown.ts";
import { equalNames } from "./work-item.ts";

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
    // A project of another organization is named with that one, since both may have a project of the same name.
    const foreign = project && !equalNames(project.organization, organization);
    const projectName = foreign ? `${project.organization}/${project.name}` : project?.name;
    return {
      key: (grouping === "user" ? user?.id : project?.id) ?? "",
      name: (grouping === "user" ? user?.name : projectName) ?? "",
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
