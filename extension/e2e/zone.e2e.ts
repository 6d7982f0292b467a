import type { BrowserContext, Frame, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startBrowser, type TestBrowser } from "./browser.ts";
import {
  axeViolations,
  frameOf,
  openHub,
  openTimeTab,
  openWorkItem,
  showPart,
  takePicture,
} from "./pages.ts";
import { type Product, startProduct } from "./product.ts";

// Sunday, 31 January, 23:30 in Berlin, where Contoso is; in Tokyo it is Monday, 1 February, 07:30. So the day, the week
// and the month are others.
const at = "2027-01-31T22:30:00Z";

let product: Product;
let browser: TestBrowser;
let context: BrowserContext;

beforeAll(async () => {
  product = await startProduct({ at });
  browser = await startBrowser(product);
});

afterEach(() => context?.close());

afterAll(async () => {
  await browser?.stop();
  await product?.stop();
});

const proposalIn = (frame: Frame) => frame.getByRole("region", { name: "Time zone" });

/** The day that the week marks as today, as screen readers hear it. */
async function today(hub: Frame): Promise<string> {
  return (await hub.locator('.grid th[aria-current="date"] .visually-hidden').textContent()) ?? "";
}

/** The days of the report, of which a month that runs has those up to today. */
async function daysOfReport(hub: Frame): Promise<string> {
  return ((await hub.locator(".report-period").textContent()) ?? "").replace(/\s/gu, " ");
}

/** Waits until a frame has been laid out and painted anew. */
async function painted(frame: Frame): Promise<void> {
  await frame.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  );
}

async function takePictures(tab: Page, name: string): Promise<void> {
  const size = tab.viewportSize();
  for (const width of [360, 1600]) {
    await tab.setViewportSize({ width, height: 900 });
    // Browsers don't paint a frame of another site that is out of sight.
    await tab.locator("iframe:visible").first().scrollIntoViewIfNeeded();
    await Promise.all(tab.frames().map(painted));
    await takePicture(tab, `${name}-${width}`);
  }
  if (size) await tab.setViewportSize(size);
}

describe("somebody whose browser is in Tokyo, in an organization of Berlin,", () => {
  it.each(["light", "dark"] as const)("is asked, and may go on without an answer, %s", async (theme) => {
    context = await browser.newContext({ timeZone: "Asia/Tokyo" });
    const tab = await openHub(context, product, { person: "linus@contoso.example", theme });
    const hub = await frameOf(tab, "hub");
    await proposalIn(hub)
      .getByText("Your browser is in Asia/Tokyo, your days are cut in Europe/Berlin.")
      .waitFor();
    expect(await today(hub)).toMatch(/Sunday.*31/);
    await showPart(hub, "Reports");
    expect(await daysOfReport(hub)).toBe("1 – 31 January");
    await hub.getByRole("treegrid").waitFor();
    await takePictures(tab, `zone-proposal-hub-${theme}`);
    expect(await axeViolations(hub)).toEqual([]);

    const form = await openWorkItem(context, product, 104, { person: "linus@contoso.example", theme });
    const group = await frameOf(form, "group");
    await proposalIn(group).waitFor();
    await takePictures(form, `zone-proposal-group-${theme}`);
    expect(await axeViolations(group)).toEqual([]);
    const button = group.getByRole("button", { name: /^(Start|Switch here|Stop)$/ }).first();
    const before = await button.textContent();
    await button.click();
    await expect.poll(() => button.textContent()).not.toBe(before);
    await openTimeTab(form);
    await proposalIn(await frameOf(form, "page")).waitFor();
  });

  it("has the days of Tokyo on every page after a click, and is never asked again", async () => {
    context = await browser.newContext({ timeZone: "Asia/Tokyo" });
    const settings = { person: "grace@contoso.example" };
    const hub = await frameOf(await openHub(context, product, settings), "hub");
    await proposalIn(hub).getByRole("button", { name: "Use Asia/Tokyo" }).click();
    await hub.getByText("Your days are cut in Asia/Tokyo.").waitFor();
    await proposalIn(hub).waitFor({ state: "detached" });
    await hub.getByText("Time zone: Asia/Tokyo").waitFor();
    await expect.poll(() => today(hub)).toMatch(/Monday.*1/);
    expect(await hub.evaluate(() => document.activeElement?.tagName)).toBe("H1");
    await showPart(hub, "Reports");
    expect(await daysOfReport(hub)).toBe("1 February");
    await showPart(hub, "My time");

    const tab = await openWorkItem(context, product, 104, settings);
    const group = await frameOf(tab, "group");
    await group.getByText("You today").waitFor();
    expect(await proposalIn(group).count()).toBe(0);

    await hub.getByRole("button", { name: "Undo" }).click();
    await hub.getByText("Time zone: Europe/Berlin").waitFor();
    await expect.poll(() => today(hub)).toMatch(/Sunday.*31/);
    await context.close();

    context = await browser.newContext({ timeZone: "Asia/Tokyo" }); // another browser of hers
    const again = await frameOf(await openHub(context, product, settings), "hub");
    await again.getByRole("grid").waitFor();
    expect(await proposalIn(again).count()).toBe(0);
  });

  it("may keep Berlin", async () => {
    context = await browser.newContext({ timeZone: "Asia/Tokyo" });
    const hub = await frameOf(await openHub(context, product, { person: "margaret@contoso.example" }), "hub");
    await proposalIn(hub).getByRole("button", { name: "Keep Europe/Berlin" }).click();
    // Without exact it would also find the proposal, which says so in a part of its sentence.
    await hub.getByText("Your days are cut in Europe/Berlin.", { exact: true }).waitFor();
    await proposalIn(hub).waitFor({ state: "detached" });
  });
});

describe("one's own zone", () => {
  it("is found and set by keys alone", async () => {
    context = await browser.newContext();
    for (const theme of ["light", "dark"] as const) {
      const tab = await openHub(context, product, { person: "ada@contoso.example", theme });
      const hub = await frameOf(tab, "hub");
      const change = hub.getByRole("button", { name: "Change the time zone" });
      await change.focus();
      await tab.keyboard.press("Enter");
      const dialog = hub.getByRole("dialog", { name: "Your time zone" });
      await dialog.waitFor();
      await takePictures(tab, `zone-dialog-${theme}`);
      expect(await axeViolations(hub)).toEqual([]);
      await tab.keyboard.type("kath");
      await dialog.getByText(/^1 match\. Chosen: Asia\/Kat.*UTC\+05:45/).waitFor();
      await takePictures(tab, `zone-dialog-found-${theme}`);
      expect(await axeViolations(hub)).toEqual([]);
      await tab.keyboard.press("Escape"); // clears the search
      await dialog.getByText(/^Chosen/).waitFor();
      await tab.keyboard.press("Escape");
      await dialog.waitFor({ state: "detached" });
      expect(await change.evaluate((element) => element === document.activeElement)).toBe(true);
    }
    const tab = await openHub(context, product, { person: "ada@contoso.example" });
    const hub = await frameOf(tab, "hub");
    await hub.getByRole("button", { name: "Change the time zone" }).press("Enter");
    await tab.keyboard.type("mumbai");
    await hub.getByText("No time zone matches.").waitFor();
    await tab.keyboard.press("Control+A");
    await tab.keyboard.type("india");
    await tab.keyboard.press("Enter");
    await hub.getByText("Time zone: Asia/Kolkata").waitFor();
    await expect.poll(() => today(hub)).toMatch(/Monday.*1/);

    await hub.getByRole("button", { name: "Change the time zone" }).press("Enter");
    await tab.keyboard.press("ArrowDown");
    await tab.keyboard.press("Home");
    await hub.getByText(/^Chosen: Europe\/Berlin/).waitFor();
    await tab.keyboard.press("Tab");
    await tab.keyboard.press("Enter");
    await hub.getByText("Time zone: Europe/Berlin").waitFor();
  });
});

describe("a zone that the browser doesn't know", () => {
  /** Makes the browser one that is older than the zones. */
  async function forget(...zones: string[]): Promise<void> {
    await context.addInitScript((forgotten) => {
      const known = Intl.DateTimeFormat;
      Intl.DateTimeFormat = new Proxy(known, {
        construct(target, [locale, options]: ConstructorParameters<typeof Intl.DateTimeFormat>) {
          const zone = options?.timeZone;
          if (zone && forgotten.includes(zone)) throw new RangeError(`Invalid time zone specified: ${zone}`);
          return new target(locale, options);
        },
      });
    }, zones);
  }

  it("breaks no page, which says in which zone it is", async () => {
    context = await browser.newContext();
    await forget("Europe/Berlin");
    for (const theme of ["light", "dark"] as const) {
      const settings = { person: "ada@contoso.example", theme };
      const tab = await openHub(context, product, settings);
      const hub = await frameOf(tab, "hub");
      await hub
        .getByText("Times and days are shown in UTC+01:00, since the time zone Europe/Berlin")
        .waitFor();
      await hub.getByRole("grid").waitFor();
      await hub.getByText("Time zone: UTC+01:00").waitFor();
      expect(await today(hub)).toMatch(/Sunday.*31/);
      await takePictures(tab, `zone-unknown-${theme}`);
      expect(await axeViolations(hub)).toEqual([]);
      await hub.getByRole("button", { name: "Change the time zone" }).click();
      await hub.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();

      await showPart(hub, "Administration");
      for (const name of ["People", "Running timers", "Logs", "Settings"]) {
        await hub.getByRole("tab", { name }).click();
        await hub.getByRole("heading", { name }).first().waitFor();
      }
      const form = await openWorkItem(context, product, 104, settings);
      await (await frameOf(form, "group")).getByText("You today").waitFor();
      await openTimeTab(form);
      await (await frameOf(form, "page")).getByRole("table").first().waitFor();
    }
  });

  it("is no question where the browser says a placeholder", async () => {
    context = await browser.newContext();
    await context.addInitScript(() => {
      const told = Intl.DateTimeFormat.prototype.resolvedOptions;
      Intl.DateTimeFormat.prototype.resolvedOptions = function () {
        return { ...told.call(this), timeZone: "Etc/Unknown" };
      };
    });
    const hub = await frameOf(await openHub(context, product, { person: "joan@contoso.example" }), "hub");
    await hub.getByRole("grid").waitFor();
    expect(await proposalIn(hub).count()).toBe(0);
    const options = { person: "alan@fabrikam.example", organization: "fabrikam", project: "Robotics" };
    const signUp = await frameOf(await openHub(context, product, options), "hub");
    expect(await signUp.getByLabel("Time zone").inputValue()).toBe("UTC");
  });
});
