/** What becomes of the timer while the network is away, by Chromium's own emulation of that. */

import type { Frame, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { axeViolations, frameOf, openGroup, openTimeTab, takePicture } from "./pages.ts";
import { context, product, useProductAndBrowser } from "./setup.ts";

useProductAndBrowser();

const start = { name: "Start", exact: true };
const stop = { name: "Stop", exact: true };
const cut = { name: /^Cut to \d\d:\d\d:\d\d$/ };
const startAt = { name: /^Start at \d\d:\d\d:\d\d$/ };

/** The text of a button that names a time, without its verb. */
async function timeOn(group: Frame, name: RegExp): Promise<string> {
  const text = await group.getByRole("button", { name }).textContent();
  return text?.match(/\d\d:\d\d:\d\d/)?.[0] ?? "";
}

/** The newest entry of the item, as the page of the work item shows it. */
async function newestEntry(tab: Page): Promise<string> {
  await openTimeTab(tab);
  const page = await frameOf(tab, "page");
  const when = await page.getByRole("table").first().locator("tbody .when").first().textContent();
  return when ?? "";
}

/** Waits until the clock of the timer shows another second, so that what follows has an instant of its own. */
async function nextSecond(group: Frame): Promise<void> {
  const second = await group.evaluate(() => Math.floor(Date.now() / 1_000));
  await group.waitForFunction((before) => Math.floor(Date.now() / 1_000) > before + 2, second);
}

describe.each(["light", "dark"] as const)("%s:", (theme) => {
  it("a stop waits, is sent by itself and can be cut to when it was pressed", async () => {
    const id = theme === "light" ? 104 : 105;
    const [tab, group] = await openGroup(context, product, id, { person: "joan@contoso.example", theme });
    await group.getByRole("button", start).click();
    await group.getByRole("button", stop).waitFor();
    await nextSecond(group);

    await context.setOffline(true);
    await group.getByRole("button", stop).click();
    await group.getByText("TimeTracker was not reached.").waitFor();
    await group.getByText("The timer goes on until then").waitFor();
    await takePicture(tab, `offline-stop-${theme}`);
    expect(await axeViolations(group)).toEqual([]);
    await nextSecond(group);

    await context.setOffline(false);
    await group.getByRole("button", cut).waitFor();
    // A read that began without a network may fail a moment later. Being online again reads anew.
    await expect.poll(() => group.getByText("TimeTracker was not reached.").count()).toBe(0);
    const pressed = await timeOn(group, cut.name);
    await takePicture(tab, `offline-late-${theme}`);
    expect(await axeViolations(group)).toEqual([]);
    await group.getByRole("button", cut).click();
    await group.getByRole("status").getByText("is as you pressed").waitFor();
    expect(await group.getByRole("button", cut).count()).toBe(0);
    expect(await newestEntry(tab)).toContain(`– ${pressed}`);
  });
});

it("a start waits over a reload, and the timer can begin when it was pressed", async () => {
  const [tab, group] = await openGroup(context, product, 107, { person: "grace@contoso.example" });
  await group.getByRole("button", start).waitFor();
  await context.setOffline(true);
  await group.getByRole("button", start).click();
  await group.getByText("TimeTracker was not reached.").waitFor();
  await takePicture(tab, "offline-start");
  await nextSecond(group);

  await context.setOffline(false);
  await tab.reload();
  const reloaded = await frameOf(tab, "group");
  await reloaded.getByRole("button", startAt).waitFor();
  const pressed = await timeOn(reloaded, startAt.name);
  await reloaded.getByRole("button", startAt).click();
  await reloaded.getByRole("status").getByText("is as you pressed").waitFor();
  await reloaded.getByRole("button", stop).click();
  await reloaded.getByRole("button", start).waitFor();
  expect(await newestEntry(tab)).toContain(`${pressed} – `);
});

it("a stop that waits can be taken back with the keyboard alone", async () => {
  const [, group] = await openGroup(context, product, 109, { person: "grace@contoso.example" });
  await group.getByRole("button", start).click();
  await group.getByRole("button", stop).waitFor();
  await context.setOffline(true);
  await group.getByRole("button", stop).press("Enter");
  await group.getByRole("button", { name: "Keep running" }).press("Enter");
  await context.setOffline(false);
  await group.getByRole("button", stop).waitFor();
  // A read that began without a network may fail a moment later. Being online again reads anew.
  await expect.poll(() => group.getByText("TimeTracker was not reached.").count()).toBe(0);
  await group.getByRole("button", stop).press("Enter");
  await group.getByRole("button", start).waitFor();
});
