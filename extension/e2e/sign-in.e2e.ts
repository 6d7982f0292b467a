import type { Frame, Page } from "playwright-core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type Contribution,
  frameOf,
  openEntra,
  openHub,
  openRelay,
  openTimeTab,
  openWorkItem,
  signInButton,
  signInByRelay,
} from "./pages.ts";
import { hosts } from "./product.ts";
import { context, product, useProductAndBrowser } from "./setup.ts";

let visited: Set<string>;
let complaints: string[];

useProductAndBrowser();

beforeEach(() => {
  visited = new Set();
  complaints = [];
  context.on("console", (message) => {
    if (message.type() === "error" && new URL(message.location().url).hostname === hosts.product) {
      complaints.push(message.text());
    }
  });
  context.on("weberror", ({ error }) => complaints.push(String(error())));
  context.on("request", (request) => visited.add(new URL(request.url()).hostname));
});

afterEach(() => {
  const strangers = [...visited].filter((host) => host && !Object.values(hosts).includes(host));
  expect(strangers, "requests to anybody else").toEqual([]);
  expect(complaints, "errors on the console").toEqual([]);
});

/** A signed-in group shows the button that starts or stops the timer. */
async function expectSignedIn(frame: Frame): Promise<void> {
  await frame
    .getByRole("button", { name: /^(Start|Stop|Switch here)/ })
    .first()
    .waitFor();
}

async function expectToBeAsked(frame: Frame, text: string | RegExp): Promise<void> {
  await frame.getByText(text).waitFor();
  await frame.getByRole("button", signInButton).waitFor();
}

function countWindows(tab: Page): () => number {
  let opened = 0;
  tab.context().on("page", () => opened++);
  return () => opened;
}

describe("nested app authentication", () => {
  it("signs in without a click or a window, in every frame", async () => {
    const tab = await openWorkItem(context, product, 104);
    const windows = countWindows(tab);
    await expectSignedIn(await frameOf(tab, "group"));
    await openTimeTab(tab);
    await (await frameOf(tab, "page")).getByRole("table").first().waitFor();
    expect(windows()).toBe(0);
    const hub = await openHub(context, product);
    await (await frameOf(hub, "hub")).getByRole("heading").first().waitFor();
    expect(visited).not.toContain(hosts.entra);
  });

  it("follows the host to another person", async () => {
    const tab = await openWorkItem(context, product, 104, { person: "grace@contoso.example" });
    await expectSignedIn(await frameOf(tab, "group"));
    const [me] = await Promise.all([
      tab.waitForResponse((response) => response.url().endsWith("/api/v1/me")),
      tab.getByLabel("Signed in as").selectOption({ label: "Margaret Hamilton" }),
    ]);
    expect((await me.json()).user.email).toBe("margaret@contoso.example");
  });

  it("gives way to our own window when the host never answers", async () => {
    const tab = await openWorkItem(context, product, 104, { nestedAppAuth: "silent" });
    const frame = await frameOf(tab, "group");
    await expectToBeAsked(frame, "Sign in with your work account");
    await signInByRelay(tab, frame, "ada@contoso.example");
    await expectSignedIn(frame);
  });
});

describe("our own window", () => {
  let tab: Page;
  let frame: Frame;

  beforeEach(async () => {
    tab = await openWorkItem(context, product, 104, { nestedAppAuth: "off" });
    frame = await frameOf(tab, "group");
    await expectToBeAsked(frame, "Sign in with your work account");
  });

  it("signs in, and silently after a reload and in the tab's other frames", async () => {
    await signInByRelay(tab, frame, "ada@contoso.example");
    await expectSignedIn(frame);

    const windows = countWindows(tab);
    await tab.reload();
    await expectSignedIn(await frameOf(tab, "group"));
    await openTimeTab(tab);
    await (await frameOf(tab, "page")).getByRole("table").first().waitFor();
    expect(windows()).toBe(0);
  });

  it.each<[string, () => Promise<void>]>([
    ["the relay window is closed", async () => (await openRelay(tab, frame)).close()],
    [
      "Entra's window is closed",
      async () => {
        const relay = await openRelay(tab, frame);
        const entra = await openEntra(relay);
        await Promise.all([relay.waitForEvent("close"), entra.close()]);
      },
    ],
    [
      "the person cancels",
      async () => {
        const relay = await openRelay(tab, frame);
        const entra = await openEntra(relay);
        await Promise.all([
          relay.waitForEvent("close"),
          entra.getByRole("button", { name: "Cancel" }).click(),
        ]);
      },
    ],
  ])("can be tried again after %s", async (_, giveUp) => {
    await giveUp();
    await expectToBeAsked(frame, "The sign-in was not completed");
    await signInByRelay(tab, frame, "grace@contoso.example");
    await expectSignedIn(frame);
  });

  it("can be tried again after the frame has gone away under an open window", async () => {
    const relay = await openRelay(tab, frame);
    await tab.reload();
    await relay.close();
    const reloaded = await frameOf(tab, "group");
    await expectToBeAsked(reloaded, "Sign in with your work account");
    await signInByRelay(tab, reloaded, "ada@contoso.example");
    await expectSignedIn(reloaded);
  });

  it("takes a person who needs a while", async () => {
    const relay = await openRelay(tab, frame);
    const entra = await openEntra(relay);
    // Longer than the interval at which closed windows are polled for.
    await entra.waitForTimeout(3_000);
    await Promise.all([
      relay.waitForEvent("close"),
      entra.getByRole("button", { name: "grace@contoso.example" }).click(),
    ]);
    await expectSignedIn(frame);
  });

  it("asks again in a new tab, where a session of Entra needs no form", async () => {
    await signInByRelay(tab, frame, "ada@contoso.example");
    await expectSignedIn(frame);

    const second = await openWorkItem(context, product, 105, { nestedAppAuth: "off" });
    const secondFrame = await frameOf(second, "group");
    await expectToBeAsked(secondFrame, "Sign in with your work account");
    const relay = await openRelay(second, secondFrame);
    await Promise.all([relay.waitForEvent("close"), openEntra(relay)]);
    await expectSignedIn(secondFrame);
  });
});

describe("without a host", () => {
  it.each<Contribution>(["group", "page", "hub"])("%s.html says where to open it", async (contribution) => {
    const tab = await context.newPage();
    await tab.goto(`${product.url}/ext/${contribution}.html`);
    await tab.getByText("Open this page from Azure DevOps").waitFor();
  });

  it("relay.html does not pretend to sign anybody in", async () => {
    const tab = await context.newPage();
    await tab.goto(`${product.url}/ext/relay.html`);
    await tab.getByRole("button", { name: "Continue to Microsoft" }).click();
    await tab.getByText("This window can’t sign you in").waitFor();
  });
});

describe("what is left in the browser", () => {
  it.each(["on", "off"] as const)(
    "is MSAL's cache in sessionStorage and the theme alone (host: %s)",
    async (nestedAppAuth) => {
      const tab = await openWorkItem(context, product, 104, { nestedAppAuth });
      const frame = await frameOf(tab, "group");
      if (nestedAppAuth === "off") {
        await signInByRelay(tab, frame, "ada@contoso.example");
      }
      await expectSignedIn(frame);
      const left = await frame.evaluate(async () => ({
        session: Object.keys(sessionStorage),
        local: Object.keys(localStorage),
        cookies: document.cookie,
        databases: (await indexedDB.databases()).map(({ name }) => name),
        caches: await caches.keys(),
        workers: (await navigator.serviceWorker.getRegistrations()).length,
      }));
      expect(left).toEqual({
        session: expect.any(Array),
        local: ["timetracker.theme"],
        cookies: "",
        databases: [],
        caches: [],
        workers: 0,
      });
      expect(left.session.filter((key) => !key.startsWith("msal."))).toEqual([]);
      const { cookies } = await context.storageState();
      expect(cookies.filter(({ domain }) => domain === hosts.product)).toEqual([]);
    },
  );
});
