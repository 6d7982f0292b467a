/**
 * Dates and times are written by the browser's language, as its own date fields are. Sentences are in the first language
 * that it asks for and the product speaks.
 */

import type { Frame } from "playwright-core";
import { describe, expect, it } from "vitest";
import german from "../src/texts/languages/de.ts";
import { adminTexts } from "../src/ui/admin/texts.ts";
import { calendarTexts } from "../src/ui/calendar/texts.ts";
import { entryTexts } from "../src/ui/entry/texts.ts";
import { hubTexts } from "../src/ui/hub/texts.ts";
import { operationTexts } from "../src/ui/operations/texts.ts";
import { reportTexts } from "../src/ui/report/texts.ts";
import { reviewTexts } from "../src/ui/review-strip/texts.ts";
import { teamTexts } from "../src/ui/team/texts.ts";
import { texts } from "../src/ui/texts.ts";
import {
  axeViolations,
  frameOf,
  openGroup,
  openHub,
  openOrganizationSettings,
  openTimeTab,
  openWorkItem,
  takePicture,
} from "./pages.ts";
import { browser, product, useProductAndBrowser } from "./setup.ts";

useProductAndBrowser();

const person = "ada@contoso.example";

it.each([
  ["en-US", /^\w{3}, [A-Z]\w+ \d{1,2}\b/, /^\d{1,2}:\d\d:\d\d\s[AP]M – /, /^[A-Z]\w+ 1\b/],
  ["de-DE", /^\w{2}\., \d{1,2}\. [A-Z][\wä]+/, /^\d\d:\d\d:\d\d – /, /^1\..* [\wä]+$/],
  ["he-IL", /^\u2068.*, \d{1,2} ב\S+\u2069/, /^\d{1,2}:\d\d:\d\d – /, /^\u20681\D.*ב\S+\u2069$/],
])("in %s", async (locale, day, times, days) => {
  const context = await browser.newContext({ locale });
  const item = await openWorkItem(context, product, 104, { person });
  await openTimeTab(item);
  const table = (await frameOf(item, "page")).getByRole("table").first();
  expect(await table.locator("td.when").first().textContent()).toMatch(times);
  expect(await table.getByRole("rowheader").first().textContent()).toMatch(day);
  await takePicture(item, `language-item-${locale}`);

  const tab = await openHub(context, product, { person });
  const hub = await frameOf(tab, "hub");
  await hub.locator(".hub-part").nth(1).click();
  await hub.getByRole("treegrid").waitFor();
  expect(await hub.locator(".report-period").textContent()).toMatch(days);
  for (const width of [360, 1600]) {
    await tab.setViewportSize({ width, height: 900 });
    await takePicture(tab, `language-hub-${locale}-${width}`);
    expect(await axeViolations(hub), `${width}`).toEqual([]);
  }
  await context.close();
});

/** The English sentences of a catalogue that are others in German. */
function* untranslated(english: object, translated: object): Generator<string> {
  for (const [key, sentence] of Object.entries(english)) {
    const other = Reflect.get(translated, key);
    if (typeof sentence === "object") yield* untranslated(sentence, other);
    else if (typeof sentence === "string" && sentence !== other) yield sentence;
  }
}

const english = new Set([
  ...untranslated(texts, german.frames),
  ...untranslated(adminTexts, german.administration),
  ...untranslated(hubTexts, german.hub),
  ...untranslated(calendarTexts, german.calendar),
  ...untranslated(entryTexts, german.entry),
  ...untranslated(reviewTexts, german.review),
  ...untranslated(operationTexts, german.operations),
  ...untranslated(reportTexts, german.report),
  ...untranslated(teamTexts, german.team),
]);
// Words of both languages: a name in one place, and another word in another.
for (const shared of ["Start", "Status", "Name", "Plan", "Person", "Filter", "Timer"]) english.delete(shared);
// The names of activities are the tenant's own words.
for (const activity of ["Development", "Review", "Meeting", "Planning"]) english.delete(activity);

/** The English sentences that a frame shows or says. */
async function englishIn(frame: Frame): Promise<string[]> {
  const said = await frame.evaluate(() => {
    const found: string[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) found.push(walker.currentNode.textContent ?? "");
    for (const element of document.querySelectorAll("[aria-label], [title], [placeholder]"))
      for (const name of ["aria-label", "title", "placeholder"]) found.push(element.getAttribute(name) ?? "");
    return found;
  });
  return [...new Set(said.map((text) => text.trim()))].filter((text) => english.has(text));
}

/** Expects a frame that has what it needs to be German, and usable by everybody. */
async function settled(frame: Frame, view: string): Promise<void> {
  await expect.poll(() => frame.locator(".loading, [aria-busy=true]").count()).toBe(0);
  expect(await frame.locator("html").getAttribute("lang"), view).toBe("de");
  expect(await englishIn(frame), view).toEqual([]);
  expect(await axeViolations(frame), view).toEqual([]);
}

describe("in German", () => {
  it("the form and the item's page have no English sentence", async () => {
    const context = await browser.newContext({ locale: "de-DE" });
    const [, form] = await openGroup(context, product, 104, { person });
    await form.getByRole("button", { name: german.frames.timer.start }).waitFor();
    await settled(form, "form");

    const item = await openWorkItem(context, product, 104, { person });
    await openTimeTab(item);
    const page = await frameOf(item, "page");
    await page.getByRole("heading", { name: german.frames.entries.title }).waitFor();
    await settled(page, "page");
    await takePicture(item, "german-item");
    await context.close();
  });

  it("the hub has none in its parts", async () => {
    const context = await browser.newContext({ locale: "de-DE" });
    const tab = await openHub(context, product, { person });
    const hub = await frameOf(tab, "hub");
    await hub.getByRole("grid").waitFor();
    await settled(hub, "grid");
    await takePicture(tab, "german-grid");

    await hub.getByRole("button", { name: german.hub.week.calendar }).click();
    await hub.locator(".cal-entry").first().click();
    await hub.getByRole("region", { name: german.entry.title }).waitFor();
    await settled(hub, "calendar");
    await takePicture(tab, "german-calendar");

    const part = (name: string) =>
      hub.getByRole("navigation", { name: german.hub.parts, exact: true }).getByRole("button", { name });
    await part(german.hub.reports).click();
    await hub.getByRole("treegrid").waitFor();
    await settled(hub, "reports");
    await takePicture(tab, "german-reports");
    await hub.getByRole("button", { name: german.report.exports.button }).click();
    await settled(hub, "exports");
    await tab.keyboard.press("Escape");

    await part(german.team.tab).click();
    await hub.getByRole("heading", { name: german.team.approve }).waitFor();
    await hub.getByRole("table", { name: german.team.table }).waitFor();
    for (const width of [360, 1600]) {
      await tab.setViewportSize({ width, height: 900 });
      await settled(hub, `team, ${width}`);
      await takePicture(tab, `german-team-${width}`);
    }
    await context.close();
  });

  it("the administration has none in its sections", async () => {
    const context = await browser.newContext({ locale: "de-DE" });
    const settings = await openOrganizationSettings(context, product, { person });
    const admin = await frameOf(settings, "admin");
    const names = german.administration;
    for (const name of [
      names.people,
      german.team.settings.tab,
      names.adjustments,
      names.settings,
      names.projects,
      names.activities,
      names.completedWork,
      names.running,
      names.importing,
      names.logs,
      names.billing,
    ]) {
      await admin.getByRole("tab", { name, exact: true }).click();
      await settled(admin, name);
      await takePicture(settings, `german-admin-${name}`);
    }
    await context.close();
  });
});
