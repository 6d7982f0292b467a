import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserContext, Frame, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startBrowser, type TestBrowser } from "./browser.ts";
import {
  axeViolations,
  frameOf,
  openHub,
  openOrganizationSettings,
  signInButton,
  takePicture,
} from "./pages.ts";
import { type Product, startProduct } from "./product.ts";

// One story: a purchase, its changes, the end of the month and the statement. Each test depends on those before it.

const frances = "frances@fabrikam.example";
const barbara = "barbara@fabrikam.example";

/** The story is in a month that is over by the browser's clock: the pages must not depend on that clock. */
const { lastAfternoon, afterwards, monthName } = storyTime(new Date());

function storyTime(today: Date) {
  const next = Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), 1);
  return {
    lastAfternoon: new Date(next - 8 * 3_600_000).toISOString(),
    afterwards: new Date(next + 5 * 60_000).toISOString(),
    monthName: new Intl.DateTimeFormat("en", { month: "long", year: "numeric", timeZone: "UTC" }).format(
      next - 1,
    ),
  };
}

let data: string;
let product: Product;
let browser: TestBrowser;
let context: BrowserContext;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), "timetracker-e2e-market-"));
  await start(lastAfternoon);
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
  product = await startProduct({ empty: true, at, data });
  browser = await startBrowser(product);
}

async function stop(): Promise<void> {
  await browser?.stop();
  await product?.stop();
}

async function openMarketplace(): Promise<Page> {
  const tab = await context.newPage();
  await tab.goto(product.marketplaceUrl);
  await tab.getByRole("button", { name: "Buy", exact: true }).waitFor();
  return tab;
}

/** Buys a plan. Returns the console, and the link to the landing page in its status line. */
async function buy(purchase: {
  buyer: string;
  beneficiary?: string;
  plan: string;
  seats?: number;
  automatic?: boolean;
}) {
  const console = await openMarketplace();
  await console.getByLabel("Buyer").selectOption({ label: purchase.buyer });
  if (purchase.beneficiary) {
    await console.getByLabel("For", { exact: true }).selectOption({ label: purchase.beneficiary });
  }
  await console.getByLabel("Plan", { exact: true }).selectOption({ label: purchase.plan });
  if (purchase.seats) {
    await console.getByLabel("Seats", { exact: true }).fill(String(purchase.seats));
  }
  await console.getByLabel("Activate automatically").setChecked(purchase.automatic ?? false);
  await console.getByRole("button", { name: "Buy", exact: true }).click();
  const bought = console.getByRole("status");
  await bought.getByText("Bought.").waitFor();
  return { console, configure: bought.getByRole("link", { name: "Configure account" }) };
}

/** Follows a link to the landing page, which opens in a tab of its own. */
async function land(link: { click(): Promise<void> }): Promise<Page> {
  const [landing] = await Promise.all([context.waitForEvent("page"), link.click()]);
  await landing.waitForURL(`${product.url}/marketplace`);
  return landing;
}

async function signIn(page: Page, email: string): Promise<void> {
  const [window] = await Promise.all([
    context.waitForEvent("page"),
    page.getByRole("button", signInButton).click(),
  ]);
  await Promise.all([window.waitForEvent("close"), window.getByRole("button", { name: email }).click()]);
}

/** The card of Frances's purchase; Contoso has bought the same plan. */
const card = (console: Page) =>
  console.getByRole("article", { name: "TimeTracker: Team" }).filter({ hasText: `bought by ${frances}` });

/** How often each subscription was activated, the latest purchase first. */
async function activations(console: Page): Promise<number[]> {
  const { subscriptions } = await console.evaluate(async () =>
    (await fetch("/_sandbox/marketplace/state")).json(),
  );
  return subscriptions.map((each: { activations: number }) => each.activations);
}

/** Expects that axe finds nothing, light and dark, narrow and wide. */
async function expectAccessible(page: Page, what: string): Promise<void> {
  const size = page.viewportSize();
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.locator(`html[data-theme="${colorScheme}"]`).waitFor();
    for (const width of [360, 1600]) {
      await page.setViewportSize({ width, height: 900 });
      await takePicture(page, `landing-${what.replaceAll(" ", "-")}-${colorScheme}-${width}`);
      expect(await axeViolations(page), `${what}, ${colorScheme}, ${width}`).toEqual([]);
    }
  }
  if (size) {
    await page.setViewportSize(size);
  }
}

/** The same for the Marketplace's console, with all its details open. It follows the system's theme. */
async function expectConsoleAccessible(page: Page): Promise<void> {
  for (const summary of await page.locator("summary").all()) {
    await summary.click();
  }
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme });
    for (const width of [360, 1440]) {
      await page.setViewportSize({ width, height: 900 });
      expect(await axeViolations(page), `console, ${colorScheme}, ${width}`).toEqual([]);
    }
  }
}

async function openBilling(person: string, theme: "light" | "dark" = "light"): Promise<[Page, Frame]> {
  const tab = await openOrganizationSettings(context, product, { person, theme, organization: "fabrikam" });
  const frame = await frameOf(tab, "admin");
  await frame.getByRole("tab", { name: "Billing" }).click();
  return [tab, frame];
}

/** Records some time on a work item of Fabrikam's project. */
async function recordTime(person: string): Promise<void> {
  const tab = await context.newPage();
  await tab.goto(`${product.devopsUrl}/fabrikam/Robotics/_workitems/edit/201?as=${person}`);
  const group = await frameOf(tab, "group");
  await group.getByRole("button", { name: /^Start/ }).click();
  await group.getByRole("button", { name: /^Stop/ }).click();
  await group.getByRole("button", { name: /^Start/ }).waitFor();
}

describe("from a purchase to its statement", () => {
  it("a newcomer begins with a buyer whose organization can use what is bought", async () => {
    const console = await openMarketplace();
    await console.getByRole("article", { name: "TimeTracker: Team" }).waitFor(); // Contoso's purchase
    expect(await console.getByLabel("Buyer").inputValue()).toBe(frances);
    await console.getByLabel("Buyer").selectOption({ label: "Ada Lovelace (Contoso)" });
    await console.getByText("Contoso has a subscription already").waitFor();
    await console.getByLabel("Buyer").selectOption({ label: "Frances Allen (Fabrikam)" });
    await console.getByText("Contoso has a subscription already").waitFor({ state: "detached" });
    await expectConsoleAccessible(console);
  });

  it("a buyer lands, signs the organization up and sees the subscription become active", async () => {
    const { configure } = await buy({ buyer: "Frances Allen (Fabrikam)", plan: "Team", seats: 5 });
    const addresses: string[] = [];
    context.on("request", (request) => addresses.push(`${request.url()} ${request.headers().referer ?? ""}`));
    const landing = await land(configure);
    expect(landing.url()).toBe(`${product.url}/marketplace`);
    await takePicture(landing, "landing");
    expect(await axeViolations(landing), "landing").toEqual([]);

    await signIn(landing, frances);
    await landing.getByRole("heading", { name: "You have bought the plan Team" }).waitFor();
    await landing.getByLabel("Organization name").fill("Fabrikam");
    await landing.getByLabel("Azure DevOps organization").fill("fabrikam");
    await expectAccessible(landing, "form");
    await landing.getByRole("button", { name: "Set up and activate" }).click();

    await landing.getByRole("heading", { name: "Microsoft is activating the plan Team" }).waitFor();
    await landing.getByRole("heading", { name: "The plan Team is active" }).waitFor();
    await expectAccessible(landing, "active");

    // Only the first request for the page had the token. The page has loaded again without it.
    const token = addresses.map((address) => /[?&]token=([^&\s]+)/.exec(address)?.[1]).find(Boolean);
    expect(token).toBeTruthy();
    const raw = decodeURIComponent(token ?? "");
    const carrying = addresses.filter((address) => address.includes(token ?? "") || address.includes(raw));
    expect(carrying.length, carrying.join("\n")).toBeLessThanOrEqual(2); // the redirect, and the page
    expect(await landing.evaluate(() => document.referrer + document.cookie)).toBe("");
    const kept = await landing.evaluate(() =>
      JSON.stringify([{ ...sessionStorage }, { ...localStorage }, history.state]),
    );
    expect(kept).not.toContain(raw);
    expect(kept).not.toContain("marketplace_token");

    // After a reload it asks for the link and shows nothing of the purchase.
    await landing.reload();
    await landing.getByRole("heading", { name: "Open this page from the Azure Marketplace" }).waitFor();
  });

  it("the browser's history doesn't have the link", async () => {
    const tab = await browser.profile.newPage();
    await tab.goto(product.marketplaceUrl);
    const link = card(tab).getByRole("link", { name: "Manage account" });
    await link.evaluate((element: HTMLAnchorElement) => {
      element.target = "_self";
    });
    await link.click();
    await tab.waitForURL(`${product.url}/marketplace`);
    await tab.getByRole("button", signInButton).waitFor();
    expect(await tab.evaluate(() => sessionStorage.getItem("timetracker.marketplace_token"))).toBeNull();
    await tab.goBack();
    expect(new URL(tab.url()).origin).toBe(product.marketplaceUrl);
    await tab.goForward();
    expect(tab.url()).toBe(`${product.url}/marketplace`);
    await tab.getByRole("heading", { name: "Open this page from the Azure Marketplace" }).waitFor();

    // A search of the history finds another address with the word token, and not this one.
    const other = `${product.url}/ext/signup.html?token=other`;
    await tab.goto(other);
    await tab.goto("chrome://history/?q=token");
    const found = tab.locator('a[href*="token"]');
    await found.first().waitFor();
    expect(await found.evaluateAll((links) => links.map((link) => link.getAttribute("href")))).toEqual([
      other,
    ]);
    await tab.close();
  });

  it("managing the account shows its state and activates nothing", async () => {
    const console = await openMarketplace();
    const before = await activations(console);
    expect(before[0]).toBe(1);
    const landing = await land(card(console).getByRole("link", { name: "Manage account" }));
    await signIn(landing, frances);
    await landing.getByRole("heading", { name: "The plan Team is active" }).waitFor();
    expect(await landing.getByRole("button").allTextContents()).toEqual([]);
    expect(await activations(console)).toEqual(before);
  });

  it("somebody of another organization sees nothing of it", async () => {
    const console = await openMarketplace();
    const landing = await land(card(console).getByRole("link", { name: "Manage account" }));
    await signIn(landing, "ada@contoso.example");
    await landing.getByRole("heading", { name: "This account can't see the purchase" }).waitFor();
    expect(await landing.getByText("frances").count()).toBe(0);
    await expectAccessible(landing, "refusal");
  });

  it("people record time", async () => {
    await recordTime(frances);
    await recordTime(barbara);
  });

  it("fewer seats than people are refused, others accepted", async () => {
    const console = await openMarketplace();
    await card(console).getByLabel("New number of seats").fill("1");
    await card(console).getByRole("button", { name: "Change seats" }).click();
    await console
      .getByRole("article", { name: /ChangeQuantity/ })
      .first()
      .getByText("Refused")
      .waitFor();
    await card(console).getByText("5 seats").waitFor();

    await card(console).getByLabel("New number of seats").fill("8");
    await card(console).getByRole("button", { name: "Change seats" }).click();
    await card(console).getByText("8 seats").waitFor();
    const [, frame] = await openBilling(frances);
    await frame.getByText("8 seats, 2 active or invited").waitFor();
    const changed = frame.getByRole("row").filter({ hasText: "Seats changed" });
    await changed.getByRole("cell", { name: "8", exact: true }).waitFor();
    expect(await changed.count()).toBe(1);
  });

  it("a suspended organization reads and doesn't record, a reinstated one goes on", async () => {
    const console = await openMarketplace();
    await card(console).getByRole("button", { name: "Suspend" }).click();
    await card(console).getByText("Suspended").waitFor();
    await console
      .getByRole("article", { name: /Suspend/ })
      .first()
      .getByText("Accepted")
      .waitFor();
    const hub = await openHub(context, product, {
      person: frances,
      organization: "fabrikam",
      project: "Robotics",
    });
    await (await frameOf(hub, "hub"))
      .getByText(/suspended/i)
      .first()
      .waitFor();

    await card(console).getByRole("button", { name: "Reinstate" }).click();
    await card(console).getByText("Active", { exact: true }).waitFor();
    await recordTime(frances);
  });

  it("the month ends, and is billed by itself", async () => {
    await context.close();
    await stop();
    await start(afterwards);
    context = await browser.newContext();

    for (const theme of ["light", "dark"] as const) {
      const [tab, frame] = await openBilling(frances, theme);
      await frame.getByRole("button", { name: /^PDF/ }).first().waitFor();
      for (const viewport of [
        { width: 360, height: 900 },
        { width: 1600, height: 900 },
      ]) {
        await tab.setViewportSize(viewport);
        await takePicture(tab, `billing-${theme}-${viewport.width}`);
        expect(await axeViolations(frame), `billing ${theme} ${viewport.width}`).toEqual([]);
      }
    }
    const [tab, frame] = await openBilling(frances);
    const row = frame.getByRole("row", { name: new RegExp(`^${monthName} ?Team, 8 seats`) });
    await row.getByText("$72.00").first().waitFor();

    const [pdf] = await Promise.all([
      tab.waitForEvent("download"),
      row.getByRole("button", { name: /^PDF/ }).click(),
    ]);
    expect(pdf.suggestedFilename()).toMatch(/^TT-\d{4}-\d{6}\.pdf$/);
    expect((await readFile(await pdf.path())).subarray(0, 5).toString()).toBe("%PDF-");

    const [json] = await Promise.all([
      tab.waitForEvent("download"),
      row.getByRole("button", { name: /^JSON/ }).click(),
    ]);
    const statement = JSON.parse(await readFile(await json.path(), "utf8"));
    expect(statement).toMatchObject({
      customer: "Fabrikam",
      people: 2,
      total_minor: 7200,
      charge_known: true,
      currency: "USD",
      adjustment: false,
      active: [{ email: barbara }, { email: frances }],
    });

    await row.getByRole("button", { name: /^People counted/ }).click();
    await frame.getByText(barbara).waitFor();
    await frame.getByText("Microsoft charges the 8 seats bought").waitFor();
  });

  it("a cancelled organization keeps its statements", async () => {
    const console = await openMarketplace();
    await card(console).getByRole("button", { name: "Cancel subscription" }).click();
    await card(console).getByText("Cancelled").waitFor();
    await console
      .getByRole("article", { name: /Unsubscribe/ })
      .first()
      .getByText("Accepted")
      .waitFor();
    const [, frame] = await openBilling(frances);
    await frame.getByRole("cell", { name: "Cancelled" }).first().waitFor();
    await frame.getByRole("button", { name: /^PDF/ }).first().waitFor();
    const landing = await land(card(console).getByRole("link", { name: "Manage account" }));
    await signIn(landing, frances);
    await landing.getByRole("heading", { name: "The plan Team was cancelled" }).waitFor();
  });
});

/** Sets one of the console's switches, which are in closed details. */
async function setOddity(console: Page, label: string, on: boolean): Promise<void> {
  const oddities = console.locator("#settings details");
  await oddities.evaluate((element: HTMLDetailsElement) => {
    element.open = true;
  });
  await Promise.all([
    console.waitForResponse((response) => response.url().endsWith("/settings")),
    oddities.getByLabel(label).setChecked(on),
  ]);
}

async function setFulfillment(console: Page, label: string): Promise<void> {
  await Promise.all([
    console.waitForResponse((response) => response.url().endsWith("/faults")),
    console.getByLabel("Fulfillment API").selectOption({ label }),
  ]);
}

describe("an organization without a plan", () => {
  it("lands while Microsoft's API fails, and goes on when it answers again", async () => {
    const { console, configure } = await buy({
      buyer: "Frances Allen (Fabrikam)",
      plan: "Business",
      seats: 4,
    });
    await setFulfillment(console, "Down (503)");
    const landing = await land(configure);
    await signIn(landing, frances);
    await landing.getByText("Microsoft's Marketplace doesn't answer. Your purchase is safe").waitFor();
    await expectAccessible(landing, "silent");
    await setFulfillment(console, "Works");
    await landing.getByRole("button", { name: "Try again" }).click();
    await landing.getByRole("heading", { name: "Fabrikam moves to the plan Business" }).waitFor();

    await setFulfillment(console, "Down (503)");
    const start = landing.getByRole("button", { name: "Start the plan Business" });
    await start.click();
    await landing.getByText("Microsoft's Marketplace doesn't answer. Your purchase is safe").waitFor();
    expect(await activations(console)).toContain(0);
    await setFulfillment(console, "Works");
    await landing.getByRole("button", { name: "Try again" }).waitFor();
    await start.waitFor();
  });

  it("an activation fails: it is not told that a plan has ended", async () => {
    const { console, configure } = await buy({ buyer: "Frances Allen (Fabrikam)", plan: "Site" });
    await setOddity(console, "Activations fail", true);
    const landing = await land(configure);
    await signIn(landing, frances);
    await landing.getByRole("button", { name: "Start the plan Site" }).click();
    await landing.getByRole("heading", { name: "Microsoft is activating the plan Site" }).waitFor();
    await landing.getByRole("heading", { name: "The plan Site did not begin" }).waitFor();
    await landing.getByText("Nothing has changed for Fabrikam.").waitFor();
    await expectAccessible(landing, "failed");
    await setOddity(console, "Activations fail", false);
    const [, frame] = await openBilling(frances);
    await frame.getByRole("cell", { name: "Site", exact: true }).first().waitFor();
    expect(await frame.getByText("At purchase").count()).toBe(0);
  });

  it("a partner who has a plan is not told to change anything; the customer sets it up", async () => {
    const { console, configure } = await buy({
      buyer: "Ada Lovelace (Contoso)",
      beneficiary: "Frances Allen (Fabrikam)",
      plan: "Business",
      seats: 3,
    });
    const before = await activations(console);
    const landing = await land(configure);
    await signIn(landing, "ada@contoso.example");
    await landing.getByRole("heading", { name: "The organization it was bought for sets it up" }).waitFor();
    await landing.getByText(`for ${frances}. To set it up there, let somebody from there`).waitFor();
    await expectAccessible(landing, "partner");

    const [window] = await Promise.all([
      context.waitForEvent("page"),
      landing.getByRole("button", { name: "Sign in with another account" }).click(),
    ]);
    await Promise.all([window.waitForEvent("close"), window.getByRole("button", { name: frances }).click()]);
    await landing.getByRole("heading", { name: "Fabrikam moves to the plan Business" }).waitFor();
    expect(await landing.getByText("bought for another organization").count()).toBe(0);
    expect(await activations(console)).toEqual(before);
  });
});

it("a purchase that Microsoft activates by itself upgrades the organization without a landing page", async () => {
  // Fabrikam's subscription is cancelled, so that it can take another one.
  await buy({ buyer: "Frances Allen (Fabrikam)", plan: "Active users", automatic: true });
  const console = await openMarketplace();
  await console
    .getByRole("article", { name: /Subscribe/ })
    .first()
    .getByText("Accepted")
    .waitFor();
  const [, frame] = await openBilling(frances);
  await frame.getByText("Active users", { exact: true }).first().waitFor();
  await recordTime(frances);
});

it("a cancelled plan's link doesn't say that the other plan has ended", async () => {
  const console = await openMarketplace();
  const landing = await land(card(console).getByRole("link", { name: "Manage account" }));
  await signIn(landing, frances);
  await landing.getByRole("heading", { name: "The plan Team was cancelled" }).waitFor();
  await landing.getByText("Unless your organization has another plan by now").waitFor();
  await expectAccessible(landing, "cancelled");
});
