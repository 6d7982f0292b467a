import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, type BrowserContext, chromium } from "playwright-core";
import { hosts, lineOf, type Product, terminate } from "./product.ts";

const executable = process.env.CHROMIUM ?? "/usr/bin/chromium";

export interface TestBrowser {
  /** A fresh profile: in English, in the machine's zone and with a mouse, unless told otherwise. */
  newContext(options?: { timeZone?: string; locale?: string; touch?: boolean }): Promise<BrowserContext>;
  /** The browser's own profile, the only one that has a history of addresses. */
  profile: BrowserContext;
  stop(): Promise<void>;
}

/**
 * Starts Chromium with its own defaults. Playwright's launcher switches off storage partitioning and the popup blocker,
 * which decide whether signing in from a cross-site frame works. Without `trust` it refuses the sandbox's certificates, as
 * the browser of somebody who has only run `make dev` does.
 */
export async function startBrowser(product: Product, { trust = true } = {}): Promise<TestBrowser> {
  const profile = await mkdtemp(join(tmpdir(), "timetracker-chromium-"));
  const rules = [
    ...Object.values(hosts).map((host) => `MAP ${host} 127.0.0.1`),
    "MAP * ~NOTFOUND",
    "EXCLUDE localhost",
    "EXCLUDE 127.0.0.1",
  ];
  const child = spawn(
    executable,
    [
      "--headless=new",
      "--no-sandbox",
      "--no-first-run",
      "--disable-background-networking",
      "--remote-debugging-port=0",
      // Each window would load two pages for its address bar, a quarter of all that the machine does.
      "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup",
      `--user-data-dir=${profile}`,
      `--host-resolver-rules=${rules.join(",")}`,
      ...(trust ? [`--ignore-certificate-errors-spki-list=${product.spkiHash}`] : []),
      "about:blank",
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  let browser: Browser | undefined;
  const stop = async () => {
    await browser?.close();
    await terminate(child);
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const [, address = ""] = await lineOf(child, /^DevTools listening on (ws:\/\/\S+)/m);
    browser = await chromium.connectOverCDP(address);
    const connected = browser;
    const [profile] = connected.contexts();
    if (!profile) {
      throw new Error("the browser has no profile of its own");
    }
    return {
      newContext: ({ timeZone, locale = "en-GB", touch = false } = {}) =>
        connected.newContext({
          viewport: { width: 1280, height: 800 },
          locale, // pages write dates and times by the browser's language
          ...(timeZone && { timezoneId: timeZone }),
          ...(touch && { hasTouch: true, isMobile: true }),
        }),
      profile,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
