import type { CompletedWorkItem } from "../../api/client.ts";
import { textOf } from "../catalogue.ts";
import { formatDuration, formatHours } from "../format.ts";
import { refusalText } from "../refusal-words.ts";
import { adminTexts } from "./texts.ts";

const texts = adminTexts.completed;

/** What differs, in sentences; none where nothing does. The owners' last problem may be left out. */
export function differencesOf(item: CompletedWorkItem, withProblem: boolean): string[] {
  const { waiting_ms, left_out_ms, missing_hours, hidden, problem } = item;
  const open_ms = waiting_ms - left_out_ms;
  const lines: string[] = [];
  if (open_ms > 0) lines.push(texts.toAdd(lengthText(open_ms)));
  if (open_ms < 0) lines.push(texts.toTake(lengthText(-open_ms)));
  if (left_out_ms > 0) lines.push(texts.leftOut(lengthText(left_out_ms)));
  if (left_out_ms < 0) lines.push(texts.leftIn(lengthText(-left_out_ms)));
  if (missing_hours > 0) lines.push(texts.missing(formatHours(missing_hours)));
  if (hidden) lines.push(texts.hidden);
  else if (problem && withProblem) lines.push(texts.lastTry(trackerText(problem)));
  return lines;
}

/** Why Azure DevOps was not read or written. */
export function trackerText({ code, message }: { code: string; message: string }): string {
  if (code === "tracker_refused") return refusalText(message, texts.refused);
  return textOf(texts.problems, code) ?? message;
}

function lengthText(ms: number): string {
  return ms < 60_000 ? texts.underAMinute : formatDuration(ms, "hours");
}
