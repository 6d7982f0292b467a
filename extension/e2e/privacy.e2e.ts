/** One's own data: from a request to its confirmation, a restriction, and the page for people who have left. */

import type { Frame, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import {
  axeViolations,
  frameOf,
  openHub,
  type Settings,
  showPart,
  signInButton,
  takePicture,
} from "./pages.ts";
import { context, product, useProductAndBrowser } from "./setup.ts";

useProductAndBrowser();

const ada = "ada@contoso.example";
const linus = "linus@contoso.example";

async function openPart(settings: Settings, part: string): Promise<{ tab: Page; hub: Frame }> {
  const tab = await openHub(context, product, settings);
  const hub = await frameOf(tab, "hub");
  await showPart(hub, part);
  return { tab, hub };
}

async function openQueue(settings: Settings = {}): Promise<{ tab: Page; hub: Frame }> {
  const { tab, hub } = await openPart({ person: ada, ...settings }, "Administration");
  await hub.getByRole("tab", { name: "Privacy" }).click();
  await hub.getByRole("heading", { name: "Privacy requests" }).waitFor();
  return { tab, hub };
}

/** Nothing is cut off, at any width, and axe finds nothing. */
async function look(tab: Page, document: Frame | Page, name: string): Promise<void> {
  for (const width of [300, 700, 1280]) {
    await tab.setViewportSize({ width, height: 1000 });
    await takePicture(tab, `${name}-${width}`);
    const [wide, room] = await document.evaluate(() => [
      globalThis.document.documentElement.scrollWidth,
      globalThis.document.documentElement.clientWidth,
    ]);
    expect(wide, `${width}`).toBeLessThanOrEqual(room ?? 0);
    expect(await axeViolations(document), `${width}`).toEqual([]);
  }
  await tab.setViewportSize({ width: 1280, height: 1000 });
}

async function decide(hub: Frame, name: RegExp, choice: "Grant" | "Refuse", reason: string): Promise<void> {
  await hub.getByRole("button", { name }).click();
  await hub.getByRole("radio", { name: choice }).check();
  await hub.getByRole("textbox", { name: "Reason" }).fill(reason);
  await hub.getByRole("button", { name: "Save the decision" }).click();
}

async function signIn(page: Page, email: string): Promise<void> {
  const [entra] = await Promise.all([
    page.context().waitForEvent("page"),
    page.getByRole("button", signInButton).click(),
  ]);
  await Promise.all([entra.waitForEvent("close"), entra.getByRole("button", { name: email }).click()]);
}

it("a restriction is asked for, granted, seen, confirmed, and ended", async () => {
  const { tab: hers, hub: asking } = await openPart({ person: linus }, "My data");
  await asking.getByRole("button", { name: "Ask for something" }).click();
  await asking.getByRole("radio", { name: "Restriction" }).check();
  await asking.getByRole("button", { name: "Send the request" }).click();
  const reference = await asking.locator(".privacy-reference").innerText();
  expect(reference.replaceAll("-", "")).toHaveLength(26);
  await expect.poll(() => asking.evaluate(() => document.activeElement?.className)).toBe("privacy-told");
  await takePicture(hers, "my-data-asked");

  const { tab, hub } = await openQueue();
  await hub.getByText("Due in 30 days").waitFor();
  await hub.getByRole("button", { name: /^Decide: Restriction: .*Linus/ }).click();
  await takePicture(tab, "privacy-decision");
  await hub.getByRole("button", { name: "Cancel" }).click();
  await decide(hub, /^Decide: Restriction: .*Linus/, "Grant", "Until the dispute is settled");
  await hub.getByText("Nothing waits.").waitFor();
  await showPart(hub, "Team");
  await hub.getByRole("row", { name: /Margaret/ }).waitFor();
  expect(await hub.getByRole("row", { name: /Linus/ }).count()).toBe(0);
  await showPart(hub, "Reports");
  await hub.getByText("1 person is left out").waitFor();

  await showPart(asking, "My time");
  await showPart(asking, "My data");
  await asking.getByText("Until the dispute is settled").waitFor();
  const [file] = await Promise.all([
    hers.waitForEvent("download"),
    asking.getByRole("button", { name: /^Confirmation/ }).click(),
  ]);
  expect(file.suggestedFilename()).toMatch(/^confirmation-.*\.pdf$/);

  const alone = await context.newPage();
  await alone.goto(`${product.url}/ext/my-data.html`);
  await alone.getByRole("textbox", { name: "Reference" }).fill(reference);
  const [found] = await Promise.all([
    alone.waitForEvent("download"),
    alone.getByRole("button", { name: "Download the confirmation" }).click(),
  ]);
  expect(found.suggestedFilename()).toBe("confirmation.pdf");

  await asking.getByRole("button", { name: "End the restriction" }).click();
  await asking.getByRole("button", { name: "End the restriction" }).waitFor({ state: "detached" });
  await showPart(hub, "Team");
  await hub.getByRole("row", { name: /Linus/ }).first().waitFor();
});

it("a refusal needs a reason, and the person is told", async () => {
  const { hub: asking } = await openPart({ person: linus }, "My data");
  await asking.getByRole("button", { name: "Ask for something" }).click();
  await asking.getByRole("button", { name: "Send the request" }).click();
  await asking.getByText("Say what is to be done.").waitFor();
  await asking.getByRole("textbox", { name: "What is to be done" }).fill("Take an hour from October");
  await asking.getByRole("button", { name: "Send the request" }).click();
  await asking.locator(".privacy-reference").waitFor();
  const { hub } = await openQueue();
  await hub.getByRole("button", { name: /^Decide: Correction/ }).click();
  await hub.getByRole("radio", { name: "Refuse" }).check();
  await hub.getByRole("button", { name: "Save the decision" }).click();
  await hub.getByText("Say why.").waitFor();
  await hub.getByRole("textbox", { name: "Reason" }).fill("It was handed in like this");
  await hub.getByRole("button", { name: "Save the decision" }).click();
  await showPart(asking, "My time");
  await showPart(asking, "My data");
  await asking.getByText("It was handed in like this").waitFor();
});

it("a correction waits until somebody says what was done, and the person is told", async () => {
  const { hub: asking } = await openPart({ person: linus }, "My data");
  await asking.getByRole("button", { name: "Ask for something" }).click();
  await asking.getByRole("textbox", { name: "What is to be done" }).fill("Add an hour in October");
  await asking.getByRole("button", { name: "Send the request" }).click();
  await asking.locator(".privacy-reference").waitFor();
  const { tab, hub } = await openQueue();
  await decide(hub, /^Decide: Correction/, "Grant", "You were there");
  await hub.getByText("Granted, to be done").waitFor();
  await hub.getByRole("button", { name: /^Done: Correction/ }).click();
  await takePicture(tab, "privacy-done");
  await hub.getByRole("textbox", { name: "What was done" }).fill("The hour is added");
  await hub.getByRole("button", { name: "Done", exact: true }).last().click();
  await hub.getByText("Nothing waits.").waitFor();
  await showPart(asking, "My time");
  await showPart(asking, "My data");
  await asking.getByText("The hour is added").waitFor();
});

it("an objection to reports holds once it is granted", async () => {
  const { hub: asking } = await openPart({ person: linus }, "My data");
  await asking.getByRole("button", { name: "Ask for something" }).click();
  await asking.getByRole("radio", { name: "Objection" }).check();
  await asking
    .getByRole("combobox", { name: "What it is about" })
    .selectOption("Time in reports and lists of others");
  await asking.getByRole("button", { name: "Send the request" }).click();
  await asking.locator(".privacy-reference").waitFor();
  const { hub } = await openQueue();
  await decide(hub, /^Decide: Objection/, "Grant", "As you wish");
  await hub.getByText("Nothing waits.").waitFor();
  await showPart(hub, "Reports");
  await hub.getByText("1 person is left out").waitFor();
  await showPart(asking, "My time");
  await showPart(asking, "My data");
  const left = asking.getByRole("checkbox", { name: "Leave me out of reports and lists of others" });
  await left.click();
  await left.waitFor({ state: "detached" });
});

it("switches hold at once, and somebody is named and taken back", async () => {
  const { hub } = await openPart({ person: linus }, "My data");
  const log = () => hub.getByRole("checkbox", { name: "Don't record what I do on the pages" });
  await log().click();
  await hub.getByText("Your choice is saved.").waitFor();
  expect(await log().isChecked()).toBe(true);
  await hub.getByRole("textbox", { name: "Their name" }).fill("Tove");
  await hub.getByRole("textbox", { name: "Their e-mail address" }).fill("tove@home.example");
  await hub.getByRole("button", { name: "Name this person" }).click();
  await hub.getByText(/Tove, tove@home.example, since/).waitFor();
  await hub.getByRole("button", { name: "Take back" }).last().click();
  await hub.getByRole("button", { name: "Name this person" }).waitFor();
  await log().click();
  await hub.getByText("Your choice is saved.").first().waitFor();
});

it("a super_admin sets how long a log is kept, and takes it back", async () => {
  const { hub } = await openQueue();
  const days = hub.getByRole("textbox", { name: "Action log" });
  await days.fill("91");
  await hub.getByRole("button", { name: "Save changes" }).click();
  await hub.getByText("Enter a whole number from 92 to 3,660, or nothing.").waitFor();
  await days.fill("92");
  await hub.getByRole("button", { name: "Save changes" }).click();
  const row = hub.getByRole("row", { name: /^Action log/ });
  await row.getByText("92 days").waitFor();
  await hub.getByRole("button", { name: /^Undo/ }).click();
  await row.getByText("As long as the organization").waitFor();
  expect(await days.inputValue()).toBe("");
});

describe.each(["light", "dark"] as const)("%s, at every width,", (theme) => {
  it("nothing is cut off, and axe finds nothing", async () => {
    const { tab, hub } = await openPart({ person: linus, theme }, "My data");
    await hub.getByRole("table", { name: "What is held" }).waitFor();
    await look(tab, hub, `my-data-${theme}`);
    await hub.getByRole("button", { name: "Ask for something" }).click();
    await look(tab, hub, `my-data-asking-${theme}`);
    const queue = await openQueue({ theme });
    await queue.hub.getByText("All", { exact: true }).click();
    await queue.hub.getByRole("table", { name: "Requests of people about their data" }).waitFor();
    await look(queue.tab, queue.hub, `privacy-queue-${theme}`);
    await queue.hub.getByRole("table", { name: "What ends by itself" }).scrollIntoViewIfNeeded();
    await look(queue.tab, queue.hub, `retention-${theme}`);
    const alone = await context.newPage();
    await alone.emulateMedia({ colorScheme: theme });
    await alone.goto(`${product.url}/ext/my-data.html`);
    await signIn(alone, linus);
    await alone.getByRole("table", { name: "What is held" }).waitFor();
    await look(alone, alone, `my-data-alone-${theme}`);
  });
});
