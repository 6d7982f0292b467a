/** The two ways in which a call fails: the server refuses it, or the server is not reached. */

import type { Schemas } from "./contract.ts";

type Problem = Schemas["Problem"];

/** The server's answer when it refuses (RFC 9457). `code` is stable, `detail` is for people. */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly requestId: string;
  readonly errors: Schemas["FieldProblem"][];
  /** The running timer, with `timer_running`. */
  readonly timer: Schemas["TimeEntry"] | undefined;
  /** The entry that was stopped, with `timer_not_running`. */
  readonly timeEntry: Schemas["TimeEntry"] | undefined;

  constructor(problem: Problem) {
    super(`${problem.status} ${problem.code}`);
    this.status = problem.status;
    this.code = problem.code;
    this.detail = problem.detail ?? problem.title;
    this.requestId = problem.request_id;
    this.errors = problem.errors ?? [];
    this.timer = problem.timer;
    this.timeEntry = problem.time_entry;
  }
}

/** The server was not reached, or its answer was lost. The request may have been carried out. */
export class OfflineError extends Error {
  override readonly name = "OfflineError";
}

/** Reads a problem document. An answer without one comes from a proxy in front of the API. */
export async function readProblem(response: Response): Promise<ApiProblem | OfflineError> {
  if (response.headers.get("Content-Type")?.startsWith("application/problem+json")) {
    const problem = await response.json().catch(() => undefined);
    if (problem) {
      return new ApiProblem(problem as Problem);
    }
  }
  return new OfflineError(`answer ${response.status} without a problem document`);
}
