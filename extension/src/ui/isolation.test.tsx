import { cleanup, fireEvent, screen } from "@testing-library/preact";
import type { ComponentChildren } from "preact";
import { afterEach, beforeAll, expect, test } from "vitest";
import type { Me, TimeReport } from "../api/client.ts";
import { Adjustments } from "./admin/adjustments.tsx";
import { Billing } from "./admin/billing.tsx";
import { CompletedWork } from "./admin/completed-work.tsx";
import { DirectorySearch } from "./admin/directory-search.tsx";
import { Logs } from "./admin/logs.tsx";
import { People } from "./admin/people.tsx";
import { Projects } from "./admin/projects.tsx";
import { RunningTimers } from "./admin/running-timers.tsx";
import { TenantSettings } from "./admin/tenant-settings.tsx";
import { adminTexts } from "./admin/texts.ts";
import { Calendar } from "./calendar/calendar.tsx";
import { Group } from "./group-view.tsx";
import { AddressContext } from "./hub/address.ts";
import { Reminders } from "./hub/reminders.tsx";
import { Hub } from "./hub-view.tsx";
import { ItemPage } from "./item-view.tsx";
import { Step } from "./landing/steps.tsx";
import { NextSteps } from "./next-steps.tsx";
import { Team } from "./team/team.tsx";
import {
  adjustmentOf,
  completedWorkOf,
  emptyApi,
  entryOf,
  historyOf,
  landingOf,
  meOf,
  monthRecordOf,
  noTime,
  notIsolated,
  personOf,
  projectOf,
  renderInSession,
  serverTime,
  sheetOf,
  subscriptionOf,
  tenantOf,
} from "./testing.tsx";
import { texts } from "./texts.ts";

beforeAll(() => {
  HTMLDialogElement.prototype.showModal ??= () => {};
});
afterEach(cleanup);

const person = { id: "u", name: "עדה לאבלייס" };
const item = { ...entryOf().work_item, title: "تشغيل (v2)", project: "مدفوعات", id: "104" };
const elsewhere = { ...item, id: "105" };
const address = "עדה@contoso.example";
const admin = meOf(
  { ...person, role: "super_admin" },
  { name: "קונטוסו", azure_devops_organization: "contoso" },
);

const { stopped_at: _, ...running } = entryOf({
  id: "running",
  user: person,
  work_item: elsewhere,
  started_at: "2026-11-21T08:00:00.000Z",
});

function report(): TimeReport {
  const sums = { elapsed_ms: 1_000, needs_review_ms: 500 };
  const row = { ...sums, entries: 1 };
  return {
    from: serverTime,
    to: serverTime,
    time_zone: "Europe/Berlin",
    group_by: ["project"],
    rounding: "none",
    rows: [
      {
        ...row,
        project: {
          id: "p",
          site_id: "s",
          tracker: "azure_devops",
          organization: "contoso",
          name: item.project,
        },
      },
    ],
    totals: sums,
  };
}

/** An API in which every name that somebody has typed is written from right to left. */
function apiOfNames() {
  const api = emptyApi();
  const entry = entryOf({ user: person, work_item: item, needs_review: true });
  const page = { page: {}, server_time: serverTime };
  api.currentTimer.mockResolvedValue({ timer: running, server_time: serverTime });
  api.listTimers.mockResolvedValue({ data: [running], ...page });
  api.listAdjustments.mockResolvedValue({
    data: [adjustmentOf({ user: person, work_item: item, made_by: person, reason: "טעות" })],
    page: {},
  });
  api.reminders.mockResolvedValue({
    data: [
      {
        id: "r",
        first_day: "2026-11-09",
        last_day: "2026-11-15",
        missing_ms: 1,
        reminded_by: person,
        reminded_at: serverTime,
      },
    ],
  });
  const sheet = sheetOf({ user: person, approver: person });
  api.listTimesheets.mockResolvedValue({ data: [sheet], page: {} });
  api.pendingTimesheets.mockResolvedValue({
    data: [{ ...sheet, status: "submitted", submitted_at: serverTime, etag: '"1"' }],
    page: {},
  });
  api.listEntries.mockResolvedValue({ data: [entry], ...page });
  api.history.mockResolvedValue(
    historyOf({
      id: "h",
      operation: { id: "o", kind: "change" },
      changed_at: serverTime,
      changed_by: person,
      field: "voided_at",
      old: "",
      new: serverTime,
      reason: "טעות",
    }),
  );
  api.workItemTime.mockResolvedValue({
    ...noTime,
    work_item: item,
    own_today_ms: 1,
    own_ms: 1,
    total_ms: 1,
    own_needs_review_ms: 1,
    needs_review_ms: 1,
    running: [1, 2].map((n) => ({ user: { ...person, id: `other${n}` }, started_at: serverTime })),
    completed_work: noTime.completed_work,
    server_time: serverTime,
  });
  api.report.mockResolvedValue(report());
  api.listUsers.mockResolvedValue({
    data: [
      personOf({ ...person, id: "p1", email: address, invited_by: person }),
      personOf({ ...person, id: "p2", status: "requested", claimed_email: address }),
    ],
    page: {},
    seats: { taken: 1 },
  });
  api.listCompletedWork.mockResolvedValue({
    data: [
      completedWorkOf({}, item),
      completedWorkOf(
        { problem: { code: "tracker_refused", message: "סגור" } },
        { ...elsewhere, uid: "w105" },
      ),
    ],
    page: {},
  });
  api.searchDirectory.mockResolvedValue([{ name: person.name, email: address }]);
  const into = projectOf({ id: "p2", name: "שער", names: ["שער"] });
  api.listProjects.mockResolvedValue({
    data: [
      projectOf({ name: item.project, names: [item.project, "تشغيل", "שם"] }),
      projectOf({
        id: "p3",
        name: "אחר",
        counts_as: { id: into.id, name: into.name },
        merged: { into: into.id, at: serverTime, undoable: true },
      }),
      into,
    ],
    page: {},
  });
  api.timerEvents.mockResolvedValue({
    data: [
      {
        id: "t",
        at: serverTime,
        type: "voided",
        user: person,
        time_entry_id: "e",
        work_item: item,
        project: { id: "p1", name: item.project, organization: item.organization },
      },
    ],
    page: {},
  });
  api.listAuditEvents.mockResolvedValue({
    data: [
      {
        id: "c",
        at: serverTime,
        action: "tenant_changed",
        actor: { kind: "operator", id: "o", name: person.name },
        target: { kind: "tenant", id: "t", name: "קונטוסו" },
        changes: [{ field: "name", old: "קונטוסו", new: "فابريكام" }],
      },
    ],
    page: {},
  });
  api.tenant.mockResolvedValue(
    tenantOf({
      tenant: { ...admin.tenant, status: "cancelled" },
      billing_name: "קונטוסו",
      billing_address: "רחוב 1",
    }),
  );
  api.subscription.mockResolvedValue(subscriptionOf());
  api.listBillingRecords.mockResolvedValue({ data: [monthRecordOf()], page: {} });
  return api;
}

const landing = (
  <Step
    landing={landingOf({ step: "none" }, { name: "קונטוסו", purchaser_email: address, status: "subscribed" })}
    read={async () => landingOf()}
    take={async () => landingOf()}
    onLanding={() => {}}
    onTaken={() => {}}
    onCheckAgain={() => {}}
    onOtherAccount={() => {}}
  />
);

interface View {
  view: string;
  page: ComponentChildren;
  /** A text that is there once everything was read. */
  until: RegExp;
  /** What is done before looking. */
  open?: () => Promise<unknown>;
  me?: Me;
}

const press = async (name: RegExp) => {
  const [button] = await screen.findAllByRole("button", { name });
  if (button) fireEvent.click(button);
};

const week = {
  first: "2026-11-16",
  last: "2026-11-22",
  today: "2026-11-21",
  isThis: true,
  step: () => {},
  showThis: () => {},
};

const views: View[] = [
  { view: "the hub", page: <Hub />, until: /تشغيل/ },
  {
    view: "reminders",
    page: (
      <AddressContext.Provider value={{ place: {}, go: () => {} }}>
        <Reminders shown="2026-11-16" />
      </AddressContext.Provider>
    ),
    until: /reminds you/,
  },
  {
    view: "the Team page",
    page: (
      <AddressContext.Provider value={{ place: {}, go: () => {} }}>
        <Team />
      </AddressContext.Provider>
    ),
    until: /show the entries$/,
    me: meOf({ role: "admin" }),
  },
  { view: "adjustments", page: <Adjustments />, until: /^Take back/, me: meOf({ role: "admin" }) },
  {
    view: "the calendar, with an entry open",
    page: (
      <AddressContext.Provider value={{ place: {}, go: () => {} }}>
        <Calendar week={week} />
      </AddressContext.Provider>
    ),
    until: /before/,
    open: async () => {
      fireEvent.click(document.querySelector("[data-entry]") as Element);
      await screen.findByLabelText("Note");
    },
  },
  {
    view: "the work item group",
    page: <Group />,
    until: /too$/,
  },
  {
    view: "the work item's page, with a history",
    page: <ItemPage />,
    until: /too$/,
    open: async () => {
      await press(/^More/);
      await press(/^History/);
      await screen.findByText(/טעות/);
    },
  },
  { view: "people", page: <People />, until: /not checked/ },
  {
    view: "a person's dialog",
    page: <People />,
    until: /not checked/,
    open: () => press(/^Approve/),
  },
  {
    view: "the search of the directory",
    page: <DirectorySearch onChoose={() => {}} />,
    until: /Find/,
    open: async () => {
      fireEvent.input(screen.getByRole("searchbox"), { target: { value: "עדה" } });
      await screen.findByText(/Add/);
    },
  },
  { view: "projects", page: <Projects />, until: /Counts as/ },
  { view: "a project's other names", page: <Projects />, until: /Counts as/, open: () => press(/^Accept/) },
  { view: "a merge", page: <Projects />, until: /Counts as/, open: () => press(/^Merge/) },
  { view: "completed work", page: <CompletedWork onSettings={() => {}} />, until: /10[45]/ },
  { view: "running timers", page: <RunningTimers />, until: /105/ },
  { view: "the log of timers", page: <Logs />, until: /104/ },
  {
    view: "the log of administration",
    page: <Logs />,
    until: /104/,
    open: async () => {
      fireEvent.click(screen.getByRole("radio", { name: adminTexts.log.kinds.audit }));
      await screen.findByText(/→/);
    },
  },
  {
    view: "settings",
    page: <TenantSettings draft={{}} onDraft={() => {}} />,
    me: meOf({ role: "admin" }),
    until: /רחוב/,
  },
  { view: "billing", page: <Billing />, until: /20 seats/ },
  { view: "the steps after signing up", page: <NextSteps />, until: new RegExp(texts.signUpPage.open) },
  { view: "the landing page", page: landing, until: /קונטוסו/ },
];

test.each(views)(
  "names on $view don't move what stands beside them",
  async ({ page, until, open, me = admin }) => {
    const { container } = await renderInSession(page, { api: apiOfNames(), me });
    const there = () => screen.queryAllByText(until).length + screen.queryAllByLabelText(until).length;
    await expect.poll(there, { timeout: 60_000 }).toBeGreaterThan(0);
    await open?.();
    expect(notIsolated(container)).toEqual([]);
  },
);
