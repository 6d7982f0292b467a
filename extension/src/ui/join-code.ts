import { texts } from "./texts.ts";

/** The codes of the refusals that the gate of those without access explains. */
export type JoinCode = keyof typeof texts.join.titles;

export function isJoinCode(code: string | undefined): code is JoinCode {
  return code !== undefined && Object.hasOwn(texts.join.titles, code);
}
