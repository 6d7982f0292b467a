/** The week as a calendar: with the mouse, by touch, and with the keyboard alone. */

import type { Frame, Locator, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { axeViolations, frameOf, openHub, takePicture } from "./pages.ts";
import { browser, context, product, useProductAndBrowser } from "./setup.ts";

// A Friday afternoon in Berlin.
useProductAndBrowser();

async function openCalendar(
  settings: Parameters<typeof openHub>[2] = {},
  width = 1280,
): Promise<[Page, Frame]> {
  const tab = await openHub(context, product, settings);
  await tab.setViewportSize({ width, height: 1100 });
  const hub = await frameOf(tab, "hub");
  await hub.getByRole("button", { name: "Calendar" }).click();
  await hub.getByRole("grid", { name: /^Calendar/ }).waitFor();
  return [tab, hub];
}

/** The entries of an item on a day, "2026-11-23". */
function entriesOn(hub: Frame, day: string): Locator {
  return hub.locator(`[data-canvas="${day}"] .cal-entry`);
}

async function middleOf(locator: Locator): Promise<[number, number]> {
  await locator.scrollIntoViewIfNeeded();
  const box = await locator.boundingBox();
  if (!box) throw new Error("it isn't shown");
  return [box.x + box.width / 2, box.y + box.height / 2];
}

/** How the entry is called: its item, its times and its length. */
async function nameOf(entry: Locator): Promise<string> {
  return (await entry.locator(".cal-name").textContent()) ?? "";
}

const minutesOf = (name: string): [number, number] => {
  const times = [...name.matchAll(/(\d\d?):(\d\d)/g)].slice(-2);
  const [from = 0, to = 0] = times.map(([, h, m]) => Number(h) * 60 + Number(m));
  return [from, to];
};

const hourPx = 57;
const undo = { name: "Undo" };

describe.each(["light", "dark"] as const)("%s:", (theme) => {
  it("shows the week, and axe finds nothing", async () => {
    const [tab, hub] = await openCalendar({ theme });
    await takePicture(tab, `calendar-${theme}`);
    expect(await axeViolations(hub)).toEqual([]);
    await hub.locator(".cal-entry").first().click();
    await hub.getByRole("region", { name: "Entry" }).waitFor();
    await takePicture(tab, `calendar-open-${theme}`);
    expect(await axeViolations(hub)).toEqual([]);
  });
});

it("with the mouse: an entry is moved, and undone", async () => {
  const [tab, hub] = await openCalendar({ person: "linus@contoso.example" });
  const last = entriesOn(hub, "2026-11-26").last();
  const before = minutesOf(await nameOf(last));
  const [x, y] = await middleOf(last);
  await tab.mouse.move(x, y);
  await tab.mouse.down();
  await tab.mouse.move(x + 3, y + 10);
  await tab.mouse.move(x + 3, y + hourPx / 2, { steps: 4 });
  await tab.mouse.up();
  await hub
    .getByRole("status")
    .getByText(/ is .* now\./)
    .waitFor();
  const moved = minutesOf(await nameOf(entriesOn(hub, "2026-11-26").last()));
  expect(moved[0] % 5).toBe(0);
  expect(moved[0] - before[0]).toBeGreaterThan(20);
  expect(Math.abs(moved[1] - moved[0] - (before[1] - before[0]))).toBeLessThanOrEqual(1);
  await hub.getByRole("button", undo).click();
  await expect.poll(async () => minutesOf(await nameOf(entriesOn(hub, "2026-11-26").last()))).toEqual(before);
});

it("with the mouse: an end is moved, new time is drawn and recorded, and an entry is split", async () => {
  const [tab, hub] = await openCalendar({ person: "linus@contoso.example" });
  const first = entriesOn(hub, "2026-11-25").first();
  const before = minutesOf(await nameOf(first));
  await first.scrollIntoViewIfNeeded();
  const box = await first.boundingBox();
  if (!box) throw new Error("it isn't shown");
  const [x, bottom] = [box.x + box.width / 2, box.y + box.height - 1];
  await tab.mouse.move(x, bottom);
  await tab.mouse.down();
  await tab.mouse.move(x, bottom - 8);
  await tab.mouse.move(x, bottom - hourPx / 3, { steps: 4 });
  await tab.mouse.up();
  await hub
    .getByRole("status")
    .getByText(/ is .* now\./)
    .waitFor();
  const [start, end] = minutesOf(await nameOf(first));
  expect(start).toBe(before[0]);
  expect(end % 5).toBe(0);
  expect(before[1] - end).toBeGreaterThan(10);

  // Today from the last entry until now nothing is recorded.
  const free = hub.locator('[data-canvas="2026-11-27"] .cal-free').last();
  await free.scrollIntoViewIfNeeded();
  const room = await free.boundingBox();
  if (!room) throw new Error("it isn't shown");
  await tab.mouse.move(room.x + 20, room.y + 10);
  await tab.mouse.down();
  await tab.mouse.move(room.x + 20, room.y + 10 + hourPx / 2, { steps: 4 });
  await tab.mouse.up();
  const form = hub.getByRole("region", { name: "New entry" });
  await form.waitFor();
  await form.getByRole("listbox").getByRole("option").first().waitFor();
  await takePicture(tab, "calendar-new");
  expect(await axeViolations(hub)).toEqual([]);
  const count = await entriesOn(hub, "2026-11-27").count();
  await form.getByRole("listbox").getByRole("option").first().click();
  await hub
    .getByRole("status")
    .getByText(/ added, /)
    .waitFor();
  await expect.poll(() => entriesOn(hub, "2026-11-27").count()).toBe(count + 1);

  // The last one is the running timer.
  await entriesOn(hub, "2026-11-27")
    .nth(count - 1)
    .press("s");
  await takePicture(tab, "calendar-split");
  const editor = hub.getByRole("region", { name: "Entry" });
  await editor.getByLabel("Split at").press("Enter");
  await hub
    .getByRole("status")
    .getByText(/ is split at /)
    .waitFor();
  await expect.poll(() => entriesOn(hub, "2026-11-27").count()).toBe(count + 2);
  await hub.getByRole("button", undo).click();
  await expect.poll(() => entriesOn(hub, "2026-11-27").count()).toBe(count + 1);
});

it("what is told about an entry is saved field by field", async () => {
  const [tab, hub] = await openCalendar({ person: "margaret@contoso.example" });
  await hub.locator(".cal-entry").first().click();
  const editor = hub.getByRole("region", { name: "Entry" });
  await editor.getByLabel("Activity").selectOption("Planning");
  await hub
    .getByRole("status")
    .getByText(/ is Planning now\./)
    .waitFor();
  const billable = editor.getByLabel("Billable");
  const was = await billable.isChecked();
  await billable.click();
  await hub
    .getByRole("status")
    .getByText(/billable now\./)
    .waitFor();
  expect(await billable.isChecked()).toBe(!was);
  await editor.getByLabel("Note").fill("p95 from 900 to 70 ms");
  await editor.getByLabel("Note").blur();
  await hub
    .getByRole("status")
    .getByText(/^The note of /)
    .waitFor();
  await hub.locator("h1").press("Control+z");
  await expect.poll(() => editor.getByLabel("Note").inputValue()).not.toBe("p95 from 900 to 70 ms");
  await takePicture(tab, "calendar-editor");
});

it("an entry across midnight is one on two days, also unfolded", async () => {
  const [tab, hub] = await openCalendar();
  const over = hub.locator(".cal-chip.review").first();
  await over.waitFor();
  await hub.getByRole("button", { name: /^before/ }).click();
  await hub.getByRole("button", { name: /^after/ }).click();
  await expect.poll(() => hub.locator(".cal-entry.review").count()).toBe(2);
  const names = await hub.locator(".cal-entry.review .cal-name").allTextContents();
  expect(names[0]).toBe(names[1]);
  await takePicture(tab, "calendar-unfolded");
});

it("with forced colours the parts can still be told apart", async () => {
  const [tab, hub] = await openCalendar();
  await tab.emulateMedia({ forcedColors: "active" });
  await takePicture(tab, "calendar-contrast");
  expect(await axeViolations(hub)).toEqual([]);
});

it("by touch: free time is filled, and what is chosen is moved", async () => {
  const touch = await browser.newContext({ touch: true });
  try {
    const tab = await openHub(touch, product, { person: "joan@contoso.example" });
    await tab.setViewportSize({ width: 360, height: 900 });
    const hub = await frameOf(tab, "hub");
    await hub.getByRole("button", { name: "Calendar" }).tap();
    await hub.locator(".cal-free").last().tap();
    const form = hub.getByRole("region", { name: "New entry" });
    await form.getByRole("combobox", { name: "Work item" }).fill("104");
    await form.getByRole("listbox").getByRole("option", { name: /#104/ }).tap();
    await hub
      .getByRole("status")
      .getByText(/ added, /)
      .waitFor();
    const entry = hub.locator(".cal-entry").last();
    await entry.tap();
    await hub.getByRole("region", { name: "Entry" }).waitFor();
    await takePicture(tab, "calendar-touch");
    expect(await axeViolations(hub)).toEqual([]);
  } finally {
    await touch.close();
  }
});

it("with the keyboard alone: through the days, and an entry by steps", async () => {
  const [, hub] = await openCalendar({ person: "grace@contoso.example" });
  const last = entriesOn(hub, "2026-11-24").last();
  const before = minutesOf(await nameOf(last));
  await last.focus();
  const focused = () => hub.evaluate(() => document.activeElement?.getAttribute("data-stop") ?? "");
  const stop = await focused();
  await last.press("ArrowRight");
  expect(await focused()).toMatch(/@2026-11-25$|^free@/);
  await hub.locator(":focus").press("ArrowLeft");
  await hub.locator(`[data-stop="${stop}"]`).focus();
  await hub.locator(":focus").press("Alt+ArrowDown");
  await hub
    .getByRole("status")
    .getByText(/ is .* now\./)
    .waitFor();
  await expect
    .poll(async () => minutesOf(await nameOf(entriesOn(hub, "2026-11-24").last())))
    .toEqual(before.map((each) => each + 5));
  expect(await focused()).toBe(stop);
  await hub.locator(":focus").press("Shift+ArrowUp");
  await expect
    .poll(async () => minutesOf(await nameOf(entriesOn(hub, "2026-11-24").last())))
    .toEqual([before[0] + 5, before[1]]);
  await hub.locator(":focus").press("Control+z");
  await expect
    .poll(async () => minutesOf(await nameOf(entriesOn(hub, "2026-11-24").last())))
    .toEqual(before.map((each) => each + 5));
  await hub.locator(`[data-stop="${stop}"]`).press("Enter");
  await hub.getByRole("region", { name: "Entry" }).waitFor();
  expect(await hub.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe("Start");
  await hub.locator(":focus").press("Escape");
  await expect.poll(focused).toBe(stop);
});

it.each(["light", "dark"] as const)(
  "the review strip cuts to the last change, %s, and is undone",
  async (theme) => {
    // Azure DevOps of the sandbox begins with the product, so it knows no change of that week.
    await context.route("**/last-change", (route) =>
      route.fulfill({ json: { changed_at: "2026-11-25T16:42:00.000Z" } }),
    );
    const [tab, hub] = await openCalendar({ theme });
    const strip = hub.getByRole("region", { name: "To review" });
    const cut = strip.getByRole("button", { name: /^Cut to (17:42|5:42)/ });
    await cut.waitFor();
    await takePicture(tab, `review-strip-${theme}`);
    expect(await axeViolations(hub)).toEqual([]);
    await hub.locator("h1").click();
    await hub.locator("body").press("1");
    await hub
      .getByRole("status")
      .getByText(/ends at .* and counts\./)
      .waitFor();
    await strip.waitFor({ state: "detached" });
    await hub.getByRole("button", undo).click();
    await strip.waitFor();
  },
);

describe("at every width", () => {
  it.each([320, 700, 1000, 1600])("%i px: nothing is cut off", async (width) => {
    const [tab, hub] = await openCalendar({}, width);
    await takePicture(tab, `calendar-${width}`);
    const wider = await hub.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(wider).toBeLessThanOrEqual(0);
    expect(await axeViolations(hub)).toEqual([]);
  });
});
