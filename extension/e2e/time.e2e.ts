import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import {
  axeViolations,
  frameOf,
  openGroup,
  openHub,
  openTimeTab,
  openWorkItem,
  showPart,
  takePicture,
} from "./pages.ts";
import { context, product, useProductAndBrowser } from "./setup.ts";

useProductAndBrowser();

/** "154:08" in minutes. */
function minutes(text: string): number {
  const [hours = 0, rest = 0] = text.split(":").map(Number);
  return hours * 60 + rest;
}

const sum = (texts: string[]) => texts.map(minutes).reduce((total, each) => total + each, 0);

async function takePictures(tab: Page, name: string): Promise<void> {
  const size = tab.viewportSize();
  for (const width of [400, 1280]) {
    await tab.setViewportSize({ width, height: 1000 });
    await takePicture(tab, `${name}-${width}`);
  }
  if (size) await tab.setViewportSize(size);
}

describe("sums add up as they are shown", () => {
  it("in the weeks of the hub", async () => {
    const tab = await openHub(context, product, { person: "ada@contoso.example" });
    const hub = await frameOf(tab, "hub");
    const grid = hub.getByRole("grid");
    for (const back of [0, 1, 2]) {
      const shown = await grid.getAttribute("aria-label");
      if (back > 0) await hub.getByRole("button", { name: "Week before" }).click();
      if (back > 0) await expect.poll(() => grid.getAttribute("aria-label")).not.toBe(shown);
      const days = await grid.locator(".grid-recorded td:not(.grid-sum) b").allTextContents();
      const rows = await grid
        .locator("tbody tr:not(.grid-group) .grid-sum > span:not(.grid-review)")
        .allTextContents();
      const projects = await grid.locator(".grid-group .grid-sum").allTextContents();
      const total = minutes((await grid.locator(".grid-total").textContent()) ?? "");
      expect([sum(days), sum(rows), sum(projects)], `${back} weeks back`).toEqual([total, total, total]);
    }
    await takePictures(tab, "time-hub");
  });
});

/** The work item of the entry that the hub puts before somebody to review. */
async function itemToReview(person: string): Promise<number> {
  const hub = await frameOf(await openHub(context, product, { person }), "hub");
  const item = hub.getByRole("region", { name: "To review" }).locator(".strip-item");
  return Number(/#(\d+)/.exec((await item.textContent()) ?? "")?.[1]);
}

describe("an entry", () => {
  it("is corrected to the second beside another one, which is named when it is in the way", async () => {
    const person = "ada@contoso.example";
    const [tab, group] = await openGroup(context, product, await itemToReview(person), { person });
    await group.getByRole("button", { name: "Correct" }).click();
    const form = group.getByRole("form", { name: "Correct the entry" });
    const start = form.getByLabel("Start", { exact: true });
    const before = await start.inputValue();
    expect(before).toMatch(/T\d\d:\d\d:\d\d$/);
    const save = async (time: string) => {
      await start.fill(`${before.slice(0, 10)}T${time}`);
      await form.getByRole("button", { name: "Save" }).click();
    };
    const refusal = form.getByText(/^Another entry covers a part of this time: #\d+ .+ \d{4}, /);
    const endOfOther = async () => /(\d\d:\d\d:\d\d)\.$/.exec((await refusal.textContent()) ?? "")?.[1] ?? "";
    await save("00:10:00");
    await form.getByText("An entry can't be longer than 24 hours.").waitFor();
    await save(`${Number(before.slice(11, 13)) - 2}:00:00`.padStart(8, "0"));
    await refusal.waitFor();
    await form.getByRole("button", { name: /^Open #\d+$/ }).waitFor();
    await takePictures(tab, "time-overlap");

    // The earliest one is named. Another may lie behind it.
    let end = await endOfOther();
    await save(end);
    await expect
      .poll(async () => {
        if (!(await form.isVisible())) return "saved";
        const next = (await refusal.isVisible()) ? await endOfOther() : "";
        if (next > end) {
          end = next;
          await save(end);
        }
        return "waits";
      })
      .toBe("saved");
  });

  it("under review waits in the group, apart from the sums", async () => {
    const number = await itemToReview("grace@contoso.example");
    for (const theme of ["light", "dark"] as const) {
      const tab = await openWorkItem(context, product, number, {
        person: "grace@contoso.example",
        theme,
      });
      const group = await frameOf(tab, "group");
      await group.getByText("waits for your review").waitFor();
      await group.getByText("Time under review is shown apart").waitFor();
      await takePicture(tab, `time-waiting-${theme}`);
      expect(await axeViolations(group)).toEqual([]);
      await group.getByRole("button", { name: "Correct" }).click();
      await takePicture(tab, `time-waiting-correct-${theme}`);
      if (theme === "light") continue;
      await group.getByRole("button", { name: "Confirm" }).click();
      await group.getByText("waits for your review").waitFor({ state: "detached" });
      await group.getByText("Time under review is shown apart").waitFor({ state: "detached" });
      await openTimeTab(tab);
      await (await frameOf(tab, "page")).getByRole("table").first().waitFor();
      await takePictures(tab, "time-entries");
    }
  });
});

it("a shorter limit says how many timers it stops", async () => {
  const tab = await openHub(context, product, { person: "ada@contoso.example" });
  const hub = await frameOf(tab, "hub");
  await showPart(hub, "Administration");
  await hub.getByRole("tab", { name: "Settings" }).click();
  await hub.getByLabel("Stop forgotten timers after").fill("0.25");
  await hub.getByRole("button", { name: "Save changes" }).click();
  await hub.getByRole("heading", { name: "Stop 2 running timers?" }).waitFor();
  await takePictures(tab, "time-limit");
  expect(await axeViolations(hub)).toEqual([]);
  await hub.getByRole("button", { name: "Save and stop" }).click();
  await hub.getByText("Settings saved.").waitFor();
});
