import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, expect, test, vi } from "vitest";
import type { AuditEvent } from "../../api/client.ts";
import { ada, emptyApi, entryOf, grace, meOf, personOf, renderInSession, serverTime } from "../testing.tsx";
import { UndoNotice } from "../undo-notice.tsx";
import { logQuery } from "./log-lines.ts";
import { Logs } from "./logs.tsx";
import { RunningTimers } from "./running-timers.tsx";
import { adminTexts } from "./texts.ts";

const texts = adminTexts.log;
const admin = meOf({ role: "admin" });

afterEach(cleanup);

const at = serverTime;

function apiWithLogs() {
  const { work_item, project } = entryOf();
  const recorded = { work_item, project };
  const api = emptyApi();
  api.timerEvents.mockResolvedValue({
    data: [{ ...recorded, id: "t", at, type: "auto_stopped", user: grace, time_entry_id: "e1" }],
    page: {},
  });
  api.listActions.mockResolvedValue({
    data: [
      { id: "a", at, type: "report_opened", page: "hub", user: grace },
      { id: "b", at, type: "badge_read", page: "kiosk", user: ada },
    ],
    page: {},
  });
  api.listAuditEvents.mockResolvedValue({
    data: [
      {
        id: "c",
        at,
        action: "role_changed",
        actor: { kind: "user", ...ada },
        target: { kind: "user", ...grace },
        changes: [{ field: "role", old: "user", new: "admin" }],
      },
    ],
    page: {},
  });
  return api;
}

test("each log in words", async () => {
  await renderInSession(<Logs />, { api: apiWithLogs(), me: admin });
  const line = async (name: RegExp) => within(await screen.findByRole("row", { name }));
  expect((await line(/Grace/)).getByText(texts.events.auto_stopped)).toBeTruthy();
  fireEvent.click(screen.getByRole("radio", { name: texts.kinds.actions }));
  expect((await line(/Time/)).getByText("Opened the report")).toBeTruthy();
  expect((await line(/Kiosk/)).getByText("Badge read")).toBeTruthy();
  expect(screen.getByRole("option", { name: "Opened billing" })).toBeTruthy();
  fireEvent.click(screen.getByRole("radio", { name: texts.kinds.audit }));
  const change = await line(/Ada/);
  expect(change.getByText(texts.changes.role_changed)).toBeTruthy();
  expect(change.getByText("Role: User → Admin")).toBeTruthy();
});

test("a name that the directory has changed", async () => {
  const api = emptyApi();
  const event: AuditEvent = {
    id: "p",
    at,
    action: "profile_changed",
    actor: { kind: "directory", name: "Microsoft Entra ID" },
    target: { kind: "user", ...grace },
    changes: [{ field: "name", old: "Grace Hopper", new: "Grace Murray" }],
  };
  api.listAuditEvents.mockResolvedValue({ data: [event], page: {} });
  await renderInSession(<Logs />, { api, me: admin });
  fireEvent.click(screen.getByRole("radio", { name: texts.kinds.audit }));
  const row = within(await screen.findByRole("row", { name: new RegExp(texts.directory) }));
  expect(row.getByText(texts.changes.profile_changed)).toBeTruthy();
  expect(row.getByText(texts.change("Name", "Grace Hopper", "Grace Murray"))).toBeTruthy();
});

test("what the Marketplace did", async () => {
  const api = emptyApi();
  const event: AuditEvent = {
    id: "s",
    at,
    action: "subscription_changed",
    actor: { kind: "marketplace", name: "" },
    target: { kind: "tenant", id: "contoso", name: "Contoso" },
    changes: [{ field: "paid_seats", old: "0", new: "20" }],
  };
  api.listAuditEvents.mockResolvedValue({ data: [event], page: {} });
  await renderInSession(<Logs />, { api, me: admin });
  fireEvent.click(screen.getByRole("radio", { name: texts.kinds.audit }));
  const line = within(await screen.findByRole("row", { name: /Contoso/ }));
  expect(line.getByText(texts.marketplace)).toBeTruthy();
  expect(line.getByText(texts.changes.subscription_changed)).toBeTruthy();
});

test("what TimeTracker did by itself", async () => {
  const api = emptyApi();
  const event: AuditEvent = {
    id: "s",
    at,
    action: "privacy_carried_out",
    actor: { kind: "operator", name: "" },
    target: { kind: "user", id: "u", name: "Erased person 6b9b" },
    changes: [],
  };
  api.listAuditEvents.mockResolvedValue({ data: [event], page: {} });
  await renderInSession(<Logs />, { api, me: admin });
  fireEvent.click(screen.getByRole("radio", { name: texts.kinds.audit }));
  const line = within(await screen.findByRole("row", { name: /Erased person/ }));
  expect(line.getByText(texts.byItself)).toBeTruthy();
});

test("a person is found by name, and the log and its CSV are narrowed", async () => {
  const api = apiWithLogs();
  api.listUsers.mockResolvedValue({ data: [personOf()], page: {}, seats: { taken: 1 } });
  const { record } = await renderInSession(<Logs />, { api, me: admin });
  const person = screen.getByLabelText(texts.person);
  fireEvent.input(person, { target: { value: "gra" } });
  await waitFor(() => expect(document.querySelector("datalist option")).toBeTruthy());
  fireEvent.input(person, { target: { value: "Grace Hopper, grace@contoso.example" } });
  const query = { scope: "tenant", user_id: "grace" };
  await waitFor(() => expect(api.timerEvents).toHaveBeenCalledWith({ ...query, limit: 100 }));
  vi.spyOn(URL, "createObjectURL").mockReturnValue("blob:x");
  fireEvent.click(screen.getByRole("button", { name: texts.download }));
  await waitFor(() => expect(record).toHaveBeenCalledWith("csv_downloaded", "admin"));
  expect(api.timerEventsCsv).toHaveBeenCalledWith(query);
});

test("days are those of the person's zone, both included", () => {
  const filter = { from: "2026-10-24", to: "2026-10-25", userId: "", type: "stopped" } as const;
  // The clocks go back in the night to the 25th.
  const range = { from: "2026-10-23T22:00:00.000Z", to: "2026-10-25T23:00:00.000Z" };
  expect(logQuery({ ...filter, kind: "timers" }, "Europe/Berlin")).toEqual({
    ...range,
    scope: "tenant",
    type: "stopped",
  });
  expect(logQuery({ ...filter, kind: "audit" }, "Europe/Berlin")).toEqual(range);
});

test("somebody's running timer is stopped after asking", async () => {
  const api = emptyApi();
  const { stopped_at: _, ...running } = entryOf({ user: grace });
  api.listTimers.mockResolvedValue({ data: [running], page: {}, server_time: serverTime });
  await renderInSession(
    <>
      <RunningTimers />
      <UndoNotice />
    </>,
    { api, me: admin },
  );
  fireEvent.click(await screen.findByRole("button", { name: "Stop: Grace Hopper" }));
  expect(await screen.findByText(adminTexts.timers.stopped("Grace Hopper"))).toBeTruthy();
  expect(api.stopTimerOf).toHaveBeenCalledWith("e1");
  fireEvent.click(screen.getByRole("button", { name: "Undo" }));
  expect(await screen.findByText(adminTexts.timers.resumed("Grace Hopper"))).toBeTruthy();
  expect(api.resumeTimer).toHaveBeenCalledWith("e1", '"1"');
});
