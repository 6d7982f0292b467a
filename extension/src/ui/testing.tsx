/** Shared by the tests of the pages: a session around a component, with an API that each test fills in. */

import { render } from "@testing-library/preact";
import type { ComponentChildren } from "preact";
import { vi } from "vitest";
import {
  type Activity,
  type Api,
  ApiProblem,
  type BillingRecord,
  type CompletedWorkItem,
  type Import,
  type Landing,
  type MarketplacePlan,
  type Me,
  type PrivacyChoices,
  type PrivacyRequest,
  type Project,
  type Purchase,
  type SavedReport,
  type Subscription,
  type TenantDetails,
  type TenantUser,
  type TimeAdjustment,
  type TimeEntry,
  type TimeEntryHistory,
  type Timesheet,
  type WorkItem,
  type WorkItemTime,
} from "../api/client.ts";
import type { Frame } from "../frame/frame.ts";
import type { FormActions, WorkItemContext } from "../frame/work-item-form.ts";
import type { Recorder } from "./actions.ts";
import { type Offer, OfferContext } from "./offer.tsx";
import { type Session, SessionContext } from "./session.ts";
import { TimerStore } from "./timer-store.ts";

export const serverTime = "2026-11-21T09:00:00.000Z";

export const ada = { id: "ada", name: "Ada Lovelace" };
export const grace = { id: "grace", name: "Grace Hopper" };

export function entryOf(change: Partial<TimeEntry> = {}): TimeEntry & { work_item: WorkItem } {
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
    project: { id: "p1", name: "Payments", organization: "contoso" },
    activity: { id: "a1", name: "Development" },
    billable: true,
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
      utc_offset_minutes: 60,
      time_zone_chosen: true,
      week_start: "monday",
      single_keys: true,
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
        team_objection: false,
        write_back: false,
        write_back_step: 1,
        write_back_remaining: false,
        join_policy: "directory",
        week_start: "monday",
        default_activity_id: "a1",
      },
      ...tenant,
    },
    privacy_notice: { version: 1, effective_on: "2026-11-01" },
    server_time: serverTime,
    etag: '"1"',
  };
}

export function tenantOf(change: Partial<TenantDetails> = {}): TenantDetails {
  return {
    tenant: meOf().tenant,
    admin_email: "ada@contoso.example",
    billing_name: "",
    billing_address: "",
    seats: { taken: 3, limit: 5 },
    super_admins: [ada, grace],
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

export function projectOf(change: Partial<Project> = {}): Project {
  return {
    id: "p1",
    site: { id: "s1", tracker: "azure_devops", name: "contoso" },
    name: "Payments",
    names: ["Payments"],
    counts_as: { id: "p1", name: "Payments" },
    general_allowed: false,
    etag: '"1"',
    ...change,
  };
}

export function activityOf(change: Partial<Activity> = {}): Activity {
  return { id: "a1", name: "Development", billable: true, archived: false, etag: '"1"', ...change };
}

export function savedReportOf(change: Partial<SavedReport> = {}): SavedReport {
  return {
    id: "r1",
    name: "Bugs",
    shared: false,
    owner: ada,
    definition: {},
    etag: '"1"',
    ...change,
  };
}

/** A work item with 1:20 recorded, of which 1 h is in the 5.5 h of Completed Work. */
export function completedWorkOf(
  change: Partial<CompletedWorkItem> = {},
  workItem: Partial<WorkItem> = {},
): CompletedWorkItem {
  return {
    work_item: { ...entryOf().work_item, uid: "w104", ...workItem },
    recorded_ms: 4_800_000,
    written_ms: 3_600_000,
    waiting_ms: 1_200_000,
    left_out_ms: 0,
    written_hours: 1,
    hours: 5.5,
    others_hours: 4.5,
    missing_hours: 0,
    read_at: serverTime,
    stale: false,
    hidden: false,
    differs: true,
    ...change,
  };
}

export const team: MarketplacePlan = {
  offer_id: "timetracker",
  id: "team",
  name: "Team",
  model: "seats",
  currency: "USD",
  rate_minor: 900,
  base_minor: 0,
  included: 0,
  seat_limit: 20,
};

export const offer: Offer = {
  plans: [team],
  plans_url: "https://market.example/timetracker",
  terms_url: "https://time.example/terms",
  privacy_url: "https://time.example/privacy",
};

export function landingOf(change: Partial<Landing> = {}, purchase: Partial<Purchase> = {}): Landing {
  return {
    subscription: {
      id: "s1",
      name: "Our timers",
      plan: team,
      quantity: 20,
      status: "pending",
      term: { unit: "P1M" },
      auto_renew: true,
      free_trial: false,
      purchaser_email: "ada@contoso.example",
      beneficiary_email: "ada@contoso.example",
      ...purchase,
    },
    step: "upgrade",
    organization: { name: "Contoso", plan: "trial" },
    in_force: false,
    for_another: false,
    ...change,
  };
}

export function subscriptionOf(change: Partial<Subscription> = {}): Subscription {
  return {
    id: "s1",
    plan: team,
    quantity: 20,
    status: "subscribed",
    term: { unit: "P1M", starts_at: "2026-11-10T00:00:00.000Z", ends_at: "2026-12-09T00:00:00.000Z" },
    auto_renew: true,
    read_only: false,
    users_at_purchase: 4,
    created_at: "2026-08-10T09:00:00.000Z",
    ...change,
  };
}

/** The record of a month, or with another kind an adjustment of it. */
export function monthRecordOf(
  month: Partial<NonNullable<BillingRecord["month"]>> = {},
  change: Partial<BillingRecord> = {},
): BillingRecord {
  return {
    id: "m1",
    kind: "monthly",
    at: "2026-11-01T00:05:00.000Z",
    subscription_id: "s1",
    plan_id: "team",
    plan_title: "Team",
    month: {
      month: "2026-10",
      customer: "Contoso",
      model: "seats",
      seats: 20,
      free_trial: false,
      people: 4,
      billed: 4,
      included: 0,
      rate_minor: 900,
      base_minor: 0,
      total_minor: 3600,
      charge_known: true,
      currency: "USD",
      statement: "TT-2026-000007",
      ...month,
    },
    ...change,
  };
}

export function problemOf(status: number, code: string, more: object = {}): ApiProblem {
  return new ApiProblem({ type: "about:blank", title: "No", status, code, request_id: "r1", ...more });
}

/** An API in which nothing has been recorded; every method is a spy. */
export function emptyApi() {
  return {
    ...emptyTimers(),
    ...emptyTimesheets(),
    ...emptyWorkItems(),
    ...emptyTenant(),
    ...emptyProjects(),
    ...emptyCompletedWork(),
    ...emptyImports(),
    ...emptyLogs(),
    ...emptyBilling(),
    ...emptyPrivacy(),
    ...emptyProof(),
  } satisfies Api;
}

export function choicesOf(change: Partial<PrivacyChoices> = {}): PrivacyChoices {
  const person = { name: ada.name, email: "ada@contoso.example", organization: "Contoso", active: true };
  return { person, objections: [], offered: ["action_log", "desktop_activity"], etag: '"1"', ...change };
}

export function privacyRequestOf(change: Partial<PrivacyRequest> = {}): PrivacyRequest {
  return {
    id: "q1",
    user: grace,
    kind: "restriction",
    status: "open",
    note: "",
    asked_at: "2026-11-01T08:00:00.000Z",
    due_at: "2026-12-01T08:00:00.000Z",
    overdue: false,
    for_operator: false,
    reason: "",
    outcome: "",
    by_people: false,
    kept: [],
    confirmed: false,
    etag: '"1"',
    ...change,
  };
}

function emptyPrivacy() {
  const none = { data: [], page: {} };
  return {
    myPrivacy: vi.fn<Api["myPrivacy"]>(async () => choicesOf()),
    choosePrivacy: vi.fn<Api["choosePrivacy"]>(async () => choicesOf()),
    heldData: vi.fn<Api["heldData"]>(async () => ({ data: [] })),
    accessRecords: vi.fn<Api["accessRecords"]>(async () => none),
    myData: vi.fn<Api["myData"]>(async () => new Blob()),
    myPrivacyRequests: vi.fn<Api["myPrivacyRequests"]>(async () => none),
    askPrivacy: vi.fn<Api["askPrivacy"]>(async () => ({ request: privacyRequestOf(), reference: "AAAAA" })),
    withdrawPrivacyRequest: vi.fn<Api["withdrawPrivacyRequest"]>(async () => privacyRequestOf()),
    confirmation: vi.fn<Api["confirmation"]>(async () => new Blob()),
    findConfirmation: vi.fn<Api["findConfirmation"]>(async () => new Blob()),
    listPrivacyRequests: vi.fn<Api["listPrivacyRequests"]>(async () => none),
    decidePrivacyRequest: vi.fn<Api["decidePrivacyRequest"]>(async () => privacyRequestOf()),
    completePrivacyRequest: vi.fn<Api["completePrivacyRequest"]>(async () => privacyRequestOf()),
    tenantExport: vi.fn<Api["tenantExport"]>(async () => new Blob()),
    tenantDeletion: vi.fn<Api["tenantDeletion"]>(async () => ({ may_confirm: false })),
    askTenantDeletion: vi.fn<Api["askTenantDeletion"]>(async () => ({ may_confirm: false })),
    confirmTenantDeletion: vi.fn<Api["confirmTenantDeletion"]>(async () => ({ may_confirm: false })),
    stopTenantDeletion: vi.fn<Api["stopTenantDeletion"]>(async () => ({ may_confirm: false })),
  };
}

/** The sums of a work item without time. */
export const noTime = {
  own_today_ms: 0,
  own_ms: 0,
  total_ms: 0,
  own_needs_review_ms: 0,
  needs_review_ms: 0,
  running: [],
  completed_work: { state: "off", written_hours: 0, waiting_ms: 0 },
  server_time: serverTime,
} satisfies Omit<WorkItemTime, "work_item">;

function emptyTimers() {
  const empty = { data: [], page: {}, server_time: serverTime };
  return {
    startTimer: vi.fn<Api["startTimer"]>(),
    stopTimer: vi.fn<Api["stopTimer"]>(),
    currentTimer: vi.fn<Api["currentTimer"]>(async () => ({ server_time: serverTime })),
    discardTimer: vi.fn<Api["discardTimer"]>(),
    moveTimerStart: vi.fn<Api["moveTimerStart"]>(async () => entryOf()),
    resumeTimer: vi.fn<Api["resumeTimer"]>(async () => entryOf()),
    listTimers: vi.fn<Api["listTimers"]>(async () => empty),
    stopTimerOf: vi.fn<Api["stopTimerOf"]>(async () => entryOf()),
    listEntries: vi.fn<Api["listEntries"]>(async () => empty),
    entry: vi.fn<Api["entry"]>(async () => entryOf()),
    undoEntry: vi.fn<Api["undoEntry"]>(async () => entryOf()),
    splitEntry: vi.fn<Api["splitEntry"]>(async () => ({ data: [entryOf(), entryOf({ id: "e2" })] })),
    mergeEntries: vi.fn<Api["mergeEntries"]>(async () => entryOf()),
    copyEntry: vi.fn<Api["copyEntry"]>(async () => entryOf({ id: "e2", source: "manual" })),
    changeEntries: vi.fn<Api["changeEntries"]>(async (entries) => ({
      results: entries.map(({ id }) => ({ id, time_entry: entryOf({ id, etag: '"2"' }) })),
    })),
    addEntry: vi.fn<Api["addEntry"]>(async () => entryOf({ source: "manual" })),
    patchEntry: vi.fn<Api["patchEntry"]>(async () => entryOf()),
    voidEntry: vi.fn<Api["voidEntry"]>(async () => entryOf()),
    changeTimer: vi.fn<Api["changeTimer"]>(async () => entryOf()),
    listActivities: vi.fn<Api["listActivities"]>(async () => ({
      data: [
        { id: "a1", name: "Development", billable: true, archived: false, etag: '"1"' },
        { id: "a2", name: "Meeting", billable: false, archived: false, etag: '"1"' },
      ],
    })),
    lastChange: vi.fn<Api["lastChange"]>(async () => ({})),
    history: vi.fn<Api["history"]>(async () => historyOf()),
    workItemTime: vi.fn<Api["workItemTime"]>(async ({ id }) => ({
      work_item: { ...entryOf().work_item, id },
      ...noTime,
    })),
    listWriteBacks: vi.fn<Api["listWriteBacks"]>(async () => []),
    attemptWriteBacks: vi.fn<Api["attemptWriteBacks"]>(async () => []),
    leaveOutWriteBack: vi.fn<Api["leaveOutWriteBack"]>(async () => {}),
    report: vi.fn<Api["report"]>(async () => ({
      from: serverTime,
      to: serverTime,
      time_zone: "Europe/Berlin",
      group_by: ["project"],
      rounding: "none",
      rows: [],
      totals: { elapsed_ms: 0, needs_review_ms: 0 },
    })),
    listSavedReports: vi.fn<Api["listSavedReports"]>(async () => []),
    addSavedReport: vi.fn<Api["addSavedReport"]>(async (body) => savedReportOf(body)),
    patchSavedReport: vi.fn<Api["patchSavedReport"]>(async (id, _, body) => savedReportOf({ id, ...body })),
    deleteSavedReport: vi.fn<Api["deleteSavedReport"]>(async () => {}),
    reportFile: vi.fn<Api["reportFile"]>(async () => new Blob()),
    reportEntries: vi.fn<Api["reportEntries"]>(async () => ({
      from: serverTime,
      to: serverTime,
      time_zone: "Europe/Berlin",
      rounding: "none",
      data: [],
      page: {},
    })),
    reportEntriesCsv: vi.fn<Api["reportEntriesCsv"]>(async () => new Blob()),
    reportEntriesFile: vi.fn<Api["reportEntriesFile"]>(async () => new Blob()),
    reportCsv: vi.fn<Api["reportCsv"]>(async () => new Blob()),
  };
}

/** A week of five days of eight hours each, of which the fourth has 7:00 and the fifth is today. */
export function sheetOf(change: Partial<Timesheet> = {}): Timesheet {
  const hours = [8, 8, 8, 7, 5, 0, 0];
  return {
    user: ada,
    first_day: "2026-11-16",
    last_day: "2026-11-22",
    time_zone: "Europe/Berlin",
    status: "open",
    days: hours.map((length, i) => ({
      day: `2026-11-${16 + i}`,
      target_ms: i < 5 ? 28_800_000 : 0,
      recorded_ms: length * 3_600_000,
      needs_review_ms: 0,
      adjusted_ms: 0,
      missing_ms: i === 3 ? 3_600_000 : 0,
    })),
    target_ms: 144_000_000,
    recorded_ms: 129_600_000,
    needs_review_ms: 0,
    adjusted_ms: 0,
    missing_ms: 3_600_000,
    excess_ms: 0,
    meets_target: false,
    may_decide: true,
    ...change,
  };
}

/** A correction of Grace's 9 November by an hour and a half, on a project. */
export function adjustmentOf(change: Partial<TimeAdjustment> = {}): TimeAdjustment {
  return {
    id: "d1",
    user: grace,
    for_day: "2026-11-09",
    day: "2026-11-20",
    project: { id: "p1", name: "Payments", organization: "contoso" },
    activity: { id: "a1", name: "Development" },
    billable: true,
    ms: 5_400_000,
    reason: "The visit was forgotten.",
    made_by: ada,
    made_at: serverTime,
    ...change,
  };
}

/** The history of an entry to which only changes were made. */
export function historyOf(...data: TimeEntryHistory["data"]): TimeEntryHistory {
  return { data, adjustments: [], written: [] };
}

function emptyTimesheets() {
  return {
    listTimesheets: vi.fn<Api["listTimesheets"]>(async () => ({ data: [], page: {} })),
    pendingTimesheets: vi.fn<Api["pendingTimesheets"]>(async () => ({ data: [], page: {} })),
    submitWeek: vi.fn<Api["submitWeek"]>(async () => sheetOf({ status: "submitted" })),
    withdrawWeek: vi.fn<Api["withdrawWeek"]>(async () => sheetOf()),
    decideWeek: vi.fn<Api["decideWeek"]>(async (week) => week),
    targets: vi.fn<Api["targets"]>(async () => ({ history: [], etag: '"1"' })),
    setTarget: vi.fn<Api["setTarget"]>(async () => ({ history: [], etag: '"2"' })),
    reminders: vi.fn<Api["reminders"]>(async () => ({ data: [] })),
    remind: vi.fn<Api["remind"]>(async () => 1),
    dismissReminder: vi.fn<Api["dismissReminder"]>(async () => {}),
    listAdjustments: vi.fn<Api["listAdjustments"]>(async () => ({ data: [], page: {} })),
    timesheetEntries: vi.fn<Api["timesheetEntries"]>(async () => ({ data: [], page: {} })),
    settleEntry: vi.fn<Api["settleEntry"]>(async (id) => adjustmentOf({ entry_id: id })),
    adjust: vi.fn<Api["adjust"]>(async () => adjustmentOf()),
    reverseAdjustment: vi.fn<Api["reverseAdjustment"]>(async (id) =>
      adjustmentOf({ id: "d9", reverses: id }),
    ),
  };
}

function emptyWorkItems() {
  return {
    recentWorkItems: vi.fn<Api["recentWorkItems"]>(async () => ({ data: [] })),
    workItems: vi.fn<Api["workItems"]>(async () => ({ data: [] })),
    searchWorkItems: vi.fn<Api["searchWorkItems"]>(async () => ({ data: [] })),
    pinWorkItem: vi.fn<Api["pinWorkItem"]>(async () => ({ work_item: entryOf().work_item, pinned: true })),
    unpinWorkItem: vi.fn<Api["unpinWorkItem"]>(async () => {}),
  };
}

function emptyTenant() {
  return {
    me: vi.fn<Api["me"]>(async () => meOf()),
    patchMe: vi.fn<Api["patchMe"]>(async () => meOf()),
    signUp: vi.fn<Api["signUp"]>(async () => meOf()),
    requestToJoin: vi.fn<Api["requestToJoin"]>(async () => ({
      status: "requested",
      tenant_name: "Contoso",
      admin_email: "ada@contoso.example",
    })),
    logo: vi.fn<Api["logo"]>(async () => ({})),
    tenant: vi.fn<Api["tenant"]>(async () => tenantOf()),
    patchTenant: vi.fn<Api["patchTenant"]>(async () => tenantOf()),
    listUsers: vi.fn<Api["listUsers"]>(async () => ({ data: [], page: {}, seats: { taken: 0 } })),
    inviteUsers: vi.fn<Api["inviteUsers"]>(async () => []),
    patchUser: vi.fn<Api["patchUser"]>(async () => personOf()),
    withdrawUser: vi.fn<Api["withdrawUser"]>(async () => {}),
    renewInvitation: vi.fn<Api["renewInvitation"]>(async () => personOf()),
    searchDirectory: vi.fn<Api["searchDirectory"]>(async () => []),
  };
}

function emptyProjects() {
  return {
    addActivity: vi.fn<Api["addActivity"]>(async (body) => activityOf({ id: "a9", ...body })),
    patchActivity: vi.fn<Api["patchActivity"]>(async (id) => activityOf({ id })),
    archiveActivity: vi.fn<Api["archiveActivity"]>(async (id) => activityOf({ id, archived: true })),
    listProjects: vi.fn<Api["listProjects"]>(async () => ({ data: [], page: {} })),
    patchProject: vi.fn<Api["patchProject"]>(async () => projectOf()),
    mergeProject: vi.fn<Api["mergeProject"]>(async () => projectOf()),
    unmergeProject: vi.fn<Api["unmergeProject"]>(async () => projectOf()),
  };
}

function emptyCompletedWork() {
  return {
    listCompletedWork: vi.fn<Api["listCompletedWork"]>(async () => ({ data: [], page: {} })),
    correctCompletedWork: vi.fn<Api["correctCompletedWork"]>(async () => ({
      added_hours: 0,
      restored_hours: 0,
      item: completedWorkOf(),
    })),
  };
}

/** An import of a file whose rows were looked at. */
export function importOf(fields: Partial<Import> = {}): Import {
  return {
    id: "01890000-0000-7000-8000-0000000000f1",
    file_name: "time.csv",
    state: "ready",
    created_by: ada,
    created_at: "2026-11-20T09:00:00.000Z",
    format: "toggl",
    rows: 3,
    counts: { new: 2, known: 0, refused: 1, added: 0, removed: 0, kept: 0 },
    problems: [{ code: "person_unknown", message: "Nobody here has this address.", rows: 1 }],
    etag: '"f1.1"',
    ...fields,
  };
}

function emptyImports() {
  const one = async () => importOf();
  return {
    listImports: vi.fn<Api["listImports"]>(async () => ({ data: [], page: {} })),
    getImport: vi.fn<Api["getImport"]>(one),
    beginImport: vi.fn<Api["beginImport"]>(one),
    putImportPart: vi.fn<Api["putImportPart"]>(async () => {}),
    checkImport: vi.fn<Api["checkImport"]>(one),
    runImport: vi.fn<Api["runImport"]>(one),
    stopImport: vi.fn<Api["stopImport"]>(one),
    undoImport: vi.fn<Api["undoImport"]>(one),
    discardImport: vi.fn<Api["discardImport"]>(async () => {}),
    listImportRows: vi.fn<Api["listImportRows"]>(async () => ({ data: [], page: {} })),
  };
}

function emptyLogs() {
  return {
    timerEvents: vi.fn<Api["timerEvents"]>(async () => ({ data: [], page: {} })),
    timerEventsCsv: vi.fn<Api["timerEventsCsv"]>(async () => new Blob()),
    recordAction: vi.fn<Api["recordAction"]>(async (body) => ({
      id: "a1",
      ...body,
      at: serverTime,
      user: ada,
    })),
    listActions: vi.fn<Api["listActions"]>(async () => ({ data: [], page: {} })),
    actionsCsv: vi.fn<Api["actionsCsv"]>(async () => new Blob()),
    listAuditEvents: vi.fn<Api["listAuditEvents"]>(async () => ({ data: [], page: {} })),
    auditEventsCsv: vi.fn<Api["auditEventsCsv"]>(async () => new Blob()),
  };
}

function emptyBilling() {
  return {
    subscription: vi.fn<Api["subscription"]>(async () => {
      throw problemOf(404, "subscription_not_found");
    }),
    listBillingRecords: vi.fn<Api["listBillingRecords"]>(async () => ({ data: [], page: {} })),
    billingRecordsCsv: vi.fn<Api["billingRecordsCsv"]>(async () => new Blob()),
    billingRecord: vi.fn<Api["billingRecord"]>(async () => monthRecordOf()),
    billingRecordCsv: vi.fn<Api["billingRecordCsv"]>(async () => new Blob()),
    billingPreview: vi.fn<Api["billingPreview"]>(async () => {
      throw problemOf(404, "not_billed");
    }),
    statement: vi.fn<Api["statement"]>(async () => new Blob()),
    resolveLanding: vi.fn<Api["resolveLanding"]>(async () => landingOf()),
    takeSubscription: vi.fn<Api["takeSubscription"]>(async () => landingOf()),
  };
}

function emptyProof() {
  return {
    retention: vi.fn<Api["retention"]>(async () => ({ data: [] })),
    proofStatus: vi.fn<Api["proofStatus"]>(async () => ({ links: 0 })),
    verifyProof: vi.fn<Api["verifyProof"]>(async () => ({
      holds: true,
      links: 0,
      erased: 0,
      expired: 0,
      unsealed: 0,
    })),
    proof: vi.fn<Api["proof"]>(async () => new Blob()),
  };
}

/** A work item form that shows the item, until `show` shows another one. */
export function formOf(item: Partial<WorkItemContext> = {}) {
  let shown: WorkItemContext = {
    id: 104,
    isNew: false,
    revision: 7,
    title: "Show the reference",
    type: "Task",
    project: "Payments",
    completedWorkHours: 11.5,
    ...item,
  };
  const listeners = new Set<() => void>();
  const form = {
    isDirty: vi.fn<FormActions["isDirty"]>(async () => false),
    refresh: vi.fn<FormActions["refresh"]>(async () => {}),
    refreshAndKeep: vi.fn<FormActions["refreshAndKeep"]>(async () => []),
  };
  const frame: Frame = {
    contributionId: "wi-group",
    context: {
      organization: { id: "organization-guid", name: "contoso" },
      project: { id: "project-guid", name: "Payments" },
    },
    userName: "ada@contoso.example",
    autoResize: () => () => {},
    workItem: async () => shown,
    form,
    onWorkItemChanged: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    openWorkItem: vi.fn<Frame["openWorkItem"]>(async () => {}),
  };
  return {
    frame,
    form,
    show(next: Partial<WorkItemContext>) {
      shown = { ...shown, ...next };
      for (const listener of listeners) listener();
    },
  };
}

interface Around {
  api?: ReturnType<typeof emptyApi>;
  me?: Me;
  frame?: Frame;
  auth?: Session["auth"];
}

const signedIn: Session["auth"] = {
  state: { kind: "signed_in" },
  subscribe: () => () => {},
  signIn: async () => {},
};

/** Renders inside a session whose timer has been read. */
export async function renderInSession(children: ComponentChildren, around: Around = {}) {
  const { api = emptyApi(), me = meOf(), frame = formOf().frame, auth = signedIn } = around;
  const timers = new TimerStore(api);
  await timers.refresh();
  const session = { frame, api, auth, me, timers, record: vi.fn<Recorder>(), reloadMe: vi.fn<() => void>() };
  const rendered = render(
    <OfferContext.Provider value={offer}>
      <SessionContext.Provider value={session}>{children}</SessionContext.Provider>
    </OfferContext.Provider>,
  );
  return { ...session, api, ...rendered };
}

const fromRightToLeft = /\p{Script=Hebrew}|\p{Script=Arabic}/u;

/** The texts below an element with names from right to left that are not kept apart from what stands beside them. */
export function notIsolated(root: Element): string[] {
  const found: string[] = [];
  const apart = (text: string) => !fromRightToLeft.test(text.replace(/\u2068[^\u2068]*\u2069/g, ""));
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { data, parentElement } = walker.currentNode as Text;
    if (!parentElement?.closest("bdi, textarea") && !apart(data)) found.push(data);
  }
  for (const element of root.querySelectorAll("[title], [aria-label]")) {
    for (const name of ["title", "aria-label"]) {
      const value = element.getAttribute(name) ?? "";
      if (!apart(value)) found.push(`${name}: ${value}`);
    }
  }
  return found;
}
