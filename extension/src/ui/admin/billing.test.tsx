import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { BillingPreview, BillingRecord, MarketplacePlan } from "../../api/client.ts";
import {
  emptyApi,
  meOf,
  monthRecordOf,
  problemOf,
  renderInSession,
  subscriptionOf,
  team,
} from "../testing.tsx";
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
  { people: -1, billed: -1, total_minor: -900, statement: "TT-2026-000009" },
  { id: "m2", kind: "adjustment", at: "2026-11-12T00:05:00.000Z" },
);
const suspension: BillingRecord = {
  id: "l1",
  kind: "lifecycle",
  at: "2026-11-15T08:30:00.000Z",
  subscription_id: "s1",
  plan_id: "team",
  plan_title: "Team",
  lifecycle: { event: "Suspend", quantity: 20, status: "suspended", people: 17 },
};

const soFar: BillingPreview = {
  month: "2026-11",
  model: "metered",
  free_trial: false,
  people: 7,
  billed: 2,
  included: 5,
  rate_minor: 900,
  base_minor: 2900,
  total_minor: 4700,
  charge_known: true,
  currency: "USD",
};

function apiWithBills() {
  const api = emptyApi();
  const records = { monthly: [october], adjustment: [adjustment], lifecycle: [suspension] };
  api.subscription.mockResolvedValue(subscriptionOf());
  api.billingPreview.mockResolvedValue(soFar);
  api.listBillingRecords.mockImplementation(async ({ kind = "monthly" } = {}) => ({
    data: records[kind],
    page: {},
  }));
  return api;
}

const site: MarketplacePlan = { ...team, id: "site", name: "Site", model: "flat" };

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
  expect(subscription.getByText("1 month, until Wed, 9 Dec 2026")).toBeTruthy();
  expect(subscription.getByText(texts.usersAtPurchase(4))).toBeTruthy();
  expect(subscription.getByText(texts.manage(true))).toBeTruthy();
  const soFar = await card(texts.soFar("November 2026"));
  expect(await soFar.findByText("US$47.00")).toBeTruthy();
  expect(soFar.getByText("US$29.00, 5 active users included")).toBeTruthy();
});

test.each<[string, Partial<BillingPreview>, string | undefined]>([
  ["seats are charged as they were bought", { model: "seats", seats: 20 }, texts.seatsHelp],
  ["a free trial costs nothing", { model: "seats", seats: 20, free_trial: true }, texts.monthFree],
  ["seats that Microsoft does not tell", { model: "seats", charge_known: false }, texts.unknownHelp],
  ["usage is charged as it is counted", {}, undefined],
])("the month so far: %s", async (_, month, note) => {
  const api = apiWithBills();
  api.billingPreview.mockResolvedValue({ ...soFar, ...month });
  const { card } = await show(api);
  const shown = await card(texts.soFar("November 2026"));
  await shown.findByText(texts.soFarHelp, { exact: false });
  const notes = [texts.seatsHelp, texts.monthFree, texts.unknownHelp];
  expect(notes.filter((each) => shown.queryByText(each, { exact: false }))).toEqual(note ? [note] : []);
});

test("what Microsoft charges comes first, and the people counted are the evidence", async () => {
  const api = apiWithBills();
  const charged = {
    model: "seats",
    seats: 200,
    billed: 200,
    rate_minor: 1400,
    total_minor: 280_000,
  } as const;
  api.billingPreview.mockResolvedValue({ ...soFar, ...charged, people: 1, base_minor: 0, included: 0 });
  const { card } = await show(api);
  const shown = await card(texts.soFar("November 2026"));
  expect(await shown.findByText("US$2,800.00")).toBeTruthy();
  expect(shown.getByText(texts.seatsTimesRate(200, "US$14.00"))).toBeTruthy();
  expect(shown.getByText("1")).toBeTruthy();
  const [first] = screen.getAllByRole("heading", { level: 3 });
  expect(first?.textContent).toBe(texts.soFar("November 2026"));
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
  api.subscription.mockResolvedValue(subscriptionOf({ status }));
  const { card } = await show(api, meOf({ role: "super_admin" }, { plan: "paid", status }));
  const subscription = await card(texts.subscription);
  expect(await subscription.findByText(texts.statuses[status])).toBeTruthy();
  expect(await screen.findByRole("rowheader", { name: /^October 2026 ?Team/ })).toBeTruthy();
});

test.each([
  ["seats", {}, texts.manage(true)],
  ["no seats", { plan: site }, texts.manage(false)],
  ["seats, of a partner", { read_only: true }, texts.readOnly(true)],
  ["no seats, of a partner", { read_only: true, plan: site }, texts.readOnly(false)],
  ["a cancelled one", { status: "cancelled" as const }, undefined],
  ["a cancelled one of a partner", { status: "cancelled" as const, read_only: true }, undefined],
])("where it is managed: %s", async (_, change, text) => {
  const api = apiWithBills();
  api.subscription.mockResolvedValue(subscriptionOf(change));
  const { card } = await show(api);
  const subscription = await card(texts.subscription);
  await subscription.findByText(texts.atPurchase);
  const sentences = [true, false].flatMap((seats) => [texts.manage(seats), texts.readOnly(seats)]);
  expect(sentences.filter((each) => subscription.queryByText(each))).toEqual(text ? [text] : []);
});

test("one that has never come into force: nobody was counted", async () => {
  const api = apiWithBills();
  api.subscription.mockResolvedValue(subscriptionOf({ status: "cancelled", users_at_purchase: 0 }));
  const { card } = await show(api);
  const subscription = await card(texts.subscription);
  expect(await subscription.findByText(texts.statuses.cancelled)).toBeTruthy();
  expect(subscription.queryByText(texts.atPurchase)).toBeNull();
});

describe("months", () => {
  const row = (name: RegExp | string) => screen.findByRole("row", { name }).then(within);

  test("each record with its statement, and what they add up to", async () => {
    const { api } = await show();
    expect((await row(/^October 2026 ?Team, 20 seats US\$36/)).getByText("US$36.00")).toBeTruthy();
    expect((await row(/^Adjustment of Thu, 12 Nov 2026/)).getByText("-US$9.00")).toBeTruthy();
    expect((await row(/^October 2026 in all/)).getByText("US$27.00")).toBeTruthy();
    const from = { from: "2025-11-01T00:00:00.000Z", limit: 500 };
    expect(api.listBillingRecords).toHaveBeenCalledWith({ kind: "monthly", ...from });
    expect(api.listBillingRecords).toHaveBeenCalledWith({ kind: "adjustment", ...from });
  });

  test("the charts say the sums in words", async () => {
    await show();
    expect(
      await screen.findByRole("img", { name: texts.chart(texts.counted, "October 2026: 3") }),
    ).toBeTruthy();
    expect(
      screen.getByRole("img", { name: texts.chart(texts.charged, "October 2026: US$27.00") }),
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
    expect(await screen.findByRole("rowheader", { name: /^September 2026/ })).toBeTruthy();
    expect(screen.getByRole("rowheader", { name: /^October 2026/ })).toBeTruthy();
  });

  test("the twelve months before", async () => {
    const { api } = await show();
    await row(/^October 2026 ?Team, 20 seats US\$36/);
    fireEvent.click(screen.getByRole("button", { name: texts.earlier }));
    expect(await screen.findByText(texts.noMonths)).toBeTruthy();
    expect(screen.getByText("November 2024 – October 2025")).toBeTruthy();
    expect(api.listBillingRecords).toHaveBeenCalledWith(
      expect.objectContaining({ from: "2024-11-01T00:00:00.000Z" }),
    );
  });

  test.each(["pdf", "json"] as const)("a statement as %s", async (format) => {
    const { api, record } = await show();
    const name = texts.about(texts[format], "TT-2026-000007");
    fireEvent.click(await screen.findByRole("button", { name }));
    await waitFor(() => expect(record).toHaveBeenCalledWith("statement_downloaded", "admin"));
    expect(api.statement.mock.calls).toEqual([["TT-2026-000007", format]]);
  });

  test("the people counted, with their CSV", async () => {
    const api = apiWithBills();
    const people = [
      { user_id: "ada", email: "ada@contoso.example", label: "ada@contoso.example" },
      { user_id: "grace", email: "", label: "Grace Hopper" },
    ];
    api.billingRecord.mockResolvedValue(monthRecordOf({ active: people }));
    await show(api);
    const name = texts.about(texts.counted, "October 2026, TT-2026-000007");
    fireEvent.click(await screen.findByRole("button", { name }));
    expect(await screen.findByText("ada@contoso.example")).toBeTruthy();
    expect(screen.getByText("Grace Hopper")).toBeTruthy();
    expect(screen.getByText(texts.countedActive(2))).toBeTruthy();
    const table = within(screen.getByRole("table", { name: texts.monthsCaption }));
    fireEvent.click(table.getByRole("button", { name: texts.download }));
    await waitFor(() => expect(api.billingRecordCsv.mock.calls).toEqual([["m1"]]));
  });

  test.each([
    ["seats", {}, {}, "Team, 20 seats", texts.monthSeats(20)],
    [
      "seats in the free trial",
      {},
      { free_trial: true, total_minor: 0 },
      "Team, 20 seats, free trial",
      texts.monthFree,
    ],
    ["a price a month", { plan_id: "site", plan_title: "Site" }, { model: "flat", seats: 50 }, "Site", ""],
    ["an adjustment", { kind: "adjustment" }, {}, "", ""],
  ] as const)(
    "%s: the month's own plan, whatever is the current one",
    async (_, change, month, plan, note) => {
      const api = apiWithBills();
      const billed = monthRecordOf(month, change);
      api.listBillingRecords.mockImplementation(async ({ kind } = {}) => ({
        data: kind === billed.kind ? [billed] : [],
        page: {},
      }));
      api.billingRecord.mockResolvedValue(billed);
      const { card } = await show(api);
      const months = await card(texts.months);
      const header = await months.findByRole("rowheader");
      expect(header.querySelector(".secondary")?.textContent ?? "").toBe(plan);
      fireEvent.click(months.getByRole("button", { name: new RegExp(`^${texts.counted}`) }));
      expect(
        await months.findByText(billed.kind === "adjustment" ? texts.noDifference : texts.nobody),
      ).toBeTruthy();
      const notes = [texts.monthSeats(20), texts.monthSeats(50), texts.monthFree];
      expect(notes.filter((each) => months.queryByText(each))).toEqual(note ? [note] : []);
    },
  );
});

test("what happened to the subscription, by what the plans were called", async () => {
  const api = apiWithBills();
  api.subscription.mockResolvedValue(subscriptionOf({ plan: site }));
  const { card } = await show(api);
  const events = await card(texts.events);
  const [, line] = await events.findAllByRole("row");
  expect(line?.textContent).toBe(
    `15 Nov 2026, 09:30${texts.kinds.Suspend}Team20${texts.statuses.suspended}17`,
  );
});

test("an event of a plan that is not known shows its id", async () => {
  const api = apiWithBills();
  const { plan_title: _, ...unknown } = { ...suspension, plan_id: "team-2027" };
  api.listBillingRecords.mockImplementation(async ({ kind } = {}) => ({
    data: kind === "lifecycle" ? [unknown] : [],
    page: {},
  }));
  const { card } = await show(api);
  expect(await (await card(texts.events)).findByRole("cell", { name: "team-2027" })).toBeTruthy();
});

test("the CSV of all records", async () => {
  const { api, record } = await show();
  fireEvent.click(screen.getByRole("button", { name: texts.download }));
  await waitFor(() => expect(record).toHaveBeenCalledWith("csv_downloaded", "admin"));
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
