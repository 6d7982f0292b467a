/** The hub's bar: what runs, and the field to start, switch, add time and pin. */

import type { Frame, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { axeViolations, changeEntra, frameOf, openHub, takePicture } from "./pages.ts";
import { browser, context, daysBefore, product, useProductAndBrowser } from "./setup.ts";

useProductAndBrowser();

const person = "ada@contoso.example";

const fieldOf = (hub: Frame) => hub.getByRole("combobox", { name: "What are you working on?" });

async function hubOf(settings: Parameters<typeof openHub>[2] = { person }): Promise<[Page, Frame]> {
  const tab = await openHub(context, product, settings);
  const hub = await frameOf(tab, "hub");
  await fieldOf(hub).waitFor();
  return [tab, hub];
}

/** Opens the field by its key, and waits until Azure DevOps has answered. */
async function openField(tab: Page, hub: Frame): Promise<void> {
  await hub.getByRole("heading", { level: 1 }).focus();
  await tab.keyboard.press("/");
  await hub.locator('[role="listbox"][aria-busy="false"] [role="option"]').first().waitFor();
}

const active = (hub: Frame) => hub.locator('[role="option"][aria-selected="true"]');
const status = (hub: Frame, text: string | RegExp) => hub.getByRole("status").getByText(text);

/** Makes Azure DevOps' API fail, or not any more. */
async function azureDevOps(mode: string): Promise<void> {
  const tab = await context.newPage();
  await tab.goto(`${product.devopsUrl}/_sandbox/page.css`);
  const answer = await tab.evaluate(
    async (body) => (await fetch("/_sandbox/faults", { method: "POST", body })).status,
    JSON.stringify({ service: "devops", mode }),
  );
  await tab.close();
  expect(answer).toBe(204);
}

describe("with the keyboard alone", () => {
  it("an item is found by words, started on, switched from by its number, pinned, and stopped", async () => {
    const [tab, hub] = await hubOf();
    await openField(tab, hub);
    await hub.getByRole("group", { name: "Assigned to you" }).waitFor();
    await tab.keyboard.type("focus menu");
    await active(hub).getByText("#131 Keyboard focus is lost when the menu closes").waitFor();
    await tab.keyboard.press("Enter");
    await status(hub, "Timer started on #131 Keyboard focus is lost when the menu closes.").waitFor();
    await hub.getByRole("button", { name: "#131 Keyboard focus is lost when the menu closes" }).waitFor();

    await tab.keyboard.type("107");
    await active(hub).getByText("#107 Refund is sent twice").waitFor();
    await tab.keyboard.press("Alt+p");
    await status(hub, /^#107 .* is pinned\.$/).waitFor();
    await tab.keyboard.press("Enter");
    await status(hub, /^Timer started on #107/).waitFor();
    await tab.keyboard.press("Alt+s");
    await status(hub, /^Timer on #107 .* stopped after/).waitFor();
    await hub.getByText("No timer is running.").waitFor();

    await tab.keyboard.press("ArrowDown");
    await hub.getByRole("group", { name: "Pinned" }).getByText("#107").waitFor();
    await tab.keyboard.press("ArrowDown");
    await tab.keyboard.press("ArrowUp");
    await tab.keyboard.press("p");
    await status(hub, /^#107 .* is not pinned any more\.$/).waitFor();
    await tab.keyboard.press("Escape");
    await hub.getByRole("listbox").waitFor({ state: "detached" });
    await tab.close();
  });

  it("time without a work item is started on, and added, where the project allows it", async () => {
    const [tab, hub] = await hubOf();
    await openField(tab, hub);
    await hub.getByRole("group", { name: "No work item" }).waitFor();
    await tab.keyboard.type("no work item");
    await active(hub).getByText("No work item – ").waitFor();
    await takePicture(tab, "general");
    expect(await axeViolations(hub)).toEqual([]);
    await tab.keyboard.press("Enter");
    await status(hub, /^Timer started on No work item – /).waitFor();
    await tab.keyboard.press("Alt+s");
    await status(hub, /^Timer on No work item – .* stopped after/).waitFor();

    await tab.keyboard.press("/");
    await tab.keyboard.type("no work item");
    await active(hub).getByText("No work item – ").waitFor();
    await tab.keyboard.press("Control+Enter");
    await hub.getByRole("form", { name: /^Add time: No work item – / }).waitFor();
    await tab.keyboard.press("Escape");
    await tab.close();
  });

  it("time is added to an item, and taken back", async () => {
    const [tab, hub] = await hubOf();
    await openField(tab, hub);
    await tab.keyboard.type("#120");
    await active(hub).getByText("#120").waitFor();
    await tab.keyboard.press("Control+Enter");
    const form = hub.getByRole("form", { name: /^Add time: #120/ });
    await form.waitFor();
    // An hour of a night in which nobody has worked.
    const day = daysBefore(2);
    await form.getByLabel("Start").fill(`${day}T03:00:00`);
    await form.getByLabel("Stop").fill(`${day}T04:30:00`);
    await takePicture(tab, "switch-add-time");
    expect(await axeViolations(hub)).toEqual([]);
    await form.getByRole("button", { name: "Add", exact: true }).click();
    await status(hub, /^1 hour 30 minutes added to #120/).waitFor();
    await hub.getByRole("button", { name: "Undo" }).click();
    await status(hub, /^The time on #120 .* is taken back\.$/).waitFor();
    await tab.close();
  });
});

describe.each(["light", "dark"] as const)("axe finds nothing, %s:", (theme) => {
  it.each([300, 360, 1280, 1600])("at %i px", async (width) => {
    const [tab, hub] = await hubOf({ person, theme });
    await tab.setViewportSize({ width, height: 900 });
    await openField(tab, hub);
    await takePicture(tab, `switch-${theme}-${width}`);
    expect(await axeViolations(hub), "open").toEqual([]);
    await tab.keyboard.type("pay");
    await hub.getByRole("group", { name: "Found in Azure DevOps" }).waitFor();
    await takePicture(tab, `switch-typed-${theme}-${width}`);
    expect(await axeViolations(hub), "typed").toEqual([]);
    const across = await hub.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(across).toBe(0);
    await tab.close();
  });
});

it.each(["light", "dark"] as const)("axe finds nothing in the bar of a running timer, %s", async (theme) => {
  const [tab, hub] = await hubOf({ person, theme });
  const heightOfBar = async () => (await hub.locator(".timer-bar").boundingBox())?.height;
  await hub.getByText("No timer is running.").waitFor();
  const idle = await heightOfBar();
  await openField(tab, hub);
  await tab.keyboard.type("#107");
  await active(hub).getByText("#107").waitFor();
  await tab.keyboard.press("Enter");
  await hub.getByRole("button", { name: "Stop" }).waitFor();
  // What is told about the timer has two lines, which fit in: nothing below moves at a start.
  expect(await heightOfBar()).toBe(idle);
  for (const width of [300, 360, 1280, 1600]) {
    await tab.setViewportSize({ width, height: 900 });
    await takePicture(tab, `timer-bar-${theme}-${width}`);
    expect(await axeViolations(hub), `${width}`).toEqual([]);
  }
  await hub.getByRole("button", { name: "Stop" }).click();
  await hub.getByText("No timer is running.").waitFor();
  await tab.close();
});

it("where the organization wants the sign-in confirmed, the search goes on after it", async () => {
  await changeEntra(context, product, "faults", { service: "entra", mode: "second_factor" });
  const [tab, hub] = await hubOf({ person: "linus@contoso.example" });
  await fieldOf(hub).click();
  const popup = hub.locator(".switch-popup");
  const confirm = popup.getByRole("button", { name: "Sign in with Microsoft" });
  await confirm.waitFor();
  await takePicture(tab, "switch-confirm");
  expect(await axeViolations(hub)).toEqual([]);
  await confirm.click();
  await hub.getByRole("group", { name: "Assigned to you" }).waitFor();
  await changeEntra(context, product, "faults", { service: "entra", mode: "off" });
  await tab.close();
});

it("with Azure DevOps down, known items are found and started on", async () => {
  await azureDevOps("down");
  const [tab, hub] = await hubOf({ person: "grace@contoso.example" });
  await openField(tab, hub);
  await status(
    hub,
    /Azure DevOps doesn't answer. Only pinned and recent work items are searched\./,
  ).waitFor();
  const [, number = ""] = /#(\d+)/.exec((await hub.getByRole("option").last().textContent()) ?? "") ?? [];
  await tab.keyboard.type(number);
  await active(hub).getByText(`#${number}`).waitFor();
  await takePicture(tab, "switch-down");
  expect(await axeViolations(hub)).toEqual([]);
  await tab.keyboard.press("Enter");
  await status(hub, new RegExp(`^Timer started on #${number}`)).waitFor();
  await azureDevOps("off");
  await hub.getByRole("button", { name: "Stop" }).click();
  await hub.getByText("No timer is running.").waitFor();
  await tab.close();
});

it("with a finger, the icons are there and large enough", async () => {
  const phone = await browser.newContext({ touch: true });
  const tab = await openHub(phone, product, { person });
  await tab.setViewportSize({ width: 360, height: 800 });
  const hub = await frameOf(tab, "hub");
  await fieldOf(hub).tap();
  const option = hub.getByRole("option").nth(1);
  const pin = option.getByTitle("Pin", { exact: true });
  const { width, height } = (await pin.boundingBox()) ?? { width: 0, height: 0 };
  expect([width, height]).toEqual([44, 44]);
  await pin.tap();
  await status(hub, /is pinned\.$/).waitFor();
  await takePicture(tab, "switch-touch");
  await option.getByTitle("Unpin", { exact: true }).tap();
  await status(hub, /is not pinned any more\.$/).waitFor();
  await option.getByTitle("Add time").tap();
  await hub.getByRole("form", { name: /^Add time: / }).waitFor();
  await phone.close();
});

it("with a finger, every control of the page is large enough", async () => {
  const phone = await browser.newContext({ touch: true });
  const tab = await openHub(phone, product, { person });
  await tab.setViewportSize({ width: 360, height: 800 });
  const hub = await frameOf(tab, "hub");
  await hub.getByRole("grid").waitFor();
  const controls = hub.locator('button, select, [role="tab"], [role="combobox"], .segment');
  const small = await controls.evaluateAll((all) =>
    all
      .map((control) => ({ name: control.textContent, box: control.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 0 && (box.width < 44 || box.height < 44))
      .map(({ name, box }) => `${name}: ${box.width} × ${box.height}`),
  );
  expect(small).toEqual([]);
  expect(
    await hub.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
  ).toBe(0);
  await takePicture(tab, "touch");
  await phone.close();
});

it("? lists the keys, and single letters are switched off", async () => {
  const [tab, hub] = await hubOf();
  await hub.getByRole("heading", { level: 1 }).focus();
  await tab.keyboard.press("?");
  const dialog = hub.getByRole("dialog", { name: "Keys" });
  await dialog.waitFor();
  // It is read from its beginning.
  expect(await dialog.evaluate((element) => element.scrollTop)).toBe(0);
  await takePicture(tab, "keys");
  expect(await axeViolations(hub)).toEqual([]);
  await dialog.getByLabel("Single letters and signs are keys").uncheck();
  await dialog.getByRole("button", { name: "Close" }).click();
  await tab.reload();
  const again = await frameOf(tab, "hub");
  await fieldOf(again).waitFor();
  await again.getByRole("heading", { level: 1 }).focus();
  await tab.keyboard.press("/");
  await tab.keyboard.press("?");
  expect(await again.getByRole("dialog").count()).toBe(0);
  expect(await fieldOf(again).getAttribute("aria-expanded")).toBe("false");
  await tab.close();
});
