import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, expect, test } from "vitest";
import { emptyApi, meOf, problemOf, renderInSession, tenantOf } from "../testing.tsx";
import { Retention } from "./retention.tsx";
import { adminTexts } from "./texts.ts";

const texts = adminTexts.retention;
const settings = adminTexts.tenant;

afterEach(cleanup);

function apiOf() {
  const api = emptyApi();
  api.retention.mockResolvedValue({
    data: [
      {
        class: "timer_log",
        kept: "days",
        days: 400,
        due: 1200,
        ran_at: "2026-11-20T03:00:00.000Z",
        removed_at: "2026-11-19T03:00:00.000Z",
        removed: 1,
      },
      { class: "action_log", kept: "with_tenant", due: 0 },
      { class: "billed_people", kept: "seven_years", due: 0, ran_at: "2026-11-20T03:00:00.000Z" },
    ],
  });
  const details = tenantOf();
  details.tenant.settings.timer_log_days = 400;
  api.tenant.mockResolvedValue(details);
  api.patchTenant.mockResolvedValue(tenantOf({ etag: '"2"' }));
  return api;
}

const superAdmin = meOf({ role: "super_admin" });

test("each class says how long it is kept, what is due and what was removed", async () => {
  await renderInSession(<Retention />, { api: apiOf(), me: superAdmin });
  const rows = (await screen.findAllByRole("row")).slice(1);
  expect(rows.map((row) => row.textContent)).toEqual([
    expect.stringMatching(/^Timer log400 days.*\.1,20020 Nov 2026, 04:001 row, 19 Nov 2026, 04:00$/),
    expect.stringMatching(/^Action logAs long as the organization.*\.0Not yetNothing yet$/),
    expect.stringMatching(/^People in billing records7 years.*\.020 Nov 2026, 04:00Nothing yet$/),
  ]);
});

test("days are checked, saved together, and taken back", async () => {
  const api = apiOf();
  const { timers: store } = await renderInSession(<Retention />, { api, me: superAdmin });
  const timers = await screen.findByLabelText(texts.labels.timer_log_days);
  const actions = screen.getByLabelText(texts.labels.action_log_days);
  const save = screen.getByRole("button", { name: settings.save });
  expect([(timers as HTMLInputElement).value, (actions as HTMLInputElement).value]).toEqual(["400", ""]);
  expect(save.getAttribute("aria-disabled")).toBe("true");
  for (const wrong of ["91", "3661", "a year", "92.5"]) {
    fireEvent.input(actions, { target: { value: wrong } });
    fireEvent.click(save);
    expect(await screen.findByText(texts.bad)).toBeTruthy();
    expect(document.activeElement).toBe(actions);
  }
  expect(api.patchTenant).not.toHaveBeenCalled();
  fireEvent.input(actions, { target: { value: " 92 " } });
  fireEvent.input(timers, { target: { value: "" } });
  fireEvent.click(save);
  await waitFor(() =>
    expect(api.patchTenant).toHaveBeenCalledWith('"1"', { timer_log_days: null, action_log_days: 92 }),
  );
  await waitFor(() => expect(api.retention).toHaveBeenCalledTimes(2));
  await store.undo();
  expect(api.patchTenant).toHaveBeenLastCalledWith('"2"', { timer_log_days: 400, action_log_days: null });
});

test("what is typed stays when somebody else was faster, and goes when it is discarded", async () => {
  const api = apiOf();
  api.patchTenant.mockRejectedValueOnce(problemOf(412, "stale"));
  await renderInSession(<Retention />, { api, me: superAdmin });
  const timers = (await screen.findByLabelText(texts.labels.timer_log_days)) as HTMLInputElement;
  fireEvent.input(timers, { target: { value: "100" } });
  fireEvent.click(screen.getByRole("button", { name: settings.save }));
  expect(await screen.findByText(settings.stale)).toBeTruthy();
  await waitFor(() => expect(api.tenant).toHaveBeenCalledTimes(2));
  expect(timers.value).toBe("100");
  fireEvent.click(screen.getByRole("button", { name: settings.discard }));
  await waitFor(() => expect(timers.value).toBe("400"));
  expect(screen.queryByText(settings.stale)).toBeNull();
});

test("an organization that may not write sees the report alone", async () => {
  const me = meOf({ role: "super_admin" });
  me.tenant.status = "cancelled";
  await renderInSession(<Retention />, { api: apiOf(), me });
  const table = await screen.findByRole("table");
  expect(within(table).getAllByRole("row")).toHaveLength(4);
  expect(screen.queryByLabelText(texts.labels.timer_log_days)).toBeNull();
});
