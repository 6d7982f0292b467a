import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { AxeResults } from "axe-core";
import type { BrowserContext, Frame, Page } from "playwright-core";
import type { Product } from "./product.ts";

export interface Settings {
  /** User principal name. */
  person?: string;
  theme?: "light" | "dark";
  nestedAppAuth?: "on" | "off" | "silent";
}

export type Contribution =
  | "group"
  | "page"
  | "hub"
  | "admin"
  | "start-timer"
  | "start-dialog"
  | "my-week"
  | "my-week-settings"
  | "team-month"
  | "team-month-settings";

function address(product: Product, path: string, { person, theme, nestedAppAuth }: Settings): string {
  const url = new URL(path, product.devopsUrl);
  for (const [name, value] of Object.entries({ as: person, theme, naa: nestedAppAuth })) {
    if (value) {
      url.searchParams.set(name, value);
    }
  }
  return url.href;
}

/** Opens a work item in a new tab. */
export async function openWorkItem(
  context: BrowserContext,
  product: Product,
  id: number,
  settings: Settings & { organization?: string; project?: string } = {},
): Promise<Page> {
  const { organization = "contoso", project = "Payments" } = settings;
  const tab = await context.newPage();
  await tab.goto(address(product, `/${organization}/${project}/_workitems/edit/${id}`, settings));
  return tab;
}

/** Opens a work item in a new tab, with the group on its form. */
export async function openGroup(
  context: BrowserContext,
  product: Product,
  id: number,
  settings: Settings = {},
): Promise<[Page, Frame]> {
  const tab = await openWorkItem(context, product, id, settings);
  return [tab, await frameOf(tab, "group")];
}

/** Opens the hub in a new tab. */
export async function openHub(
  context: BrowserContext,
  product: Product,
  settings: Settings & { organization?: string; project?: string } = {},
): Promise<Page> {
  const { organization = "contoso", project = "Payments" } = settings;
  const tab = await context.newPage();
  await tab.goto(address(product, `/${organization}/${project}/_apps/hub/time`, settings));
  return tab;
}

/** Shows a part of the hub: "My time", "Reports", … */
export async function showPart(hub: Frame, name: string): Promise<void> {
  await hub.getByRole("navigation", { name: "Time", exact: true }).getByRole("button", { name }).click();
}

/** Opens the results of a query, a board or the dashboard in a new tab. */
export async function openView(
  context: BrowserContext,
  product: Product,
  view: "_queries/query" | "_boards/board" | "_dashboards/dashboard",
  settings: Settings & { organization?: string; project?: string } = {},
): Promise<Page> {
  const { organization = "contoso", project = "Payments" } = settings;
  const tab = await context.newPage();
  await tab.goto(address(product, `/${organization}/${project}/${view}`, settings));
  return tab;
}

/** Opens TimeTracker's page of the organization's settings in a new tab. */
export async function openOrganizationSettings(
  context: BrowserContext,
  product: Product,
  settings: Settings & { organization?: string } = {},
): Promise<Page> {
  const { organization = "contoso" } = settings;
  const tab = await context.newPage();
  await tab.goto(address(product, `/${organization}/_settings/timetracker`, settings));
  return tab;
}

/** Opens the sign-up page, which is outside of Azure DevOps, in a new tab. */
export async function openSignUpPage(
  context: BrowserContext,
  product: Product,
  theme: "light" | "dark",
): Promise<Page> {
  const tab = await context.newPage();
  await tab.emulateMedia({ colorScheme: theme });
  await tab.goto(`${product.url}/ext/signup.html`);
  return tab;
}

/** Opens the form's tab "Time". */
export async function openTimeTab(tab: Page): Promise<void> {
  await tab.locator(".tabs").getByRole("button", { name: "Time" }).click();
}

/** Waits for a frame of the extension. That of a menu is attached, and never visible. */
export async function frameOf(
  tab: Page,
  contribution: Contribution,
  state: "attached" | "visible" = "visible",
): Promise<Frame> {
  const element = await tab.waitForSelector(`iframe.${contribution}`, { state });
  const frame = await element.contentFrame();
  if (!frame) {
    throw new Error(`iframe.${contribution} has no document`);
  }
  await frame.waitForURL(`**/${contribution}.html`);
  return frame;
}

export const signInButton = { name: "Sign in with Microsoft" };

/** Clicks "Sign in" in a frame; returns the relay window that opens. */
export async function openRelay(tab: Page, frame: Frame): Promise<Page> {
  const [relay] = await Promise.all([
    tab.context().waitForEvent("page"),
    frame.getByRole("button", signInButton).click(),
  ]);
  return relay;
}

/** Clicks "Continue" in the relay window; returns Entra's window that opens. */
export async function openEntra(relay: Page): Promise<Page> {
  const [entra] = await Promise.all([
    relay.context().waitForEvent("page"),
    relay.getByRole("button", { name: "Continue to Microsoft" }).click(),
  ]);
  return entra;
}

/** Signs in with the two windows, as the person with this e-mail address. */
export async function signInByRelay(tab: Page, frame: Frame, email: string): Promise<void> {
  const relay = await openRelay(tab, frame);
  const entra = await openEntra(relay);
  await Promise.all([relay.waitForEvent("close"), entra.getByRole("button", { name: email }).click()]);
}

const axeSource = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** The violations that axe finds in one document without its frames, as `rule: selector` per element. */
export async function axeViolations(document: Frame | Page): Promise<string[]> {
  await document.evaluate(axeSource);
  const results = await document.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: typeof import("axe-core") };
    return axe.run({ exclude: [["iframe"]] }, { iframes: false, resultTypes: ["violations"] });
  });
  return (results as AxeResults).violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")}: ${failureSummary}`),
  );
}

/** The folder for pictures; without it none are taken. */
export const pictureFolder = process.env.E2E_PICTURES;

export async function takePicture(tab: Page, name: string): Promise<void> {
  if (pictureFolder) {
    await mkdir(pictureFolder, { recursive: true });
    // A tab in the background is not painted.
    await tab.bringToFront();
    await tab.screenshot({ path: join(pictureFolder, `${name}.png`) });
  }
}

/** Changes the sandbox's Entra: a fault, or what the directory says of a person. */
export function changeEntra(
  context: BrowserContext,
  product: Product,
  what: "faults" | "person",
  body: object,
): Promise<void> {
  return changeSandbox(context, product.entraUrl, what, body);
}

/** Gives the sandbox's Azure DevOps a fault, of all requests or of those alone that change something; or takes it away. */
export function breakDevOps(
  context: BrowserContext,
  product: Product,
  mode: string,
  service: "devops" | "devops_writes" = "devops",
): Promise<void> {
  return changeSandbox(context, product.devopsUrl, "faults", { service, mode });
}

/** Changes a stand-in, from a page of its own. */
async function changeSandbox(
  context: BrowserContext,
  url: string,
  what: string,
  body: object,
): Promise<void> {
  const tab = await context.newPage();
  await tab.goto(`${url}/_sandbox/page.css`);
  const status = await tab.evaluate(
    async ([path, text]) => (await fetch(path, { method: "POST", body: text })).status,
    [`/_sandbox/${what}`, JSON.stringify(body)] as const,
  );
  await tab.close();
  if (status !== 204) {
    throw new Error(`${url} answers ${status} to ${JSON.stringify(body)}`);
  }
}
