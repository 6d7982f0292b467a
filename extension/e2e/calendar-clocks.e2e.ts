/** Dragging in the calendar where the clocks change, by somebody whose browser is in another zone than their days. */

import type { Frame, Locator } from "playwright-core";
import { expect, it } from "vitest";
import { startBrowser } from "./browser.ts";
import { frameOf, openHub, takePicture } from "./pages.ts";
import { startProduct } from "./product.ts";

const hourPx = 57;

/** Draws three hours on a Sunday, from one o'clock in Berlin on, and drags them an hour later. */
async function drawAndDrag(at: string, sunday: string, hoursBeforeEight: number) {
  const product = await startProduct({ at });
  const browser = await startBrowser(product);
  try {
    const context = await browser.newContext({ timeZone: "America/New_York" });
    const tab = await openHub(context, product, { person: "margaret@contoso.example" });
    await tab.setViewportSize({ width: 1280, height: 1500 });
    const hub = await frameOf(tab, "hub");
    await hub.getByRole("button", { name: "Calendar" }).click();
    await hub.getByRole("button", { name: "Week before" }).click();
    // She has handed the week in.
    await hub.getByRole("button", { name: "Take back" }).click();
    await hub.getByRole("button", { name: "Submit week" }).waitFor();
    await hub.getByRole("button", { name: /^before/ }).click();
    const canvas = hub.locator(`[data-canvas="${sunday}"]`);
    const x = (await boxOf(canvas)).x + 20;
    const bottom = await bodyOf(hub, sunday);
    await tab.mouse.move(x, bottom - hoursBeforeEight * hourPx);
    await tab.mouse.down();
    await tab.mouse.move(x, bottom - hoursBeforeEight * hourPx + 10);
    await tab.mouse.move(x, bottom - (hoursBeforeEight - 3) * hourPx, { steps: 4 });
    await tab.mouse.up();
    const form = hub.getByRole("region", { name: "New entry" });
    await form.getByRole("listbox").getByRole("option").first().click();
    await hub
      .getByRole("status")
      .getByText(/ added, /)
      .waitFor();
    const entry = canvas.locator(".cal-entry");
    const drawn = await factsOf(entry);
    const { y, height } = await boxOf(entry);
    await tab.mouse.move(x, y + height / 2);
    await tab.mouse.down();
    await tab.mouse.move(x, y + height / 2 + 10);
    await tab.mouse.move(x, y + height / 2 + hourPx, { steps: 4 });
    await tab.mouse.up();
    await expect.poll(() => factsOf(entry)).not.toBe(drawn);
    await takePicture(tab, `calendar-clocks-${sunday}`);
    await tab.reload();
    const kept = (await frameOf(tab, "hub"))
      .locator(`[data-canvas="${sunday}"] .cal-entry, .cal-chip`)
      .last();
    await kept.waitFor();
    return { drawn, dragged: await factsOf(kept) };
  } finally {
    await browser.stop();
    await product.stop();
  }
}

/** Where eight o'clock is. */
async function bodyOf(hub: Frame, date: string): Promise<number> {
  const { y, height } = await boxOf(hub.locator(`[data-canvas="${date}"]`));
  return y + height - 10 * hourPx;
}

async function boxOf(locator: Locator) {
  const box = await locator.boundingBox();
  if (!box) throw new Error("it isn't shown");
  return box;
}

/** "01:00 to 03:00, 3 hours 0 minutes" */
async function factsOf(entry: Locator): Promise<string> {
  const text = (await entry.locator(".visually-hidden").first().textContent()) ?? "";
  return text.replace(/^, /, "");
}

it("three hours stay three hours where an hour comes twice", async () => {
  // The clocks go back from three to two.
  const { drawn, dragged } = await drawAndDrag("2026-10-26T09:00:00Z", "2026-10-25", 8);
  expect(drawn).toBe("01:00 to 03:00, 3 hours 0 minutes");
  expect(dragged).toBe("02:00 to 04:00, 3 hours 0 minutes");
});

it("three hours stay three hours where an hour is skipped", async () => {
  // The clocks go on from two to three.
  const { drawn, dragged } = await drawAndDrag("2026-03-30T09:00:00Z", "2026-03-29", 6);
  expect(drawn).toBe("01:00 to 05:00, 3 hours 0 minutes");
  expect(dragged).toBe("03:00 to 06:00, 3 hours 0 minutes");
});
