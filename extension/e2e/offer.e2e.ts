/** Whoever has no plan learns what one costs, where it is bought, whom to ask, and under which terms. */

import { expect, it } from "vitest";
import {
  axeViolations,
  frameOf,
  openGroup,
  openHub,
  openOrganizationSettings,
  openSignUpPage,
  takePicture,
} from "./pages.ts";
import { context, product, useProductAndBrowser } from "./setup.ts";

useProductAndBrowser();

const themes = ["light", "dark"] as const;
const narrow = { width: 360, height: 900 };
const wide = { width: 1600, height: 900 };

it.each(themes)(
  "signing up, %s: prices, and links to terms, privacy and plans that lead somewhere",
  async (theme) => {
    const page = await openSignUpPage(context, product, theme);
    await page.getByText(/US\$9\.00 per user and month, for every seat/).waitFor();
    const buy = page.getByRole("link", { name: "Buy a plan" });
    const [market] = await Promise.all([context.waitForEvent("page"), buy.click()]);
    await market.getByRole("button", { name: "Buy", exact: true }).waitFor();
    await takePicture(page, `offer-welcome-${theme}`);
    expect(await axeViolations(page), "before signing in").toEqual([]);

    const tab = await openHub(context, product, { theme, organization: "fabrikam", project: "Robotics" });
    const hub = await frameOf(tab, "hub");
    for (const viewport of [narrow, wide]) {
      await tab.setViewportSize(viewport);
      await hub.getByRole("link", { name: "Terms" }).scrollIntoViewIfNeeded();
      await takePicture(tab, `offer-sign-up-${viewport.width}-${theme}`);
      expect(await axeViolations(hub), `${viewport.width}`).toEqual([]);
    }
    for (const [link, heading] of [
      ["Terms", "Terms"],
      ["What is stored, and what is not", "Privacy notice"],
    ] as const) {
      const [legal] = await Promise.all([
        context.waitForEvent("page"),
        hub.getByRole("link", { name: link }).click(),
      ]);
      await legal.emulateMedia({ colorScheme: theme });
      await legal.getByRole("heading", { name: heading, exact: true }).waitFor();
      await legal.getByText("TimeTracker (sandbox)").waitFor();
      await takePicture(legal, `offer-legal-${theme}`);
      expect(await axeViolations(legal), "terms and privacy").toEqual([]);
    }
  },
);

it("without a plan: what it costs, where it is bought, and the super admins by name", async () => {
  const console = await context.newPage();
  await console.goto(product.marketplaceUrl);
  const contoso = console
    .getByRole("article")
    .filter({ has: console.getByRole("button", { name: "Cancel subscription" }) });
  await contoso.first().getByRole("button", { name: "Cancel subscription" }).click();
  await console
    .getByRole("article", { name: /Unsubscribe/ })
    .first()
    .getByText("Accepted")
    .waitFor();

  for (const theme of themes) {
    const person = "linus@contoso.example";
    const tab = await openHub(context, product, { person, theme });
    const hub = await frameOf(tab, "hub");
    await hub.getByText(/Ask .*Ada Lovelace/).waitFor();
    await hub.getByText(/US\$9\.00 per user and month, for every seat/).waitFor();
    await hub.getByRole("link", { name: "Buy a plan" }).first().waitFor();
    for (const viewport of [narrow, wide]) {
      await tab.setViewportSize(viewport);
      await takePicture(tab, `offer-paywall-${viewport.width}-${theme}`);
      expect(await axeViolations(hub), `hub, ${viewport.width}`).toEqual([]);
    }
    const [form, group] = await openGroup(context, product, 104, { person, theme });
    await group.getByText("What a plan costs").waitFor();
    await takePicture(form, `offer-group-${theme}`);
    await group.getByText("What a plan costs").click();
    await group.getByText(/US\$9\.00 per user and month, for every seat/).waitFor();
    await takePicture(form, `offer-group-open-${theme}`);
    expect(await axeViolations(group), "group").toEqual([]);
  }

  const settings = await openOrganizationSettings(context, product, { person: "linus@contoso.example" });
  const admin = await frameOf(settings, "admin");
  await admin.getByText(/Ask .*Ada Lovelace/).waitFor();
});
