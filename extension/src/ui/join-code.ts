import type { Failure } from "./failure.ts";
import { texts } from "./texts.ts";

/** The codes of the refusals that the gate of those without access explains. */
export type JoinCode = keyof typeof texts.join.titles;

export function isJoinCode(code: string | undefined): code is JoinCode {
  return code !== undefined && Object.hasOwn(texts.join.titles, code);
}

/** Whether somebody who was known is no user any more. */
export function isNotJoined(failure: Failure | null): boolean {
  return failure?.code === "not_joined";
}
