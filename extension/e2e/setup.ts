import type { BrowserContext } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { startBrowser, type TestBrowser } from "./browser.ts";
import { type Product, type StartOptions, startProduct } from "./product.ts";

/** The product of the file's tests. `useProductAndBrowser` sets it. */
export let product: Product;
/** A fresh profile for each test. */
export let context: BrowserContext;
/** The browser of all of the file's tests. */
export let browser: TestBrowser;

/** When the product's clock starts: on a Friday, so that its week has time whatever day it is. The browser's clock is real. */
const friday = "2026-11-27T13:12:00Z";

/** The day so many days before the product has started, such as 2026-11-25. */
export function daysBefore(days: number): string {
  return new Date(Date.parse(friday) - days * 86_400_000).toISOString().slice(0, 10);
}

/** Starts one product and one browser for all tests of the file. */
export function useProductAndBrowser(options?: StartOptions): void {
  beforeAll(async () => {
    product = await startProduct({ at: friday, ...options });
    browser = await startBrowser(product);
  });
  afterAll(async () => {
    await browser?.stop();
    await product?.stop();
  });
  beforeEach(async () => {
    context = await browser.newContext();
  });
  afterEach(() => context.close());
}
