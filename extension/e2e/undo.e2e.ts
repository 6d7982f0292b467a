/** Every change says what it did, and can be taken back. */

import { describe, expect, it } from "vitest";
import {
  axeViolations,
  frameOf,
  openGroup,
  openHub,
  openTimeTab,
  openWorkItem,
  takePicture,
} from "./pages.ts";
import { context, product, useProductAndBrowser } from "./setup.ts";

useProductAndBrowser();

const start = { name: "Start", exact: true };
const stop = { name: "Stop", exact: true };
const undo = { name: "Undo" };

describe.each(["light", "dark"] as const)("on a work item, %s:", (theme) => {
  const id = theme === "light" ? 104 : 105;

  it("a stop is taken back: the timer runs on from when it was started", async () => {
    const [tab, group] = await openGroup(context, product, id, { person: "joan@contoso.example", theme });
    await group.getByRole("button", start).click();
    const since = await group.getByText("Running since").textContent();
    await group.getByRole("button", stop).click();
    await group.getByRole("button", start).waitFor();
    await group.getByRole("status").getByText("stopped after").waitFor();
    await takePicture(tab, `undo-stop-${theme}`);
    expect(await axeViolations(group)).toEqual([]);
    await group.getByRole("button", undo).click();
    await group.getByRole("button", stop).waitFor();
    expect(await group.getByText("Running since").textContent()).toBe(since);
    await group.getByRole("status").getByText("runs on").waitFor();
    await group.getByRole("button", stop).click();
    await group.getByRole("button", start).waitFor();
  });

  it("what runs elsewhere can be stopped, switched from and opened", async () => {
    const [, first] = await openGroup(context, product, id, { person: "grace@contoso.example", theme });
    await first.getByRole("button", start).click();
    await first.getByRole("button", stop).waitFor();
    const [tab, second] = await openGroup(context, product, 107, { person: "grace@contoso.example", theme });
    await second.getByRole("button", { name: "Switch here" }).waitFor();
    await takePicture(tab, `elsewhere-${theme}`);
    expect(await axeViolations(second)).toEqual([]);

    await second.getByRole("button", { name: "Switch here" }).click();
    await second.getByRole("button", stop).waitFor();
    await second.getByRole("button", undo).click();
    await second.getByRole("button", { name: "Stop there" }).click();
    await second.getByRole("button", start).waitFor();
    await second.getByRole("button", undo).click();
    await second.getByRole("button", { name: new RegExp(`^#${id} `) }).click();
    await tab.waitForURL((url) => url.pathname.endsWith(`/_workitems/edit/${id}`));
    await second.getByRole("button", stop).click();
    await second.getByRole("button", start).waitFor();
  });
});

it("with the keyboard alone: Alt+U goes to Undo, and Ctrl+Z takes back", async () => {
  const [, group] = await openGroup(context, product, 109, { person: "joan@contoso.example" });
  await group.getByRole("button", start).press("Enter");
  await group.getByRole("button", stop).press("Enter");
  await group.getByRole("button", start).waitFor();
  await group.getByRole("button", start).press("Alt+u");
  expect(await group.getByRole("button", undo).evaluate((button) => button === document.activeElement)).toBe(
    true,
  );
  await group.getByRole("button", undo).press("Enter");
  await group.getByRole("button", stop).waitFor();
  // The focus is not lost with the button.
  await expect.poll(() => group.evaluate(() => document.activeElement?.tagName)).toBe("BUTTON");
  await group.getByRole("button", stop).press("Enter");
  await group.getByRole("status").getByText("stopped after").waitFor();
  await group.getByRole("button", start).press("Control+z");
  await group.getByRole("button", stop).press("Enter");
  await group.getByRole("button", start).waitFor();
});

describe.each([
  ["narrow", 480],
  ["wide", 1920],
] as const)("in lists, %s:", (width, pixels) => {
  it("an entry that was voided counts again", async () => {
    const tab = await openWorkItem(context, product, 104, { person: "ada@contoso.example" });
    await tab.setViewportSize({ width: pixels, height: 900 });
    await openTimeTab(tab);
    const page = await frameOf(tab, "page");
    const rows = page.getByRole("table").first().locator("tbody tr:not(.day-head, .detail)");
    await rows.first().waitFor();
    const before = await rows.count();
    await page.getByRole("button", { name: /^More/ }).first().click();
    await page.getByRole("button", { name: /^Void/ }).click();
    await page.getByRole("status").getByText("Entry voided.").waitFor();
    await expect.poll(() => rows.count()).toBe(before - 1);
    await takePicture(tab, `undo-void-${width}`);
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole("button", undo).click();
    await expect.poll(() => rows.count()).toBe(before);

    // Long afterwards, when the notice is gone, it is found and restored.
    await page.getByRole("button", { name: /^More/ }).first().click();
    await page.getByRole("button", { name: /^Void/ }).click();
    await expect.poll(() => rows.count()).toBe(before - 1);
    await page.getByLabel("Show voided entries").check();
    const restore = page.getByRole("button", { name: /^Restore/ });
    await restore.waitFor();
    await takePicture(tab, `voided-${width}`);
    expect(await axeViolations(page), "voided entries").toEqual([]);
    await restore.click();
    await restore.waitFor({ state: "detached" });
    await page.getByLabel("Show voided entries").uncheck();
    await expect.poll(() => rows.count()).toBe(before);
  });

  it("a discarded timer runs on", async () => {
    const tab = await openHub(context, product, { person: "grace@contoso.example" });
    await tab.setViewportSize({ width: pixels, height: 900 });
    const hub = await frameOf(tab, "hub");
    await hub.getByRole("combobox", { name: "What are you working on?" }).click();
    await hub.getByRole("option").first().click();
    await hub.getByRole("button", { name: "Discard" }).click();
    await hub.getByRole("status").getByText("Timer discarded.").waitFor();
    await takePicture(tab, `undo-discard-${width}`);
    expect(await axeViolations(hub)).toEqual([]);
    await hub.getByRole("button", undo).click();
    await hub.getByRole("button", stop).click();
    await hub.getByRole("status").getByText("stopped after").waitFor();
  });
});
