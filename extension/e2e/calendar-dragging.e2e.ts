/** Dragging in the calendar, where it goes wrong with people: it is broken off, refused, or meant to scroll. */

import type { CDPSession, Frame, Locator, Page } from "playwright-core";
import { expect, it } from "vitest";
import { frameOf, openHub, showPart, takePicture } from "./pages.ts";
import { browser, context, product, useProductAndBrowser } from "./setup.ts";

// A Friday afternoon in Berlin.
useProductAndBrowser();

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

/** A finger on the page, by the events that a touch screen makes. */
class Finger {
  readonly #session: CDPSession;
  #at = { x: 0, y: 0 };

  constructor(session: CDPSession) {
    this.#session = session;
  }

  async down([x, y]: [number, number]): Promise<void> {
    this.#at = { x, y };
    await this.#send("touchStart", [this.#at]);
  }

  async by(dy: number, steps = 8): Promise<void> {
    const { x, y } = this.#at;
    for (let i = 1; i <= steps; i++) {
      this.#at = { x, y: y + (dy * i) / steps };
      await this.#send("touchMove", [this.#at]);
    }
  }

  up(): Promise<void> {
    return this.#send("touchEnd", []);
  }

  async #send(type: "touchStart" | "touchMove" | "touchEnd", touchPoints: { x: number; y: number }[]) {
    await this.#session.send("Input.dispatchTouchEvent", { type, touchPoints });
  }
}

it("a finger scrolls, and drags or draws once it has rested", async () => {
  const touch = await browser.newContext({ touch: true });
  try {
    const tab = await openHub(touch, product, { person: "linus@contoso.example" });
    await tab.setViewportSize({ width: 360, height: 640 });
    const hub = await frameOf(tab, "hub");
    await hub.getByRole("button", { name: "Calendar" }).tap();
    const entry = hub.locator(".cal-entry:not(.running)").last();
    await entry.waitFor();
    const before = await nameOf(entry);
    const finger = new Finger(await touch.newCDPSession(tab));

    const [x, y] = await middleOf(entry);
    await finger.down([x, y]);
    await finger.by(-80);
    await finger.up();
    await expect.poll(async () => (await placeOf(entry))[1]).toBeLessThan(y - 20);
    expect(await nameOf(entry)).toBe(before);
    expect(await hub.getByRole("region", { name: "Entry" }).count()).toBe(0);

    const place = await centred(entry);
    await finger.down(place);
    await hub.locator(".cal-entry.moving").waitFor();
    await finger.by(-hourPx / 2);
    await takePicture(tab, "calendar-lifted");
    await finger.up();
    await hub
      .getByRole("status")
      .getByText(/ is .* now\.|overlaps/)
      .waitFor();

    const free = await centred(hub.locator(".cal-free").last());
    await finger.down(free);
    await hub.locator(".cal-draft").waitFor();
    await finger.up();
    await hub.getByRole("region", { name: "New entry" }).waitFor();
    await takePicture(tab, "calendar-touch-drawn");
  } finally {
    await touch.close();
  }
});

it("an entry is dragged over midnight, is on both days, and is dragged on by its other part", async () => {
  const tab = await openHub(context, product, { person: "linus@contoso.example" });
  await tab.setViewportSize({ width: 1280, height: 1800 });
  const hub = await frameOf(tab, "hub");
  await hub.getByRole("button", { name: "Calendar" }).click();
  await hub.getByRole("button", { name: /^before/ }).click();
  await hub.getByRole("button", { name: /^after/ }).click();
  const last = entriesOn(hub, day).last();
  const before = await nameOf(last);
  const id = await last.getAttribute("data-entry");
  const partOn = (date: string) => hub.locator(`[data-canvas="${date}"] [data-entry="${id}"]`);
  const [, y] = await middleOf(last);
  const canvas = await hub.locator(`[data-canvas="${day}"]`).boundingBox();
  if (!canvas) throw new Error("it isn't shown");
  // Its middle comes to a few minutes before the end of the day.
  await pull(tab, last, canvas.y + canvas.height - 6 - y);
  await takePicture(tab, "calendar-over-midnight");
  await tab.mouse.up();
  await hub
    .getByRole("status")
    .getByText(/ is .* now\./)
    .waitFor();
  await expect.poll(() => partOn("2026-11-27").count()).toBe(1);
  expect(await partOn(day).count()).toBe(1);
  const over = await nameOf(partOn(day));
  expect(over).not.toBe(before);
  expect(await nameOf(partOn("2026-11-27"))).toBe(over);

  // By its part on Friday it is dragged to Friday whole.
  await pull(tab, partOn("2026-11-27"), 2 * hourPx);
  await tab.mouse.up();
  await expect.poll(() => partOn(day).count()).toBe(0);
  expect(await nameOf(partOn("2026-11-27"))).not.toBe(over);
  await hub.locator("h1").press("Control+z");
  await expect.poll(() => nameOf(partOn(day))).toBe(over);
});

it("what is closed stays where it is, and nothing can be dragged to a closed day; both say why", async () => {
  const admin = await frameOf(await openHub(context, product, { person: "ada@contoso.example" }), "hub");
  await showPart(admin, "Administration");
  await admin.getByRole("tab", { name: "Settings" }).click();
  await admin.getByLabel("Close time after").fill("7");
  await admin.getByLabel("Close time after").press("Enter");
  await admin.getByText("Settings saved.").waitFor();

  const tab = await openHub(context, product, { person: "margaret@contoso.example" });
  await tab.setViewportSize({ width: 1280, height: 1100 });
  const hub = await frameOf(tab, "hub");
  await hub.getByRole("button", { name: "Calendar" }).click();
  await hub.getByRole("button", { name: "Week before" }).click();
  // A week ago it was Friday, and Thursday is closed.
  const locked = entriesOn(hub, "2026-11-19").first();
  await hub.locator('[data-canvas="2026-11-19"] .cal-entry.locked').first().waitFor();
  await standsStill(locked);
  const said = hub.getByRole("status").getByText("This time is closed. It can't be changed any more.");
  const lockedBefore = await nameOf(locked);
  await pull(tab, locked, hourPx / 2);
  await said.waitFor();
  expect(await hub.locator(".cal-entry.moving").count()).toBe(0);
  await tab.mouse.up();
  expect(await nameOf(locked)).toBe(lockedBefore);
  expect(await hub.getByRole("region", { name: "Entry" }).count()).toBe(0);
  await takePicture(tab, "calendar-closed");

  // She has handed the week in. Once that is taken back, Friday is open.
  await hub.getByRole("button", { name: "Take back" }).click();
  const open = hub.locator('[data-canvas="2026-11-20"] .cal-entry:not(.locked)').last();
  await open.waitFor();
  await said.waitFor({ state: "detached" });
  await standsStill(open);
  const before = await nameOf(open);
  const [x, y] = await middleOf(open);
  const thursday = await hub.locator('[data-canvas="2026-11-19"]').boundingBox();
  if (!thursday) throw new Error("it isn't shown");
  await tab.mouse.move(x, y);
  await tab.mouse.down();
  await tab.mouse.move(x - 10, y);
  await tab.mouse.move(thursday.x + 20, y, { steps: 4 });
  await hub.locator(".cal-entry.moving.refused").waitFor();
  await tab.mouse.up();
  await said.waitFor();
  expect(await nameOf(entriesOn(hub, "2026-11-20").last())).toBe(before);
});

/** Brings something to where nothing lies over it, once the page stands still: a finger only stops one that moves. */
async function centred(locator: Locator): Promise<[number, number]> {
  await standsStill(locator);
  await locator.evaluate((element) => element.scrollIntoView({ block: "center" }));
  await standsStill(locator);
  return placeOf(locator);
}

/** Waits until nothing has moved for so many frames. */
function standsStill(locator: Locator): Promise<void> {
  return locator.evaluate(async (element) => {
    for (let [still, last] = [0, Number.NaN]; still < 20; ) {
      await new Promise(requestAnimationFrame);
      const { top } = element.getBoundingClientRect();
      still = top === last ? still + 1 : 0;
      last = top;
    }
  });
}

/** Where something is, without scrolling to it. */
async function placeOf(locator: Locator): Promise<[number, number]> {
  const box = await locator.boundingBox();
  return box ? [box.x + box.width / 2, box.y + box.height / 2] : [0, 0];
}
