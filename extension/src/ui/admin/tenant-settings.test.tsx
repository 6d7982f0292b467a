import { cleanup, fireEvent, screen, waitFor } from "@testing-library/preact";
import { useState } from "preact/hooks";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { emptyApi, entryOf, meOf, problemOf, renderInSession, serverTime, tenantOf } from "../testing.tsx";
import { UndoNotice } from "../undo-notice.tsx";
import { type Draft, faultsOf, patchOf, valuesOf } from "./settings-values.ts";
import { TenantSettings } from "./tenant-settings.tsx";
import { adminTexts } from "./texts.ts";

const texts = adminTexts.tenant;

beforeAll(() => {
  // The test's DOM has no modal dialogs.
  HTMLDialogElement.prototype.showModal = function () {
    this.open = true;
  };
});
afterEach(cleanup);

function Kept() {
  const [draft, setDraft] = useState<Draft>({});
  return <TenantSettings draft={draft} onDraft={setDraft} />;
}

async function show(api = emptyApi()) {
  const shown = await renderInSession(
    <>
      <Kept />
      <UndoNotice />
    </>,
    { api, me: meOf({ role: "super_admin" }) },
  );
  const name = await screen.findByLabelText<HTMLInputElement>(texts.labels.name);
  const type = (label: string, value: string) =>
    fireEvent.input(screen.getByLabelText(label), { target: { value } });
  const save = () => fireEvent.click(screen.getByRole("button", { name: texts.save }));
  return { ...shown, name, type, save };
}

describe("a super admin", () => {
  test("saves only what has been changed, with the etag", async () => {
    const { api, type, save, reloadMe } = await show();
    type(texts.labels.auto_stop_after_ms, "7.5");
    fireEvent.change(screen.getByLabelText(texts.labels.allow_overlap), { target: { value: "yes" } });
    expect(screen.getByText(texts.dirty)).toBeTruthy();
    save();
    expect(await screen.findByText(texts.saved)).toBeTruthy();
    expect(api.patchTenant).toHaveBeenCalledWith('"1"', {
      auto_stop_after_ms: 27_000_000,
      allow_overlap: true,
    });
    expect(reloadMe).toHaveBeenCalled();
  });

  test("a shorter limit says first how many running timers it stops", async () => {
    const api = emptyApi();
    const { stopped_at: _, ...running } = entryOf();
    const since = (started_at: string) => ({ ...running, id: started_at, started_at });
    api.listTimers.mockResolvedValue({
      data: ["2026-11-21T00:00:00.000Z", "2026-11-21T03:00:00.000Z", "2026-11-21T03:00:01.000Z"].map(since),
      page: {},
      server_time: serverTime,
    });
    const { type, save } = await show(api);
    type(texts.labels.auto_stop_after_ms, "6");
    save();
    const submit = await screen.findByRole("button", { name: texts.stopsSubmit });
    expect(screen.getByText(texts.stopsTitle(2, false))).toBeTruthy();
    expect(screen.getByText(texts.stopsDetail(2, "6 hours"))).toBeTruthy();
    expect(api.patchTenant).not.toHaveBeenCalled();
    fireEvent.click(submit);
    expect(await screen.findByText(texts.saved)).toBeTruthy();
    expect(api.patchTenant).toHaveBeenCalledWith('"1"', { auto_stop_after_ms: 21_600_000 });
    expect(screen.queryByRole("button", { name: texts.stopsSubmit })).toBeNull();
  });

  test("turns on what is written to Azure DevOps, and how", async () => {
    const { api, save } = await show();
    const choose = (name: keyof typeof texts.labels, value: string) =>
      fireEvent.change(screen.getByLabelText(texts.labels[name]), { target: { value } });
    choose("write_back", "yes");
    choose("write_back_step", "25");
    choose("write_back_remaining", "yes");
    save();
    expect(await screen.findByText(texts.saved)).toBeTruthy();
    expect(api.patchTenant).toHaveBeenCalledWith('"1"', {
      write_back: true,
      write_back_step: 25,
      write_back_remaining: true,
    });
  });

  test("a longer limit stops nothing and asks nothing", async () => {
    const { api, type, save } = await show();
    type(texts.labels.auto_stop_after_ms, "12");
    save();
    expect(await screen.findByText(texts.saved)).toBeTruthy();
    expect(api.listTimers).not.toHaveBeenCalled();
  });

  test("nothing is dirty after changing back", async () => {
    const { api, type, save } = await show();
    type(texts.labels.name, "Fabrikam");
    type(texts.labels.name, "Contoso");
    expect(screen.queryByText(texts.dirty)).toBeNull();
    save();
    expect(api.patchTenant).not.toHaveBeenCalled();
  });

  test("a fault stands at its field, and nothing is sent", async () => {
    const { api, type, save } = await show();
    type(texts.labels.currency, "euro");
    save();
    expect(screen.getByText(texts.bad.currency)).toBeTruthy();
    expect(document.activeElement).toBe(screen.getByLabelText(texts.labels.currency));
    expect(api.patchTenant).not.toHaveBeenCalled();
  });

  test("a currency is one of ISO 4217", async () => {
    const { api, type, save } = await show();
    type(texts.labels.currency, "ABC");
    save();
    expect(screen.getByText(texts.bad.currency)).toBeTruthy();
    expect(api.patchTenant).not.toHaveBeenCalled();
  });

  test("the currency of a plan in force is not a choice", async () => {
    const api = emptyApi();
    const { tenant } = tenantOf();
    api.tenant.mockResolvedValue(tenantOf({ tenant: { ...tenant, plan: "paid", status: "active" } }));
    await show(api);
    expect(screen.getByLabelText<HTMLInputElement>(texts.labels.currency).readOnly).toBe(true);
    expect(screen.getByText(texts.currencyOfPlan)).toBeTruthy();
  });

  test("somebody else was faster: the own changes are kept over the newer settings", async () => {
    const api = emptyApi();
    api.patchTenant.mockRejectedValueOnce(problemOf(412, "stale"));
    const { type, name, save } = await show(api);
    type(texts.labels.name, "Contoso Ltd");
    api.tenant.mockResolvedValue(tenantOf({ admin_email: "new@contoso.example", etag: '"2"' }));
    save();
    expect(await screen.findByText(texts.stale)).toBeTruthy();
    expect(name.value).toBe("Contoso Ltd");
    const email = screen.getByLabelText<HTMLInputElement>(texts.labels.admin_email);
    await waitFor(() => expect(email.value).toBe("new@contoso.example"));
    save();
    expect(await screen.findByText(texts.saved)).toBeTruthy();
    expect(api.patchTenant).toHaveBeenLastCalledWith('"2"', { name: "Contoso Ltd" });
  });
});

test("an admin reads the settings", async () => {
  await renderInSession(
    <>
      <Kept />
      <UndoNotice />
    </>,
    { me: meOf({ role: "admin" }) },
  );
  expect(await screen.findByText(texts.readOnly)).toBeTruthy();
  expect(screen.getByText(texts.joins.directory)).toBeTruthy();
  expect(screen.queryByRole("textbox")).toBeNull();
});

test("saved settings are put back by Undo", async () => {
  const api = emptyApi();
  api.patchTenant.mockResolvedValue(tenantOf({ etag: '"2"' }));
  const { type, save, timers } = await show(api);
  type(texts.labels.edit_window_days, "7");
  save();
  await screen.findByText(texts.saved);
  await timers.undo();
  expect(api.patchTenant).toHaveBeenLastCalledWith('"2"', { edit_window_days: 14 });
  expect(await screen.findByText(texts.undone)).toBeTruthy();
});

test("what is shown and saved again is the same", () => {
  const { tenant, admin_email } = tenantOf();
  const {
    time_zone,
    on_start_while_running,
    auto_stop_after_ms,
    edit_window_days,
    allow_overlap,
    team_objection,
    join_policy,
    write_back,
    write_back_step,
    write_back_remaining,
    week_start,
  } = tenant.settings;
  expect(patchOf(valuesOf(tenantOf()))).toEqual({
    name: tenant.name,
    azure_devops_organization: tenant.azure_devops_organization,
    admin_email,
    billing_name: "",
    billing_address: "",
    currency: tenant.currency,
    time_zone,
    on_start_while_running,
    auto_stop_after_ms,
    edit_window_days,
    allow_overlap,
    team_objection,
    join_policy,
    write_back,
    write_back_step,
    write_back_remaining,
    week_start,
    lock_after_days: null,
  });
});

test.each([
  [{ name: " " }, { name: texts.required }],
  [{ billing_name: "", billing_address: " " }, {}],
  [{ admin_email: "nobody" }, { admin_email: texts.bad.admin_email }],
  [{ time_zone: "Middle/Earth" }, { time_zone: texts.bad.time_zone }],
  [{ auto_stop_after_ms: "24.5" }, { auto_stop_after_ms: texts.bad.auto_stop_after_ms }],
  [{ auto_stop_after_ms: "0.25" }, {}],
  [{ edit_window_days: "1.5" }, { edit_window_days: texts.bad.edit_window_days }],
  [{ edit_window_days: "366" }, {}],
])("faultsOf(%j)", (draft, faults) => {
  expect(faultsOf(draft)).toEqual(faults);
});
