import { type Auth, SignInRequiredError } from "../auth/auth.ts";
import type { ClientConfig } from "../auth/config.ts";
import type { components, operations } from "./schema.gen.ts";

type Schemas = components["schemas"];
export type Me = Schemas["Me"];
export type SignUp = Schemas["SignUp"];
export type StartTimer = Schemas["StartTimer"];
export type TimerStarted = Schemas["TimerStarted"];
export type CurrentTimer = Schemas["CurrentTimer"];
export type TimeEntry = Schemas["TimeEntry"];
export type TimeEntryPatch = Schemas["TimeEntryPatch"];
export type TimeEntryPage = Schemas["TimeEntryPage"];
export type TimeEntryHistory = Schemas["TimeEntryHistory"];
export type TimerEventPage = Schemas["TimerEventPage"];
export type WorkItem = Schemas["WorkItem"];
export type WorkItemTime = Schemas["WorkItemTime"];
export type TimeReport = Schemas["TimeReport"];
type Problem = Schemas["Problem"];

type Query<Name extends keyof operations> = NonNullable<operations[Name]["parameters"]["query"]>;
export type ListEntriesQuery = Query<"listTimeEntries">;
export type ListTimersQuery = Query<"listTimers">;
export type TimerEventsQuery = Query<"listTimerEvents">;
export type WorkItemTimeQuery = Query<"getWorkItemTime">;
export type ReportQuery = Omit<Query<"reportTime">, "format">;

/** The server's answer when it refuses (RFC 9457). `code` is stable, `detail` is for people. */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly requestId: string;
  readonly errors: Schemas["FieldProblem"][];
  /** The running timer, with `timer_running`. */
  readonly timer: TimeEntry | undefined;
  /** The entry that was stopped, with `timer_not_running`. */
  readonly timeEntry: TimeEntry | undefined;

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

/** The server was not reached, or did not answer. Whether it has done what was asked is unknown. */
export class OfflineError extends Error {
  override readonly name = "OfflineError";
}

/**
 * The API. Every method rejects with ApiProblem, OfflineError, or SignInRequiredError. Methods that take an
 * `idempotencyKey` may be repeated with the same key after an OfflineError: nothing happens twice.
 */
export interface Api {
  me(): Promise<Me>;
  signUp(body: SignUp, idempotencyKey?: string): Promise<Me>;
  startTimer(body: StartTimer, idempotencyKey?: string): Promise<TimerStarted>;
  /** Stops the running timer; with an id, that timer only. */
  stopTimer(timerId?: string, idempotencyKey?: string): Promise<TimeEntry>;
  currentTimer(): Promise<CurrentTimer>;
  discardTimer(etag: string): Promise<TimeEntry>;
  /** The running timers of the tenant, for admins. */
  listTimers(query?: ListTimersQuery): Promise<TimeEntryPage>;
  listEntries(query?: ListEntriesQuery): Promise<TimeEntryPage>;
  patchEntry(id: string, etag: string, patch: TimeEntryPatch): Promise<TimeEntry>;
  voidEntry(id: string, etag: string, reason?: string): Promise<TimeEntry>;
  history(id: string): Promise<TimeEntryHistory>;
  timerEvents(query?: TimerEventsQuery): Promise<TimerEventPage>;
  workItemTime(query: WorkItemTimeQuery): Promise<WorkItemTime>;
  report(query: ReportQuery): Promise<TimeReport>;
  reportCsv(query: ReportQuery): Promise<Blob>;
}

interface Call {
  method?: "GET" | "POST" | "PATCH" | "DELETE";
  query?: object | undefined;
  body?: object;
  contentType?: string;
  idempotencyKey?: string;
  etag?: string;
  accept?: string;
}

/** How long one attempt may take. A month's report of a large tenant is the slowest answer. */
const attemptMs = 30_000;

export function createApi(auth: Pick<Auth, "getToken">, config: Pick<ClientConfig, "api_base">): Api {
  /** The token, or why there is none. A network that fails Entra is as good as none for us. */
  async function token(forceRefresh: boolean): Promise<string> {
    try {
      return await auth.getToken({ forceRefresh });
    } catch (error) {
      if (error instanceof SignInRequiredError) {
        throw error;
      }
      throw new OfflineError("no token", { cause: error });
    }
  }

  async function attempt(url: string, init: RequestInit): Promise<Response> {
    try {
      return await fetch(url, { ...init, signal: AbortSignal.timeout(attemptMs) });
    } catch (error) {
      throw new OfflineError("not reached", { cause: error });
    }
  }

  /** Sends a call. What may run twice is sent again once when the network fails. */
  async function send(path: string, call: Call, forceRefresh: boolean): Promise<Response> {
    const { method = "GET", body, contentType = "application/json", idempotencyKey, etag, accept } = call;
    const headers = new Headers({
      Authorization: `Bearer ${await token(forceRefresh)}`,
      Accept: accept ?? "application/json",
    });
    if (body) {
      headers.set("Content-Type", contentType);
    }
    if (idempotencyKey) {
      headers.set("Idempotency-Key", idempotencyKey);
    }
    if (etag) {
      headers.set("If-Match", etag);
    }
    const url = config.api_base + path + queryString(call.query);
    const init: RequestInit = {
      method,
      headers,
      cache: "no-store",
      ...(body && { body: JSON.stringify(body) }),
    };
    try {
      return await attempt(url, init);
    } catch (error) {
      if (method !== "GET" && !idempotencyKey) {
        throw error;
      }
      return attempt(url, init);
    }
  }

  async function request(path: string, call: Call = {}): Promise<Response> {
    let response = await send(path, call, false);
    if (response.status === 401) {
      response = await send(path, call, true);
    }
    if (!response.ok) {
      throw await problemOf(response);
    }
    return response;
  }

  async function json<T>(path: string, call?: Call): Promise<T> {
    const response = await request(path, call);
    try {
      return (await response.json()) as T;
    } catch (error) {
      throw new OfflineError("the answer was cut off", { cause: error });
    }
  }

  const entry = (id: string) => `/time-entries/${encodeURIComponent(id)}`;

  return {
    me: () => json("/me"),
    signUp: (body, idempotencyKey = crypto.randomUUID()) =>
      json("/tenants", { method: "POST", body, idempotencyKey }),
    startTimer: (body, idempotencyKey = crypto.randomUUID()) =>
      json("/timers", { method: "POST", body, idempotencyKey }),
    stopTimer: (timerId, idempotencyKey = crypto.randomUUID()) =>
      json("/timers/current/stop", {
        method: "POST",
        body: timerId ? { timer_id: timerId } : {},
        idempotencyKey,
      }),
    currentTimer: () => json("/timers/current"),
    discardTimer: (etag) => json("/timers/current", { method: "DELETE", etag }),
    listTimers: (query) => json("/timers", { query }),
    listEntries: (query) => json("/time-entries", { query }),
    patchEntry: (id, etag, body) =>
      json(entry(id), { method: "PATCH", body, contentType: "application/merge-patch+json", etag }),
    voidEntry: (id, etag, reason) => json(entry(id), { method: "DELETE", query: { reason }, etag }),
    history: (id) => json(`${entry(id)}/history`),
    timerEvents: (query) => json("/timer-events", { query }),
    workItemTime: (query) => json("/work-items/time", { query }),
    report: (query) => json("/reports/time", { query }),
    reportCsv: async (query) => {
      const response = await request("/reports/time", {
        query: { ...query, format: "csv" },
        accept: "text/csv",
      });
      return response.blob();
    },
  };
}

/** Writes a query, without what is undefined. */
function queryString(query: object = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  return given.length > 0
    ? `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`
    : "";
}

/** Reads a problem document. What answers without one is not the API but something in front of it. */
async function problemOf(response: Response): Promise<Error> {
  if (response.headers.get("Content-Type")?.startsWith("application/problem+json")) {
    const problem = await response.json().catch(() => undefined);
    if (problem) {
      return new ApiProblem(problem as Problem);
    }
  }
  return new OfflineError(`answer ${response.status} without a problem document`);
}
