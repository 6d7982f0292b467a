/** Errors in words for a person, with what they can do about them. */

import { ApiProblem, type Me, OfflineError } from "../api/client.ts";
import { SignInRequiredError } from "../auth/auth.ts";
import { textOf } from "./catalogue.ts";
import { texts } from "./texts.ts";

export interface Failure {
  /** A sentence to show. */
  text: string;
  /** The problem's stable code; absent when the server was not reached. */
  code?: string;
  /** The id to name when asking for help. Absent where the text alone helps. */
  requestId?: string;
  /** Whether the same request, sent again, may succeed. */
  retryable: boolean;
  /** Whether signing in again may help. */
  signedOut?: boolean;
}

const signedOut = () => ({ text: texts.failure.signedOut, retryable: true, signedOut: true });

/** Puts an error into words. An error of unknown kind is a fault of ours, and its message helps nobody. */
export function explain(error: unknown): Failure {
  if (error instanceof OfflineError) return { text: texts.failure.offline, retryable: true };
  if (error instanceof SignInRequiredError) return signedOut();
  if (!(error instanceof ApiProblem)) return { text: texts.failure.unexpected, retryable: true };
  const { status, code, requestId } = error;
  const known = textOf(texts.failure.codes, code);
  if (known)
    return status >= 500
      ? { text: known, code, requestId, retryable: true }
      : { text: known, code, retryable: false };
  if (error.errors.some((field) => field.code === "characters"))
    return { text: texts.failure.characters, code, retryable: false };
  if (status === 401) return { ...signedOut(), code };
  if (status === 429) return { text: texts.failure.tooMany, code, retryable: true };
  if (status >= 500) return { text: texts.failure.unavailable, code, requestId, retryable: true };
  if (status === 404) return { text: texts.failure.notFound, code, retryable: false };
  if (status === 412) return { text: texts.failure.stale, code, retryable: false };
  // The server's words are for people. They name the rule that refused the request.
  if (error.detail) return { text: error.detail, code, retryable: false };
  return { text: texts.failure.unexpected, code, requestId, retryable: false };
}

/** Whether the API refuses because of the organization's plan. */
export function isReadOnly(code: string | undefined): boolean {
  return isPlanMissing(code) || code === "tenant_suspended";
}

/** Whether a plan that is bought would help. A suspended subscription has one. */
export function isPlanMissing(code: string | undefined): boolean {
  return code === "trial_expired" || code === "tenant_cancelled";
}

/** Why nothing can be recorded, in the words for the API's refusal. */
export function readOnlyReason(status: Me["tenant"]["status"]): string {
  const code = status === "trial_expired" ? status : `tenant_${status}`;
  return textOf(texts.failure.codes, code) ?? texts.failure.unexpected;
}
