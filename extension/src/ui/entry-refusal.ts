/** Why a change of an entry was refused, in the words and the zone of the person. */

import { ApiProblem } from "../api/client.ts";
import { explain, type Failure } from "./failure.ts";
import { intervalText } from "./interval-text.ts";
import { needsSeconds } from "./shown.ts";
import { texts } from "./texts.ts";
import { itemName, workOf } from "./work-item.ts";

export function explainRefusal(error: unknown, zone: string): Failure {
  const failure = explain(error);
  const other = error instanceof ApiProblem && error.code === "interval_overlaps" && error.timeEntry;
  if (!other) return failure;
  const when = intervalText(other, zone, needsSeconds(other));
  return { ...failure, text: texts.entries.overlaps(itemName(workOf(other)), when) };
}
