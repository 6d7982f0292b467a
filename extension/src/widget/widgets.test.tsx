import { cleanup, fireEvent, render, screen, within } from "@testing-library/preact";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { TimeReport } from "../api/client.ts";
import {
  emptyApi,
  entryOf,
  meOf,
  notIsolated,
  problemOf,
  renderInSession,
  serverTime,
} from "../ui/testing.tsx";
import { configurationChange, type WidgetSettings } from "./contract.ts";
import { MyWeek } from "./my-week.tsx";
import { readSettings, weekValues, writeSettings } from "./settings.ts";
import { SettingsForm, settingsListener } from "./settings-form.tsx";
import { TeamMonth } from "./team-month.tsx";
import { Widget } from "./widget.ts";

vi.mock("../frame/host-services.ts", () => ({
  hubAddress: async (project: string) => `https://dev.azure.com/contoso/${project}/_apps/hub/hub`,
  navigate: vi.fn(async () => {}),
}));

afterEach(cleanup);

const hourMs = 3_600_000;

function settingsOf(change: Partial<WidgetSettings> = {}): WidgetSettings {
  return { name: "A name", size: { rowSpan: 2, columnSpan: 2 }, customSettings: { data: null }, ...change };
}

function reportOf(rows: Partial<TimeReport["rows"][number]>[]): TimeReport {
  const all = rows.map((row) => ({ elapsed_ms: 0, needs_review_ms: 0, entries: 1, ...row }));
  return {
    from: serverTime,
    to: serverTime,
    time_zone: "Europe/Berlin",
    group_by: ["day"],
    rounding: "none",
    rows: all,
    totals: {
      elapsed_ms: all.reduce((sum, { elapsed_ms }) => sum + elapsed_ms, 0),
      needs_review_ms: all.reduce((sum, { needs_review_ms }) => sum + needs_review_ms, 0),
    },
  };
}

const people = (hours: number[]) =>
  reportOf(
    hours.map((each, i) => ({ elapsed_ms: each * hourMs, user: { id: `u${i}`, name: `Person ${i}` } })),
  );

describe("the dashboard's calls", () => {
  it("name and settings are those of the last one", async () => {
    const widget = new Widget(settingsOf());
    const { api } = await renderInSession(<MyWeek widget={widget} />);
    for (const [method, name] of [
      ["preload", "First"],
      ["load", "Second"],
      ["reload", "Third"],
    ] as const) {
      await expect(widget.listener[method](settingsOf({ name }))).resolves.toEqual({ statusType: 0 });
      await screen.findByRole("heading", { name });
    }
    expect(api.report).toHaveBeenCalledOnce();
  });
});

describe("my week", () => {
  // serverTime is a Saturday.
  const monday = { day: "2026-11-16", elapsed_ms: 2.5 * hourMs };

  async function show(rows: Parameters<typeof reportOf>[0], weekend: "always" | "used" = "always") {
    const api = emptyApi();
    api.report.mockResolvedValue(reportOf(rows));
    const widget = new Widget(settingsOf({ customSettings: writeSettings({ weekend }) }));
    const shown = await renderInSession(<MyWeek widget={widget} />, { api });
    await screen.findAllByRole("listitem");
    return shown;
  }

  it("asks for the person's own week in their zone, and shows each day and the total", async () => {
    const { api } = await show([monday]);
    expect(api.report.mock.lastCall?.[0]).toEqual({
      from: "2026-11-16",
      to: "2026-11-23",
      time_zone: "Europe/Berlin",
      group_by: "day",
      user_id: ["ada"],
    });
    expect(screen.getAllByRole("listitem")).toHaveLength(7);
    expect(screen.getByText("Monday, 16 November 2026: 2 hours 30 minutes")).toBeTruthy();
    expect(screen.getByText("Total").parentElement?.textContent).toBe("Total 2:30");
    const link = await screen.findByRole("link", { name: "Open Time" });
    expect(link.getAttribute("href")).toBe("https://dev.azure.com/contoso/Payments/_apps/hub/hub");
  });

  it.each<[string, Parameters<typeof reportOf>[0], number]>([
    ["today, and no Sunday without time", [monday], 6],
    ["a Sunday with time", [monday, { day: "2026-11-22", elapsed_ms: hourMs }], 7],
    ["a Sunday with time under review", [{ day: "2026-11-22", needs_review_ms: hourMs }], 7],
  ])("can leave days out: it shows %s", async (_, rows, days) => {
    await show(rows, "used");
    expect(screen.getAllByRole("listitem")).toHaveLength(days);
  });

  it("adds the running timer to today, and stops it", async () => {
    const api = emptyApi();
    const { stopped_at: _, ...running } = entryOf({ started_at: "2026-11-21T08:00:00.000Z" });
    api.currentTimer.mockResolvedValue({ timer: running, server_time: serverTime });
    api.stopTimer.mockResolvedValue(entryOf());
    api.report.mockResolvedValue(reportOf([monday]));
    await renderInSession(<MyWeek widget={new Widget(settingsOf())} />, { api });
    await screen.findByText(/^Saturday, 21 November 2026: 1 hour 0 minutes$/);
    expect(screen.getByText("Total").parentElement?.textContent).toBe("Total 3:30");
    const region = screen.getByRole("region", { name: "Running timer" });
    expect(within(region).getByText("#104 Show the reference")).toBeTruthy();
    fireEvent.click(within(region).getByRole("button", { name: "Stop" }));
    await vi.waitFor(() => expect(api.stopTimer).toHaveBeenCalledOnce());
  });

  it("says what fails, and tries again", async () => {
    const api = emptyApi();
    api.report.mockRejectedValueOnce(problemOf(503, "unavailable"));
    await renderInSession(<MyWeek widget={new Widget(settingsOf())} />, { api });
    fireEvent.click(await screen.findByRole("button", { name: "Try again" }));
    expect(await screen.findAllByRole("listitem")).toHaveLength(7);
  });
});

describe("the team's month", () => {
  const admin = meOf({ role: "admin" });

  async function show(report: TimeReport, change: Partial<WidgetSettings> = {}, me = admin) {
    const api = emptyApi();
    api.report.mockResolvedValue(report);
    const shown = await renderInSession(<TeamMonth widget={new Widget(settingsOf(change))} />, { api, me });
    return shown;
  }

  it.each<[object, object, string]>([
    [{}, { from: "2026-11-01", to: "2026-12-01", group_by: "project" }, "November 2026"],
    [
      { grouping: "user", month: "last" },
      { from: "2026-10-01", to: "2026-11-01", group_by: "user" },
      "October 2026",
    ],
  ])("with %o asks for everybody's %o", async (settings, query, month) => {
    const { api } = await show(people([1]), { customSettings: writeSettings(settings) });
    await screen.findByText(month);
    expect(api.report.mock.lastCall?.[0]).toEqual({ ...query, time_zone: "Europe/Berlin" });
  });

  it.each<[number, number, string[]]>([
    [2, 6, ["Person 0", "Person 1", "Person 2", "Person 3", "Person 4", "Person 5"]],
    [2, 8, ["Person 0", "Person 1", "Person 2", "Person 3", "Person 4", "3 more"]],
    [3, 8, ["0", "1", "2", "3", "4", "5", "6", "7"].map((n) => `Person ${n}`)],
  ])("in %i rows of the dashboard, %i lines add up to the total", async (rowSpan, lines, names) => {
    const hours = Array.from({ length: lines }, (_, i) => 20 - i + i / 97);
    await show(people(hours), {
      size: { rowSpan, columnSpan: 2 },
      customSettings: writeSettings({ grouping: "user" }),
    });
    await screen.findByRole("table");
    expect(screen.getAllByRole("rowheader").map(({ textContent }) => textContent)).toEqual(names);
    const minutes = (text: string | null) => {
      const [h = 0, m = 0] = (text ?? "").split(":").map(Number);
      return 60 * h + m;
    };
    const sum = screen
      .getAllByRole("cell")
      .reduce((total, { textContent }) => total + minutes(textContent), 0);
    const total = screen.getByText("Total").parentElement?.querySelector("time")?.textContent ?? "";
    expect(sum).toBe(minutes(total));
  });

  it("says that nothing was recorded", async () => {
    await show(people([]));
    await screen.findByText("No time was recorded in this month.");
  });

  it("keeps names from right to left apart", async () => {
    const report = people([1]);
    await show(
      { ...report, rows: report.rows.map((row) => ({ ...row, user: { id: "u", name: "עדה" } })) },
      { name: "שעות", customSettings: writeSettings({ grouping: "user" }) },
    );
    await screen.findByRole("table");
    expect(notIsolated(document.body)).toEqual([]);
  });

  it("asks for nothing for somebody who is no admin, and says who sees it", async () => {
    const { api } = await show(people([1]), {}, meOf());
    await screen.findByText(/^Admins of TimeTracker see the team's hours here/);
    expect(api.report).not.toHaveBeenCalled();
  });
});

describe("settings", () => {
  it("are shown as kept, told at each change, and given to be saved", async () => {
    let change: (settings: Record<string, string>) => void = () => {};
    const show = vi.fn((_, onChange: typeof change) => {
      change = onChange;
    });
    const listener = settingsListener((kept) => ({ ...readSettings(weekValues, kept) }), show);
    const notify = vi.fn();
    await listener.load(settingsOf({ customSettings: writeSettings({ weekend: "used" }) }), { notify });
    expect(show.mock.lastCall?.[0]).toEqual({ weekend: "used" });
    await expect(listener.onSave()).resolves.toMatchObject({
      isValid: true,
      customSettings: { data: '{"weekend":"used"}' },
    });
    change({ weekend: "always" });
    expect(notify).toHaveBeenCalledWith(configurationChange, {
      data: { data: '{"weekend":"always"}', version: { major: 1, minor: 0, patch: 0 } },
    });
    await expect(listener.onSave()).resolves.toMatchObject({
      customSettings: { data: '{"weekend":"always"}' },
    });
  });

  it("are chosen by radio buttons", () => {
    const onChange = vi.fn();
    const choices = { weekend: { label: "Saturday and Sunday", values: { always: "Always", used: "Used" } } };
    render(<SettingsForm choices={choices} first={{ weekend: "always" }} onChange={onChange} />);
    const group = screen.getByRole("group", { name: "Saturday and Sunday" });
    expect((within(group).getByLabelText("Always") as HTMLInputElement).checked).toBe(true);
    fireEvent.click(within(group).getByLabelText("Used"));
    expect(onChange).toHaveBeenCalledWith({ weekend: "used" });
  });
});
