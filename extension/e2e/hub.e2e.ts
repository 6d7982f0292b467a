/** The hub's parts and weeks, and the page's address, which keeps them. */

import { expect, it } from "vitest";
import { axeViolations, frameOf, openHub, showPart, takePicture } from "./pages.ts";
import { context, product, useProductAndBrowser } from "./setup.ts";

useProductAndBrowser();

it("a part and a week are there again after a reload, and Back goes through them", async () => {
  const tab = await openHub(context, product, { person: "ada@contoso.example" });
  const hub = await frameOf(tab, "hub");
  const title = hub.getByRole("heading", { level: 1 });
  // Until the page knows who somebody is, its title is the product's name.
  await hub.getByRole("grid").waitFor();
  const thisWeek = (await title.textContent()) ?? "";
  await title.focus();
  await tab.keyboard.press("[");
  await expect.poll(() => title.textContent()).not.toBe(thisWeek);
  const weekBefore = (await title.textContent()) ?? "";
  await showPart(hub, "Reports");
  await hub.getByRole("treegrid").waitFor();
  await tab.reload();
  const again = await frameOf(tab, "hub");
  await again.getByRole("treegrid").waitFor();
  const titleAgain = again.getByRole("heading", { level: 1 });
  await tab.goBack();
  await expect.poll(() => titleAgain.textContent()).toBe(weekBefore);
  await tab.goBack();
  await expect.poll(() => titleAgain.textContent()).toBe(thisWeek);
  await tab.goForward();
  await expect.poll(() => titleAgain.textContent()).toBe(weekBefore);
  await again.getByRole("button", { name: "This week" }).click();
  await expect.poll(() => titleAgain.textContent()).toBe(thisWeek);
  await tab.close();
});

it.each(["light", "dark"] as const)("is read and reached at every width, %s", async (theme) => {
  const tab = await openHub(context, product, { person: "ada@contoso.example", theme });
  const hub = await frameOf(tab, "hub");
  await hub.getByRole("grid").waitFor();
  for (const width of [300, 700, 1000, 1500]) {
    await tab.setViewportSize({ width, height: 900 });
    await takePicture(tab, `hub-shell-${theme}-${width}`);
  }
  expect(await axeViolations(hub)).toEqual([]);
  await tab.close();
});
