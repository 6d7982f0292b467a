/** What the pages leave in the browser, and whom they ask: looked at on every page of the product. */

import type { BrowserContext, Frame, Page } from "playwright-core";
import { afterEach, beforeEach, expect, it } from "vitest";
import {
  frameOf,
  openGroup,
  openHub,
  openOrganizationSettings,
  openSignUpPage,
  openTimeTab,
  openView,
  openWorkItem,
  showPart,
  signInByRelay,
} from "./pages.ts";
import { browser, context, product, useProductAndBrowser } from "./setup.ts";

useProductAndBrowser();

const ada = "ada@contoso.example";

/** The origins that were asked for anything, by requests and sockets of all pages and frames. */
let asked: Set<string>;

function watch(pages: BrowserContext): void {
  pages.on("request", (request) => asked.add(new URL(request.url()).origin));
  pages.on("page", (page) => page.on("websocket", (socket) => asked.add(new URL(socket.url()).origin)));
}

beforeEach(() => {
  asked = new Set();
  watch(context);
});

afterEach(() => {
  // `null` is of blob: and about: addresses, which leave the browser for nobody.
  const ours = [product.url, product.devopsUrl, product.entraUrl, product.marketplaceUrl, "null"];
  expect([...asked].filter((origin) => !ours.includes(origin))).toEqual([]);
});

/** All that a document of ours can find in the browser. */
function leftIn(frame: Frame) {
  return frame.evaluate(async () => ({
    session: Object.keys(sessionStorage),
    local: { ...localStorage } as Record<string, string>,
    cookies: document.cookie,
    databases: (await indexedDB.databases()).map(({ name }) => name),
    caches: await caches.keys(),
    workers: (await navigator.serviceWorker.getRegistrations()).length,
    history: history.state as unknown,
    name: window.name,
  }));
}

const isOurs = (frame: Frame) => frame.url().startsWith(product.url);

/** Expects MSAL's cache and the theme in each frame of ours, and nothing else but what `more` names. */
async function look(tab: Page, more: RegExp[] = []): Promise<void> {
  const ours = tab.frames().filter(isOurs);
  expect(ours.length, "frames of ours").toBeGreaterThan(0);
  for (const frame of ours) {
    const { session, local, ...others } = await leftIn(frame);
    const where = new URL(frame.url()).pathname;
    const unknown = session.filter((key) => !key.startsWith("msal."));
    expect(
      unknown.filter((key) => !more.some((pattern) => pattern.test(key))),
      where,
    ).toEqual([]);
    for (const [key, value] of Object.entries(local)) {
      expect([key, where, value === "light" || value === "dark"]).toEqual(["timetracker.theme", where, true]);
    }
    const { history: state, ...stored } = others;
    expect(stored, where).toEqual({
      cookies: "",
      databases: [],
      caches: [],
      workers: 0,
      name: expect.any(String),
    });
    expect(JSON.stringify(state ?? null), where).not.toMatch(/token|@|eyJ/);
  }
  const { cookies, origins } = await context.storageState({ indexedDB: true });
  expect(cookies.filter(({ domain }) => domain === new URL(product.url).hostname)).toEqual([]);
  const kept = origins.filter(({ origin }) => origin === product.url);
  expect(kept.flatMap(({ localStorage: own }) => own.map(({ name }) => name))).toEqual([]);
}

it("on a work item, its page, and the menus", async () => {
  const [tab, group] = await openGroup(context, product, 104, { person: ada, theme: "dark" });
  const buttons = group.getByRole("button", { name: /^(Start|Switch here|Stop)/ });
  await buttons.first().waitFor();
  await look(tab);
  await buttons.first().click();
  await group.getByRole("button", { name: "Stop", exact: true }).waitFor();
  await openTimeTab(tab);
  await (await frameOf(tab, "page")).getByRole("table").first().waitFor();
  await look(tab);
  await tab.getByRole("button", { name: "Menu of this work item", exact: true }).click();
  await tab.getByRole("menuitem", { name: "Start timer" }).click();
  await tab
    .getByRole("region", { name: "Messages" })
    .getByText(/^The timer on #104/)
    .waitFor();
  await look(tab);
  await tab.close();

  const signsIn = await openView(context, product, "_boards/board", { person: ada, nestedAppAuth: "off" });
  await signsIn.getByRole("button", { name: "Menu of 105", exact: true }).click();
  await signsIn.getByRole("menuitem", { name: "Start timer" }).click();
  await (await frameOf(signsIn, "start-dialog")).getByRole("button", { name: /Sign in/ }).waitFor();
  await look(signsIn);
});

it("in every part of the hub, with all that one can choose there", async () => {
  const tab = await openHub(context, product, { person: ada });
  const hub = await frameOf(tab, "hub");
  await hub.getByRole("grid").waitFor();
  const parts = hub.getByRole("navigation", { name: "Time", exact: true }).getByRole("button");
  const names = (await parts.allTextContents()).filter((name) => name !== "");
  expect(names.length).toBeGreaterThan(3);
  for (const name of names) {
    await showPart(hub, name);
    await hub.getByRole("heading", { level: 1 }).waitFor();
    await look(tab);
  }
  await showPart(hub, "My time");
  await hub.getByRole("button", { name: "Keys of this page" }).click();
  const taken = tab.waitForResponse((response) => response.request().method() === "PATCH");
  await hub.getByLabel("Single letters and signs are keys").uncheck();
  expect((await taken).ok()).toBe(true);
  await hub.getByRole("button", { name: "Close" }).last().click();

  await showPart(hub, "Reports");
  await hub.getByRole("treegrid").waitFor();
  await hub.getByRole("button", { name: "Export" }).click();
  const menu = hub.getByRole("dialog", { name: "Export this report" });
  const kept = tab.waitForResponse((response) => response.request().method() === "PATCH");
  await menu.getByLabel("Format of CSV files").selectOption("tab");
  expect((await kept).ok()).toBe(true);
  const [download] = await Promise.all([
    tab.waitForEvent("download"),
    menu.getByRole("button", { name: "CSV" }).click(),
  ]);
  await download.cancel();
  await look(tab);

  // Another browser of the same person finds both choices.
  const other = await browser.newContext();
  const elsewhere = await openHub(other, product, { person: ada });
  const again = await frameOf(elsewhere, "hub");
  await again.getByRole("grid").waitFor();
  await again.getByRole("button", { name: "Keys of this page" }).click();
  expect(await again.getByLabel("Single letters and signs are keys").isChecked()).toBe(false);
  await other.close();
});

it("in the administration", async () => {
  const tab = await openOrganizationSettings(context, product, { person: ada });
  const admin = await frameOf(tab, "admin");
  await admin.getByRole("row").nth(1).waitFor();
  for (const name of await admin.getByRole("tab").allTextContents()) {
    await admin.getByRole("tab", { name, exact: true }).click();
    await admin.getByRole("tabpanel").waitFor();
    await look(tab);
  }
});

it("on dashboards, in widgets and their settings", async () => {
  const tab = await openView(context, product, "_dashboards/dashboard", { person: ada });
  await (await frameOf(tab, "my-week")).getByRole("listitem").first().waitFor();
  await (await frameOf(tab, "team-month")).getByRole("table").waitFor();
  for (const [widget, contribution] of [
    ["My week", "my-week-settings"],
    ["The team's month", "team-month-settings"],
  ] as const) {
    await tab.getByRole("button", { name: `Menu of ${widget}` }).click();
    await tab.getByRole("menuitem", { name: "Configure" }).click();
    await (await frameOf(tab, contribution)).getByRole("radio").first().waitFor();
    await look(tab);
    await tab.getByRole("button", { name: "Close" }).click();
  }
});

it("on the pages outside of Azure DevOps, and after the sign-in by a window", async () => {
  const signUp = await openSignUpPage(context, product, "light");
  await signUp.getByRole("button", { name: /Sign in/ }).waitFor();
  await look(signUp);
  const legal = await context.newPage();
  await legal.goto(`${product.url}/ext/legal.html`);
  await legal.getByRole("heading", { level: 2 }).first().waitFor();
  await look(legal);
  await legal.goto(`${product.url}/marketplace?token=canary`);
  await legal.getByRole("button", { name: /Sign in/ }).waitFor();
  await look(legal);

  const tab = await openWorkItem(context, product, 104, { nestedAppAuth: "off" });
  const group = await frameOf(tab, "group");
  await signInByRelay(tab, group, ada);
  await group
    .getByRole("button", { name: /^(Start|Switch here|Stop)/ })
    .first()
    .waitFor();
  await look(tab);
});

it("while a stop waits for the network, and after it was sent", async () => {
  const [tab, group] = await openGroup(context, product, 107, { person: "grace@contoso.example" });
  await group.getByRole("button", { name: "Start", exact: true }).click();
  const stop = group.getByRole("button", { name: "Stop", exact: true });
  await stop.waitFor();
  await context.setOffline(true);
  await stop.click();
  await group.getByText("TimeTracker was not reached.").waitFor();
  await group.getByText("Keep this tab open").waitFor();
  await look(tab, [/^timetracker\.outbox\.[0-9a-f-]{36}$/]);
  expect((await leftIn(group)).session.filter((key) => key.includes("outbox"))).toHaveLength(1);
  await context.setOffline(false);
  await group
    .getByRole("button", { name: /^(Keep as recorded|Start)/ })
    .first()
    .waitFor();
  const keep = group.getByRole("button", { name: "Keep as recorded" });
  if (await keep.count()) await keep.click();
  await group.getByRole("button", { name: "Start", exact: true }).waitFor();
  await expect
    .poll(async () => (await leftIn(group)).session.filter((key) => key.includes("outbox")))
    .toEqual([]);
  await look(tab);
});
