/** What went wrong, in words for a person and with what they can do about it. */

import { ApiProblem, type Me, OfflineError } from "../api/client.ts";
import { SignInRequiredError } from "../auth/auth.ts";
import { texts } from "./texts.ts";

export interface Failure {
  /** A sentence to show. */
  text: string;
  /** The problem's stable code; absent when the server was not reached. */
  code?: string;
  /** The id to name when asking for help; only where the text alone doesn't help. */
  requestId?: string;
  /** Whether the same request, sent again, may succeed. */
  passing: boolean;
}

/** Puts an error into words. An error of unknown kind is a fault of ours and says nothing about itself. */
export function explain(error: unknown): Failure {
  if (error instanceof OfflineError) return { text: texts.failure.offline, passing: true };
  if (error instanceof SignInRequiredError) return { text: texts.failure.signedOut, passing: true };
  if (!(error instanceof ApiProblem)) return { text: texts.failure.unexpected, passing: true };
  const { status, code, requestId } = error;
  const known = texts.failure.codes[code];
  if (known)
    return status >= 500
      ? { text: known, code, requestId, passing: true }
      : { text: known, code, passing: false };
  if (status === 401) return { text: texts.failure.signedOut, code, passing: true };
  if (status === 429) return { text: texts.failure.tooMany, code, passing: true };
  if (status >= 500) return { text: texts.failure.unavailable, code, requestId, passing: true };
  if (status === 404) return { text: texts.failure.notFound, code, passing: false };
  if (status === 412) return { text: texts.failure.stale, code, passing: false };
  // The server's words are for people; they name the rule that refused the request.
  if (error.detail) return { text: error.detail, code, passing: false };
  return { text: texts.failure.unexpected, code, requestId, passing: false };
}

/** Why nothing can be recorded, in the words that the API's refusal would be shown in. */
export function readOnlyReason(status: Me["tenant"]["status"]): string {
  const code = status === "trial_expired" ? status : `tenant_${status}`;
  return texts.failure.codes[code] ?? texts.failure.unexpected;
}
