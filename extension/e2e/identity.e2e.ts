import type { Frame, Page } from "playwright-core";
import { expect, it } from "vitest";
import {
  axeViolations,
  breakDevOps,
  frameOf,
  openHub,
  openOrganizationSettings,
  openWorkItem,
  type Settings,
  showPart,
} from "./pages.ts";
import { context, product, useProductAndBrowser } from "./setup.ts";

useProductAndBrowser();

const start = { name: "Start", exact: true };
const stop = { name: "Stop", exact: true };
const switchHere = { name: "Switch here" };

/** Somebody without recorded history. */
const person = "joan@contoso.example";

async function openGroup(id: number, place: Settings & { organization?: string; project?: string } = {}) {
  const tab = await openWorkItem(context, product, id, { person, ...place });
  return { tab, group: await frameOf(tab, "group") };
}

/** Starts a timer on the item on the form and stops it once it shows a second. */
async function record(group: Frame): Promise<void> {
  await group.getByRole("button", start).click();
  await group.getByRole("button", stop).waitFor();
  await expect.poll(() => group.getByRole("timer").textContent()).not.toBe("0:00:00");
  await group.getByRole("button", stop).click();
  await group.getByRole("button", start).waitFor();
}

/** The exact sums of the group, such as "0 h 0 min 2 s". */
function sums(group: Frame): Promise<(string | null)[]> {
  return group.locator(".sums time").evaluateAll((times) => times.map((time) => time.getAttribute("title")));
}

/** Renames what is on show, by the page's own means. */
async function rename(tab: Page, label: "Organization's name" | "Project's name", name: string) {
  if (!(await tab.getByLabel(label).isVisible()))
    await tab.getByText("Rename", { exact: true }).first().click();
  const form = tab.locator("form", { has: tab.getByLabel(label) });
  await form.getByLabel(label).fill(name);
  await Promise.all([
    tab.waitForURL((url) => url.pathname.split("/").map(decodeURIComponent).includes(name)),
    form.getByRole("button", { name: "Rename" }).click(),
  ]);
}

/** The projects of this month's report. */
async function projectsOfReport(organization: string, project: string): Promise<string[]> {
  const hub = await openHub(context, product, { person, organization, project });
  const frame = await frameOf(hub, "hub");
  await showPart(frame, "Reports");
  const table = frame.getByRole("treegrid");
  await table.waitFor();
  return (await table.locator("tbody .level-1 .report-text").allTextContents()).sort();
}

it("a running timer and its sums follow the item to another project", async () => {
  const { tab, group } = await openGroup(104);
  await record(group);
  await expect.poll(async () => (await sums(group))[1]).not.toBe("0 h 0 min 0 s");
  const before = await sums(group);
  await group.getByRole("button", start).click();
  await group.getByRole("button", stop).waitFor();

  await tab.getByLabel("Item's project").selectOption("Storefront");
  await tab.getByText("Moved.").waitFor();
  const moved = await openGroup(104, { project: "Storefront" });
  await moved.group.getByRole("button", stop).waitFor();
  expect(await moved.group.getByRole("button", switchHere).count()).toBe(0);
  // The form that was open all the time is on a page of the former project.
  await group.getByRole("button", stop).waitFor();
  expect(await group.getByRole("button", switchHere).count()).toBe(0);

  await moved.group.getByRole("button", stop).click();
  await moved.group.getByRole("button", start).waitFor();
  await moved.tab.getByLabel("Item's project").selectOption("Payments");
  await moved.tab.getByText("Moved.").waitFor();
  const back = await openGroup(104);
  await expect.poll(async () => (await sums(back.group)).length).toBe(before.length);
  expect(await sums(back.group)).toEqual(await sums(moved.group));
  expect((await sums(back.group))[1]).not.toBe(before[1]);
});

it("a project that is renamed, and then written in another case, stays one row of the report", async () => {
  const { tab, group } = await openGroup(105);
  await record(group);
  const rows = await projectsOfReport("contoso", "Payments");
  expect(rows.filter((row) => row === "Payments")).toHaveLength(1);

  for (const name of ["PAYMENTS", "Billing"]) {
    await rename(tab, "Project's name", name);
    const renamed = await openGroup(105, { project: name });
    await renamed.group.getByRole("button", start).waitFor();
    expect((await sums(renamed.group))[1]).not.toBe("0 h 0 min 0 s");
    await record(renamed.group);
    expect(await projectsOfReport("contoso", name)).toEqual(rows);
  }
  await rename(tab, "Project's name", "Payments");
});

it("an admin accepts a project's new name, and merges two projects and undoes it, by keyboard", async () => {
  // What Azure DevOps itself says would be accepted already.
  await breakDevOps(context, product, "down");
  const { tab } = await openGroup(104);
  await rename(tab, "Project's name", "Billing");
  const renamed = await openGroup(104, { project: "Billing" });
  await record(renamed.group);
  const settings = await openOrganizationSettings(context, product, { person: "ada@contoso.example" });
  const admin = await frameOf(settings, "admin");
  const press = async (name: string, role: "button" | "tab" = "button") => {
    const control = admin.getByRole(role, { name });
    await control.focus();
    await control.press("Enter");
  };
  const submit = async (name: string) => {
    const dialog = admin.getByRole("dialog");
    await dialog.waitFor();
    expect(await axeViolations(admin)).toEqual([]);
    await dialog.getByRole("button", { name, exact: true }).press("Enter");
    await dialog.waitFor({ state: "detached" });
  };

  await press("Projects", "tab");
  await admin.getByRole("cell", { name: "Billing" }).waitFor();
  await press("Accept a name: Payments");
  await admin.getByLabel("Project", { exact: true }).selectOption("Billing");
  await submit("Accept a name");
  await press("Merge: Storefront");
  await admin.getByLabel("Other project", { exact: true }).selectOption("Billing");
  await submit("Merge");
  await admin.getByText("Counts as Billing", { exact: true }).waitFor();
  await press("Undo the merge: Storefront");
  await admin.getByText("Counts as Billing", { exact: true }).waitFor({ state: "detached" });
  await breakDevOps(context, product, "off");
});

it("a timer runs on when the organization is renamed", async () => {
  const { tab, group } = await openGroup(107);
  await group.getByRole("button", start).click();
  await group.getByRole("button", stop).waitFor();

  await rename(tab, "Organization's name", "contoso-ltd");
  const renamed = await openGroup(107, { organization: "contoso-ltd" });
  await renamed.group.getByRole("button", stop).click();
  await renamed.group.getByRole("button", start).waitFor();
  await rename(tab, "Organization's name", "contoso");
});
