/** Completed Work follows the recorded time, and nobody loses what they have typed. */

import type { Frame, Page } from "playwright-core";
import { expect, it } from "vitest";
import {
  axeViolations,
  breakDevOps,
  frameOf,
  openHub,
  openOrganizationSettings,
  openTimeTab,
  openWorkItem,
  type Settings,
  signInButton,
  takePicture,
} from "./pages.ts";
import { context, product, useProductAndBrowser } from "./setup.ts";

// A Sunday, on which nobody has recorded anything yet; 14:00 in Berlin, where Contoso is.
useProductAndBrowser({ at: "2026-11-29T13:00:00Z" });

const admin = "ada@contoso.example";
const joan = "joan@contoso.example";
const writtenMs = 30_000;

const start = { name: "Start", exact: true };
const stop = { name: "Stop", exact: true };
const tryNow = { name: "Try now" };
const sizes = { 300: 300, 360: 360, 1600: 1600 };

/** The form of an item with its group and its page, and the hours that the form shows. */
async function openItem(id: number, settings: Settings = { person: joan }) {
  const tab = await openWorkItem(context, product, id, settings);
  const group = await frameOf(tab, "group");
  await group.getByRole("button", start).waitFor();
  await openTimeTab(tab);
  const page = await frameOf(tab, "page");
  await page.getByRole("heading", { name: /^Completed Work/ }).waitFor();
  const hours = () => tab.getByLabel("Completed Work").inputValue().then(Number);
  return { tab, group, page, hours };
}

function showDetails(tab: Page): Promise<void> {
  return tab.locator(".tabs").getByRole("button", { name: "Details" }).click();
}

/** Corrects the beginning and the end of the last entry, times of that day. */
async function correct(page: Frame, from: string, to: string): Promise<void> {
  await page
    .getByRole("button", { name: /^Correct/ })
    .first()
    .click();
  await page.getByLabel("Start").fill(`2026-11-29T${from}`);
  await page.getByLabel("Stop").fill(`2026-11-29T${to}`);
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("status").getByText("Entry corrected.").waitFor();
}

/** Records a timer on the item that the group is on. */
async function record({ tab, group }: { tab: Page; group: Frame }): Promise<void> {
  await showDetails(tab);
  await group.getByRole("button", start).click();
  await group.getByRole("button", stop).click();
  await group.getByRole("button", start).waitFor();
  await openTimeTab(tab);
}

async function pictures(tab: Page, frame: Frame, name: string): Promise<void> {
  for (const [size, width] of Object.entries(sizes)) {
    await tab.setViewportSize({ width, height: 900 });
    await (await frame.frameElement()).scrollIntoViewIfNeeded();
    await takePicture(tab, `${name}-${size}`);
    expect(await axeViolations(frame), `${name}, ${size}`).toEqual([]);
  }
  await tab.setViewportSize({ width: 1280, height: 800 });
}

it("is turned on in the settings", async () => {
  for (const theme of ["dark", "light"] as const) {
    const tab = await openOrganizationSettings(context, product, { person: admin, theme });
    const frame = await frameOf(tab, "admin");
    await frame.getByRole("tab", { name: "Settings" }).click();
    const choice = frame.getByLabel("Completed Work", { exact: true });
    await choice.waitFor();
    await choice.scrollIntoViewIfNeeded();
    await pictures(tab, frame, `settings-${theme}`);
    if (theme === "dark") continue;
    await choice.selectOption({ label: "Add recorded time" });
    await frame.getByRole("button", { name: "Save changes" }).click();
    await frame.getByText("Settings saved.").waitFor();
  }
});

it("is seen on the form without loading it again: after a correction, and after a void", async () => {
  const item = await openItem(105);
  const before = await item.hours();
  await record(item);
  await correct(item.page, "09:00", "10:15");
  await expect.poll(item.hours, { timeout: writtenMs }).toBe(before + 1.25);
  const region = item.page.getByRole("region", { name: /^Completed Work/ });
  await region.getByText(/written/).waitFor();
  expect(await region.getByRole("img").getAttribute("aria-label")).toMatch(
    /1\.25.h from here, 7.h by others/,
  );
  await pictures(item.tab, item.page, "written-light");

  await item.page.getByRole("button", { name: /^More/ }).first().click();
  await item.page.getByRole("button", { name: /^Void/ }).click();
  await expect.poll(item.hours, { timeout: writtenMs }).toBe(before);
  await item.tab.close();
});

it("leaves a form alone that has unsaved changes, asks, and keeps them", async () => {
  const item = await openItem(107, { person: joan, theme: "dark" });
  const before = await item.hours();
  await showDetails(item.tab);
  await item.tab.getByLabel("Title").fill("A title that is not saved yet");
  await record(item);
  await correct(item.page, "10:15", "11:00");
  await item.page.getByText(/^Completed Work is now/).waitFor({ timeout: writtenMs });
  await pictures(item.tab, item.page, "unsaved-dark");
  await showDetails(item.tab);
  await item.group.getByText(/^Completed Work is now/).waitFor();
  await takePicture(item.tab, "unsaved-group-dark");
  expect(await axeViolations(item.group)).toEqual([]);
  await openTimeTab(item.tab);
  expect(await item.hours()).toBe(before);
  expect(await item.tab.getByLabel("Title").inputValue()).toBe("A title that is not saved yet");
  // Azure DevOps doesn't save it on the older item.
  await item.tab.getByRole("button", { name: "Save" }).click();
  await item.tab.getByText("Not saved: somebody else has changed the work item").waitFor();

  item.tab.once("dialog", (dialog) => void dialog.accept());
  await item.page.getByRole("button", { name: "Refresh and keep my changes" }).click();
  await item.page.getByRole("status").getByText("with your changes").waitFor();
  expect(await item.hours()).toBe(before + 0.75);
  expect(await item.tab.getByLabel("Title").inputValue()).toBe("A title that is not saved yet");
  expect(await item.page.getByText(/^Completed Work is now/).count()).toBe(0);
  await item.tab.getByRole("button", { name: "Save" }).click();
  await item.tab.getByText("Saved.", { exact: true }).waitFor();
  await item.tab.close();
});

it("waits while Azure DevOps is down, says so in the hub too, and is written afterwards", async () => {
  const item = await openItem(106);
  const before = await item.hours();
  await breakDevOps(context, product, "down");
  await record(item);
  await correct(item.page, "11:00", "11:30");
  await item.page.getByRole("button", tryNow).click();
  const line = item.page.getByText(/0\.5.h waiting\./);
  await line.getByText("Azure DevOps doesn't answer.").waitFor({ timeout: writtenMs });
  await pictures(item.tab, item.page, "waiting-light");
  await showDetails(item.tab);
  await takePicture(item.tab, "waiting-group-light");
  expect(await axeViolations(item.group)).toEqual([]);
  expect(await item.hours()).toBe(before);

  const tab = await openHub(context, product, { person: joan, theme: "dark" });
  const hub = await frameOf(tab, "hub");
  await hub.getByText("1 entry waits for Azure DevOps: 0:30.").waitFor();
  await hub.getByRole("button", { name: "What waits" }).click();
  await pictures(tab, hub, "pending-dark");
  await hub.getByRole("button", tryNow).click();
  await hub.getByRole("button", tryNow).waitFor();
  expect(await hub.getByText("1 entry waits for Azure DevOps").count()).toBe(1);

  await breakDevOps(context, product, "off");
  await hub.getByRole("button", tryNow).click();
  await hub.getByText("1 entry waits for Azure DevOps").waitFor({ state: "detached" });
  // The form in the other tab follows.
  await expect.poll(item.hours, { timeout: writtenMs }).toBe(before + 0.5);
});

it("asks for the sign-in that Azure DevOps wants, and goes on by itself", async () => {
  const item = await openItem(108);
  const before = await item.hours();
  await breakDevOps(context, product, "claims_challenge");
  await record(item);
  await correct(item.page, "11:30", "11:45");
  await item.page.getByRole("button", tryNow).click();
  await item.page.getByRole("button", signInButton).click();
  await expect.poll(item.hours, { timeout: writtenMs }).toBe(before + 0.25);
  await breakDevOps(context, product, "off");
  await item.tab.close();
});

it("reports what the item's rules refuse, and leaves it out", async () => {
  const tab = await openWorkItem(context, product, 121, {
    person: joan,
    project: "Storefront",
    theme: "dark",
  });
  const group = await frameOf(tab, "group");
  await group.getByRole("button", start).waitFor();
  await openTimeTab(tab);
  const page = await frameOf(tab, "page");
  await page.getByRole("heading", { name: /^Completed Work/ }).waitFor();
  await record({ tab, group });
  await correct(page, "11:45", "12:45");
  await page.getByRole("button", tryNow).click();
  await page
    .getByText(/1.h refused\. A rule in Azure DevOps locks Completed Work on this item/)
    .waitFor({ timeout: writtenMs });
  await pictures(tab, page, "refused-dark");
  await page.getByRole("button", { name: "Leave it out" }).click();
  await page.getByText(/refused\./).waitFor({ state: "detached" });
  await tab.close();
});
