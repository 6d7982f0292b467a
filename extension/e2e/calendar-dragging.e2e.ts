/** Dragging in the calendar, where it goes wrong with people: it is broken off, refused, or meant to scroll. */

import type { Frame, Locator, Page } from "playwright-core";
import { expect, it } from "vitest";
import { frameOf, openHub, takePicture } from "./pages.ts";
import { context, product, useProductAndBrowser } from "./setup.ts";

// A Friday afternoon in Berlin.
useProductAndBrowser({ at: "2026-11-27T13:12:00Z" });

const hourPx = 57;
const day = "2026-11-26";

async function openCalendar(person: string, width = 1280): Promise<[Page, Frame]> {
  const tab = await openHub(context, product, { person });
  await tab.setViewportSize({ width, height: 1100 });
  const hub = await frameOf(tab, "hub");
  await hub.getByRole("button", { name: "Calendar" }).click();
  await hub.locator(".cal-entry").first().waitFor();
  return [tab, hub];
}

const entriesOn = (hub: Frame, date: string) => hub.locator(`[data-canvas="${date}"] .cal-entry`);
const nameOf = async (entry: Locator) => (await entry.locator(".cal-name").textContent()) ?? "";

async function middleOf(locator: Locator): Promise<[number, number]> {
  await locator.scrollIntoViewIfNeeded();
  const box = await locator.boundingBox();
  if (!box) throw new Error("it isn't shown");
  return [box.x + box.width / 2, box.y + box.height / 2];
}

/** Takes an entry with the mouse, and moves it so far down. */
async function pull(tab: Page, entry: Locator, px: number): Promise<void> {
  const [x, y] = await middleOf(entry);
  await tab.mouse.move(x, y);
  await tab.mouse.down();
  await tab.mouse.move(x + 3, y + Math.sign(px) * 10);
  await tab.mouse.move(x + 3, y + px, { steps: 4 });
}

it("Escape and a window that is left end a drag, and a key opens the entry after it", async () => {
  const [tab, hub] = await openCalendar("linus@contoso.example");
  const last = entriesOn(hub, day).last();
  const before = await nameOf(last);
  await pull(tab, last, hourPx / 2);
  await hub.locator(".cal-entry.moving").waitFor();
  await tab.keyboard.press("Escape");
  await hub.locator(".cal-entry.moving").waitFor({ state: "detached" });
  await tab.mouse.move(300, 300);
  await tab.mouse.up();
  expect(await nameOf(last)).toBe(before);
  expect(await hub.locator(".cal-entry.moving").count()).toBe(0);

  await pull(tab, last, hourPx / 2);
  await hub.locator(".cal-entry.moving").waitFor();
  await hub.evaluate(() => window.dispatchEvent(new Event("blur")));
  await hub.locator(".cal-entry.moving").waitFor({ state: "detached" });
  await tab.mouse.up();
  expect(await nameOf(last)).toBe(before);

  await last.press("Enter");
  await hub.getByRole("region", { name: "Entry" }).waitFor();
});

it("what is dropped on another entry goes back, and says why", async () => {
  const [tab, hub] = await openCalendar("linus@contoso.example");
  const entries = entriesOn(hub, day);
  expect(await entries.count()).toBeGreaterThan(1);
  const last = entries.last();
  const before = await nameOf(last);
  const [, above] = await middleOf(entries.first());
  const [, y] = await middleOf(last);
  await pull(tab, last, above - y);
  await hub.locator(".cal-entry.moving.refused").waitFor();
  await takePicture(tab, "calendar-refused");
  await tab.mouse.up();
  await hub
    .getByRole("status")
    .getByText(/^This overlaps /)
    .waitFor();
  expect(await nameOf(entries.last())).toBe(before);
});

it("a drag that was let go outside of the page is over when the mouse comes back", async () => {
  const [tab, hub] = await openCalendar("margaret@contoso.example");
  const last = entriesOn(hub, day).last();
  const before = await nameOf(last);
  const [x, y] = await middleOf(last);
  await pull(tab, last, -hourPx / 2);
  await hub.locator(".cal-entry.moving").waitFor();
  await tab.mouse.move(2000, y);
  await tab.mouse.up();
  await tab.mouse.move(x, y + 5);
  await hub.locator(".cal-entry.moving").waitFor({ state: "detached" });
  await tab.mouse.move(x, y + hourPx, { steps: 4 });
  expect(await hub.locator(".cal-entry.moving").count()).toBe(0);
  expect(await nameOf(entriesOn(hub, day).last())).toBe(before);
});
