/** The rights of people to the end: an erasure, and what is left for who was deactivated or whose organization has ended. */

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserContext, Frame, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { startBrowser, type TestBrowser } from "./browser.ts";
import { axeViolations, frameOf, openHub, showPart, signInButton, takePicture } from "./pages.ts";
import { type Product, startProduct } from "./product.ts";

// One story. Each test depends on those before it.

const ada = "ada@contoso.example";
const grace = "grace@contoso.example";
const linus = "linus@contoso.example";
const margaret = "margaret@contoso.example";

const friday = "2026-11-27T13:12:00Z";
/** Five days before the requests of the Friday are due. */
const later = "2026-12-22T13:20:00Z";

let data: string;
let product: Product;
let browser: TestBrowser;
let context: BrowserContext;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), "timetracker-e2e-erasure-"));
  await start(friday);
});

afterAll(async () => {
  await stop();
  await rm(data, { recursive: true, force: true });
});

beforeEach(async () => {
  context = await browser.newContext();
});

afterEach(() => context.close());

async function start(at: string): Promise<void> {
  product = await startProduct({ at, data });
  browser = await startBrowser(product);
}

async function stop(): Promise<void> {
  await browser?.stop();
  await product?.stop();
}

async function openPart(person: string, part: string): Promise<{ tab: Page; hub: Frame }> {
  const tab = await openHub(context, product, { person });
  const hub = await frameOf(tab, "hub");
  await showPart(hub, part);
  return { tab, hub };
}

async function openSection(name: string): Promise<{ tab: Page; hub: Frame }> {
  const { tab, hub } = await openPart(ada, "Administration");
  await hub.getByRole("tab", { name, exact: true }).click();
  return { tab, hub };
}

/** Asks for something on the page of one's own data, in the hub or without it; returns the reference. */
async function ask(page: Page | Frame, right: string): Promise<string> {
  await page.getByRole("button", { name: "Ask for something" }).click();
  await page.getByRole("radio", { name: right }).check();
  await page.getByRole("button", { name: "Send the request" }).click();
  return page.locator(".privacy-reference").innerText();
}

/** The page of one's own data without Azure DevOps, signed in. */
async function openAlone(person: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${product.url}/ext/my-data.html`);
  const [entra] = await Promise.all([
    context.waitForEvent("page"),
    page.getByRole("button", signInButton).click(),
  ]);
  await Promise.all([entra.waitForEvent("close"), entra.getByRole("button", { name: person }).click()]);
  await page.getByRole("table", { name: "What is held" }).waitFor();
  return page;
}

/** The first bytes of what a button downloads, and the file's name. */
async function download(page: Page, button: string | RegExp): Promise<{ name: string; begins: string }> {
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: button }).click(),
  ]);
  const content = await readFile(await file.path());
  return { name: file.suggestedFilename(), begins: content.subarray(0, 4).toString("latin1") };
}

/** The hours of people in October, each in as many rows as they have projects. */
async function reported(hub: Frame): Promise<{ name: string; hours: string }[]> {
  await hub.getByRole("button", { name: "Custom…" }).click();
  await hub.getByLabel("First day").fill("2026-10-01");
  await hub.getByLabel("Last day").fill("2026-10-31");
  await hub.getByRole("button", { name: "Show", exact: true }).click();
  await hub.getByText("1 – 31 October", { exact: true }).waitFor();
  await hub.locator(".report-results[aria-busy=true]").waitFor({ state: "detached" });
  return hub.locator('.report-table tbody tr[aria-level="2"]').evaluateAll((rows) =>
    rows.map((row) => ({
      name: row.querySelector(".report-text")?.textContent ?? "",
      hours: row.querySelector("td.hours")?.textContent ?? "",
    })),
  );
}

/** What Linus had in October. */
let worked: string[];
/** Linus' reference. */
let reference: string;

it("somebody who was deactivated sees their data, downloads it and asks", async () => {
  const { hub } = await openSection("People");
  await hub.getByRole("button", { name: /^Deactivate: Margaret/ }).click();
  await hub.getByRole("button", { name: /^Reactivate: Margaret/ }).waitFor();

  const page = await openAlone(margaret);
  await page.getByText("You can't record time for Contoso.").waitFor();
  await takePicture(page, "alone-deactivated");
  expect(await axeViolations(page)).toEqual([]);
  const file = await download(page, "Download all of it");
  expect(file).toEqual({ name: "timetracker-my-data.zip", begins: "PK\u0003\u0004" });
  expect((await ask(page, "Restriction")).replaceAll("-", "")).toHaveLength(26);
  await page.getByText("Waits for a decision").waitFor();
});

it("somebody asks to be erased, and a super_admin grants it", async () => {
  const { tab, hub } = await openPart(ada, "Reports");
  const before = await reported(hub);
  worked = before.filter(({ name }) => name.startsWith("Linus")).map(({ hours }) => hours);
  expect(worked.length).toBeGreaterThan(0);

  const { tab: his, hub: asking } = await openPart(linus, "My data");
  reference = await ask(asking, "Erasure");

  await showPart(hub, "Administration");
  await hub.getByRole("tab", { name: "Privacy" }).click();
  await hub.getByRole("button", { name: /^Decide: Erasure: .*Linus/ }).click();
  await hub.getByText("This can't be undone").waitFor();
  await takePicture(tab, "erasure-decision");
  await hub.getByRole("button", { name: "Save the decision" }).click();
  await hub.getByRole("row", { name: /Linus/ }).waitFor({ state: "detached" });
  await hub.getByText("All", { exact: true }).click();
  await hub.getByRole("row", { name: /^Erased person.*Granted, being done/ }).waitFor();

  // His page is still open, and is looked at again.
  await asking.evaluate(() => window.dispatchEvent(new Event("focus")));
  await asking.getByRole("heading", { name: "You have no account in TimeTracker" }).waitFor();
  await asking.evaluate(() => window.dispatchEvent(new Event("focus")));
  await takePicture(his, "erased-open-page");
  expect(await axeViolations(his)).toEqual([]);
  await hub.getByRole("tab", { name: "People" }).click();
  await hub.getByRole("row", { name: /Grace/ }).waitFor();
  expect(await hub.getByRole("row", { name: /Linus/ }).count()).toBe(0);
});

it("a request that is nearly due is told to super_admins alone, and decided", async () => {
  await context.close();
  await stop();
  await start(later);
  context = await browser.newContext();

  const hers = await openPart(grace, "Reports"); // an admin
  await hers.hub.getByRole("treegrid").waitFor();
  expect(await hers.hub.getByText(/A privacy request is due/).count()).toBe(0);
  const tab = await openHub(context, product, { person: ada });
  const hub = await frameOf(tab, "hub");
  await hub.getByText("A privacy request is due in 5 days.").waitFor();
  await takePicture(tab, "privacy-reminder");
  await hub.getByRole("button", { name: "Show the requests" }).click();
  await hub.getByRole("row", { name: /Margaret.*Due in 5 days/ }).waitFor();
  await hub.getByRole("button", { name: /^Decide: Restriction: .*Margaret/ }).click();
  await hub.getByRole("button", { name: "Save the decision" }).click();
  await hub.getByText("Nothing waits.").waitFor();
  await showPart(hub, "Reports");
  await hub.getByRole("treegrid").waitFor();
  await hub.getByText(/A privacy request is due/).waitFor({ state: "detached" });
});

it("who was erased is gone from people, reports and logs, and their hours stay", async () => {
  const { tab, hub } = await openPart(ada, "Reports");
  const after = await reported(hub);
  expect(after.filter(({ name }) => name.includes("Linus"))).toEqual([]);
  expect(after.filter(({ name }) => name.startsWith("Erased person")).map(({ hours }) => hours)).toEqual(
    worked,
  );
  await takePicture(tab, "erased-report");

  await showPart(hub, "Administration");
  await hub.getByRole("row", { name: /Margaret/ }).waitFor();
  expect(await hub.getByText(/Linus/).count()).toBe(0);
  await hub.getByRole("tab", { name: "Privacy" }).click();
  await hub.getByText("All", { exact: true }).click();
  await hub.getByRole("row", { name: /^Erased person.*Granted and done/ }).waitFor();
  await takePicture(tab, "erased-queue");
  await hub.getByRole("tab", { name: "Logs" }).click();
  for (const log of ["Timer log", "Action log", "Administration"]) {
    await hub.getByRole("group", { name: "Which log" }).getByText(log).click();
    await hub.getByRole("table", { name: log }).waitFor();
    if (log !== "Action log")
      await hub
        .getByRole("row", { name: /Erased person/ })
        .first()
        .waitFor();
    await takePicture(tab, `erased-${log.toLowerCase().replace(" ", "-")}`);
    expect(await hub.getByText(/Linus/).count(), log).toBe(0);
  }
});

it("the confirmation is found by its reference without signing in", async () => {
  const page = await context.newPage();
  await page.goto(`${product.url}/ext/my-data.html`);
  await page.getByRole("textbox", { name: "Reference" }).fill(reference);
  expect(await download(page, "Download the confirmation")).toEqual({
    name: "confirmation.pdf",
    begins: "%PDF",
  });
  await takePicture(page, "alone-confirmation");
});

it("who was erased comes back as somebody new, without a past", async () => {
  const { tab, hub } = await openPart(linus, "My data");
  await hub.getByText("You have asked for nothing.").waitFor();
  await showPart(hub, "Reports");
  await hub.getByRole("button", { name: "This quarter" }).click();
  await hub
    .getByText(/Nothing|No time|no time/)
    .first()
    .waitFor();
  await takePicture(tab, "erased-again");
  const { hub: people } = await openSection("People");
  await people.getByRole("row", { name: /Linus/ }).waitFor();
  expect(await people.getByRole("row", { name: /Linus/ }).count()).toBe(1);
});

it("people of a cancelled organization see their data, download it and ask the operator", async () => {
  const console = await context.newPage();
  await console.goto(product.marketplaceUrl);
  const card = console
    .getByRole("article", { name: "TimeTracker: Team" })
    .filter({ hasText: `bought by ${ada}` });
  await card.getByRole("button", { name: "Cancel subscription" }).click();
  await console
    .getByRole("article", { name: /Unsubscribe/ })
    .first()
    .getByText("Accepted")
    .waitFor();

  const page = await openAlone(grace);
  await page.getByText("You can't record time for Contoso.").waitFor();
  expect((await download(page, "Download all of it")).begins).toBe("PK\u0003\u0004");
  await ask(page, "Erasure");
  await page.getByText("The operator of TimeTracker decides.").waitFor();
  await takePicture(page, "alone-cancelled");
  expect(await axeViolations(page)).toEqual([]);
  await page.getByRole("button", { name: "Take back" }).first().click();
  expect((await download(page, /^Confirmation: Erasure/)).begins).toBe("%PDF");
});
