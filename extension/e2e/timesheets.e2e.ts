/** What goes on around weeks: reminders in the product, and corrections of closed time. */

import type { Frame, Page } from "playwright-core";
import { expect, it } from "vitest";
import { axeViolations, frameOf, openHub, type Settings, showPart, takePicture } from "./pages.ts";
import { context, daysBefore, product, useProductAndBrowser } from "./setup.ts";

useProductAndBrowser();

const hubOf = async (settings: Settings): Promise<[Page, Frame]> => {
  const tab = await openHub(context, product, settings);
  return [tab, await frameOf(tab, "hub")];
};

it("a reminder is a notice above the week, leads to it, and is dismissed by the keyboard", async () => {
  const [, ada] = await hubOf({ person: "ada@contoso.example" });
  await showPart(ada, "Team");
  await ada.getByRole("table", { name: "Hours by person and day" }).waitFor();
  // Margaret hasn't handed in the week before the last one.
  for (let back = 0; back < 2; back++) await ada.getByRole("button", { name: "Week before" }).click();
  await ada.getByRole("button", { name: /^Remind .*Margaret/ }).click();
  await ada
    .getByRole("row", { name: /Margaret/ })
    .filter({ hasText: "Reminded" })
    .waitFor();

  for (const theme of ["light", "dark"] as const) {
    const [tab, hub] = await hubOf({ person: "margaret@contoso.example", theme });
    const notice = hub.getByRole("region", { name: "Reminders" });
    await notice.getByText(/ missing\.$/).waitFor();
    for (const width of [300, 1600]) {
      await tab.setViewportSize({ width, height: 900 });
      await takePicture(tab, `reminder-${theme}-${width}`);
      expect(await axeViolations(hub), `${theme}, ${width}`).toEqual([]);
    }
    await tab.close();
  }

  const [tab, hub] = await hubOf({ person: "margaret@contoso.example" });
  const notice = hub.getByRole("region", { name: "Reminders" });
  await notice.getByRole("button", { name: /^Show the week/ }).press("Enter");
  await notice.getByRole("button", { name: /^Show the week/ }).waitFor({ state: "detached" });
  await tab.waitForURL(/week=/);
  await notice.getByRole("button", { name: /^Dismiss/ }).press("Enter");
  await notice.waitFor({ state: "detached" });
  await hub.locator("h1:focus").waitFor();
  const read = tab.waitForResponse((response) => new URL(response.url()).pathname.endsWith("/reminders"));
  await tab.reload();
  const again = await frameOf(tab, "hub");
  await (await read).finished();
  await weekOf(again).getByRole("button").first().waitFor();
  expect(await again.getByRole("region", { name: "Reminders" }).count()).toBe(0);
});

/** The adjustments of the administration, in the hub. */
async function openAdjustments(settings: Settings): Promise<[Page, Frame]> {
  const [tab, hub] = await hubOf({ person: "ada@contoso.example", ...settings });
  await showPart(hub, "Administration");
  await hub.getByRole("tab", { name: "Adjustments" }).click();
  await hub.getByRole("heading", { name: "Adjustments" }).waitFor();
  return [tab, hub];
}

/** A day some weeks ago. */
const weeksAgo = (weeks: number) => daysBefore(weeks * 7);

it("a dialog stays in the frame when that is narrowed, and scrolls there", async () => {
  const [tab, hub] = await openAdjustments({});
  await hub.getByRole("button", { name: "New adjustment" }).click();
  const dialog = hub.getByRole("dialog", { name: "Correct closed time" });
  await dialog.getByRole("option", { name: "Payments" }).waitFor({ state: "attached" });
  for (const [width, height] of [
    [300, 900],
    [1280, 500],
  ] as const) {
    await tab.setViewportSize({ width, height });
    // It is placed once the frame has its new size.
    await expect
      .poll(() => dialog.evaluate(outsideOfFrame), { message: `${width} × ${height}` })
      .toEqual({ above: false, below: false, aside: false });
    await takePicture(tab, `dialog-${width}`);
  }
  const cancel = dialog.getByRole("button", { name: "Cancel" });
  await cancel.scrollIntoViewIfNeeded();
  expect(await cancel.evaluate(outsideOfFrame)).toEqual({ above: false, below: false, aside: false });
  await tab.close();
});

it("fields of targets and activities are as high as all others", async () => {
  const [tab, hub] = await openAdjustments({});
  for (const [part, heading] of [
    ["Targets", "Targets and approvers"],
    ["Activities", "Activities"],
  ] as const) {
    await hub.getByRole("tab", { name: part }).click();
    await hub.getByRole("heading", { name: heading }).waitFor();
    const field = hub.getByRole("tabpanel").locator('input:not([type="checkbox"])').first();
    await field.waitFor();
    expect((await field.boundingBox())?.height, part).toBeGreaterThanOrEqual(32);
  }
  await tab.close();
});

function outsideOfFrame(element: Element) {
  const { top, left, bottom, right } = element.getBoundingClientRect();
  return { above: top < 0, below: bottom > innerHeight, aside: left < 0 || right > innerWidth };
}

it("closed time is adjusted and taken back, by the keyboard alone", async () => {
  const [tab, hub] = await openAdjustments({});
  await hub.getByRole("button", { name: "New adjustment" }).press("Enter");
  const dialog = hub.getByRole("dialog", { name: "Correct closed time" });
  await dialog.getByRole("option", { name: "Payments" }).waitFor({ state: "attached" });
  await dialog.getByLabel("Person").selectOption({ label: "Linus Bergström" });
  await dialog.getByLabel("Corrects").fill(weeksAgo(0));
  await dialog.getByRole("combobox", { name: "Project" }).selectOption({ label: "Payments" });
  await dialog.getByLabel("Length").fill("+1:30");
  await dialog.getByLabel("Reason").fill("The visit at the customer's was forgotten.");
  await tab.keyboard.press("Enter");
  await dialog.getByText("This day is open: its entries can be corrected.").waitFor();
  await dialog.getByLabel("Corrects").fill(weeksAgo(4));
  await dialog.getByLabel("Length").press("Enter");
  await dialog.waitFor({ state: "detached" });
  const rows = hub.getByRole("row").filter({ hasText: "Linus" });
  await rows.filter({ hasText: "+1:30" }).waitFor();
  // The focus is back on the button, and Undo is made by the keyboard.
  await tab.keyboard.press("Control+z");
  await rows.filter({ hasText: "−1:30" }).filter({ hasText: "Takes one back" }).waitFor();
  await rows.filter({ hasText: "Taken back" }).waitFor();
  await tab.close();

  for (const theme of ["light", "dark"] as const) {
    const [shown, frame] = await openAdjustments({ theme });
    await frame.getByRole("row").nth(1).waitFor();
    for (const width of [300, 1600]) {
      await shown.setViewportSize({ width, height: 1000 });
      await frame.waitForFunction((narrow) => innerWidth < 400 === narrow, width < 400);
      await takePicture(shown, `adjustments-${theme}-${width}`);
      expect(await axeViolations(frame), `${theme}, ${width}`).toEqual([]);
      const overflow = await frame.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(overflow, `${width}`).toBeLessThanOrEqual(0);
      await frame.getByRole("button", { name: "New adjustment" }).click();
      await frame
        .getByRole("dialog")
        .getByRole("option", { name: "Payments" })
        .waitFor({ state: "attached" });
      await takePicture(shown, `adjust-dialog-${theme}-${width}`);
      expect(await axeViolations(frame), `dialog, ${theme}, ${width}`).toEqual([]);
      await shown.keyboard.press("Escape");
    }
    await shown.close();
  }
});

/** The person's week, from their hub. */
const weekOf = (tab: Frame) => tab.getByRole("region", { name: "State of the week" });

it("a week goes from its owner to their approver, back, and again, and is corrected once it is approved", async () => {
  const [tab, hub] = await hubOf({ person: "margaret@contoso.example" });
  for (let back = 0; back < 2; back++) await hub.getByRole("button", { name: "Week before" }).click();
  await weekOf(hub).getByRole("button", { name: "Submit week" }).click();
  await weekOf(hub).getByRole("button", { name: "Take back" }).waitFor();

  // Grace, who is no admin, reads what she decides on, and sends it back.
  const [graceTab, grace] = await hubOf({ person: "grace@contoso.example" });
  await showPart(grace, "Team");
  const pending = grace.getByRole("region", { name: "To approve" });
  await pending
    .getByRole("button", { name: /^Margaret .*: show the week$/ })
    .last()
    .press("Enter");
  await grace.locator("h1:focus").filter({ hasText: "Margaret" }).waitFor();
  await grace.locator(".person-entry").first().waitFor();
  for (const width of [300, 700, 1280, 1920]) {
    await graceTab.setViewportSize({ width, height: 1000 });
    await grace.waitForFunction((narrow) => innerWidth < 400 === narrow, width < 400);
    await takePicture(graceTab, `person-week-${width}`);
    expect(await axeViolations(grace), `${width}`).toEqual([]);
    expect(await overflowOf(grace), `${width}`).toBeLessThanOrEqual(0);
  }
  await grace.getByRole("button", { name: "Send back…" }).click();
  await grace.getByRole("textbox", { name: "What is to be changed" }).fill("What was on Tuesday?");
  await graceTab.keyboard.press("Enter");
  await grace.getByText("This week is open.").waitFor();
  await takePicture(graceTab, "person-week-open");

  const returned = await reloaded(tab);
  await weekOf(returned).getByText("Sent back: What was on Tuesday?").waitFor();
  await takePicture(tab, "week-returned");
  await weekOf(returned).getByRole("button", { name: "Submit week" }).click();
  await weekOf(returned).getByRole("button", { name: "Take back" }).waitFor();

  // Handed in again, it is approved, and corrected from the same page.
  const again = await reloaded(graceTab);
  await again.getByRole("button", { name: "Approve", exact: true }).click();
  await again.locator(".person-week-head").filter({ hasText: "Approved" }).waitFor();
  await again.getByRole("button", { name: "Adjust…" }).click();
  const dialog = again.getByRole("dialog", { name: "Correct closed time" });
  await dialog.getByRole("option", { name: "Payments" }).waitFor({ state: "attached" });
  await dialog.getByRole("combobox", { name: "Project" }).selectOption({ label: "Payments" });
  await dialog.getByLabel("Length").fill("-0:45");
  await dialog.getByLabel("Reason").fill("Lunch was in it.");
  await takePicture(graceTab, "person-week-adjust");
  await dialog.getByLabel("Reason").press("Enter");
  await dialog.waitFor({ state: "detached" });
  await again.getByRole("button", { name: "Back to Team" }).click();
  await again.getByRole("button", { name: "Adjustments" }).click();
  await again.getByRole("row").filter({ hasText: "Margaret" }).filter({ hasText: "−0:45" }).waitFor();
  await takePicture(graceTab, "team-adjustments");
  expect(await axeViolations(again)).toEqual([]);

  // Margaret sees in her week what was adjusted, why and by whom.
  const own = await reloaded(tab);
  await own.getByRole("button", { name: "This week" }).click();
  const line = own.getByRole("region", { name: "Adjustments in this week" }).getByRole("listitem");
  await line.filter({ hasText: "Lunch was in it." }).filter({ hasText: "Grace Hopper" }).waitFor();
  await takePicture(tab, "own-adjustments");
  expect(await axeViolations(own)).toEqual([]);
});

const overflowOf = (frame: Frame) =>
  frame.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** The hub after the page was loaded again, once it has its heading. */
async function reloaded(tab: Page): Promise<Frame> {
  // A tab in the background gets no clicks.
  await tab.bringToFront();
  await tab.reload();
  const hub = await frameOf(tab, "hub");
  await hub.locator("h1").first().waitFor();
  return hub;
}
