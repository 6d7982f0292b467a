/** The widgets of dashboards, and their settings. */

import type { Frame, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import {
  axeViolations,
  frameOf,
  openGroup,
  openView,
  type Settings,
  signInButton,
  signInByRelay,
  takePicture,
} from "./pages.ts";
import { context, product, useProductAndBrowser } from "./setup.ts";

useProductAndBrowser();

const admin = "ada@contoso.example";
const member = "linus@contoso.example";
const themes = ["light", "dark"] as const;
const narrow = { width: 360, height: 740 };
const wide = { width: 1600, height: 900 };

function openDashboard(settings: Settings = {}): Promise<Page> {
  return openView(context, product, "_dashboards/dashboard", settings);
}

async function configure(tab: Page, name: string): Promise<void> {
  await tab.getByRole("button", { name: `Menu of ${name}` }).click();
  await tab.getByRole("menuitem", { name: "Configure" }).click();
}

async function rows(widget: Frame): Promise<string[]> {
  await widget.getByRole("table").waitFor();
  return await widget.getByRole("rowheader").allTextContents();
}

it("my week: the days, today, the running timer with Stop, and the way to the hub", async () => {
  const person = "joan@contoso.example";
  const [, group] = await openGroup(context, product, 104, { person });
  await group.getByRole("button", { name: "Start", exact: true }).click();
  await group.getByRole("button", { name: "Stop", exact: true }).waitFor();

  const tab = await openDashboard({ person });
  const week = await frameOf(tab, "my-week");
  await week.getByRole("heading", { name: "My week" }).waitFor();
  await expect.poll(() => week.getByRole("listitem").count()).toBe(7);
  await week.getByText(/^#104 /).waitFor();
  await week.getByRole("button", { name: "Stop" }).click();
  await week.getByText("No timer is running.").waitFor();
  await week.getByRole("status").getByText("stopped after").waitFor();

  await takePicture(tab, "widgets-undo");
  await week.getByRole("link", { name: "Open Time" }).click();
  await (await frameOf(tab, "hub")).getByRole("heading", { level: 1 }).waitFor();
});

it("the team's month: projects, then people, then of the last month, and under another name", async () => {
  const tab = await openDashboard({ person: admin });
  const month = await frameOf(tab, "team-month");
  expect(await rows(month)).toContain("Payments");

  await configure(tab, "The team's month");
  const settings = await frameOf(tab, "team-month-settings");
  await settings.getByLabel("Person").check();
  await month.getByText("Grace Hopper").waitFor(); // before anything is saved
  const thisMonth = await month.locator(".secondary").first().textContent();
  await settings.getByLabel("Last month").check();
  await expect.poll(() => month.locator(".secondary").first().textContent()).not.toBe(thisMonth);
  await tab.getByLabel("Name", { exact: true }).fill("Hours of everybody");
  await month.getByRole("heading", { name: "Hours of everybody" }).waitFor();
  await tab.getByLabel("Size").selectOption("3 × 3");
  await tab.getByRole("button", { name: "Save" }).click();
  await tab.getByRole("complementary", { name: "Configuration" }).waitFor({ state: "detached" });

  await tab.reload();
  const after = await frameOf(tab, "team-month");
  await after.getByRole("heading", { name: "Hours of everybody" }).waitFor();
  expect(await rows(after)).toContain("Grace Hopper");
  expect(await after.evaluate(() => [innerWidth, innerHeight])).toEqual([498, 498]);
});

it("settings that aren't saved are gone", async () => {
  const tab = await openDashboard({ person: admin });
  const week = await frameOf(tab, "my-week");
  await week.getByRole("listitem").first().waitFor();
  await configure(tab, "My week");
  const settings = await frameOf(tab, "my-week-settings");
  expect(await settings.getByLabel("Always").isChecked()).toBe(true);
  await settings.getByLabel("When there is time on them").check();
  await tab.getByLabel("Name", { exact: true }).fill("Mine");
  await week.getByRole("heading", { name: "Mine" }).waitFor();
  await tab.getByRole("button", { name: "Close" }).click();
  await week.getByRole("heading", { name: "My week" }).waitFor();
  await expect.poll(() => week.getByRole("listitem").count()).toBe(7);
});

it("somebody who is no admin sees who can, and asks for nobody's hours", async () => {
  const asked: string[] = [];
  context.on("request", (request) => asked.push(request.url()));
  const tab = await openDashboard({ person: member });
  const month = await frameOf(tab, "team-month");
  await month.getByText("Admins of TimeTracker see the team's hours here.").waitFor();
  const reports = asked.filter((url) => url.includes("/reports/time"));
  expect(reports.every((url) => url.includes("user_id="))).toBe(true);
});

it("a widget in which nobody is signed in asks for it, and shows the week then", async () => {
  const tab = await openDashboard({ nestedAppAuth: "off" });
  const week = await frameOf(tab, "my-week");
  await week.getByRole("button", signInButton).waitFor();
  await takePicture(tab, "widgets-signed-out");
  expect(await axeViolations(week)).toEqual([]);
  await signInByRelay(tab, week, member);
  await week.getByRole("listitem").first().waitFor();
});

it("a server that fails: the widget says so, and tries again", async () => {
  await context.route("**/api/v1/reports/time*", (route) => route.abort());
  const tab = await openDashboard({ person: admin });
  const [week, month] = [await frameOf(tab, "my-week"), await frameOf(tab, "team-month")];
  await week.getByText("TimeTracker was not reached.").waitFor();
  await month.getByText("TimeTracker was not reached.").waitFor();
  await takePicture(tab, "widgets-failing");
  expect(await axeViolations(month)).toEqual([]);
  await context.unroute("**/api/v1/reports/time*");
  await week.getByRole("button", { name: "Try again" }).click();
  await week.getByRole("listitem").first().waitFor();
  await month.getByRole("button", { name: "Try again" }).click();
  await month.getByRole("table").waitFor();
});

describe.each(themes)("looks right, %s:", (theme) => {
  it.each([
    ["admin", admin],
    ["engineer", member],
  ])("to an %s", async (name, person) => {
    const tab = await openDashboard({ person, theme });
    const [week, month] = [await frameOf(tab, "my-week"), await frameOf(tab, "team-month")];
    await week.getByRole("listitem").first().waitFor();
    await (person === admin ? month.getByRole("table") : month.getByText("Admins of TimeTracker")).waitFor();
    for (const viewport of [narrow, wide]) {
      await tab.setViewportSize(viewport);
      await takePicture(tab, `widgets-${name}-${viewport.width}-${theme}`);
      expect(await axeViolations(tab), "dashboard").toEqual([]);
      expect(await axeViolations(week), "my week").toEqual([]);
      expect(await axeViolations(month), "the team's month").toEqual([]);
    }
  });

  it("in each size, with the settings beside it", async () => {
    const tab = await openDashboard({ person: admin, theme });
    for (const [name, contribution] of [
      ["My week", "my-week"],
      ["The team's month", "team-month"],
    ] as const) {
      const frame = await frameOf(tab, contribution);
      await configure(tab, name);
      const settings = await frameOf(tab, `${contribution}-settings`);
      await settings.getByRole("group").first().waitFor();
      const sizes = await tab.getByLabel("Size").getByRole("option").allTextContents();
      for (const size of sizes) {
        await tab.getByLabel("Size").selectOption(size);
        await takePicture(tab, `widgets-${contribution}-${size.replace(" × ", "x")}-${theme}`);
        expect(await axeViolations(frame), `${name}, ${size}`).toEqual([]);
      }
      expect(await axeViolations(settings), `settings of ${name}`).toEqual([]);
      expect(await axeViolations(tab), "around them").toEqual([]);
      await tab.getByRole("button", { name: "Close" }).click();
    }
  });
});
