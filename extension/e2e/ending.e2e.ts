/** The export of an organization, and its deletion until somebody stops it. */

import type { Frame, Page } from "playwright-core";
import { expect, it } from "vitest";
import {
  axeViolations,
  frameOf,
  openHub,
  openSignUpPage,
  type Settings,
  showPart,
  signInButton,
  takePicture,
} from "./pages.ts";
import { context, product, useProductAndBrowser } from "./setup.ts";

useProductAndBrowser();

const frances = "frances@fabrikam.example";

async function openEnding(
  settings: Settings & { organization?: string; project?: string },
): Promise<{ tab: Page; hub: Frame }> {
  const tab = await openHub(context, product, settings);
  const hub = await frameOf(tab, "hub");
  await showPart(hub, "Administration");
  await hub.getByRole("tab", { name: "Privacy" }).click();
  await hub.getByRole("heading", { name: "Export and deletion" }).waitFor();
  return { tab, hub };
}

async function ask(hub: Frame, typed: string): Promise<void> {
  const slug = hub.getByRole("textbox", { name: "Short name of the organization" });
  await slug.fill(typed);
  await slug.press("Enter");
}

it("an organization takes everything along, and doesn't end while it pays", async () => {
  const { tab, hub } = await openEnding({ person: "ada@contoso.example" });
  const [download] = await Promise.all([
    tab.waitForEvent("download"),
    hub.getByRole("button", { name: "Download everything" }).click(),
  ]);
  expect(download.suggestedFilename()).toBe("timetracker-contoso.zip");
  await ask(hub, "fabrikam");
  await hub.getByText("This is not your organization's short name.").waitFor();
  await ask(hub, "contoso");
  await hub.getByText(/^A subscription is in force/).waitFor();
});

it("a trial asks for its end, sees it everywhere, and stays after all", async () => {
  const page = await openSignUpPage(context, product, "light");
  const [window] = await Promise.all([
    context.waitForEvent("page"),
    page.getByRole("button", signInButton).click(),
  ]);
  await Promise.all([window.waitForEvent("close"), window.getByRole("button", { name: frances }).click()]);
  await page.getByLabel("Organization name").fill("Fabrikam");
  await page.getByLabel("Azure DevOps organization").fill("fabrikam");
  await page.getByLabel("Administrator e-mail").fill(frances);
  await page.getByRole("button", { name: "Start the free trial" }).click();
  await page.getByRole("heading", { name: "TimeTracker is set up" }).waitFor();

  for (const theme of ["light", "dark"] as const) {
    const { tab, hub } = await openEnding({
      person: frances,
      theme,
      organization: "fabrikam",
      project: "Robotics",
    });
    await ask(hub, "fabrikam");
    const stop = hub.getByRole("button", { name: "Stop the deletion" });
    await stop.waitFor();
    await hub.getByText(/^Asked for by .*Frances/).waitFor();
    expect(await hub.getByRole("button", { name: "Confirm" }).count()).toBe(0);
    for (const width of [300, 1280]) {
      await tab.setViewportSize({ width, height: 1000 });
      await stop.scrollIntoViewIfNeeded();
      await takePicture(tab, `ending-asked-${theme}-${width}`);
      await hub.getByRole("heading", { name: "Export and deletion" }).scrollIntoViewIfNeeded();
      await takePicture(tab, `ending-${theme}-${width}`);
      const [wide, room] = await hub.evaluate(() => [
        document.documentElement.scrollWidth,
        document.documentElement.clientWidth,
      ]);
      expect(wide, `${width}`).toBeLessThanOrEqual(room ?? 0);
      expect(await axeViolations(hub), `${theme} ${width}`).toEqual([]);
    }
    await hub.getByRole("tab", { name: "People" }).click();
    await stop.click();
    await stop.waitFor({ state: "detached" });
    await tab.close();
  }
});
