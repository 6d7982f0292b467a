/** Dates and times are written by the browser's language, as its own date fields are. */

import { expect, it } from "vitest";
import { axeViolations, frameOf, openHub, openTimeTab, openWorkItem, takePicture } from "./pages.ts";
import { browser, product, useProductAndBrowser } from "./setup.ts";

useProductAndBrowser();

const person = "ada@contoso.example";

it.each([
  ["en-US", /^\w{3}, \w{3} \d{1,2}, \d{4}, \d{1,2}:\d\d:\d\d\s[AP]M/, /^\w+ \d{4}$/],
  ["de-DE", /^\w{2}\., \d{1,2}\. [\wä]+\.? \d{4}, \d\d:\d\d:\d\d/, /^[\wä]+ \d{4}$/],
  ["he-IL", /^\u2068.*\d{1,2} ב\S+ \d{4}, \d{1,2}:\d\d:\d\d/, /^\u2068\S+ \d{4}\u2069$/],
])("in %s", async (locale, interval, month) => {
  const context = await browser.newContext({ locale });
  const item = await openWorkItem(context, product, 104, { person });
  await openTimeTab(item);
  const page = await frameOf(item, "page");
  const first = page.getByRole("table").first().locator("td.when").first();
  expect(await first.textContent()).toMatch(interval);
  await takePicture(item, `language-item-${locale}`);

  const tab = await openHub(context, product, { person });
  const hub = await frameOf(tab, "hub");
  await hub.locator(".hub-part").nth(1).click();
  await hub.getByRole("heading", { name: month }).first().waitFor();
  for (const width of [360, 1600]) {
    await tab.setViewportSize({ width, height: 900 });
    await takePicture(tab, `language-hub-${locale}-${width}`);
    expect(await axeViolations(hub), `${width}`).toEqual([]);
  }
  await context.close();
});
