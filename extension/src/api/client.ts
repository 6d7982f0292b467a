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
export type JoinRequest = Schemas["JoinRequest"];
export type TenantDetails = Schemas["TenantDetails"];
export type TenantPatch = Schemas["TenantPatch"];
export type Seats = Schemas["Seats"];
export type Role = Schemas["Role"];
export type TenantUser = Schemas["TenantUser"];
export type UserPatch = Schemas["UserPatch"];
export type UserPage = Schemas["UserPage"];
export type Invitation = Schemas["Invitation"];
export type DirectoryPerson = Schemas["DirectoryPerson"];
export type TimerEvent = Schemas["TimerEvent"];
export type Action = Schemas["Action"];
export type ActionInput = Schemas["ActionInput"];
export type ActionPage = Schemas["ActionPage"];
export type AuditEvent = Schemas["AuditEvent"];
export type AuditEventPage = Schemas["AuditEventPage"];
export type Landing = Schemas["Landing"];
export type LandingObstacle = Schemas["LandingObstacle"];
export type Purchase = Schemas["Purchase"];
export type MarketplacePlan = Schemas["MarketplacePlan"];
export type Term = Schemas["Term"];
export type Subscription = Schemas["Subscription"];
export type BillingRecord = Schemas["BillingRecord"];
export type BillingRecordPage = Schemas["BillingRecordPage"];
export type BilledMonth = Schemas["BilledMonth"];
export type BillingPreview = Schemas["BillingPreview"];
type Problem = Schemas["Problem"];

type Query<Name extends keyof operations> = NonNullable<operations[Name]["parameters"]["query"]>;
export type ListEntriesQuery = Query<"listTimeEntries">;
export type ListTimersQuery = Query<"listTimers">;
export type TimerEventsQuery = Omit<Query<"listTimerEvents">, "format">;
export type UsersQuery = Query<"listUsers">;
export type ActionsQuery = Omit<Query<"listActions">, "format">;
export type AuditEventsQuery = Omit<Query<"listAuditEvents">, "format">;
export type BillingRecordsQuery = Omit<Query<"listBillingRecords">, "format">;
export type InvoiceFormat = "pdf" | "json";
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
  timerEventsCsv(query: TimerEventsQuery): Promise<Blob>;
  requestToJoin(idempotencyKey?: string): Promise<JoinRequest>;
  recordAction(body: ActionInput): Promise<Action>;
  tenant(): Promise<TenantDetails>;
  /** For super_admins. */
  patchTenant(etag: string, patch: TenantPatch): Promise<TenantDetails>;

  // What follows is for admins.

  listUsers(query?: UsersQuery): Promise<UserPage>;
  /** Invites all of them or none. */
  inviteUsers(people: Invitation[], idempotencyKey?: string): Promise<TenantUser[]>;
  patchUser(id: string, etag: string, patch: UserPatch): Promise<TenantUser>;
  /** Withdraws an invitation, or declines a request to join. */
  withdrawUser(id: string, etag: string): Promise<void>;
  renewInvitation(id: string, idempotencyKey?: string): Promise<TenantUser>;
  searchDirectory(search: string): Promise<DirectoryPerson[]>;
  /** Stops anybody's running timer. */
  stopTimerOf(timerId: string, idempotencyKey?: string): Promise<TimeEntry>;
  listActions(query?: ActionsQuery): Promise<ActionPage>;
  actionsCsv(query: ActionsQuery): Promise<Blob>;
  listAuditEvents(query?: AuditEventsQuery): Promise<AuditEventPage>;
  auditEventsCsv(query: AuditEventsQuery): Promise<Blob>;
  /** The tenant's subscription in the Azure Marketplace. */
  subscription(): Promise<Subscription>;

  // What follows is for super_admins.

  listBillingRecords(query?: BillingRecordsQuery): Promise<BillingRecordPage>;
  billingRecordsCsv(query: BillingRecordsQuery): Promise<Blob>;
  /** A record with the people counted. */
  billingRecord(id: string): Promise<BillingRecord>;
  billingRecordCsv(id: string): Promise<Blob>;
  billingPreview(): Promise<BillingPreview>;
  invoice(number: string, format: InvoiceFormat): Promise<Blob>;

  // What follows is for people who come from the Azure Marketplace, also before their organization has signed up.

  resolveLanding(token: string): Promise<Landing>;
  /** Doing it again changes nothing. */
  takeSubscription(token: string, signUp?: SignUp): Promise<Landing>;
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

  async function file(path: string, accept: string, query: object): Promise<Blob> {
    const response = await request(path, { query, accept });
    try {
      return await response.blob();
    } catch (error) {
      throw new OfflineError("the file was cut off", { cause: error });
    }
  }

  const csv = (path: string, query: object) => file(path, "text/csv", { ...query, format: "csv" });

  const entry = (id: string) => `/time-entries/${encodeURIComponent(id)}`;
  const user = (id: string) => `/users/${encodeURIComponent(id)}`;
  const record = (id: string) => `/billing-records/${encodeURIComponent(id)}`;
  const mergePatch = "application/merge-patch+json";

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
    patchEntry: (id, etag, body) => json(entry(id), { method: "PATCH", body, contentType: mergePatch, etag }),
    voidEntry: (id, etag, reason) => json(entry(id), { method: "DELETE", query: { reason }, etag }),
    history: (id) => json(`${entry(id)}/history`),
    timerEvents: (query) => json("/timer-events", { query }),
    workItemTime: (query) => json("/work-items/time", { query }),
    report: (query) => json("/reports/time", { query }),
    reportCsv: (query) => csv("/reports/time", query),
    timerEventsCsv: (query) => csv("/timer-events", query),
    requestToJoin: (idempotencyKey = crypto.randomUUID()) =>
      json("/join-requests", { method: "POST", idempotencyKey }),
    recordAction: (body) => json("/actions", { method: "POST", body, idempotencyKey: crypto.randomUUID() }),
    tenant: () => json("/tenant"),
    patchTenant: (etag, body) => json("/tenant", { method: "PATCH", body, contentType: mergePatch, etag }),
    listUsers: (query) => json("/users", { query }),
    inviteUsers: async (people, idempotencyKey = crypto.randomUUID()) => {
      const invited = await json<Schemas["UserList"]>("/users", {
        method: "POST",
        body: { people },
        idempotencyKey,
      });
      return invited.data;
    },
    patchUser: (id, etag, body) => json(user(id), { method: "PATCH", body, contentType: mergePatch, etag }),
    withdrawUser: async (id, etag) => {
      await request(user(id), { method: "DELETE", etag });
    },
    renewInvitation: (id, idempotencyKey = crypto.randomUUID()) =>
      json(`${user(id)}/invitation`, { method: "POST", idempotencyKey }),
    searchDirectory: async (search) => {
      const found = await json<Schemas["DirectoryPeople"]>("/directory-people", { query: { search } });
      return found.data;
    },
    stopTimerOf: (timerId, idempotencyKey = crypto.randomUUID()) =>
      json(`/timers/${encodeURIComponent(timerId)}/stop`, { method: "POST", idempotencyKey }),
    listActions: (query) => json("/actions", { query }),
    actionsCsv: (query) => csv("/actions", query),
    listAuditEvents: (query) => json("/audit-events", { query }),
    auditEventsCsv: (query) => csv("/audit-events", query),
    subscription: () => json("/marketplace/subscription"),
    listBillingRecords: (query) => json("/billing-records", { query }),
    billingRecordsCsv: (query) => csv("/billing-records", query),
    billingRecord: (id) => json(record(id)),
    billingRecordCsv: (id) => csv(record(id), {}),
    billingPreview: () => json("/billing-preview"),
    invoice: (number, format) =>
      file(`/invoices/${encodeURIComponent(number)}`, `application/${format}`, { format }),
    resolveLanding: (token) => json("/marketplace/landings", { method: "POST", body: { token } }),
    takeSubscription: (token, signUp) =>
      json("/marketplace/subscriptions", {
        method: "POST",
        body: { token, ...(signUp && { sign_up: signUp }) },
      }),
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
