/**
 * How long frames take while somebody types into a week of many entries, and looks for one of many people. The floor is a
 * bare field in the same browser, in turns. No time is asserted: `npm run bench:grid` measures at full size and prints.
 */

import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Frame, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { TimesheetPage } from "../src/api/client.ts";
import { startBrowser } from "./browser.ts";
import { type Frames, framesDuring, framesOf } from "./frames.ts";
import { frameOf, openHub, showPart } from "./pages.ts";
import { binary, type Product, startProduct } from "./product.ts";

const sizes = {
  small: { people: 20, entries: 20, rows: 5, rounds: 1, cells: 3 },
  full: { people: 2_000, entries: 200, rows: 40, rounds: 3, cells: 15 },
};
const size = sizes[process.env.BENCH === "full" ? "full" : "small"];

// A Friday evening: all of the week can be typed into.
const at = "2026-12-04T20:00:00Z";
const monday = Date.parse("2026-11-30T07:00:00Z");
const minuteMs = 60_000;
const dayMs = 86_400_000;
const days = 5;
/** As a quick typist. */
const delay = 40;

let data: string;
let product: Product;
let browser: Awaited<ReturnType<typeof startBrowser>>;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), "timetracker-frames-"));
  product = await startProduct({ empty: true, at, data });
  browser = await startBrowser(product);
});

afterAll(async () => {
  await browser?.stop();
  await product?.stop();
  await rm(data, { recursive: true, force: true });
});

it("types into the week, and looks for people", { timeout: 1_200_000 }, async () => {
  const context = await browser.newContext();
  await buySeats(await context.newPage());
  const tab = await openHub(context, product, { person: admin });
  const hub = await frameOf(tab, "hub");
  await hub.getByRole("grid").waitFor();
  await fillTenant(hub);
  await tab.reload();
  const week = await frameOf(tab, "hub");
  await week.getByRole("row", { name: /#1001/ }).waitFor();
  const bare = await context.newPage();
  await bare.setContent("<input autofocus>");

  const measured: Record<string, Frames[]> = {
    floor: [],
    week: [],
    people: [],
    more: [],
    scroll: [],
    team: [],
  };
  for (let round = 0; round < size.rounds; round++) {
    measured.floor?.push(await framesOf(bare, bare, keysOf(round), delay));
    measured.week?.push(await typeWeek(tab, week, round));
  }
  expect(await week.locator(".grid-total").textContent()).not.toBe("");
  await showPart(week, "Administration");
  const search = week.getByLabel("Search by name or e-mail");
  for (let round = 0; round < size.rounds; round++) {
    await search.fill("");
    await search.focus();
    measured.people?.push(await framesOf(tab, week, [..."person 1 of contoso"], delay));
  }
  await manySheets(tab, week);
  await measureTeam(tab, week, measured);
  print(measured);
  await context.close();
});

const admin = "ada@contoso.example";

/** Contoso buys as many seats as there are people, in a plan that has as many. */
async function buySeats(console: Page): Promise<void> {
  await console.goto(product.marketplaceUrl);
  const card = console.getByRole("article").filter({ hasText: `bought by ${admin}` });
  await card.getByLabel("New plan").selectOption("business");
  await card.getByRole("button", { name: "Change plan" }).click();
  await console.getByRole("article", { name: "TimeTracker: Business" }).waitFor();
  await card.getByLabel("New number of seats").fill(String(size.people + 100));
  await card.getByRole("button", { name: "Change seats" }).click();
  await card.getByText(`${size.people + 100} seats`).waitFor();
  await console.close();
}

/** Invites people and records the week, as a program would. */
async function fillTenant(hub: Frame): Promise<void> {
  const { stdout } = await promisify(execFile)(binary, ["sandbox", "token", "--user", admin, "--data", data]);
  const send = (path: string, bodies: readonly object[]) =>
    hub.evaluate(postAll, { token: stdout.trim(), path, bodies });
  const atOnce = 100;
  const people = Array.from({ length: size.people }, (_, i) => ({ email: `person${i}@contoso.example` }));
  const groups = Array.from({ length: Math.ceil(people.length / atOnce) }, (_, i) => ({
    people: people.slice(i * atOnce, (i + 1) * atOnce),
  }));
  await send("/api/v1/users", groups);
  const lengthMs = 12 * minuteMs;
  const entries = Array.from({ length: size.entries }, (_, i) => {
    const [day, row] = [i % days, Math.floor(i / days) % size.rows];
    const start = monday + day * dayMs + Math.floor(i / days) * lengthMs;
    return {
      work_item: {
        project: row % 2 === 0 ? "Payments" : "Storefront",
        id: `${1001 + row}`,
        title: `Item ${row}`,
      },
      started_at: new Date(start).toISOString(),
      stopped_at: new Date(start + lengthMs).toISOString(),
    };
  });
  await send("/api/v1/time-entries", entries);
}

/** Runs in the page. Whoever sends too much waits as long as the answer says. */
async function postAll(of: { token: string; path: string; bodies: readonly object[] }): Promise<void> {
  for (const body of of.bodies) {
    for (;;) {
      const answer = await fetch(of.path, {
        method: "POST",
        headers: {
          authorization: `Bearer ${of.token}`,
          "content-type": "application/json",
          "idempotency-key": crypto.randomUUID(),
        },
        body: JSON.stringify(body),
      });
      if (answer.ok) break;
      if (answer.status !== 429) throw new Error(`${of.path}: ${answer.status} ${await answer.text()}`);
      const seconds = Number(answer.headers.get("retry-after") ?? 1);
      await new Promise((resolve) => setTimeout(resolve, 1_000 * seconds));
    }
  }
}

/** A quarter of an hour, or a little less, in one cell below the other. */
function keysOf(round: number): string[] {
  const length = round % 2 === 0 ? "0:15" : "0:12";
  return Array.from({ length: size.cells }, () => [...length, "Enter"]).flat();
}

async function typeWeek(tab: Page, week: Frame, round: number): Promise<Frames> {
  await tab.bringToFront();
  await week.getByRole("gridcell").and(week.locator('[tabindex="0"]')).focus();
  await tab.keyboard.press("Control+Home");
  for (let column = 0; column <= round % days; column++) await tab.keyboard.press("Tab");
  const frames = await framesOf(tab, week, keysOf(round), delay);
  await week.locator("[aria-busy=true]").first().waitFor({ state: "detached" });
  return frames;
}

/** The weeks of so many people, each with time to the millisecond. Whoever is only invited has none. */
async function manySheets(tab: Page, hub: Frame): Promise<void> {
  const isList = (url: URL | string) => `${url}`.includes("/api/v1/timesheets?");
  const [answer] = await Promise.all([
    tab.waitForResponse((response) => isList(response.url()) && !response.url().includes("user_id")),
    showPart(hub, "Team"),
  ]);
  const [sheet] = ((await answer.json()) as TimesheetPage).data;
  if (!sheet) throw new Error("there is no week");
  await tab.context().route(isList, (route) => {
    const query = new URL(route.request().url()).searchParams;
    const [from, limit] = [Number(query.get("cursor") ?? 0), Number(query.get("limit") ?? 50)];
    const to = Math.min(from + limit, size.people);
    const data = Array.from({ length: to - from }, (_, i) => ({
      ...sheet,
      user: { id: `person ${from + i}`, name: `Person ${from + i} of Contoso` },
      days: sheet.days.map((day, d) => ({
        ...day,
        recorded_ms: ((from + i) * 7_919_993 + d * 104_729) % 30_000_000,
      })),
    }));
    return route.fulfill({ json: { data, page: to < size.people ? { next_cursor: `${to}` } : {} } });
  });
  await showPart(hub, "My time");
  await hub.getByRole("grid").waitFor();
  await showPart(hub, "Team");
}

/** Shows everybody's weeks, page by page, scrolls through them, and types into the timer bar above them. */
async function measureTeam(tab: Page, hub: Frame, measured: Record<string, Frames[]>): Promise<void> {
  await hub.getByText("Person 0 of Contoso").waitFor();
  const rows = hub.locator(".team-table tbody tr");
  const more: Frames[] = [];
  while (await hub.evaluate(() => document.querySelector(".team-scroll + button") !== null)) {
    more.push(await framesDuring(tab, hub, [() => hub.evaluate(showMore)]));
  }
  // The table is longest at the end.
  measured.more = more.slice(-5);
  expect(await rows.count()).toBeGreaterThanOrEqual(size.people);
  for (let round = 0; round < size.rounds; round++) {
    await rows.first().hover();
    const wheel = (by: number) => () => tab.mouse.wheel(0, by);
    const steps = Array.from({ length: 2 * size.cells }, (_, i) => wheel(i < size.cells ? 600 : -600));
    measured.scroll?.push(await framesDuring(tab, hub, steps));
    const field = hub.getByRole("combobox", { name: "What are you working on?" });
    await field.fill("");
    await field.focus();
    measured.team?.push(await framesOf(tab, hub, [..."item 1 of contoso"], delay));
    await tab.keyboard.press("Escape");
  }
}

/** Runs in the page, which a search for roles in thousands of rows would keep busy. */
async function showMore(): Promise<void> {
  const count = () => document.querySelectorAll(".team-table tbody tr").length;
  const before = count();
  document.querySelector<HTMLButtonElement>(".team-scroll + button")?.click();
  while (count() === before) await new Promise(requestAnimationFrame);
}

function print(measured: Record<string, Frames[]>): void {
  const medianOf = (name: string, of: keyof Frames) => {
    const values = (measured[name] ?? []).map((frames) => frames[of]).sort((a, b) => a - b);
    return values[Math.floor(values.length / 2)] ?? 0;
  };
  const line = (name: string) => {
    const [work, long, key, frame] = (["work", "long", "key", "frame"] as const).map((of) => {
      const ms = medianOf(name, of);
      return `${ms.toFixed(0)} ms (${(ms / Math.max(1, medianOf("floor", of))).toFixed(1)})`;
    });
    return `${name}: longest work ${work}, longest frame over 50 ms ${long}, key to paint ${key}, frame to frame ${frame}`;
  };
  const lines = [
    "In brackets: times the floor.",
    ...["floor", "week", "people", "more", "scroll", "team"].map(line),
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}
