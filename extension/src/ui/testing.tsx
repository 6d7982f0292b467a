/** What the tests of the pages share: a session around a component, with an API that each test fills in. */

import { render } from "@testing-library/preact";
import type { ComponentChildren } from "preact";
import { vi } from "vitest";
import {
  type Api,
  ApiProblem,
  type Me,
  type TenantDetails,
  type TenantUser,
  type TimeEntry,
} from "../api/client.ts";
import type { Frame } from "../frame/frame.ts";
import type { WorkItemContext, WorkItemEvents } from "../frame/work-item-form.ts";
import type { Recorder } from "./actions.ts";
import { SessionContext } from "./session.ts";
import { TimerStore } from "./timer-store.ts";

export const serverTime = "2026-11-21T09:00:00.000Z";

export const ada = { id: "ada", name: "Ada Lovelace" };
export const grace = { id: "grace", name: "Grace Hopper" };

export function entryOf(change: Partial<TimeEntry> = {}): TimeEntry {
  return {
    id: "e1",
    user: ada,
    work_item: {
      tracker: "azure_devops",
      organization: "contoso",
      project: "Payments",
      id: "104",
      title: "Show the reference",
    },
    started_at: "2026-11-20T08:00:12.345Z",
    stopped_at: "2026-11-20T09:30:40.000Z",
    elapsed_ms: 5_427_655,
    source: "timer",
    needs_review: false,
    etag: '"1"',
    ...change,
  };
}

export function meOf(user: Partial<Me["user"]> = {}, tenant: Partial<Me["tenant"]> = {}): Me {
  return {
    user: {
      ...ada,
      email: "ada@contoso.example",
      role: "user",
      time_zone: "Europe/Berlin",
      external: false,
      ...user,
    },
    tenant: {
      id: "contoso",
      name: "Contoso",
      slug: "contoso",
      azure_devops_organization: "contoso",
      currency: "EUR",
      plan: "trial",
      status: "active",
      settings: {
        time_zone: "Europe/Berlin",
        on_start_while_running: "switch",
        auto_stop_after_ms: 36_000_000,
        edit_window_days: 14,
        allow_overlap: false,
        write_back: false,
        join_policy: "directory",
      },
      ...tenant,
    },
    server_time: serverTime,
  };
}

export function tenantOf(change: Partial<TenantDetails> = {}): TenantDetails {
  return {
    tenant: meOf().tenant,
    admin_email: "ada@contoso.example",
    seats: { taken: 3, limit: 5 },
    etag: '"1"',
    ...change,
  };
}

export function personOf(change: Partial<TenantUser> = {}): TenantUser {
  return {
    ...grace,
    email: "grace@contoso.example",
    role: "user",
    status: "active",
    auth_provider: "microsoft",
    external: false,
    invited_by: ada,
    invited_at: "2026-11-02T08:00:00.000Z",
    first_sign_in_at: "2026-11-03T08:00:00.000Z",
    last_sign_in_at: "2026-11-20T08:00:00.000Z",
    created_at: "2026-11-02T08:00:00.000Z",
    etag: '"1"',
    ...change,
  };
}

export function problemOf(status: number, code: string, more: object = {}): ApiProblem {
  return new ApiProblem({ type: "about:blank", title: "No", status, code, request_id: "r1", ...more });
}

/** An API in which nothing has been recorded; every method is a spy. */
export function emptyApi() {
  const empty = { data: [], page: {}, server_time: serverTime };
  return {
    me: vi.fn<Api["me"]>(async () => meOf()),
    signUp: vi.fn<Api["signUp"]>(async () => meOf()),
    startTimer: vi.fn<Api["startTimer"]>(),
    stopTimer: vi.fn<Api["stopTimer"]>(),
    currentTimer: vi.fn<Api["currentTimer"]>(async () => ({ server_time: serverTime })),
    discardTimer: vi.fn<Api["discardTimer"]>(),
    listTimers: vi.fn<Api["listTimers"]>(async () => empty),
    listEntries: vi.fn<Api["listEntries"]>(async () => empty),
    patchEntry: vi.fn<Api["patchEntry"]>(async () => entryOf()),
    voidEntry: vi.fn<Api["voidEntry"]>(async () => entryOf()),
    history: vi.fn<Api["history"]>(async () => ({ data: [] })),
    timerEvents: vi.fn<Api["timerEvents"]>(async () => ({ data: [], page: {} })),
    workItemTime: vi.fn<Api["workItemTime"]>(async () => ({
      work_item: entryOf().work_item,
      own_today_ms: 0,
      own_ms: 0,
      total_ms: 0,
      running: [],
      server_time: serverTime,
    })),
    report: vi.fn<Api["report"]>(async () => ({
      from: serverTime,
      to: serverTime,
      time_zone: "Europe/Berlin",
      group_by: ["project"],
      rounding: "none",
      rows: [],
      totals: { elapsed_ms: 0, needs_review_ms: 0 },
    })),
    reportCsv: vi.fn<Api["reportCsv"]>(async () => new Blob()),
    timerEventsCsv: vi.fn<Api["timerEventsCsv"]>(async () => new Blob()),
    requestToJoin: vi.fn<Api["requestToJoin"]>(async () => ({
      status: "requested",
      tenant_name: "Contoso",
      admin_email: "ada@contoso.example",
    })),
    recordAction: vi.fn<Api["recordAction"]>(async (body) => ({
      id: "a1",
      ...body,
      at: serverTime,
      user: ada,
    })),
    tenant: vi.fn<Api["tenant"]>(async () => tenantOf()),
    patchTenant: vi.fn<Api["patchTenant"]>(async () => tenantOf()),
    listUsers: vi.fn<Api["listUsers"]>(async () => ({ data: [], page: {}, seats: { taken: 0 } })),
    inviteUsers: vi.fn<Api["inviteUsers"]>(async () => []),
    patchUser: vi.fn<Api["patchUser"]>(async () => personOf()),
    withdrawUser: vi.fn<Api["withdrawUser"]>(async () => {}),
    renewInvitation: vi.fn<Api["renewInvitation"]>(async () => personOf()),
    searchDirectory: vi.fn<Api["searchDirectory"]>(async () => []),
    stopTimerOf: vi.fn<Api["stopTimerOf"]>(async () => entryOf()),
    listActions: vi.fn<Api["listActions"]>(async () => ({ data: [], page: {} })),
    actionsCsv: vi.fn<Api["actionsCsv"]>(async () => new Blob()),
    listAuditEvents: vi.fn<Api["listAuditEvents"]>(async () => ({ data: [], page: {} })),
    auditEventsCsv: vi.fn<Api["auditEventsCsv"]>(async () => new Blob()),
  } satisfies Api;
}

/** A work item form that shows the item, until `show` shows another one. */
export function formOf(item: Partial<WorkItemContext> = {}) {
  let shown: WorkItemContext = {
    id: 104,
    isNew: false,
    title: "Show the reference",
    type: "Task",
    project: "Payments",
    completedWorkHours: 11.5,
    ...item,
  };
  let events: WorkItemEvents = {};
  const frame: Frame = {
    contributionId: "wi-group",
    organization: "contoso",
    userName: "ada@contoso.example",
    configuration: {},
    theme: "light",
    onThemeChanged: () => () => {},
    autoResize: () => () => {},
    workItem: async () => shown,
    onWorkItemEvents: (handlers) => {
      events = handlers;
    },
  };
  return {
    frame,
    show(next: Partial<WorkItemContext>) {
      shown = { ...shown, ...next };
      events.onLoaded?.();
    },
  };
}

interface Around {
  api?: ReturnType<typeof emptyApi>;
  me?: Me;
  frame?: Frame;
}

/** Renders inside a session whose timer has been read. */
export async function renderInSession(children: ComponentChildren, around: Around = {}) {
  const { api = emptyApi(), me = meOf(), frame = formOf().frame } = around;
  const timers = new TimerStore(api);
  await timers.refresh();
  const session = { frame, api, me, timers, record: vi.fn<Recorder>(), reloadMe: vi.fn<() => void>() };
  const rendered = render(<SessionContext.Provider value={session}>{children}</SessionContext.Provider>);
  return { ...session, api, ...rendered };
}
