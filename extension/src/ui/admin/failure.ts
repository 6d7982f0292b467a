import { ApiProblem } from "../../api/client.ts";
import { textOf } from "../catalogue.ts";
import { explain, type Failure } from "../failure.ts";
import { adminTexts } from "./texts.ts";

/** Puts an error into words for an admin, who can do what others can only ask for. */
export function explainToAdmin(error: unknown): Failure {
  if (!(error instanceof ApiProblem)) return explain(error);
  const { code, detail } = error;
  const text = textOf(adminTexts.codes, code) ?? (code === "seat_limit" ? detail : undefined);
  return text ? { text, code, retryable: false } : explain(error);
}

/** Whether somebody else has changed the resource since it was read. */
export function isStale(error: unknown): boolean {
  return error instanceof ApiProblem && error.status === 412;
}
