/** The Reports page: what is counted adds up, is found again by its address, and is usable by everybody. */

import { readFile } from "node:fs/promises";
import type { Frame, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { axeViolations, frameOf, openHub, type Settings, showPart, takePicture } from "./pages.ts";
import { context, product, useProductAndBrowser } from "./setup.ts";

useProductAndBrowser();

const ada = { person: "ada@contoso.example" };

async function openReports(settings: Settings = ada): Promise<{ tab: Page; hub: Frame }> {
  const tab = await openHub(context, product, settings);
  const hub = await frameOf(tab, "hub");
  await showPart(hub, "Reports");
  await answered(hub);
  return { tab, hub };
}

/** Waits until chart and table answer what is asked. */
async function answered(hub: Frame): Promise<void> {
  await hub.getByRole("treegrid").waitFor();
  await hub.locator(".report-bars").waitFor();
  await hub.locator(".report-results[aria-busy=true]").waitFor({ state: "detached" });
}

/** "154:08" in minutes; nothing is 0. */
function minutes(text: string): number {
  const [hours = 0, rest = 0] = text.trim().split(":").map(Number);
  return hours * 60 + rest;
}

/** Every row that is shown: its level, and what a column counts in minutes. */
async function rowsOf(hub: Frame, column: string): Promise<{ level: number; minutes: number }[]> {
  const rows = await hub.locator(".report-table tbody tr").evaluateAll(
    (elements, name) =>
      elements.map((row) => ({
        level: Number(row.getAttribute("aria-level")),
        text: row.querySelector(`td.${name}`)?.textContent ?? "",
      })),
    column,
  );
  return rows.map(({ level, text }) => ({ level, minutes: minutes(text) }));
}

/** Expects that each row is the sum of those below it, one level down. */
function expectSums(rows: { level: number; minutes: number }[], total: number): void {
  const below = (from: number, level: number) => {
    const end = rows.findIndex((row, i) => i >= from && row.level < level);
    const parts = rows.slice(from, end < 0 ? undefined : end).filter((row) => row.level === level);
    return parts.length === 0 ? undefined : parts.reduce((sum, part) => sum + part.minutes, 0);
  };
  expect(below(0, 1)).toBe(total);
  rows.forEach((row, i) => {
    const sum = rows[i + 1]?.level === row.level + 1 ? below(i + 1, row.level + 1) : undefined;
    if (sum !== undefined) expect(sum, `row ${i}`).toBe(row.minutes);
  });
}

it("what is shown adds up on every level, and the chart says the same", async () => {
  const { hub } = await openReports();
  for (const preset of ["Last month", "Last week", "This quarter"]) {
    await hub.getByRole("button", { name: preset }).click();
    await answered(hub);
    const total = minutes((await hub.locator(".figure-hours").textContent()) ?? "");
    const rows = await rowsOf(hub, "hours");
    expect(rows.length, preset).toBeGreaterThan(3);
    expectSums(rows, total);
    const bars = await hub
      .locator(".report-bars a")
      .evaluateAll((all) => all.map((bar) => bar.ariaLabel ?? ""));
    const parts = bars.flatMap((name) => name.split(": ").slice(1).join(": ").split(", "));
    const counted = parts.filter((part) => !part.startsWith("under review") && part !== "nothing");
    expect(
      counted.reduce((sum, part) => sum + minutes(part.slice(part.lastIndexOf(" "))), 0),
      preset,
    ).toBe(total);
  }
});

it("the address restores the view, and Back goes to the one before", async () => {
  const { tab, hub } = await openReports();
  await hub.getByRole("button", { name: "Last month" }).click();
  await hub.getByRole("button", { name: "Level", exact: true }).click();
  await hub.getByRole("menuitem", { name: "Work item" }).click();
  await answered(hub);
  const total = await hub.locator(".figure-hours").textContent();
  await tab.reload();
  const again = await frameOf(tab, "hub");
  await answered(again);
  expect(await again.locator(".figure-hours").textContent()).toBe(total);
  await again.getByRole("columnheader", { name: "Project › Person › Work item" }).waitFor();
  await tab.goBack();
  await again.getByRole("columnheader", { name: "Project › Person", exact: true }).waitFor();
});

it("the copied link opens the same view for somebody else", async () => {
  const { hub } = await openReports();
  await hub.getByRole("button", { name: "Last month" }).click();
  await answered(hub);
  await hub.getByRole("button", { name: "Export" }).click();
  await hub.getByRole("button", { name: "Copy a link to this view" }).click();
  const link = new URL(
    await hub.getByLabel("The browser did not let us copy. This is the link:").inputValue(),
  );
  link.searchParams.set("as", "linus@contoso.example");
  const tab = await context.newPage();
  await tab.goto(link.href);
  const his = await frameOf(tab, "hub");
  await answered(his);
  expect(await his.getByRole("button", { name: "Last month" }).getAttribute("aria-pressed")).toBe("true");
  await his.getByRole("columnheader", { name: "Project › Person", exact: true }).waitFor();
});

it("a row shows its entries, and a bar its day, by the keyboard alone", async () => {
  const { tab, hub } = await openReports();
  await hub.getByRole("button", { name: "Last month" }).click();
  await answered(hub);
  await hub.locator(".report-table tbody tr").first().focus();
  await tab.keyboard.press("ArrowRight");
  await tab.keyboard.press("Enter");
  await hub.locator(".report-table .entry th").first().waitFor();
  await tab.keyboard.press("ArrowDown");
  expect(await hub.evaluate(() => document.activeElement?.className)).toContain("entry");
  await takePicture(tab, "reports-entries");
  await tab.keyboard.press("Escape");
  await tab.keyboard.press("Escape");
  await hub.locator(".report-table .entry").first().waitFor({ state: "detached" });
  const bar = hub.locator(".report-bars a").nth(3);
  const named = minutes(
    ((await bar.getAttribute("aria-label")) ?? "").match(/Payments (\S+?),?\s/)?.[1] ?? "0",
  );
  await bar.focus();
  await tab.keyboard.press("Enter");
  await answered(hub);
  const [first] = await rowsOf(hub, "hours");
  expect((await rowsOf(hub, "hours")).some((row) => row.minutes === named)).toBe(true);
  expect(first?.level).toBe(1);
  await hub.locator(".report-table tbody tr").first().focus();
  await tab.keyboard.press("Escape");
  await hub.getByText("Show the whole period").waitFor({ state: "detached" });
});

it("a report's file opens in a German spreadsheet, and its hours add up", async () => {
  const tab = await openHub(context, product, { person: "ada@contoso.example" });
  const hub = await frameOf(tab, "hub");
  await showPart(hub, "Reports");
  await hub.getByRole("button", { name: "Export" }).click();
  const menu = hub.getByRole("dialog", { name: "Export this report" });
  await menu.getByLabel("Format of CSV files").selectOption("semicolon");
  const [download] = await Promise.all([
    tab.waitForEvent("download"),
    menu.getByRole("button", { name: "CSV" }).click(),
  ]);
  const file = await readFile(await download.path(), "utf8");
  expect(file.startsWith("\ufefffirst_day;")).toBe(true);
  const rows = file
    .trimEnd()
    .split("\r\n")
    .map((row) => row.split(";"));
  expect(rows.slice(1, 4).map(([name]) => name)).toEqual(["last_day", "time_zone", "rounding"]);
  const hours = rows[4]?.indexOf("hours") ?? -1;
  const cents = rows.slice(5).map((row) => Number(row[hours]?.replace(",", "")));
  const total = cents.pop();
  expect(cents.length).toBeGreaterThan(1);
  expect(cents.reduce((all, each) => all + each, 0)).toBe(total);
});

it("a filter is found by typing, and its chip narrows what is counted", async () => {
  const { tab, hub } = await openReports();
  await hub.getByRole("button", { name: "Last month" }).click();
  await answered(hub);
  const before = minutes((await hub.locator(".figure-hours").textContent()) ?? "");
  const add = hub.getByRole("button", { name: "Filter", exact: true });
  await add.focus();
  await tab.keyboard.press("Enter");
  await tab.keyboard.press("Enter");
  await hub.getByLabel("Find a name").fill("grace");
  await hub.getByLabel(/^Grace Hopper/).check();
  await takePicture(tab, "reports-filter");
  expect(await axeViolations(hub)).toEqual([]);
  await hub.getByRole("button", { name: "Apply" }).click();
  await hub.getByRole("button", { name: "Person: Grace Hopper. Change the filter" }).waitFor();
  await answered(hub);
  const after = minutes((await hub.locator(".figure-hours").textContent()) ?? "");
  expect(after).toBeGreaterThan(0);
  expect(after).toBeLessThan(before);
  await hub.getByRole("button", { name: "Export" }).click();
  await takePicture(tab, "reports-export");
  expect(await axeViolations(hub)).toEqual([]);
  for (const [button, head] of [
    ["Excel", "PK"],
    ["PDF", "%PDF"],
    ["JSON", "{"],
  ] as const) {
    const [download] = await Promise.all([
      tab.waitForEvent("download"),
      hub.getByRole("dialog").getByRole("button", { name: button }).click(),
    ]);
    expect((await readFile(await download.path())).subarray(0, head.length).toString()).toBe(head);
  }
});

describe.each(["light", "dark"] as const)("%s, at every width,", (theme) => {
  it("nothing is cut off, and axe finds nothing", async () => {
    const { tab, hub } = await openReports({ ...ada, theme });
    await hub.getByRole("button", { name: "Last month" }).click();
    await answered(hub);
    for (const width of [300, 700, 1000, 1280, 1920]) {
      await tab.setViewportSize({ width, height: 1100 });
      await takePicture(tab, `reports-${theme}-${width}`);
      const [wide, room] = await hub.evaluate(() => [
        document.documentElement.scrollWidth,
        document.documentElement.clientWidth,
      ]);
      expect(wide, `${width}`).toBeLessThanOrEqual(room);
      expect(await axeViolations(hub), `${width}`).toEqual([]);
    }
  });
});
