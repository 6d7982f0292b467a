import type { Frame, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import {
  axeViolations,
  frameOf,
  openHub,
  openOrganizationSettings,
  openSignUpPage,
  type Settings,
  showPart,
  signInButton,
  takePicture,
} from "./pages.ts";
import { context, product, useProductAndBrowser } from "./setup.ts";

useProductAndBrowser();

const admin = "ada@contoso.example";
const user = "linus@contoso.example";
const guest = "kim_fabrikam.example#EXT#@contoso.example";
const sizes = { narrow: { width: 360, height: 900 }, wide: { width: 1600, height: 900 } };

async function openAdmin(settings: Settings): Promise<[Page, Frame]> {
  const tab = await openOrganizationSettings(context, product, settings);
  return [tab, await frameOf(tab, "admin")];
}

const sections = {
  People: (frame: Frame) => frame.getByRole("row").nth(1),
  Settings: (frame: Frame) => frame.getByLabel("Organization name"),
  Projects: (frame: Frame) => frame.getByRole("row").nth(1),
  "Running timers": (frame: Frame) => frame.getByRole("table").or(frame.getByText("Nobody's timer")),
  Logs: (frame: Frame) => frame.getByRole("row").nth(1),
  Billing: (frame: Frame) => frame.getByRole("button", { name: /^PDF/ }).first(),
};

/** Selects a section. Just after a change of size, a click may miss a tab that has moved; so it is repeated. */
async function select(frame: Frame, name: string): Promise<void> {
  const section = frame.getByRole("tab", { name });
  await expect
    .poll(async () => {
      await section.click();
      return section.getAttribute("aria-selected");
    })
    .toBe("true");
}

describe.each(["light", "dark"] as const)("the administration, %s:", (theme) => {
  it("axe finds nothing in any section, narrow and wide", async () => {
    const [tab, frame] = await openAdmin({ person: admin, theme });
    for (const [name, shown] of Object.entries(sections)) {
      await select(frame, name);
      await shown(frame).waitFor();
      for (const [size, viewport] of Object.entries(sizes)) {
        await tab.setViewportSize(viewport);
        // The frame learns its new size a moment after the page around it.
        await frame.waitForFunction((narrow) => innerWidth < 400 === narrow, viewport.width < 400);
        await takePicture(tab, `admin-${name.toLowerCase().replace(" ", "-")}-${size}-${theme}`);
        expect(await axeViolations(frame), `${name}, ${size}`).toEqual([]);
        const overflow = await frame.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        expect(overflow, `${name}, ${size}: wider than the frame`).toBeLessThanOrEqual(0);
      }
    }
  });

  it("axe finds nothing in the invitation and the sign-up page", async () => {
    const [tab, frame] = await openAdmin({ person: admin, theme });
    await frame.getByRole("button", { name: "Invite people" }).click();
    await frame.getByRole("dialog").waitFor();
    await takePicture(tab, `invite-${theme}`);
    expect(await axeViolations(frame), "invitation").toEqual([]);

    const page = await openSignUpPage(context, product, theme);
    await page.getByRole("button", signInButton).waitFor();
    expect(await axeViolations(page), "sign-up page").toEqual([]);
  });
});

it("a person is invited, found, and the invitation is withdrawn", async () => {
  const [tab, frame] = await openAdmin({ person: admin });
  await frame.getByRole("button", { name: "Invite people" }).click();
  await frame.getByLabel("E-mail addresses").fill("nobody@contoso.example, wrong");
  const submit = frame.getByRole("dialog").getByRole("button", { name: /^Invite/ });
  await submit.click();
  await frame.getByText("is not an e-mail address").waitFor();
  await frame.getByRole("button", { name: "Leave these out" }).click();
  await submit.click();
  const mail = frame.getByRole("link", { name: "Open in your mail program" });
  expect(await mail.getAttribute("href")).toMatch(/^mailto:nobody%40contoso\.example\?/);
  await takePicture(tab, "invited");
  await frame.getByRole("button", { name: "Done" }).click();

  await frame.getByLabel("Search by name or e-mail").fill("NOBODY");
  await frame.getByText("nobody@contoso.example").waitFor();
  await expect.poll(() => frame.getByRole("row").count()).toBe(2);
  await frame.getByRole("button", { name: "Withdraw: nobody@contoso.example" }).click();
  await takePicture(tab, "withdraw");
  await frame.getByRole("button", { name: "Withdraw", exact: true }).click();
  await frame.getByText("Nobody matches").waitFor();
});

it("settings are saved, and the change is in the log", async () => {
  const [, frame] = await openAdmin({ person: admin });
  await frame.getByRole("tab", { name: "Settings" }).click();
  await frame.getByLabel("Days to edit freely").fill("21");
  // Unsaved values survive a look at another section.
  await frame.getByRole("tab", { name: "Logs" }).click();
  await frame.getByRole("tab", { name: "Settings" }).click();
  expect(await frame.getByLabel("Days to edit freely").inputValue()).toBe("21");
  await frame.getByRole("button", { name: "Save changes" }).click();
  await frame.getByText("Settings saved.").waitFor();
  await frame.getByRole("tab", { name: "Logs" }).click();
  await frame.getByText("Administration", { exact: true }).click();
  await frame.getByText("Days to edit freely: 14 days → 21 days").waitFor();
});

it("somebody asks to join, and is let in", async () => {
  const [, frame] = await openAdmin({ person: admin });
  await frame.getByRole("tab", { name: "Settings" }).click();
  await frame.getByLabel("Who can join").selectOption("request");
  await frame.getByRole("button", { name: "Save changes" }).click();
  await frame.getByText("Settings saved.").waitFor();

  const tab = await openHub(context, product, { person: guest });
  const hub = await frameOf(tab, "hub");
  await hub.getByRole("button", { name: "Ask to join" }).click();
  await hub.getByText(`waits for ${admin}`).waitFor();
  await takePicture(tab, "join-requested");
  expect(await axeViolations(hub)).toEqual([]);

  await frame.getByRole("tab", { name: "People" }).click();
  await frame.getByRole("button", { name: "Show requests" }).click();
  await frame.getByRole("button", { name: /^Approve: Kim/ }).click();
  await frame.getByRole("dialog").getByRole("button", { name: "Approve" }).click();
  await frame.getByText("Nobody matches").waitFor();

  await hub.getByRole("button", { name: "Check again" }).click();
  await hub.getByRole("heading", { name: "Running timer" }).waitFor();
});

it("a user has no administration", async () => {
  const [tab, frame] = await openAdmin({ person: user });
  await frame.getByText("Only administrators of TimeTracker").waitFor();
  await takePicture(tab, "admin-user");
  expect(await frame.getByRole("tab").count()).toBe(0);

  const hub = await frameOf(await openHub(context, product, { person: user }), "hub");
  await hub.getByRole("grid").waitFor();
  expect(await hub.getByRole("button", { name: "Administration" }).count()).toBe(0);
});

it("an admin has it in the hub as well", async () => {
  const hub = await frameOf(await openHub(context, product, { person: admin }), "hub");
  await showPart(hub, "Administration");
  await hub.getByRole("tab", { name: "People" }).waitFor();
  expect(await axeViolations(hub)).toEqual([]);
});

it("an organization signs up on the page of our own", async () => {
  const page = await openSignUpPage(context, product, "light");
  const [window] = await Promise.all([
    context.waitForEvent("page"),
    page.getByRole("button", signInButton).click(),
  ]);
  await Promise.all([
    window.waitForEvent("close"),
    window.getByRole("button", { name: "frances@fabrikam.example" }).click(),
  ]);
  await page.getByLabel("Organization name").fill("Fabrikam");
  await page.getByLabel("Azure DevOps organization").fill("fabrikam");
  await page.getByLabel("Administrator e-mail").fill("frances@fabrikam.example");
  await takePicture(page, "sign-up-page");
  expect(await axeViolations(page), "form").toEqual([]);
  await page.getByRole("button", { name: "Start the free trial" }).click();
  await page.getByRole("heading", { name: "TimeTracker is set up" }).waitFor();
  await takePicture(page, "next-steps");
  expect(await axeViolations(page), "next steps").toEqual([]);
});
