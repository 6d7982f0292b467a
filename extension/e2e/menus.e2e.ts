/** "Start timer" in the menus of Azure DevOps. */

import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import {
  axeViolations,
  frameOf,
  openHub,
  openView,
  openWorkItem,
  type Settings,
  signInButton,
  signInByRelay,
  takePicture,
} from "./pages.ts";
import { context, product, useProductAndBrowser } from "./setup.ts";

useProductAndBrowser();

/** Somebody without recorded history. */
const person = "joan@contoso.example";
const ofForm = "Menu of this work item";

async function startFrom(tab: Page, menu: string): Promise<void> {
  await tab.getByRole("button", { name: menu, exact: true }).click();
  await tab.getByRole("menuitem", { name: "Start timer" }).click();
}

function toast(tab: Page) {
  return tab.getByRole("region", { name: "Messages" });
}

function says(tab: Page, text: string | RegExp): Promise<void> {
  return toast(tab).getByText(text).waitFor();
}

/** The texts of the running timer in the hub. */
async function running(settings: Settings = {}): Promise<string> {
  const tab = await openHub(context, product, { person, ...settings });
  const hub = await frameOf(tab, "hub");
  const card = hub.getByRole("region", { name: "Running timer" });
  await card.getByText(/No timer is running|^since /).waitFor();
  const text = (await card.textContent()) ?? "";
  await tab.close();
  return text;
}

describe("starts a timer from each menu, and says what it stopped", () => {
  it("the form's, with the title; then a row's, a card's and the list's", async () => {
    const form = await openWorkItem(context, product, 104, { person });
    await startFrom(form, ofForm);
    await says(form, /^Timer runs on #104 .+\.$/);
    expect(await running()).toContain("#104");
    await startFrom(form, ofForm);
    await says(form, /^The timer on #104 .+ runs already\.$/);

    const query = await openView(context, product, "_queries/query", { person });
    await startFrom(query, "Menu of 105");
    await says(query, /^Timer runs on #105.*; #104 stopped\.$/);

    const board = await openView(context, product, "_boards/board", { person });
    await startFrom(board, "Menu of 107");
    await says(board, /^Timer runs on #107.*; #105 stopped\.$/);

    await form.getByRole("link", { name: /^Task 105/ }).click({ button: "right" });
    await form.getByRole("menuitem", { name: "Start timer" }).click();
    await says(form, /^Timer runs on #105.*; #107 stopped\.$/);
    // The group on the form hears of it at once.
    await (await frameOf(form, "group")).getByText("Running elsewhere").waitFor();
    expect(await running()).toContain("#105");
  });

  it("and takes it back", async () => {
    const tab = await openView(context, product, "_boards/board", { person: "margaret@contoso.example" });
    await startFrom(tab, "Menu of 105");
    await says(tab, /^Timer runs on #105/);
    await startFrom(tab, "Menu of 107");
    await says(tab, /; #105 stopped\.$/);
    await toast(tab).getByRole("button", { name: "Undo" }).click();
    await says(tab, /^The timer on #105.* runs on\.$/);
    expect(await running({ person: "margaret@contoso.example" })).toContain("#105");
  });
});

describe("says why it doesn't start", () => {
  it("several items, and an item without a number", async () => {
    const query = await openView(context, product, "_queries/query", { person });
    await query.getByLabel("Choose 104", { exact: true }).check();
    await query.getByLabel("Choose 105", { exact: true }).check();
    await startFrom(query, "Menu of 105");
    await says(query, /^A timer runs on one work item, and 2 are chosen\./);
    await startFrom(query, "Menu of 107");
    await says(query, /^Timer runs on #107/);

    const form = await openWorkItem(context, product, 104, { person });
    await form.getByRole("button", { name: "New Task" }).click();
    await startFrom(form, ofForm);
    await says(form, /Save this one first\.$/);
  });

  it("a server that isn't reached, and starts when it is again", async () => {
    const tab = await openView(context, product, "_boards/board", { person });
    await frameOf(tab, "start-timer", "attached");
    await context.setOffline(true);
    await startFrom(tab, "Menu of 104");
    await says(tab, "TimeTracker was not reached, so no timer was started.");
    await context.setOffline(false);
    await toast(tab).getByRole("button", { name: "Try again" }).click();
    await says(tab, /^Timer runs on #104/);
  });
});

it("works with the keyboard alone", async () => {
  const tab = await openView(context, product, "_queries/query", { person: "margaret@contoso.example" });
  const button = tab.getByRole("button", { name: "Menu of 104", exact: true });
  await button.focus();
  await tab.keyboard.press("Enter");
  await tab.keyboard.press("Escape");
  expect(await button.evaluate((element) => element === document.activeElement)).toBe(true);
  await tab.keyboard.press("ArrowDown");
  expect(await tab.getByRole("menuitem").evaluate((item) => item === document.activeElement)).toBe(true);
  await tab.keyboard.press("Enter");
  await says(tab, /^Timer runs on #104/);
});

const themes = ["light", "dark"] as const;
const narrow = { width: 360, height: 740 };
const wide = { width: 1600, height: 900 };

describe.each(themes)("looks right, %s:", (theme) => {
  it("menus and what they say", async () => {
    for (const view of ["_queries/query", "_boards/board"] as const) {
      const tab = await openView(context, product, view, { person, theme });
      for (const viewport of [narrow, wide]) {
        await tab.setViewportSize(viewport);
        const name = `menu-${view.split("/")[1]}-${viewport.width}-${theme}`;
        await tab.getByRole("button", { name: "Menu of 104", exact: true }).click();
        await tab.getByRole("menuitem").first().waitFor();
        await takePicture(tab, name);
        expect(await axeViolations(tab), name).toEqual([]);
        await tab.getByRole("menuitem", { name: "Start timer" }).click();
        await says(tab, /#104/);
        await takePicture(tab, `${name}-toast`);
        expect(await axeViolations(tab), `${name}, toast`).toEqual([]);
      }
    }
    const form = await openWorkItem(context, product, 104, { person, theme });
    await form.getByRole("button", { name: ofForm }).click();
    await takePicture(form, `menu-form-${theme}`);
    expect(await axeViolations(form), "form").toEqual([]);
  });

  it("the dialog that asks for the sign-in, after which the timer runs", async () => {
    const tab = await openView(context, product, "_boards/board", { nestedAppAuth: "off", theme });
    await startFrom(tab, "Menu of 104");
    const dialog = await frameOf(tab, "start-dialog");
    await dialog.getByRole("button", signInButton).waitFor();
    for (const viewport of [narrow, wide]) {
      await tab.setViewportSize(viewport);
      await takePicture(tab, `menu-sign-in-${viewport.width}-${theme}`);
      expect(await axeViolations(dialog), "dialog").toEqual([]);
      expect(await axeViolations(tab), "around it").toEqual([]);
    }
    await signInByRelay(tab, dialog, "grace@contoso.example");
    await says(tab, /^Timer runs on #104/);
    expect(await tab.getByRole("dialog").count()).toBe(0);
    // The tab is signed in from here on.
    await startFrom(tab, "Menu of 107");
    await says(tab, /^Timer runs on #107.*; #104 stopped\.$/);
  });

  it("a dialog that is closed starts nothing", async () => {
    const tab = await openView(context, product, "_boards/board", { nestedAppAuth: "off", theme });
    await startFrom(tab, "Menu of 104");
    await (await frameOf(tab, "start-dialog")).getByRole("button", signInButton).waitFor();
    await tab.getByRole("dialog").getByRole("button", { name: "Close" }).click();
    await tab.getByRole("dialog").waitFor({ state: "detached" });
    expect(await toast(tab).textContent()).toBe("");
  });
});

it("an organization without a plan: a dialog says so, and whom to ask", async () => {
  const console = await context.newPage();
  await console.goto(product.marketplaceUrl);
  await console
    .getByRole("article")
    .filter({ has: console.getByRole("button", { name: "Cancel subscription" }) })
    .first()
    .getByRole("button", { name: "Cancel subscription" })
    .click();
  await console
    .getByRole("article", { name: /Unsubscribe/ })
    .first()
    .getByText("Accepted")
    .waitFor();
  for (const theme of themes) {
    const tab = await openView(context, product, "_boards/board", { person: "linus@contoso.example", theme });
    await startFrom(tab, "Menu of 104");
    const dialog = await frameOf(tab, "start-dialog");
    await dialog.getByText(/Ask .*Ada Lovelace/).waitFor();
    await takePicture(tab, `menu-no-plan-${theme}`);
    expect(await axeViolations(dialog)).toEqual([]);
    await tab.getByRole("dialog").getByRole("button", { name: "Close" }).click();
    await tab.getByRole("dialog").waitFor({ state: "detached" });
  }
});
