/** What each contribution loads: no more than it needs, by the files that are built and by what Chromium asks for. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { frameOf, openView } from "./pages.ts";
import { context, product, useProductAndBrowser } from "./setup.ts";

useProductAndBrowser();

const built = join(import.meta.dirname, "..", "dist", "ext");

/** The scripts and stylesheets that a page loads before anything happens: its own, and what they import. */
function filesOf(page: string): string[] {
  const html = readFileSync(join(built, `${page}.html`), "utf8");
  const found = new Set(
    [...html.matchAll(/(?:src|href)="\/ext\/(assets\/[^"]+\.(?:js|css))"/g)].map(([, file = ""]) => file),
  );
  for (const file of found) {
    if (!file.endsWith(".js")) continue;
    const source = readFileSync(join(built, file), "utf8");
    // Without a bracket after `import`: what is imported later has one.
    for (const [, name] of source.matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g))
      found.add(`assets/${name}`);
  }
  return [...found].sort();
}

/** Their size in bytes, as they are sent. */
function weightOf(files: string[]): number {
  return files.reduce((sum, file) => sum + gzipSync(readFileSync(join(built, file))).length, 0);
}

/** Whether a file has a text in it, by which a library or a part of the product is known. */
const has = (text: string) => (file: string) => readFileSync(join(built, file), "utf8").includes(text);

const known = {
  msal: has("acquireTokenSilent"),
  rendering: has("__html"),
  api: has("Idempotency-Key"),
  administration: has("Withdraw"),
};

const hub = () => weightOf(filesOf("hub"));

it("knows the parts by their texts, so that the rules below mean something", () => {
  for (const [part, isPart] of Object.entries(known)) {
    const files = readdirSync(join(built, "assets")).filter((name) => name.endsWith(".js"));
    expect(files.map((name) => `assets/${name}`).some(isPart), part).toBe(true);
  }
  expect(filesOf("hub").some(known.msal)).toBe(true);
  expect(filesOf("hub").some(known.rendering)).toBe(true);
});

describe("the menus, whose frame is there with every form", () => {
  it("hold no page, no sign-in and no API before a click, and a twentieth of the hub", () => {
    const files = filesOf("start-timer");
    for (const [part, isPart] of Object.entries(known)) expect(files.filter(isPart), part).toEqual([]);
    expect(files.filter((file) => file.endsWith(".css"))).toEqual([]);
    expect(weightOf(files) / hub()).toBeLessThan(0.05);
  });

  it("ask for these files alone, and on a click for what signs in", async () => {
    const asked: string[] = [];
    context.on("request", (request) => {
      const { pathname } = new URL(request.url());
      if (request.frame().parentFrame() && pathname.startsWith("/ext/"))
        asked.push(pathname.slice("/ext/".length));
    });
    const tab = await openView(context, product, "_boards/board", { person: "joan@contoso.example" });
    const frame = await frameOf(tab, "start-timer", "attached");
    await frame.waitForLoadState("load");
    await expect
      .poll(() => asked.filter((file) => file.endsWith(".js")).sort())
      .toEqual(filesOf("start-timer"));
    expect(asked).not.toContain("config.json");
    await tab.getByRole("button", { name: "Menu of 104" }).click();
    await tab.getByRole("menuitem", { name: "Start timer" }).click();
    await tab.getByText(/^Timer runs on #104/).waitFor();
    expect(asked).toContain("config.json");
    expect(asked.filter((file) => file.endsWith(".js")).some(known.msal)).toBe(true);
    expect(asked.filter((file) => file.endsWith(".js") && known.rendering(file))).toEqual([]);
  });
});

/** What a page has beyond what every page needs to sign in and to find out who somebody is. */
function ownOf(page: string): number {
  const base = filesOf("start-dialog");
  return weightOf(filesOf(page).filter((file) => !base.includes(file)));
}

describe("the widgets", () => {
  it.each(["my-week", "team-month"])(
    "%s has nothing of the administration, and a third of the hub",
    (page) => {
      expect(filesOf(page).filter(known.administration)).toEqual([]);
      expect(ownOf(page) / ownOf("hub")).toBeLessThan(0.33);
    },
  );

  it.each(["my-week-settings", "team-month-settings"])(
    "%s neither sign in nor ask the API, and are small",
    (page) => {
      const files = filesOf(page);
      expect(files.filter(known.msal)).toEqual([]);
      expect(files.filter(known.api)).toEqual([]);
      expect(weightOf(files) / hub()).toBeLessThan(0.12);
    },
  );
});

it("the frames on a form have nothing of the administration", () => {
  for (const page of ["group", "page", "start-dialog"]) {
    expect(filesOf(page).filter(known.administration), page).toEqual([]);
  }
});
