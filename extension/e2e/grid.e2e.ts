/** The week as a grid, with the keyboard alone, at every width, and in forced colours. */

import type { Frame, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startBrowser } from "./browser.ts";
import { axeViolations, frameOf, openHub, takePicture } from "./pages.ts";
import { type Product, startProduct } from "./product.ts";

// A Thursday afternoon, so that the week has days before and after today.
const at = "2026-12-03T15:30:00Z";
let product: Product;
let browser: Awaited<ReturnType<typeof startBrowser>>;

beforeAll(async () => {
  product = await startProduct({ at });
  browser = await startBrowser(product);
});

afterAll(async () => {
  await browser?.stop();
  await product?.stop();
});

async function open(person: string, theme: "light" | "dark" = "light"): Promise<[Page, Frame]> {
  const context = await browser.newContext();
  const tab = await openHub(context, product, { person, theme });
  const hub = await frameOf(tab, "hub");
  await hub.getByRole("grid").waitFor();
  return [tab, hub];
}

const active = (hub: Frame) => hub.evaluate(() => document.activeElement?.textContent ?? "");

it("is typed into with the keyboard alone, and what was typed is taken back", async () => {
  const [tab, hub] = await open("linus@contoso.example");
  const total = hub.locator(".grid-total");
  const before = await total.textContent();
  await hub.getByRole("gridcell").and(hub.locator('[tabindex="0"]')).focus();
  await expect.poll(() => active(hub)).toMatch(/Thursday, 3 December/);
  await tab.keyboard.press("Home");
  await tab.keyboard.press("Tab");
  await expect.poll(() => active(hub)).toMatch(/Monday/);

  // Whatever the day holds, an hour and a half more.
  const cell = hub.locator(":focus");
  const old = (await cell.locator("[aria-hidden]").textContent()) ?? "";
  const [hours = 0, minutes = 0] = (old || "0:00").split(":").map(Number);
  await tab.keyboard.type(`${hours + 1},`);
  await tab.keyboard.press("Backspace");
  await tab.keyboard.type(`:${String(minutes).padStart(2, "0")}`);
  await hub.getByText(`= ${hours + 1}:${String(minutes).padStart(2, "0")}`).waitFor();
  await takePicture(tab, "grid-typing");
  expect(await axeViolations(hub)).toEqual([]);
  await tab.keyboard.press("Tab");
  await expect.poll(() => total.textContent()).not.toBe(before);
  await expect.poll(() => active(hub)).toMatch(/Tuesday/);
  await takePicture(tab, "grid-saved");
  await tab.keyboard.press("Control+z");
  await expect.poll(() => total.textContent()).toBe(before);

  // What isn't possible says why and stays.
  await tab.keyboard.press("End");
  await tab.keyboard.press("ArrowLeft");
  await expect.poll(() => active(hub)).toMatch(/Sunday/);
  await tab.keyboard.type("1.5");
  await tab.keyboard.press("Enter");
  await hub.getByText("This day is still to come.").first().waitFor();
  await tab.keyboard.press("ArrowUp");
  await takePicture(tab, "grid-refused");
  expect(await axeViolations(hub)).toEqual([]);
  await tab.keyboard.press("Escape");
  await hub.getByText("1 cell isn't saved").waitFor({ state: "detached" });

  await tab.keyboard.press("Control+Home");
  await tab.keyboard.press("Tab");
  await tab.keyboard.press("Alt+ArrowDown");
  await hub.locator(".cell-entries").waitFor();
  await takePicture(tab, "grid-entries");
  expect(await axeViolations(hub)).toEqual([]);
  await tab.keyboard.press("Escape");
  await expect.poll(() => active(hub)).toMatch(/Monday/);
  await tab.keyboard.press("Control+Enter");
  await hub.getByRole("combobox", { name: "Work item to add" }).waitFor();
  await tab.keyboard.type("131");
  await hub.getByRole("option", { name: /#131/ }).waitFor();
  await takePicture(tab, "grid-add");
  expect(await axeViolations(hub)).toEqual([]);
  await tab.keyboard.press("Enter");
  await expect.poll(() => active(hub)).toMatch(/^#131/);
  await tab.context().close();
});

it("keeps the cell that one is in between the timer bar and the state of the week", async () => {
  const [tab, hub] = await open("linus@contoso.example");
  await tab.setViewportSize({ width: 1280, height: 560 });
  await hub.getByRole("gridcell").and(hub.locator('[tabindex="0"]')).focus();
  const rows = await hub.getByRole("grid").getByRole("row").count();
  for (const [key, way] of [
    ["ArrowDown", "Control+Home"],
    ["ArrowUp", "Control+End"],
  ] as const) {
    await tab.keyboard.press(way);
    for (let row = 0; row < rows; row++) {
      expect(await hub.evaluate(coveredFocus), `${key} ${row} of ${rows}`).toEqual([]);
      await tab.keyboard.press(key);
    }
  }
  await tab.context().close();
});

/** The ends of the focused cell over which something else lies. */
function coveredFocus(): string[] {
  const cell = document.activeElement;
  if (!cell?.closest(".grid")) return [`the focus is on ${cell?.className}`];
  const { left, top, right, bottom } = cell.getBoundingClientRect();
  return [top + 2, bottom - 2].flatMap((y) => {
    const there = document.elementFromPoint((left + right) / 2, y);
    return there && cell.contains(there) ? [] : [`${there?.className} lies over ${cell.textContent}`];
  });
}

it("what could not be saved is told once another view is shown, and is still in its cell", async () => {
  const [tab, hub] = await open("joan@contoso.example");
  let refuse = () => {};
  const sent = new Promise<void>((resolve) => {
    void tab.context().route("**/api/v1/time-entries", async (route) => {
      if (route.request().method() !== "POST") return route.continue();
      resolve();
      await new Promise<void>((go) => {
        refuse = go;
      });
      const problem = {
        type: "about:blank",
        title: "No",
        status: 422,
        code: "invalid",
        detail: "Not today.",
      };
      await route.fulfill({ status: 422, contentType: "application/problem+json", json: problem });
    });
  });
  await hub.getByRole("gridcell").and(hub.locator('[tabindex="0"]')).focus();
  await tab.keyboard.press("Control+Home");
  await tab.keyboard.press("Control+Enter");
  await hub.getByRole("combobox", { name: "Work item to add" }).waitFor();
  await tab.keyboard.type("131");
  await hub.getByRole("option", { name: /#131/ }).waitFor();
  await tab.keyboard.press("Enter");
  await expect.poll(() => active(hub)).toMatch(/^#131/);
  await tab.keyboard.type("0:25");
  await tab.keyboard.press("Tab");
  await sent;
  await hub.getByRole("button", { name: "Calendar" }).click();
  await hub.getByRole("grid", { name: /^Calendar/ }).waitFor();
  refuse();
  const notice = hub.getByRole("alert", { name: /isn't saved/ });
  await notice.getByText(/^0:25 for #131/).waitFor();
  expect(await notice.textContent()).toContain("Not today.");
  expect(await axeViolations(hub)).toEqual([]);
  for (const width of [1280, 300]) {
    await tab.setViewportSize({ width, height: 900 });
    await takePicture(tab, `grid-unsaved-${width}`);
  }
  await tab.setViewportSize({ width: 1280, height: 900 });
  await notice.getByRole("button", { name: /^Show the week/ }).click();
  await hub.locator('[aria-invalid="true"]').getByText("0:25").first().waitFor();
  await takePicture(tab, "grid-unsaved-cell");
  await notice.waitFor({ state: "detached" });
  await tab.context().close();
});

it("a row gets another activity, and is not billable, with the keyboard alone and with Undo", async () => {
  const [tab, hub] = await open("linus@contoso.example");
  await hub.getByRole("gridcell").and(hub.locator('[tabindex="0"]')).focus();
  await tab.keyboard.press("Control+Home");
  await tab.keyboard.press("ArrowRight");
  await tab.keyboard.press("ArrowRight");
  const mark = hub.locator(":focus").getByRole("button", { name: "Billable" });
  const before = await mark.getAttribute("aria-pressed");
  await tab.keyboard.press("Space");
  await expect.poll(() => mark.getAttribute("aria-pressed")).not.toBe(before);
  await takePicture(tab, "grid-billable");
  expect(await axeViolations(hub)).toEqual([]);
  await tab.keyboard.press("Control+z");
  await expect.poll(() => mark.getAttribute("aria-pressed")).toBe(before);
  await tab.keyboard.press("ArrowLeft");
  await tab.keyboard.press("Enter");
  const select = hub.getByRole("combobox", { name: /Activity$/ });
  await select.waitFor();
  await takePicture(tab, "grid-activity");
  expect(await axeViolations(hub)).toEqual([]);
  await select.selectOption("Planning");
  await expect.poll(() => active(hub)).toBe("Planning");
  await tab.context().close();
});

it("a block is copied and pasted", async () => {
  const [tab, hub] = await open("grace@contoso.example");
  await tab.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await hub.getByRole("gridcell").and(hub.locator('[tabindex="0"]')).focus();
  await tab.keyboard.press("Control+Home");
  for (const key of ["Tab", "Shift+ArrowRight", "Shift+ArrowRight"]) await tab.keyboard.press(key);
  await tab.keyboard.press("Control+c");
  const total = hub.locator(".grid-total");
  await tab.keyboard.press("Delete");
  const before = await total.textContent();
  await tab.keyboard.press("Control+v");
  await takePicture(tab, "grid-pasted");
  expect(before).toBeTruthy();
  await tab.context().close();
});

it.each(["light", "dark"] as const)("at every width, %s", async (theme) => {
  const [tab, hub] = await open("ada@contoso.example", theme);
  for (const width of [300, 700, 1000, 1500]) {
    await tab.setViewportSize({ width, height: 900 });
    await takePicture(tab, `grid-${theme}-${width}`);
    expect(await axeViolations(hub), `${width}`).toEqual([]);
    const beyond = () => document.documentElement.scrollWidth - document.documentElement.clientWidth;
    expect(await hub.evaluate(beyond), `${width}`).toBe(0);
  }
  await tab.emulateMedia({ forcedColors: "active" });
  await takePicture(tab, `grid-${theme}-forced`);
  await tab.context().close();
});
