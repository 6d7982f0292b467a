import { cleanup, fireEvent, screen, within } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { BillingRecord } from "../../api/client.ts";
import { emptyApi, meOf, monthRecordOf, problemOf, renderInSession, subscriptionOf } from "../testing.tsx";
import { Billing } from "./billing.tsx";
import { sumMonths } from "./billing-months.tsx";
import { adminTexts } from "./texts.ts";

const texts = adminTexts.bills;

beforeEach(() => {
  vi.spyOn(URL, "createObjectURL").mockReturnValue("blob:x");
});
afterEach(cleanup);

const october = monthRecordOf();
const adjustment = monthRecordOf(
  { people: -1, billed: -1, total_minor: -900, invoice: "TT-2026-000009" },
  { id: "m2", kind: "adjustment", at: "2026-11-12T00:05:00.000Z" },
);
const suspension: BillingRecord = {
  id: "l1",
  kind: "lifecycle",
  at: "2026-11-15T08:30:00.000Z",
  subscription_id: "s1",
  plan_id: "team",
  lifecycle: { event: "Suspend", quantity: 20, status: "suspended", people: 17 },
};

function apiWithBills() {
  const api = emptyApi();
  const records = { monthly: [october], adjustment: [adjustment], lifecycle: [suspension] };
  api.subscription.mockResolvedValue(subscriptionOf());
  api.billingPreview.mockResolvedValue({
    month: "2026-11",
    people: 7,
    billed: 2,
    included: 5,
    rate_minor: 900,
    base_minor: 2900,
    total_minor: 4700,
    currency: "USD",
  });
  api.listBillingRecords.mockImplementation(async ({ kind = "monthly" } = {}) => ({
    data: records[kind],
    page: {},
  }));
  return api;
}

const superAdmin = meOf({ role: "super_admin" }, { plan: "paid" });

async function show(api = apiWithBills(), me = superAdmin) {
  const shown = await renderInSession(<Billing />, { api, me });
  const card = async (name: string) => within(await screen.findByRole("region", { name }));
  return { ...shown, card };
}

test("others than super admins are told whom to ask, and nothing is read", async () => {
  const { api } = await show(apiWithBills(), meOf({ role: "admin" }));
  expect(screen.getByText(texts.onlySuperAdmins)).toBeTruthy();
  expect(api.subscription).not.toHaveBeenCalled();
  expect(api.listBillingRecords).not.toHaveBeenCalled();
});

test("the subscription, and what the month comes to so far", async () => {
  const { card } = await show();
  const subscription = await card(texts.subscription);
  expect(await subscription.findByText("Team")).toBeTruthy();
  expect(await subscription.findByText(`20 seats, ${texts.taken(3)}`)).toBeTruthy();
  expect(subscription.getByText("1 month, until Wed 9 Dec 2026")).toBeTruthy();
  expect(subscription.getByText(texts.usersAtPurchase(4))).toBeTruthy();
  expect(subscription.getByText(texts.manage)).toBeTruthy();
  const soFar = await card(texts.soFar("November 2026"));
  expect(await soFar.findByText("US$47.00")).toBeTruthy();
  expect(soFar.getByText("US$29.00, 5 active users included")).toBeTruthy();
});

test.each([
  ["trial", texts.none.trial],
  ["internal", texts.none.internal],
] as const)("without a subscription: %s", async (plan, text) => {
  const { card } = await show(emptyApi(), meOf({ role: "super_admin" }, { plan }));
  expect(await (await card(texts.subscription)).findByText(text)).toBeTruthy();
  expect(await screen.findByText(texts.notBilled)).toBeTruthy();
  expect(await screen.findByText(texts.noMonths)).toBeTruthy();
  expect(await screen.findByText(texts.noEvents)).toBeTruthy();
});

test.each(["suspended", "cancelled"] as const)("%s: all of it can be seen", async (status) => {
  const api = apiWithBills();
  api.subscription.mockResolvedValue(subscriptionOf({ status, read_only: true }));
  const { card } = await show(api, meOf({ role: "super_admin" }, { plan: "paid", status }));
  const subscription = await card(texts.subscription);
  expect(await subscription.findByText(texts.statuses[status])).toBeTruthy();
  expect(subscription.getByText(texts.readOnly)).toBeTruthy();
  expect(await screen.findByRole("rowheader", { name: "October 2026" })).toBeTruthy();
});

describe("months", () => {
  const row = (name: RegExp | string) => screen.findByRole("row", { name }).then(within);

  test("each record with its invoice, and what they add up to", async () => {
    const { api } = await show();
    expect((await row(/^October 2026 4/)).getByText("US$36.00")).toBeTruthy();
    expect((await row(/^Adjustment of Thu 12 Nov 2026/)).getByText("-US$9.00")).toBeTruthy();
    expect((await row(/^October 2026 in all/)).getByText("US$27.00")).toBeTruthy();
    const from = { from: "2025-11-01T00:00:00.000Z", limit: 500 };
    expect(api.listBillingRecords).toHaveBeenCalledWith({ kind: "monthly", ...from });
    expect(api.listBillingRecords).toHaveBeenCalledWith({ kind: "adjustment", ...from });
  });

  test("the charts say the sums in words", async () => {
    await show();
    expect(
      await screen.findByRole("img", { name: texts.chart(texts.activePeople, "October 2026: 3") }),
    ).toBeTruthy();
    expect(
      screen.getByRole("img", { name: texts.chart(texts.total, "October 2026: US$27.00") }),
    ).toBeTruthy();
  });

  test("all pages are read", async () => {
    const api = apiWithBills();
    const september = monthRecordOf({ month: "2026-09" }, { id: "m0", at: "2026-10-01T00:05:00.000Z" });
    api.listBillingRecords.mockImplementation(async ({ kind, cursor } = {}) => {
      if (kind !== "monthly") return { data: [], page: {} };
      return cursor ? { data: [september], page: {} } : { data: [october], page: { next_cursor: "next" } };
    });
    await show(api);
    expect(await screen.findByRole("rowheader", { name: "September 2026" })).toBeTruthy();
    expect(screen.getByRole("rowheader", { name: "October 2026" })).toBeTruthy();
  });

  test("the twelve months before", async () => {
    const { api } = await show();
    await row(/^October 2026 4/);
    fireEvent.click(screen.getByRole("button", { name: texts.earlier }));
    expect(await screen.findByText(texts.noMonths)).toBeTruthy();
    expect(screen.getByText(texts.window("November 2024", "October 2025"))).toBeTruthy();
    expect(api.listBillingRecords).toHaveBeenCalledWith(
      expect.objectContaining({ from: "2024-11-01T00:00:00.000Z" }),
    );
  });

  test.each(["pdf", "json"] as const)("an invoice as %s", async (format) => {
    const { api, record } = await show();
    const name = texts.about(texts[format], "TT-2026-000007");
    fireEvent.click(await screen.findByRole("button", { name }));
    await vi.waitFor(() => expect(record).toHaveBeenCalledWith("invoice_downloaded", "admin"));
    expect(api.invoice.mock.calls).toEqual([["TT-2026-000007", format]]);
  });

  test("the people counted, with their CSV", async () => {
    const api = apiWithBills();
    const people = [{ user_id: "ada", email: "ada@contoso.example" }];
    api.billingRecord.mockResolvedValue(monthRecordOf({ active: people }));
    await show(api);
    const name = texts.about(texts.counted, "October 2026, TT-2026-000007");
    fireEvent.click(await screen.findByRole("button", { name }));
    expect(await screen.findByText("ada@contoso.example")).toBeTruthy();
    expect(screen.getByText(texts.countedActive(1))).toBeTruthy();
    const table = within(screen.getByRole("table", { name: texts.monthsCaption }));
    fireEvent.click(table.getByRole("button", { name: texts.download }));
    await vi.waitFor(() => expect(api.billingRecordCsv.mock.calls).toEqual([["m1"]]));
  });
});

test("what happened to the subscription", async () => {
  const { card } = await show();
  const events = await card(texts.events);
  const [, line] = await events.findAllByRole("row");
  expect(line?.textContent).toBe(
    `15 Nov 2026, 09:30${texts.kinds.Suspend}Team20${texts.statuses.suspended}17`,
  );
});

test("the CSV of all records", async () => {
  const { api, record } = await show();
  fireEvent.click(screen.getByRole("button", { name: texts.download }));
  await vi.waitFor(() => expect(record).toHaveBeenCalledWith("csv_downloaded", "admin"));
  expect(api.billingRecordsCsv.mock.calls).toEqual([[{}]]);
});

test("one part fails: the others are shown, and it can be tried again", async () => {
  const api = apiWithBills();
  api.billingPreview.mockRejectedValueOnce(problemOf(503, "unavailable"));
  const { card } = await show(api);
  const soFar = await card(texts.soFar("November 2026"));
  fireEvent.click(await soFar.findByRole("button"));
  expect(await soFar.findByText("US$47.00")).toBeTruthy();
});

test("sums: only whole months of the window, the latest first", () => {
  const months = ["2026-10", "2025-10", "2026-09", "2026-11"];
  const records = months.map((month) => monthRecordOf({ month }, { id: month }));
  const sums = sumMonths([...records, adjustment, suspension], "2025-11", "2026-10");
  expect(sums.map(({ month, people, billed, totalMinor }) => [month, people, billed, totalMinor])).toEqual([
    ["2026-10", 3, 3, 2700],
    ["2026-09", 4, 4, 3600],
  ]);
  expect(sums[0]?.records.map(({ id }) => id)).toEqual(["2026-10", "m2"]);
});
