import type { Frame, Page } from "playwright-core";
import { expect, it } from "vitest";
import {
  axeViolations,
  changeEntra,
  frameOf,
  openEntra,
  openHub,
  openOrganizationSettings,
  type Settings,
  signInButton,
  signInByRelay,
  takePicture,
} from "./pages.ts";
import { context, product, useProductAndBrowser } from "./setup.ts";

useProductAndBrowser();

const admin = "ada@contoso.example";

async function openAdmin(settings: Settings = {}): Promise<[Page, Frame]> {
  const tab = await openOrganizationSettings(context, product, { person: admin, ...settings });
  return [tab, await frameOf(tab, "admin")];
}

/** Opens the invitation and looks for somebody of the directory. */
async function search(frame: Frame, name: string) {
  await frame.getByRole("button", { name: "Invite people" }).click();
  await frame.getByLabel("Find in your directory").fill(name);
  return frame.getByRole("dialog").getByRole("button", signInButton);
}

it("a second factor is asked for where it is needed", async () => {
  await changeEntra(context, product, "faults", { service: "entra", mode: "second_factor" });
  for (const theme of ["dark", "light"] as const) {
    const [tab, frame] = await openAdmin({ theme });
    const confirm = await search(frame, "joan");
    await confirm.waitFor();
    await takePicture(tab, `second-factor-${theme}`);
    expect(await axeViolations(frame)).toEqual([]);
    if (theme === "dark") continue;
    await confirm.click();
    await frame.getByRole("button", { name: "Add Joan Clarke" }).waitFor();
  }
  await changeEntra(context, product, "faults", { service: "entra", mode: "off" });
});

it("a second factor is given in a window of our own, where the host does not sign in", async () => {
  const [tab, frame] = await openAdmin({ nestedAppAuth: "off" });
  await signInByRelay(tab, frame, admin);
  await changeEntra(context, product, "faults", { service: "entra", mode: "second_factor" });
  const confirm = await search(frame, "joan");
  const [relay] = await Promise.all([context.waitForEvent("page"), confirm.click()]);
  const entra = await openEntra(relay);
  await entra.getByText("asks for a second factor").waitFor();
  await takePicture(entra, "second-factor-entra");
  await Promise.all([relay.waitForEvent("close"), entra.getByRole("button", { name: admin }).click()]);
  await frame.getByRole("button", { name: "Add Joan Clarke" }).waitFor();
  await changeEntra(context, product, "faults", { service: "entra", mode: "off" });
});

it("a new name and address of the directory is shown after the next sign-in, and audited", async () => {
  const margaret = "margaret@contoso.example";
  await changeEntra(context, product, "person", {
    user: margaret,
    name: "Margaret Heafield",
    email: "heafield@contoso.example",
  });
  const hub = await frameOf(await openHub(context, product, { person: margaret }), "hub");
  await hub.getByRole("heading", { name: "Running timer" }).waitFor();

  const [tab, frame] = await openAdmin();
  await frame.getByLabel("Search by name or e-mail").fill("heafield");
  await frame.getByText("heafield@contoso.example").waitFor();
  await frame.getByRole("tab", { name: "Logs" }).click();
  await frame.getByText("Administration", { exact: true }).click();
  const row = frame.getByRole("row", { name: /Microsoft Entra ID/ });
  await row.getByText("name: Margaret Hamilton → Margaret Heafield").waitFor();
  await takePicture(tab, "profile-changed");
});

it("somebody is invited by the address for mail, signs in by another name, and takes one seat", async () => {
  const joan = "joan@contoso.example";
  const mail = "joan.clarke@contoso.example";
  await changeEntra(context, product, "person", { user: joan, mail });
  const [tab, frame] = await openAdmin();
  await frame.getByRole("tab", { name: "Settings" }).click();
  await frame.getByLabel("Who can join").selectOption("invite_only");
  await frame.getByRole("button", { name: "Save changes" }).click();
  await frame.getByText("Settings saved.").waitFor();
  await frame.getByRole("tab", { name: "People" }).click();
  const seats = frame.getByText(/ of 20 seats taken/);
  await seats.waitFor();
  await frame.getByRole("button", { name: "Invite people" }).click();
  await frame.getByLabel("E-mail addresses").fill(mail);
  await frame
    .getByRole("dialog")
    .getByRole("button", { name: /^Invite/ })
    .click();
  await frame.getByRole("button", { name: "Done" }).click();
  const taken = await seats.textContent();

  const hub = await frameOf(await openHub(context, product, { person: joan }), "hub");
  await hub.getByRole("button", { name: "Ask to join" }).click();
  await hub.getByText(`waits for ${admin}`).waitFor();

  // Chromium drops a click on a page that it has not painted yet, and paints no tab in the background.
  await tab.bringToFront();
  await tab.reload();
  const again = await frameOf(tab, "admin");
  const requests = again.getByRole("button", { name: "Show requests" });
  await requests.click();
  await requests.waitFor({ state: "detached" });
  await again.getByText(`also ${mail} (not checked)`).waitFor();
  await takePicture(tab, "claimed-address");
  await again.getByRole("button", { name: /^Approve: Joan/ }).click();
  await takePicture(tab, "claimed-address-approve");
  expect(await axeViolations(again)).toEqual([]);
  await again.getByRole("dialog").getByRole("button", { name: "Approve" }).click();
  await again.getByText("Nobody matches").waitFor();
  expect(await again.getByText(/ of 20 seats taken/).textContent()).toBe(taken);

  await hub.getByRole("button", { name: "Check again" }).click();
  await hub.getByRole("heading", { name: "Running timer" }).waitFor();
});
