import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { ReportQuery, TimeReport } from "../../api/client.ts";
import { AddressContext, useHostAddress } from "../hub/address.ts";
import { useSession } from "../session.ts";
import {
  ada,
  emptyApi,
  entryOf,
  formOf,
  grace,
  meOf,
  problemOf,
  renderInSession,
  savedReportOf,
  serverTime,
} from "../testing.tsx";
import { ReportPage } from "./report-page.tsx";
import { reportTexts as texts } from "./texts.ts";

beforeAll(() => {
  HTMLDialogElement.prototype.showModal ??= () => {};
});

beforeEach(() => vi.useFakeTimers({ now: Date.parse(serverTime), toFake: ["Date"] }));

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const project = (name: string) => ({
  id: name.toLowerCase(),
  site_id: "s",
  tracker: "azure_devops",
  organization: "contoso",
  name,
});
const hour = 3_600_000;

type Row = TimeReport["rows"][number];

const facts = [
  { day: "2026-11-18", project: project("Payments"), user: ada, hours: 5, review: 0 },
  { day: "2026-11-19", project: project("Payments"), user: grace, hours: 2.5, review: 1 },
  { day: "2026-11-19", project: project("Storefront"), user: ada, hours: 4, review: 0 },
];

/** Groups the facts as the API does. */
function answer(query: ReportQuery): TimeReport {
  const levels = (query.group_by ?? "project").split(",") as (keyof Row)[];
  const groups = new Map<string, Row>();
  for (const fact of facts) {
    if (fact.day < query.from || fact.day >= query.to) continue;
    const values = Object.fromEntries(levels.map((level) => [level, fact[level as keyof typeof fact]]));
    const key = JSON.stringify(values);
    const row = groups.get(key) ?? {
      ...values,
      elapsed_ms: 0,
      billable_ms: 0,
      needs_review_ms: 0,
      entries: 0,
    };
    row.elapsed_ms += fact.hours * hour;
    row.needs_review_ms += fact.review * hour;
    row.entries++;
    groups.set(key, row);
  }
  const rows = [...groups.values()];
  const sum = (part: "elapsed_ms" | "needs_review_ms") => rows.reduce((all, row) => all + row[part], 0);
  return {
    from: serverTime,
    to: serverTime,
    time_zone: "Europe/Berlin",
    group_by: [],
    rounding: "none",
    rows,
    totals: { elapsed_ms: sum("elapsed_ms"), needs_review_ms: sum("needs_review_ms") },
  };
}

function Page() {
  const { frame } = useSession();
  const address = useHostAddress(frame);
  return address ? (
    <AddressContext.Provider value={address}>
      <ReportPage />
    </AddressContext.Provider>
  ) : null;
}

/** Shows the page at an address; `now` is what the address says now. */
async function showPage({
  at = "",
  role = "admin" as "admin" | "user",
  api = emptyApi(),
  report = answer,
} = {}) {
  api.report.mockImplementation(async (query) => report(query));
  let now = at;
  const address = {
    follow: (listener: (text: string) => void) => listener(at),
    write: async (text: string) => {
      now = text;
    },
    link: async (text: string) => `https://dev.azure.com/contoso/Payments/_apps/hub/hub#${text}`,
  };
  const frame = { ...formOf().frame, address };
  const rendered = await renderInSession(<Page />, { api, frame, me: meOf({ role }) });
  return { ...rendered, now: () => now };
}

/** The rows of the table: their names, and what they count. */
function rows() {
  return within(screen.getByRole("treegrid"))
    .getAllByRole("row")
    .slice(1)
    .map((row) => [...row.children].map((cell) => cell.textContent?.trim()));
}

const row = (name: string) =>
  screen.getByRole("rowheader", { name: new RegExp(`^${name}`) }).closest("tr") as HTMLElement;
const press = (name: string, key: string) => fireEvent.keyDown(document.activeElement ?? row(name), { key });

test("figure, chart and table say the same", async () => {
  await showPage();
  await screen.findByRole("treegrid");
  expect(rows()).toEqual([
    ["Payments", "7:30", "1:00"],
    ["Ada Lovelace", "5:00", ""],
    ["Grace Hopper", "2:30", "1:00"],
    ["Storefront", "4:00", ""],
    ["Ada Lovelace", "4:00", ""],
    [texts.table.total, "11:30", "1:00"],
  ]);
  expect(screen.getByText("11:30", { selector: ".figure-hours" })).toBeTruthy();
  const bars = within(await screen.findByRole("figure")).getAllByRole("link");
  expect(
    bars.map((bar) => bar.getAttribute("aria-label")).filter((name) => !name?.endsWith(texts.chart.nothing)),
  ).toEqual([
    "Wed, 18 Nov 2026: Payments 5:00",
    "Thu, 19 Nov 2026: Payments 2:30, Storefront 4:00, under review 1:00",
  ]);
});

test("the keyboard alone opens, closes and goes up, and the table has one tab stop", async () => {
  const { container } = await showPage();
  await screen.findByRole("treegrid");
  const stops = () => container.querySelectorAll('.report-table [tabindex="0"]').length;
  expect(stops()).toBe(1);
  row("Payments").focus();
  press("Payments", "ArrowLeft");
  await waitFor(() => expect(row("Payments").getAttribute("aria-expanded")).toBe("false"));
  press("Payments", "ArrowDown");
  await waitFor(() => expect(document.activeElement).toBe(row("Storefront")));
  press("Storefront", "ArrowRight");
  await waitFor(() => expect(document.activeElement).toBe(row("Ada Lovelace")));
  expect(row("Ada Lovelace").getAttribute("aria-level")).toBe("2");
  press("Ada Lovelace", "Escape");
  await waitFor(() => expect(document.activeElement).toBe(row("Storefront")));
  press("Storefront", "Home");
  await waitFor(() => expect(document.activeElement).toBe(row("Payments")));
  expect(stops()).toBe(1);
});

test("Enter shows the entries that a row counts, and Escape puts them away", async () => {
  const api = emptyApi();
  const times = { started_at: "2026-11-18T08:00:00.000Z", stopped_at: "2026-11-18T13:00:00.000Z" };
  const entry = {
    time_entry: entryOf({ ...times, note: "A call" }),
    ...times,
    elapsed_ms: 5 * hour,
    needs_review_ms: 0,
    approved: false,
  };
  const range = { from: serverTime, to: serverTime, time_zone: "Europe/Berlin", rounding: "none" };
  api.reportEntries.mockResolvedValue({ ...range, data: [entry], page: {} });
  await showPage({ api });
  await screen.findByRole("treegrid");
  const first = screen.getAllByRole("rowheader", { name: /^Ada/ })[0]?.closest("tr") as HTMLElement;
  first.focus();
  press("Ada", "Enter");
  const shown = await screen.findByRole("rowheader", { name: /09:00–14:00 · #104 .+ · A call/ });
  expect(shown.nextSibling?.textContent).toBe("5:00");
  expect(api.reportEntries).toHaveBeenCalledWith(
    expect.objectContaining({
      from: "2026-11-01",
      to: "2026-11-22",
      project: ["payments"],
      user_id: ["ada"],
    }),
  );
  press("Ada", "Escape");
  await waitFor(() => expect(screen.queryByText(/09:00–14:00/)).toBeNull());
});

test("adjustments are apart in figure and table, and rows of their own in the list", async () => {
  const api = emptyApi();
  const { work_item, project: of, activity } = entryOf({});
  const adjustment = {
    id: "c",
    user: ada,
    for_day: "2026-10-30",
    day: "2026-11-18",
    ...(work_item && { work_item }),
    project: of,
    activity,
    billable: true,
    reason: "A break",
  };
  const range = { from: serverTime, to: serverTime, time_zone: "Europe/Berlin", rounding: "none" };
  const row = { adjustment, elapsed_ms: -5_400_000, needs_review_ms: 0, approved: true };
  api.reportEntries.mockResolvedValue({ ...range, data: [row], page: {} });
  const adjusted = (query: ReportQuery): TimeReport => {
    const report = answer(query);
    const [first] = report.rows;
    if (first) Object.assign(first, { elapsed_ms: 3.5 * hour, adjusted_ms: -1.5 * hour, billable_ms: hour });
    return { ...report, totals: { ...report.totals, adjusted_ms: -1.5 * hour } };
  };
  await showPage({ api, report: adjusted });
  await screen.findByRole("columnheader", { name: texts.table.adjusted });
  expect(screen.getByText(texts.figure.adjusted).nextSibling?.textContent).toBe("−1:30");
  expect(rows()[0]).toEqual(["Payments", "6:00", "1:00", "1:00", "−1:30"]);
  const first = screen.getAllByRole("rowheader", { name: /^Ada/ })[0]?.closest("tr") as HTMLElement;
  first.focus();
  press("Ada", "Enter");
  const name = /Adjustment of Fri, 30 Oct 2026 · #104 .+ · A break/;
  const shown = (await screen.findByRole("rowheader", { name })).closest("tr") as HTMLElement;
  expect([...shown.children].slice(1).map((cell) => cell.textContent)).toEqual([
    "−1:30",
    "−1:30",
    "",
    "−1:30",
  ]);
});

test("the hours are held against the target, and what is shown adds up", async () => {
  const held = (target: Partial<TimeReport["totals"]>) => (query: ReportQuery) => {
    const report = answer(query);
    return { ...report, totals: { ...report.totals, ...target } };
  };
  const { unmount } = await showPage({
    report: held({ target_ms: 16 * hour, missing_ms: 1.5 * hour, excess_ms: 0 }),
  });
  const label = await screen.findByText(texts.figure.target);
  expect(label.nextSibling?.textContent).toBe(`16:00 ${texts.figure.missing("1:30")}`);
  unmount();
  await showPage({ report: held({ target_ms: 8 * hour, missing_ms: 0, excess_ms: 3.5 * hour }) });
  const beyond = await screen.findByText(texts.figure.target);
  expect(beyond.nextSibling?.textContent).toBe(`8:00 ${texts.figure.beyond("3:30")}`);
});

test("without a target nothing is said of one", async () => {
  await showPage();
  await screen.findByText("11:30", { selector: ".figure-hours" });
  expect(screen.queryByText(texts.figure.target)).toBeNull();
  expect(screen.queryByText(texts.figure.adjusted)).toBeNull();
});

test("a bar narrows figure and table to its day, and Escape in the table goes back", async () => {
  const { now } = await showPage();
  fireEvent.click(await screen.findByRole("link", { name: /^Wed, 18 Nov/ }));
  await screen.findByText("5:00", { selector: ".figure-hours" });
  expect(screen.getByText(texts.chart.only("Wed, 18 Nov 2026"), { exact: false })).toBeTruthy();
  expect(screen.getAllByRole("link").length).toBeGreaterThan(5);
  expect(now()).toContain("report.part=2026-11-18");
  row("Payments").focus();
  press("Payments", "Escape");
  await screen.findByText("11:30", { selector: ".figure-hours" });
});

test("levels are changed with the keyboard, and the address has them", async () => {
  const { now, api } = await showPage();
  const chip = await screen.findByRole("button", { name: texts.levels.chip("Person", 2, 2) });
  fireEvent.keyDown(chip, { key: "ArrowLeft", altKey: true });
  await screen.findByRole("heading", { name: texts.title.user });
  expect(new URLSearchParams(now()).get("report.by")).toBe("user,project");
  fireEvent.keyDown(screen.getByRole("button", { name: texts.levels.chip("Project", 2, 2) }), {
    key: "Delete",
  });
  await waitFor(() => expect(api.report).toHaveBeenCalledWith(expect.objectContaining({ group_by: "user" })));
  expect(screen.queryByRole("button", { name: texts.levels.remove("Person") })).toBeNull();
});

test("an address restores the view", async () => {
  const { api } = await showPage({
    at: "report.period=last_week&report.by=user%2Cweek&report.part=nonsense",
  });
  await screen.findByRole("heading", { name: texts.title.user });
  expect(
    screen.getByRole("button", { name: texts.period.presets.last_week }).getAttribute("aria-pressed"),
  ).toBe("true");
  expect(api.report).toHaveBeenCalledWith(
    expect.objectContaining({ from: "2026-11-09", to: "2026-11-16", group_by: "user,week" }),
  );
});

test("users aren't offered other people, and see their own work items", async () => {
  await showPage({ role: "user" });
  expect(await screen.findByRole("button", { name: texts.levels.chip("Work item", 2, 2) })).toBeTruthy();
  fireEvent.click(screen.getByRole("button", { name: texts.levels.add }));
  expect(screen.getByRole("menuitem", { name: "Day" })).toBeTruthy();
  expect(screen.queryByRole("menuitem", { name: "Person" })).toBeNull();
});

test("a period that ends before it begins is refused, and a year and a day too", async () => {
  await showPage();
  fireEvent.click(await screen.findByRole("button", { name: texts.period.custom }));
  const set = (label: string, value: string) =>
    fireEvent.input(screen.getByLabelText(label), { target: { value } });
  set(texts.period.to, "2026-10-01");
  fireEvent.click(screen.getByRole("button", { name: texts.period.show }));
  expect(await screen.findByText(texts.period.order)).toBeTruthy();
  set(texts.period.from, "2025-09-30");
  fireEvent.click(screen.getByRole("button", { name: texts.period.show }));
  expect(await screen.findByText(texts.period.tooLong(366))).toBeTruthy();
  set(texts.period.from, "2026-09-30");
  fireEvent.click(screen.getByRole("button", { name: texts.period.show }));
  expect(await screen.findByText(/^30 Sept.+1 Oct/)).toBeTruthy();
});

test("what was read before stays when the next answer fails", async () => {
  const api = emptyApi();
  await showPage({ api });
  await screen.findByRole("treegrid");
  api.report.mockRejectedValue(problemOf(503, "unavailable"));
  fireEvent.click(screen.getByRole("button", { name: texts.period.presets.last_week }));
  expect(await screen.findByRole("alert")).toBeTruthy();
  expect(screen.getByRole("treegrid")).toBeTruthy();
  expect(screen.getByText(/^As of 10:00/)).toBeTruthy();
});

test("the link to the view is copied, or shown where the browser refuses", async () => {
  vi.stubGlobal("navigator", {
    ...navigator,
    clipboard: { writeText: async () => Promise.reject(new Error("no")) },
  });
  await showPage({ at: "report.period=last_week" });
  fireEvent.click(await screen.findByRole("button", { name: texts.exports.button }));
  fireEvent.click(await screen.findByRole("button", { name: texts.exports.copy }));
  const field = (await screen.findByLabelText(texts.exports.notCopied)) as HTMLInputElement;
  const [address, place] = field.value.split("#");
  expect(address).toBe("https://dev.azure.com/contoso/Payments/_apps/hub/hub");
  expect(Object.fromEntries(new URLSearchParams(place))).toEqual({
    tab: "reports",
    "report.period": "last_week",
    "report.by": "project,user",
    "report.beside": "yes",
  });
  vi.unstubAllGlobals();
});

test("a table of thousands of rows draws those that are in sight", async () => {
  class Unseen {
    observe() {}
    disconnect() {}
  }
  vi.stubGlobal("IntersectionObserver", Unseen);
  const many = Array.from({ length: 2_000 }, (_, i) => ({
    user: { id: `u${i}`, name: `Person ${i}` },
    elapsed_ms: (3_000 - i) * 60_000,
    needs_review_ms: 0,
    entries: 1,
  }));
  const report = (query: ReportQuery) => ({ ...answer(query), rows: many });
  await showPage({ report, at: "report.by=user" });
  const grid = await screen.findByRole("treegrid");
  expect(within(grid).getAllByRole("rowheader").length).toBeLessThan(100);
  expect(grid.getAttribute("aria-rowcount")).toBe("2002");
  row("Person 0").focus();
  press("Person 0", "End");
  await waitFor(() => expect(document.activeElement).toBe(row("Person 1999")));
  expect(row("Person 1999").getAttribute("aria-rowindex")).toBe("2001");
  vi.unstubAllGlobals();
});

test("people are searched among those with time, chosen, and named on a chip", async () => {
  const { api, now } = await showPage();
  await screen.findByRole("treegrid");
  fireEvent.click(screen.getByRole("button", { name: texts.filters.add }));
  fireEvent.click(await screen.findByRole("button", { name: texts.filters.names.user }));
  const search = await screen.findByLabelText(texts.filters.find);
  await waitFor(() => expect(document.activeElement).toBe(search));
  await screen.findByLabelText(/^Ada Lovelace/);
  fireEvent.input(search, { target: { value: "hop" } });
  await waitFor(() => expect(screen.queryByLabelText(/^Ada Lovelace/)).toBeNull());
  fireEvent.click(screen.getByLabelText(/^Grace Hopper/));
  fireEvent.click(screen.getByRole("button", { name: texts.filters.apply }));
  await screen.findByRole("button", { name: texts.filters.change("Person", "Grace Hopper") });
  expect(now()).toContain("report.user=grace");
  expect(api.report).toHaveBeenCalledWith(
    expect.objectContaining({ group_by: "project,user", user_id: ["grace"] }),
  );
  fireEvent.click(screen.getByRole("button", { name: texts.filters.remove("Person") }));
  await waitFor(() => expect(now()).not.toContain("report.user"));
});

test("a filter by yes or no is one click, and Delete removes its chip", async () => {
  const { api, now } = await showPage();
  fireEvent.click(await screen.findByRole("button", { name: texts.filters.add }));
  fireEvent.click(await screen.findByRole("button", { name: texts.filters.names.review }));
  fireEvent.click(await screen.findByRole("button", { name: texts.filters.only.review.no }));
  const chip = await screen.findByRole("button", { name: /^Under review: Without/ });
  expect(api.report).toHaveBeenCalledWith(expect.objectContaining({ needs_review: false }));
  fireEvent.keyDown(chip, { key: "Delete" });
  await waitFor(() => expect(now()).not.toContain("report.review"));
});

test("rounding is chosen, and said", async () => {
  const { api } = await showPage();
  fireEvent.click(await screen.findByRole("button", { name: texts.rounding.none }));
  fireEvent.change(await screen.findByLabelText(texts.rounding.unit), { target: { value: "15" } });
  fireEvent.click(await screen.findByLabelText(texts.rounding.directions.up));
  expect(await screen.findByText(texts.rounding.said.up(15))).toBeTruthy();
  expect(api.report).toHaveBeenCalledWith(
    expect.objectContaining({ group_by: "project,user", round_to_minutes: 15, rounding: "up" }),
  );
  expect(api.report).not.toHaveBeenCalledWith(
    expect.objectContaining({ group_by: "day,project", round_to_minutes: 15 }),
  );
});

test("nothing matches the filters, which can be cleared", async () => {
  await showPage({ at: "report.period=last_week&report.type=Bug" });
  await screen.findByText(texts.states.emptyFiltered);
  fireEvent.click(screen.getByRole("button", { name: texts.states.clearFilters }));
  expect(await screen.findByText(texts.states.empty)).toBeTruthy();
});

test("a file has the rows as they are grouped, filtered and rounded", async () => {
  vi.stubGlobal("URL", Object.assign(URL, { createObjectURL: () => "blob:x", revokeObjectURL: () => {} }));
  const { api } = await showPage({ at: "report.period=last_month&report.by=user%2Cday&report.round=6-up" });
  fireEvent.click(await screen.findByRole("button", { name: texts.exports.button }));
  fireEvent.click(await screen.findByLabelText(texts.exports.sheets("Person")));
  fireEvent.click(screen.getByRole("button", { name: texts.exports.excel }));
  const query = {
    from: "2026-10-01",
    to: "2026-11-01",
    group_by: "user,day",
    round_to_minutes: 6,
    rounding: "up",
  };
  await waitFor(() =>
    expect(api.reportFile).toHaveBeenCalledWith(
      "xlsx",
      expect.objectContaining({ ...query, sheets: "first", language: "en" }),
    ),
  );
  fireEvent.click(screen.getByRole("button", { name: texts.exports.pdf }));
  await waitFor(() =>
    expect(api.reportFile).toHaveBeenCalledWith("pdf", expect.not.objectContaining({ sheets: "first" })),
  );
  vi.unstubAllGlobals();
});

test("of thousands of people the chart asks for six, and the others are the rest", async () => {
  const people = Array.from({ length: 30 }, (_, i) => ({ id: `u${i}`, name: `Person ${i}` }));
  const report = (query: ReportQuery): TimeReport => {
    const asked = people.filter(({ id }) => query.user_id?.includes(id) ?? true);
    const row = { elapsed_ms: hour, needs_review_ms: 0, entries: 1 };
    const day = { day: "2026-11-18" };
    const rows =
      query.group_by === "day"
        ? [{ ...day, ...row, elapsed_ms: 30 * hour }]
        : asked.map((user) => ({ ...(query.group_by === "day,user" && day), user, ...row }));
    return { ...answer(query), rows };
  };
  const { api } = await showPage({ report, at: "report.by=user" });
  const bar = await screen.findByRole("link", { name: /^Wed, 18 Nov/ });
  expect(bar.getAttribute("aria-label")).toMatch(/24 more 24:00$/);
  const asked = api.report.mock.calls.find(([query]) => query.group_by === "day,user")?.[0];
  expect(asked?.user_id).toHaveLength(6);
});

test("a file of single entries has those of the same period and filters", async () => {
  const names: string[] = [];
  const click = vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (
    this: HTMLAnchorElement,
  ) {
    names.push(this.download);
  });
  vi.stubGlobal("URL", Object.assign(URL, { createObjectURL: () => "blob:x", revokeObjectURL: () => {} }));
  const { api } = await showPage({ at: "report.period=last_month&report.user=ada" });
  fireEvent.click(await screen.findByRole("button", { name: texts.exports.button }));
  fireEvent.click(await screen.findByLabelText(texts.exports.entries));
  fireEvent.click(screen.getByRole("button", { name: texts.exports.pdf }));
  const query = { from: "2026-10-01", to: "2026-11-01", time_zone: "Europe/Berlin", user_id: ["ada"] };
  await waitFor(() =>
    expect(api.reportEntriesFile).toHaveBeenCalledWith("pdf", { ...query, language: "en" }),
  );
  await waitFor(() => expect(names).toEqual(["entries-2026-10-01-to-2026-10-31.pdf"]));
  click.mockRestore();
  vi.unstubAllGlobals();
});

test("the period before stands beside, and what has changed adds up as it is shown", async () => {
  const minute = 60_000;
  const report = (query: ReportQuery): TimeReport => ({
    ...answer(query),
    rows: [
      {
        project: project("A"),
        elapsed_ms: 90.5 * minute,
        previous_ms: 60.4 * minute,
        needs_review_ms: 0,
        entries: 1,
      },
      {
        project: project("B"),
        elapsed_ms: 30.6 * minute,
        previous_ms: 45.8 * minute,
        needs_review_ms: 0,
        entries: 1,
      },
      { project: project("C"), elapsed_ms: 0, previous_ms: 10 * minute, needs_review_ms: 0, entries: 0 },
    ],
    ...(query.compare && {
      previous: {
        from: serverTime,
        to: serverTime,
        first_day: "2026-10-01",
        last_day: "2026-10-21",
        basis: "month" as const,
      },
    }),
  });
  const { api } = await showPage({ report, at: "report.by=project" });
  await screen.findByRole("treegrid");
  expect(rows()).toEqual([
    ["A", "1:30", "1:00", "+0:30"],
    ["B", "0:31", "0:46", "−0:15"],
    ["C", "0:00", "0:10", "−0:10"],
    [texts.table.total, "2:01", "1:56", "+0:05"],
  ]);
  const figure = screen.getByText(/^hours/).textContent?.replace(/\s/gu, " ");
  expect(figure).toBe("hours, +0:05 on 1 – 21 October");
  fireEvent.click(screen.getByRole("checkbox"));
  await waitFor(() =>
    expect(api.report).toHaveBeenLastCalledWith(expect.not.objectContaining({ compare: "previous" })),
  );
});

test("who opens an administrator's link sees who may, and their own time on demand", async () => {
  const report = (query: ReportQuery) => {
    if (query.user_id) throw problemOf(403, "role_required");
    return answer(query);
  };
  await showPage({ report, role: "user", at: "report.user=grace&report.by=project" });
  await screen.findByText(texts.states.notAllowed);
  fireEvent.click(screen.getByRole("button", { name: texts.states.showMine }));
  expect(await screen.findByRole("treegrid")).toBeTruthy();
});

test("a week that runs is put beside the same days of the last one", async () => {
  const { api } = await showPage({ at: "report.period=this_week" });
  await waitFor(() =>
    expect(api.report).toHaveBeenCalledWith(expect.objectContaining({ from: "2026-11-16", compare: "week" })),
  );
});

const bugs = savedReportOf({
  definition: { period: "last_week", by: "user", beside: "no", type: "Bug" },
});

test("a saved view is shown, changed, saved, and taken back", async () => {
  const api = emptyApi();
  api.listSavedReports.mockResolvedValue([bugs]);
  const { now, timers } = await showPage({ api });
  fireEvent.click(await screen.findByRole("button", { name: texts.views.button }));
  fireEvent.click(await screen.findByRole("menuitem", { name: "Bugs" }));
  await screen.findByRole("heading", { name: "Bugs" });
  expect(Object.fromEntries(new URLSearchParams(now()))).toMatchObject({
    "report.view": "r1",
    "report.by": "user",
    "report.type": "Bug",
  });
  expect(screen.queryByText(texts.views.changed)).toBeNull();
  fireEvent.click(screen.getByRole("button", { name: texts.period.presets.last_month }));
  await screen.findByText(texts.views.changed);
  fireEvent.click(screen.getByRole("button", { name: texts.views.save }));
  await waitFor(() =>
    expect(api.patchSavedReport).toHaveBeenCalledWith("r1", '"1"', {
      definition: { ...bugs.definition, period: "last_month" },
    }),
  );
  await waitFor(() => expect(timers.state.announcement).toBe(texts.views.saved("Bugs")));
  await timers.undo();
  expect(api.patchSavedReport).toHaveBeenLastCalledWith("r1", '"1"', {
    name: "Bugs",
    shared: false,
    definition: bugs.definition,
  });
});

test("a new view needs a name, and holds all of the definition", async () => {
  const { api, now } = await showPage();
  fireEvent.click(await screen.findByRole("button", { name: texts.views.button }));
  fireEvent.click(await screen.findByRole("menuitem", { name: texts.views.saveAs }));
  fireEvent.click(await screen.findByRole("button", { name: texts.views.save }));
  expect(await screen.findByText(texts.views.nameMissing)).toBeTruthy();
  fireEvent.input(screen.getByLabelText(texts.views.name), { target: { value: " Ours " } });
  fireEvent.click(screen.getByLabelText(texts.views.shared));
  fireEvent.click(screen.getByRole("button", { name: texts.views.save }));
  await waitFor(() =>
    expect(api.addSavedReport).toHaveBeenCalledWith({
      name: "Ours",
      shared: true,
      definition: { period: "this_month", beside: "yes", by: "project,user" },
    }),
  );
  await waitFor(() => expect(now()).toContain("report.view=r1"));
});

test("a view is deleted without a question, and put back", async () => {
  const api = emptyApi();
  api.listSavedReports.mockResolvedValue([bugs]);
  const { timers } = await showPage({ api, at: "report.view=r1" });
  fireEvent.click(await screen.findByRole("button", { name: texts.views.button }));
  fireEvent.click(await screen.findByRole("menuitem", { name: texts.views.delete }));
  await waitFor(() => expect(api.deleteSavedReport).toHaveBeenCalledWith("r1", '"1"'));
  await waitFor(() => expect(timers.state.announcement).toBe(texts.views.deleted("Bugs")));
  await timers.undo();
  expect(api.addSavedReport).toHaveBeenCalledWith({
    name: "Bugs",
    shared: false,
    definition: bugs.definition,
  });
});

test("somebody else's view is saved as one's own, which only administrators share", async () => {
  const api = emptyApi();
  const theirs = savedReportOf({ owner: grace, shared: true, definition: { by: "type" } });
  api.listSavedReports.mockResolvedValue([theirs]);
  await showPage({ api, role: "user", at: "report.view=r1&report.by=type&report.period=last_month" });
  await screen.findByText(texts.views.changed);
  fireEvent.click(screen.getByRole("button", { name: texts.views.button }));
  expect(await screen.findByText(texts.views.sharedBy("Grace Hopper"))).toBeTruthy();
  expect(screen.queryByRole("menuitem", { name: texts.views.delete })).toBeNull();
  fireEvent.click(screen.getByRole("button", { name: texts.views.save }));
  expect(await screen.findByLabelText(texts.views.name)).toBeTruthy();
  expect(screen.queryByLabelText(texts.views.shared)).toBeNull();
});

describe("whoever is an administrator no more", () => {
  const shared = { ...bugs, shared: true };

  async function showShared(at = "report.view=r1") {
    const api = emptyApi();
    api.listSavedReports.mockResolvedValue([shared]);
    const shown = await showPage({ api, role: "user", at });
    fireEvent.click(await screen.findByRole("button", { name: texts.views.button }));
    await screen.findByRole("menuitem", { name: texts.views.delete });
    return shown;
  }

  test("can't change what they have shared, but save it as another view", async () => {
    await showShared("report.view=r1&report.by=type&report.period=last_month");
    expect(screen.queryByRole("menuitem", { name: texts.views.edit })).toBeNull();
    fireEvent.click(screen.getByRole("button", { name: texts.views.save }));
    expect(await screen.findByRole("heading", { name: texts.views.title })).toBeTruthy();
  });

  test("takes it back after a question, since they can't share it again", async () => {
    const { api, timers } = await showShared();
    fireEvent.click(screen.getByRole("menuitem", { name: texts.views.withdraw }));
    expect(await screen.findByText(texts.views.othersLose)).toBeTruthy();
    expect(api.patchSavedReport).not.toHaveBeenCalled();
    fireEvent.click(screen.getByRole("button", { name: texts.views.withdraw }));
    await waitFor(() => expect(timers.state.announcement).toBe(texts.views.withdrawn("Bugs")));
    expect(api.patchSavedReport).toHaveBeenCalledExactlyOnceWith("r1", '"1"', { shared: false });
  });

  test("deletes it after a question, and has it back for themselves", async () => {
    const { api, timers } = await showShared();
    fireEvent.click(screen.getByRole("menuitem", { name: texts.views.delete }));
    fireEvent.click(await screen.findByRole("button", { name: texts.views.deleteIt }));
    await waitFor(() => expect(timers.state.announcement).toBe(texts.views.deleted("Bugs")));
    await timers.undo();
    expect(api.addSavedReport).toHaveBeenCalledWith(expect.objectContaining({ shared: false }));
    expect(timers.state.announcement).toBe(texts.views.restoredAlone("Bugs"));
  });
});

test("what is billable has its share and its column", async () => {
  const report = (query: ReportQuery): TimeReport => ({
    ...answer(query),
    rows: [
      { project: project("A"), elapsed_ms: 3 * hour, billable_ms: 3 * hour, needs_review_ms: 0, entries: 1 },
      { project: project("B"), elapsed_ms: hour, billable_ms: 0, needs_review_ms: 0, entries: 1 },
    ],
  });
  await showPage({ report, at: "report.by=project&report.beside=no" });
  await screen.findByRole("treegrid");
  expect(rows()).toEqual([
    ["A", "3:00", "3:00"],
    ["B", "1:00", ""],
    [texts.table.total, "4:00", "3:00"],
  ]);
  expect(screen.getByText("75%")).toBeTruthy();
});

test("activities, billable time and notes are asked for", async () => {
  const { api } = await showPage({
    at: "report.activity=a1&report.billable=yes&report.note=call&report.by=activity%2Cbillable",
  });
  await waitFor(() =>
    expect(api.report).toHaveBeenCalledWith(
      expect.objectContaining({
        activity_id: ["a1"],
        billable: true,
        note: "call",
        group_by: "activity,billable",
      }),
    ),
  );
});
