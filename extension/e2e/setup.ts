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

/** Starts one product and one browser for all tests of the file. */
export function useProductAndBrowser(options?: StartOptions): void {
  beforeAll(async () => {
    product = await startProduct(options);
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
