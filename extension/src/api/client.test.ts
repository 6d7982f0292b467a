// @vitest-environment node
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SignInRequiredError } from "../auth/auth.ts";
import { type Api, ApiProblem, createApi, OfflineError } from "./client.ts";

vi.mock("azure-devops-extension-sdk", () => ({ enableNestedAppAuth: () => Promise.reject() }));

interface Seen {
  line: string;
  headers: IncomingMessage["headers"];
  body: string;
}

type Answer = (response: ServerResponse) => void;

const answers: Answer[] = [];
const seen: Seen[] = [];
const getToken = vi.fn(async ({ forceRefresh = false } = {}) => (forceRefresh ? "fresh" : "cached"));
const requireConfirmation = vi.fn<(claims: string | undefined) => void>();
let api: Api;

const server = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk);
  }
  seen.push({
    line: `${request.method} ${request.url}`,
    headers: request.headers,
    body: Buffer.concat(chunks).toString(),
  });
  const answer = answers.shift();
  if (!answer) {
    throw new Error(`unexpected ${request.method} ${request.url}`);
  }
  answer(response);
});

const ok: Answer = (response) => response.setHeader("Content-Type", "application/json").end('{"ok":true}');
const hangUp: Answer = (response) => response.destroy();
const problem =
  (status: number, code: string, more = {}): Answer =>
  (response) =>
    response
      .writeHead(status, { "Content-Type": "application/problem+json; charset=utf-8" })
      .end(JSON.stringify({ type: "about:blank", title: "No", status, code, request_id: "r1", ...more }));

beforeEach(async () => {
  seen.length = 0;
  answers.length = 0;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  api = createApi({ getToken, requireConfirmation }, { api_base: `http://127.0.0.1:${port}/api/v1` });
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const start = { work_item: { tracker: "azure_devops", project: "Payments", id: "104" } } as const;

describe("requests", () => {
  it.each<[string, (api: Api) => Promise<unknown>, string, string]>([
    ["me", (a) => a.me(), "GET /api/v1/me", ""],
    ["startTimer", (a) => a.startTimer(start), "POST /api/v1/timers", JSON.stringify(start)],
    ["stopTimer", (a) => a.stopTimer(), "POST /api/v1/timers/current/stop", "{}"],
    [
      "stopTimer with an id",
      (a) => a.stopTimer("t1"),
      "POST /api/v1/timers/current/stop",
      '{"timer_id":"t1"}',
    ],
    ["currentTimer", (a) => a.currentTimer(), "GET /api/v1/timers/current", ""],
    ["discardTimer", (a) => a.discardTimer('"e"'), "DELETE /api/v1/timers/current", ""],
    [
      "listEntries",
      (a) => a.listEntries({ project: ["A & B"], needs_review: false }),
      "GET /api/v1/time-entries?project=A+%26+B&needs_review=false",
      "",
    ],
    [
      "patchEntry",
      (a) => a.patchEntry("e1", '"e"', { needs_review: false }),
      "PATCH /api/v1/time-entries/e1",
      '{"needs_review":false}',
    ],
    [
      "addEntry",
      (a) => a.addEntry({ ...start, started_at: "2026-11-20T08:00:00Z", stopped_at: "2026-11-20T09:00:00Z" }),
      "POST /api/v1/time-entries",
      JSON.stringify({ ...start, started_at: "2026-11-20T08:00:00Z", stopped_at: "2026-11-20T09:00:00Z" }),
    ],
    ["workItems", (a) => a.workItems(["u1", "u2"]), "GET /api/v1/work-items?uid=u1&uid=u2", ""],
    [
      "searchWorkItems",
      (a) => a.searchWorkItems({ q: "pay", mine: true, limit: 20 }),
      "GET /api/v1/work-items/search?q=pay&mine=true&limit=20",
      "",
    ],
    [
      "pinWorkItem",
      (a) => a.pinWorkItem(start.work_item),
      "POST /api/v1/work-items/pins",
      JSON.stringify(start),
    ],
    ["voidEntry", (a) => a.voidEntry("e1", '"e"'), "DELETE /api/v1/time-entries/e1", ""],
    [
      "voidEntry, why",
      (a) => a.voidEntry("e1", '"e"', "twice"),
      "DELETE /api/v1/time-entries/e1?reason=twice",
      "",
    ],
    ["history", (a) => a.history("e1"), "GET /api/v1/time-entries/e1/history", ""],
    ["listTimers", (a) => a.listTimers(), "GET /api/v1/timers", ""],
    [
      "listTimesheets",
      (a) => a.listTimesheets({ first_day: "2026-11-16" }),
      "GET /api/v1/timesheets?first_day=2026-11-16",
      "",
    ],
    [
      "submitWeek",
      (a) => a.submitWeek("2026-11-16"),
      "POST /api/v1/timesheets/submissions",
      '{"first_day":"2026-11-16"}',
    ],
    ["targets, a person's", (a) => a.targets("u1"), "GET /api/v1/targets?user_id=u1", ""],
    [
      "setTarget, the tenant's",
      (a) => a.setTarget({ from: "2026-11-16", minutes: null }, '"e"'),
      "PUT /api/v1/targets",
      '{"from":"2026-11-16","minutes":null}',
    ],
    ["timerEvents", (a) => a.timerEvents({ scope: "own" }), "GET /api/v1/timer-events?scope=own", ""],
    [
      "workItemTime",
      (a) => a.workItemTime({ project: "Payments", id: "104" }),
      "GET /api/v1/work-items/time?project=Payments&id=104",
      "",
    ],
    ["requestToJoin", (a) => a.requestToJoin(), "POST /api/v1/join-requests", ""],
    ["subscription", (a) => a.subscription(), "GET /api/v1/marketplace/subscription", ""],
    [
      "listBillingRecords",
      (a) => a.listBillingRecords({ kind: "monthly" }),
      "GET /api/v1/billing-records?kind=monthly",
      "",
    ],
    ["billingRecord", (a) => a.billingRecord("b1"), "GET /api/v1/billing-records/b1", ""],
    ["billingPreview", (a) => a.billingPreview(), "GET /api/v1/billing-preview", ""],
    [
      "resolveLanding",
      (a) => a.resolveLanding("ab+c=="),
      "POST /api/v1/marketplace/landings",
      '{"token":"ab+c=="}',
    ],
    [
      "takeSubscription",
      (a) => a.takeSubscription("ab+c=="),
      "POST /api/v1/marketplace/subscriptions",
      '{"token":"ab+c=="}',
    ],
    [
      "recordAction",
      (a) => a.recordAction({ type: "report_opened", page: "hub" }),
      "POST /api/v1/actions",
      '{"type":"report_opened","page":"hub"}',
    ],
    ["tenant", (a) => a.tenant(), "GET /api/v1/tenant", ""],
    [
      "patchTenant",
      (a) => a.patchTenant('"e"', { currency: "EUR" }),
      "PATCH /api/v1/tenant",
      '{"currency":"EUR"}',
    ],
    [
      "listUsers",
      (a) => a.listUsers({ search: "a@b", external: false }),
      "GET /api/v1/users?search=a%40b&external=false",
      "",
    ],
    [
      "patchUser",
      (a) => a.patchUser("u1", '"e"', { role: "admin" }),
      "PATCH /api/v1/users/u1",
      '{"role":"admin"}',
    ],
    ["renewInvitation", (a) => a.renewInvitation("u1"), "POST /api/v1/users/u1/invitation", ""],
    [
      "listCompletedWork",
      (a) => a.listCompletedWork({ differs: true }),
      "GET /api/v1/completed-work?differs=true",
      "",
    ],
    [
      "correctCompletedWork",
      (a) => a.correctCompletedWork("w1"),
      "POST /api/v1/completed-work/w1/correction",
      "",
    ],
    ["stopTimerOf", (a) => a.stopTimerOf("t1"), "POST /api/v1/timers/t1/stop", ""],
    ["listActions", (a) => a.listActions({ type: "x" }), "GET /api/v1/actions?type=x", ""],
    ["listAuditEvents", (a) => a.listAuditEvents(), "GET /api/v1/audit-events", ""],
  ])("%s", async (_, call, line, body) => {
    answers.push(ok);
    await expect(call(api)).resolves.toEqual({ ok: true });
    expect(seen).toMatchObject([{ line, body, headers: { authorization: "Bearer cached" } }]);
  });

  it("unwraps the lists that come in one page", async () => {
    const list: Answer = (response) =>
      response.setHeader("Content-Type", "application/json").end('{"data":[1]}');
    answers.push(list, list);
    await expect(api.inviteUsers([{ email: "a@b" }])).resolves.toEqual([1]);
    await expect(api.searchDirectory("ad")).resolves.toEqual([1]);
    expect(seen).toMatchObject([
      { line: "POST /api/v1/users", body: '{"people":[{"email":"a@b"}]}' },
      { line: "GET /api/v1/directory-people?search=ad" },
    ]);
  });

  it("takes an answer without content", async () => {
    answers.push((response) => response.writeHead(204).end());
    await expect(api.withdrawUser("u1", '"e"')).resolves.toBeUndefined();
    expect(seen).toMatchObject([{ line: "DELETE /api/v1/users/u1", headers: { "if-match": '"e"' } }]);
  });

  it("asks for files in their format", async () => {
    const csv: Answer = (response) => response.setHeader("Content-Type", "text/csv").end("at,who");
    answers.push(csv, csv, csv, csv, csv, csv, csv);
    for (const blob of [
      await api.timerEventsCsv({ scope: "tenant" }),
      await api.actionsCsv({}),
      await api.auditEventsCsv({}),
      await api.billingRecordsCsv({}),
      await api.billingRecordCsv("b1"),
      await api.statement("TT-2026-000001", "pdf"),
      await api.statement("TT-2026-000001", "json"),
    ]) {
      expect(await blob.text()).toBe("at,who");
    }
    expect(seen).toMatchObject([
      { line: "GET /api/v1/timer-events?scope=tenant&format=csv", headers: { accept: "text/csv" } },
      { line: "GET /api/v1/actions?format=csv", headers: { accept: "text/csv" } },
      { line: "GET /api/v1/audit-events?format=csv", headers: { accept: "text/csv" } },
      { line: "GET /api/v1/billing-records?format=csv", headers: { accept: "text/csv" } },
      { line: "GET /api/v1/billing-records/b1?format=csv", headers: { accept: "text/csv" } },
      { line: "GET /api/v1/statements/TT-2026-000001?format=pdf", headers: { accept: "application/pdf" } },
      { line: "GET /api/v1/statements/TT-2026-000001?format=json", headers: { accept: "application/json" } },
    ]);
  });

  it("sends the entity tag, and a merge patch as such", async () => {
    answers.push(ok);
    await api.patchEntry("e1", '"v3"', { needs_review: false });
    expect(seen[0]?.headers).toMatchObject({
      "if-match": '"v3"',
      "content-type": "application/merge-patch+json",
    });
  });

  it("gives every POST a key of its own", async () => {
    answers.push(ok, ok);
    await api.startTimer(start);
    await api.startTimer(start);
    const keys = seen.map(({ headers }) => headers["idempotency-key"]);
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(keys[1]).not.toBe(keys[0]);
  });

  it("downloads the report as CSV", async () => {
    answers.push((response) => response.setHeader("Content-Type", "text/csv").end("project,hours\r\n"));
    const csv = await api.reportCsv({ from: "2026-11-01", to: "2026-12-01" });
    await expect(csv.text()).resolves.toBe("project,hours\r\n");
    expect(seen[0]).toMatchObject({
      line: "GET /api/v1/reports/time?from=2026-11-01&to=2026-12-01&format=csv",
      headers: { accept: "text/csv" },
    });
  });
});

describe("a network that fails", () => {
  it("repeats a POST once, with the same key", async () => {
    answers.push(hangUp, ok);
    await expect(api.startTimer(start)).resolves.toEqual({ ok: true });
    expect(seen).toHaveLength(2);
    expect(seen[1]?.headers["idempotency-key"]).toBe(seen[0]?.headers["idempotency-key"]);
  });

  it("lets the caller repeat with the same key", async () => {
    answers.push(hangUp, hangUp, ok);
    await expect(api.stopTimer("t1", "key")).rejects.toBeInstanceOf(OfflineError);
    await api.stopTimer("t1", "key");
    expect(seen.map(({ headers }) => headers["idempotency-key"])).toEqual(["key", "key", "key"]);
  });

  it("repeats a GET once", async () => {
    answers.push(hangUp, hangUp);
    await expect(api.me()).rejects.toBeInstanceOf(OfflineError);
    expect(seen).toHaveLength(2);
  });

  it("does not repeat what has an entity tag: it would no longer fit", async () => {
    answers.push(hangUp);
    await expect(api.voidEntry("e1", '"e"')).rejects.toBeInstanceOf(OfflineError);
    expect(seen).toHaveLength(1);
  });
});

describe("refusals", () => {
  it("renews the token once after 401", async () => {
    answers.push(problem(401, "token_expired"), ok);
    await expect(api.me()).resolves.toEqual({ ok: true });
    expect(seen.map(({ headers }) => headers.authorization)).toEqual(["Bearer cached", "Bearer fresh"]);
  });

  it("gives up after the second 401, and repeats a POST under the same key", async () => {
    answers.push(problem(401, "token_invalid"), problem(401, "token_invalid"));
    await expect(api.startTimer(start)).rejects.toMatchObject({ status: 401, code: "token_invalid" });
    expect(seen[1]?.headers["idempotency-key"]).toBe(seen[0]?.headers["idempotency-key"]);
  });

  it("reads a problem document", async () => {
    const timer = { id: "t9" };
    const errors = [{ pointer: "/work_item", code: "x", detail: "y" }];
    answers.push(problem(409, "timer_running", { detail: "Another timer runs.", timer, errors }));
    const refused = await api.startTimer(start).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ApiProblem);
    expect(refused).toMatchObject({
      status: 409,
      code: "timer_running",
      detail: "Another timer runs.",
      requestId: "r1",
      timer,
      errors,
    });
  });

  it.each<[string, Answer]>([
    [
      "a proxy's page",
      (response) => response.writeHead(502, { "Content-Type": "text/html" }).end("<p>Bad</p>"),
    ],
    [
      "a problem that is cut off",
      (response) => response.writeHead(500, { "Content-Type": "application/problem+json" }).end('{"type":'),
    ],
    ["a success that is cut off", (response) => response.end('{"data":[')],
  ])("takes %s for not being reached", async (_, answer) => {
    answers.push(answer);
    await expect(api.me()).rejects.toBeInstanceOf(OfflineError);
  });
});

/** The refusal of a token that lacks something, with the API's challenge. */
const insufficient =
  (challenge: string): Answer =>
  (response) =>
    problem(401, "interaction_required")(response.setHeader("WWW-Authenticate", challenge) as ServerResponse);

describe("a challenge", () => {
  const claims = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}';
  const challenge = `Bearer error="insufficient_claims", claims="${btoa(claims)}"`;

  it("is met by a token that has the claims, without the person where that is possible", async () => {
    answers.push(insufficient(challenge), ok);
    await api.me();
    expect(getToken).toHaveBeenLastCalledWith({ forceRefresh: true, claims });
    expect(requireConfirmation).not.toHaveBeenCalled();
  });

  it.each<[string, string, string | undefined]>([
    ["with claims", challenge, claims],
    ["without claims", 'Bearer error="insufficient_claims"', undefined],
  ])("%s that no renewed token meets is one for the person", async (_, header, wanted) => {
    answers.push(insufficient(header), insufficient(header));
    await expect(api.me()).rejects.toBeInstanceOf(SignInRequiredError);
    expect(requireConfirmation).toHaveBeenLastCalledWith(wanted);
  });

  it("is none in the refusal of an invalid token", async () => {
    requireConfirmation.mockClear();
    answers.push(insufficient('Bearer error="invalid_token"'), problem(401, "token_invalid"));
    await expect(api.me()).rejects.toBeInstanceOf(ApiProblem);
    expect(requireConfirmation).not.toHaveBeenCalled();
  });
});

it("doesn't repeat a search that another one has overtaken", async () => {
  const overtaken = new AbortController();
  answers.push(() => overtaken.abort());
  await expect(api.searchWorkItems({ q: "pay" }, overtaken.signal)).rejects.toBeInstanceOf(OfflineError);
  expect(seen).toHaveLength(1);
});

it("waits for a file as long as the server sends one, and less for other answers", async () => {
  const timeout = vi.spyOn(AbortSignal, "timeout");
  answers.push(ok, hangUp, ok);
  await api.me();
  await api.reportCsv({ from: "2026-11-01", to: "2026-12-01" });
  expect(timeout.mock.calls).toEqual([[30_000], [120_000], [120_000]]);
  timeout.mockRestore();
});

describe("tokens", () => {
  it("passes on that the person has to sign in", async () => {
    getToken.mockRejectedValueOnce(new SignInRequiredError());
    await expect(api.me()).rejects.toBeInstanceOf(SignInRequiredError);
  });

  it("takes an identity provider that can't be reached for being offline", async () => {
    getToken.mockRejectedValueOnce(new Error("network"));
    await expect(api.me()).rejects.toBeInstanceOf(OfflineError);
  });
});
