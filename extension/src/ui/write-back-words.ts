/** Why time isn't in Completed Work yet, and how much, in words. */

import type { WriteBackProblem } from "../api/client.ts";
import { textOf } from "./catalogue.ts";
import { formatDateTime, formatDuration, formatTimeNear } from "./format.ts";
import { refusalText } from "./refusal-words.ts";
import { texts } from "./texts.ts";
import { dayMs, hourMs } from "./units.ts";

/** Why it wasn't written. */
export function problemText({ code, message }: WriteBackProblem): string {
  return textOf(texts.completedWork.problems, code) ?? refusalText(message, texts.completedWork.says);
}

/** Only a change of the work item or of the person's rights helps. */
export function isRefusal(problem: WriteBackProblem | undefined): boolean {
  return ["work_item_not_found", "work_item_read_only", "tracker_refused"].includes(problem?.code ?? "");
}

/** The least that is shown, in hours. */
const leastHours = 0.01;

/** Hours without their sign, as Azure DevOps counts them. Something is never shown as nothing. */
export function hoursOf(ms: number): number {
  return Math.max(leastHours, Math.abs(ms) / hourMs);
}

/** A length with its sign: 2:15, or −0:15 where it is to be taken away. */
export function signedLength(ms: number): string {
  return `${ms < 0 ? "\u2212" : ""}${formatDuration(Math.abs(ms), "hours")}`;
}

/** An instant of the last days by its weekday, and any other by its date. */
export function formatWhen(instant: string, now: number, zone: string): string {
  const at = Date.parse(instant);
  return Math.abs(now - at) < 6 * dayMs ? formatTimeNear(at, now, zone) : formatDateTime(at, zone);
}
