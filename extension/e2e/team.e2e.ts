/** The Team page: who misses time, and the weeks that wait for a decision. */

import type { Frame, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { axeViolations, frameOf, openHub, type Settings, showPart, takePicture } from "./pages.ts";
import { context, product, useProductAndBrowser } from "./setup.ts";

useProductAndBrowser();

async function openTeam(settings: Settings): Promise<{ tab: Page; hub: Frame }> {
  const tab = await openHub(context, product, settings);
  const hub = await frameOf(tab, "hub");
  await showPart(hub, "Team");
  await hub.getByRole("table", { name: "Hours by person and day" }).waitFor();
  await hub.getByRole("heading", { name: "To approve" }).waitFor();
  return { tab, hub };
}

const rowOf = (hub: Frame, name: string) => hub.locator(".team-list li").filter({ hasText: name });

describe.each(["light", "dark"] as const)("%s, at every width,", (theme) => {
  it("nothing is cut off, and axe finds nothing", async () => {
    const { tab, hub } = await openTeam({ person: "ada@contoso.example", theme });
    await rowOf(hub, "Linus").filter({ hasText: "Approve" }).waitFor();
    for (const width of [300, 700, 1280, 1600]) {
      await tab.setViewportSize({ width, height: 1000 });
      await takePicture(tab, `team-${theme}-${width}`);
      const [wide, room] = await hub.evaluate(() => [
        document.documentElement.scrollWidth,
        document.documentElement.clientWidth,
      ]);
      expect(wide, `${width}`).toBeLessThanOrEqual(room);
      expect(await axeViolations(hub), `${width}`).toEqual([]);
    }
  });
});

it("forced colours show what misses time, and every control", async () => {
  const { tab, hub } = await openTeam({ person: "ada@contoso.example" });
  await tab.emulateMedia({ forcedColors: "active" });
  await hub.locator(".team-table .missing").first().waitFor();
  expect(
    await hub
      .locator(".team-table .missing")
      .first()
      .evaluate((cell) => getComputedStyle(cell).outlineStyle),
  ).toBe("dashed");
  await takePicture(tab, "team-forced");
  expect(await axeViolations(hub)).toEqual([]);
});

it("a day opens the report of the person's day, by the keyboard", async () => {
  const { tab, hub } = await openTeam({ person: "ada@contoso.example" });
  await hub
    .getByRole("row", { name: /Margaret/ })
    .getByRole("button", { name: /show the entries$/ })
    .first()
    .press("Enter");
  await hub.getByRole("treegrid").waitFor();
  await hub
    .getByText(/Person: .*Margaret/)
    .first()
    .waitFor();
  await takePicture(tab, "team-day");
  await tab.goBack();
  await hub.getByRole("table", { name: "Hours by person and day" }).waitFor();
});

it("who was reminded has the time of it", async () => {
  const { hub } = await openTeam({ person: "ada@contoso.example" });
  for (let back = 0; back < 2; back++) await hub.getByRole("button", { name: "Week before" }).click();
  await hub.getByRole("button", { name: /^Remind .*Margaret/ }).click();
  await hub
    .getByRole("row", { name: /Margaret/ })
    .getByText(/^Reminded .*\d:\d\d/)
    .waitFor();
});

it("a week is approved, taken back, and sent back with a comment", async () => {
  const { hub } = await openTeam({ person: "ada@contoso.example" });
  const week = rowOf(hub, "Linus").filter({ hasText: "Approve" });
  await week.getByRole("button", { name: /^Approve, / }).click();
  await week.waitFor({ state: "detached" });
  await hub.getByRole("button", { name: /^Undo/ }).click();
  await week.getByRole("button", { name: /^Send back…/ }).click();
  await hub.getByRole("textbox", { name: "What is to be changed" }).fill("What was on Tuesday?");
  await hub.page().keyboard.press("Enter");
  await week.waitFor({ state: "detached" });
  await hub.getByRole("button", { name: "Week before" }).click();
  const row = hub.getByRole("row", { name: /Linus/ });
  await row.filter({ hasText: /Sent back|Remind/ }).waitFor();
});

it("a week waits with the person's approver, and who approves nobody has no Team", async () => {
  const { hub } = await openTeam({ person: "grace@contoso.example" });
  await rowOf(hub, "Margaret").filter({ hasText: "Approve" }).waitFor();
  const { hub: ada } = await openTeam({ person: "ada@contoso.example" });
  await ada.locator(".team-bill").waitFor();
  expect(await rowOf(ada, "Margaret").filter({ hasText: "Approve" }).count()).toBe(0);
  const other = await frameOf(await openHub(context, product, { person: "margaret@contoso.example" }), "hub");
  await other.getByRole("navigation", { name: "Time" }).waitFor();
  expect(await other.getByRole("button", { name: "Team" }).count()).toBe(0);
});
