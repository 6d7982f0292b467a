/** What goes on around weeks: reminders in the product, and corrections of closed time. */

import type { Frame, Page } from "playwright-core";
import { expect, it } from "vitest";
import { axeViolations, frameOf, openHub, type Settings, showPart, takePicture } from "./pages.ts";
import { context, product, useProductAndBrowser } from "./setup.ts";

useProductAndBrowser();

const hubOf = async (settings: Settings): Promise<[Page, Frame]> => {
  const tab = await openHub(context, product, settings);
  return [tab, await frameOf(tab, "hub")];
};

it("a reminder is a notice above the week, leads to it, and is dismissed by the keyboard", async () => {
  const [, ada] = await hubOf({ person: "ada@contoso.example" });
  await showPart(ada, "Team");
  await ada.getByRole("table", { name: "Hours by person and day" }).waitFor();
  // Margaret hasn't handed in the week before the last one.
  for (let back = 0; back < 2; back++) await ada.getByRole("button", { name: "Week before" }).click();
  await ada.getByRole("button", { name: /^Remind .*Margaret/ }).click();
  await ada
    .getByRole("row", { name: /Margaret/ })
    .filter({ hasText: "Reminded" })
    .waitFor();

  for (const theme of ["light", "dark"] as const) {
    const [tab, hub] = await hubOf({ person: "margaret@contoso.example", theme });
    const notice = hub.getByRole("region", { name: "Reminders" });
    await notice.getByText(/ missing\.$/).waitFor();
    for (const width of [300, 1600]) {
      await tab.setViewportSize({ width, height: 900 });
      await takePicture(tab, `reminder-${theme}-${width}`);
      expect(await axeViolations(hub), `${theme}, ${width}`).toEqual([]);
    }
    await tab.close();
  }

  const [tab, hub] = await hubOf({ person: "margaret@contoso.example" });
  const notice = hub.getByRole("region", { name: "Reminders" });
  await notice.getByRole("button", { name: /^Show the week/ }).press("Enter");
  await notice.getByRole("button", { name: /^Show the week/ }).waitFor({ state: "detached" });
  await tab.waitForURL(/week=/);
  await notice.getByRole("button", { name: /^Dismiss/ }).press("Enter");
  await notice.waitFor({ state: "detached" });
  await hub.locator("h1:focus").waitFor();
  await tab.reload();
  const again = await frameOf(tab, "hub");
  await again.locator("h1").first().waitFor();
  await again.waitForLoadState("networkidle");
  expect(await again.getByRole("region", { name: "Reminders" }).count()).toBe(0);
});
