/** Entries of a list are split, merged and changed together, and no version is lost when two change the same one. */

import type { Frame, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { axeViolations, frameOf, openHub, openTimeTab, openWorkItem, takePicture } from "./pages.ts";
import { context, product, useProductAndBrowser } from "./setup.ts";

useProductAndBrowser();

const undo = { name: "Undo" };

/** The entries of a work item, in a tab so wide. */
async function openEntries(theme: "light" | "dark", width = 1_600): Promise<[Page, Frame]> {
  const tab = await openWorkItem(context, product, 104, { person: "ada@contoso.example", theme });
  await tab.setViewportSize({ width, height: 900 });
  await openTimeTab(tab);
  const page = await frameOf(tab, "page");
  await page.getByRole("table").first().locator("tbody tr").first().waitFor();
  return [tab, page];
}

const rowsOf = (page: Frame) => page.getByRole("table").first().locator("tbody tr:not(.day-head, .detail)");

describe.each([
  ["light", 1_600],
  ["dark", 360],
] as const)("in lists, %s, %s px:", (theme, width) => {
  it("a selection is changed together, and one undo takes all back", async () => {
    const [tab, page] = await openEntries(theme, width);
    const rows = rowsOf(page);
    const before = await rows.count();
    const boxes = page.getByRole("checkbox", { name: /^Select (?!all)/ });
    await boxes.nth(0).click();
    await boxes.nth(2).click({ modifiers: ["Shift"] });
    const bar = page.getByRole("region", { name: "Selected entries" });
    await bar.getByText("3 entries selected").waitFor();
    await bar.getByRole("button", { name: "Shift in time" }).click();
    await takePicture(tab, `operations-selection-${theme}`);
    expect(await axeViolations(page), "selection").toEqual([]);
    await bar.getByRole("button", { name: "Void" }).click();
    await page.getByRole("status").getByText("3 entries voided.").waitFor();
    await expect.poll(() => rows.count()).toBe(before - 3);
    await page.getByRole("button", undo).click();
    await expect.poll(() => rows.count()).toBe(before);
  });

  it("an entry is split with the keyboard, tells so, and is merged again", async () => {
    const [tab, page] = await openEntries(theme, width);
    const rows = rowsOf(page);
    const before = await rows.count();
    // Where there is little room, it is among what is done less often.
    if (width < 700) await page.getByRole("button", { name: /^More/ }).first().press("Enter");
    await page
      .getByRole("button", { name: /^Split/ })
      .first()
      .press("Enter");
    await takePicture(tab, `operations-split-${theme}`);
    expect(await axeViolations(page), "split").toEqual([]);
    await page.getByLabel("Split at").press("Enter");
    await page.getByRole("status").getByText("Entry split.").waitFor();
    await expect.poll(() => rows.count()).toBe(before + 1);
    await page.getByRole("button", { name: /^More/ }).first().click();
    await page.getByRole("button", { name: /^History/ }).click();
    await page.getByText("Split off from an earlier entry.").waitFor();
    await takePicture(tab, `operations-history-${theme}`);
    await page.getByRole("button", { name: /^Merge with the one before/ }).click();
    await page.getByRole("status").getByText("Entries merged.").waitFor();
    await expect.poll(() => rows.count()).toBe(before);
  });
});

it.each(["light", "dark"] as const)(
  "entries of a week are changed together in its list, %s",
  async (theme) => {
    const tab = await openHub(context, product, { person: "margaret@contoso.example", theme });
    const hub = await frameOf(tab, "hub");
    await hub.getByRole("grid").waitFor();
    await hub.getByRole("heading", { level: 1 }).focus();
    await tab.keyboard.press("l");
    const table = hub.getByRole("table", { name: /^Entries, / });
    const boxes = table.getByRole("checkbox", { name: /^Select (?!all)/ });
    await boxes.nth(0).focus();
    await tab.keyboard.press("Space");
    await tab.keyboard.press("Shift+ArrowDown");
    const bar = hub.getByRole("region", { name: "Selected entries" });
    await bar.getByText("2 entries selected").waitFor();
    for (const width of [300, 720, 1280]) {
      await tab.setViewportSize({ width, height: 900 });
      await hub.waitForFunction((narrow) => innerWidth < 400 === narrow, width < 400);
      // The state of the week has several lines where there is less room, and the bar stands above them.
      const lies = () =>
        hub.evaluate(() => {
          const [bar, state] = [".bulk-bar", ".week-state"].map((name) => document.querySelector(name));
          return Number(bar?.getBoundingClientRect().bottom) - Number(state?.getBoundingClientRect().top);
        });
      if (width > 700) await expect.poll(lies, { message: `${width}` }).toBeLessThanOrEqual(1);
      await takePicture(tab, `week-list-${theme}-${width}`);
      expect(await axeViolations(hub), `${width}`).toEqual([]);
      const across = await hub.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(across, `${width}`).toBe(0);
    }
    await bar.getByRole("button", { name: "Activity" }).click();
    await bar.getByRole("combobox", { name: "Activity" }).selectOption({ label: "Meeting" });
    await bar.getByRole("button", { name: "Save" }).click();
    await hub.getByRole("status").getByText("2 entries changed.").waitFor();
    await expect.poll(() => table.getByText(/^Meeting/).count()).toBeGreaterThanOrEqual(2);
    await hub.getByRole("button", undo).click();
    await hub.getByRole("status").getByText("2 entries are as before.").waitFor();
    await tab.close();
  },
);

it.each(["light", "dark"] as const)("two versions are shown, and mine is kept, %s", async (theme) => {
  const [tab, mine] = await openEntries(theme);
  const [, theirs] = await openEntries(theme);
  for (const page of [mine, theirs])
    await page
      .getByRole("button", { name: /^Correct/ })
      .nth(1)
      .click();
  const correct = async (page: Frame, seconds: string) => {
    const stop = page.getByLabel("Stop", { exact: true });
    await stop.fill(`${(await stop.inputValue()).slice(0, 16)}:${seconds}`);
    await page.getByRole("button", { name: "Save" }).click();
  };
  await correct(theirs, theme === "light" ? "01" : "03");
  await theirs.getByRole("status").getByText("Entry corrected.").waitFor();
  await correct(mine, theme === "light" ? "02" : "04");
  await mine.getByText(/ was changed elsewhere meanwhile\.$/).waitFor();
  await takePicture(tab, `operations-conflict-${theme}`);
  expect(await axeViolations(mine), "conflict").toEqual([]);
  await mine.getByRole("button", { name: "Keep mine" }).click();
  await mine.getByText(/ was changed elsewhere meanwhile\.$/).waitFor({ state: "detached" });
  await mine.getByRole("status").getByText("Entry corrected.").waitFor();
});
