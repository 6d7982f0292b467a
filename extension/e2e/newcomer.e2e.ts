import type { BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startBrowser, type TestBrowser } from "./browser.ts";
import { frameOf, signInButton } from "./pages.ts";
import { type Product, startProduct } from "./product.ts";

// What the README promises after `make dev`: an ordinary browser, no certificate to trust, no name to set up.

let product: Product;
let browser: TestBrowser;
let context: BrowserContext;

beforeAll(async () => {
  product = await startProduct({ ordinary: true });
  browser = await startBrowser(product, { trust: false });
});

beforeEach(async () => {
  context = await browser.newContext();
});

afterEach(() => context.close());

afterAll(async () => {
  await browser?.stop();
  await product?.stop();
});

async function signIn(page: Page, email: string): Promise<void> {
  const [window] = await Promise.all([
    context.waitForEvent("page"),
    page.getByRole("button", signInButton).click(),
  ]);
  expect(new URL(window.url()).protocol).not.toBe("https:");
  await Promise.all([window.waitForEvent("close"), window.getByRole("button", { name: email }).click()]);
}

describe("in an ordinary browser", () => {
  it("the first address starts a timer", async () => {
    const tab = await context.newPage();
    await tab.goto(product.devopsUrl);
    await tab.locator("main a[href*=_workitems]").first().click();
    const group = await frameOf(tab, "group");
    await group.getByRole("button", { name: /^Start/ }).click();
    await group.getByRole("button", { name: /^Stop/ }).waitFor();
  });

  it("the second address buys a plan, lands and activates", async () => {
    const console = await context.newPage();
    await console.goto(product.marketplaceUrl);
    await console.getByRole("button", { name: "Buy", exact: true }).click();
    const configure = console.getByRole("status").getByRole("link", { name: "Configure account" });
    const [landing] = await Promise.all([context.waitForEvent("page"), configure.click()]);
    await signIn(landing, "frances@fabrikam.example");
    await landing.getByLabel("Organization name").fill("Fabrikam");
    await landing.getByLabel("Azure DevOps organization").fill("fabrikam");
    await landing.getByRole("button", { name: "Set up and activate" }).click();
    await landing.getByRole("heading", { name: /^The plan .* is active$/ }).waitFor();
  });

  it("the page to sign up by its address signs in", async () => {
    const page = await context.newPage();
    await page.goto(`${product.url}/ext/signup.html`);
    await signIn(page, "ada@contoso.example");
    await page.getByRole("button", signInButton).waitFor({ state: "detached" });
  });
});
