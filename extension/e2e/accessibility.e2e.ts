import { describe, expect, it } from "vitest";
import {
  axeViolations,
  frameOf,
  openEntra,
  openHub,
  openRelay,
  openTimeTab,
  openWorkItem,
  takePicture,
} from "./pages.ts";
import { context, product, useProductAndBrowser } from "./setup.ts";

useProductAndBrowser();

describe.each(["light", "dark"] as const)("axe finds nothing, %s:", (theme) => {
  it("work item with the group, and the page", async () => {
    const tab = await openWorkItem(context, product, 104, { theme });
    const group = await frameOf(tab, "group");
    await group
      .getByRole("button", { name: /^(Start|Stop|Switch)/ })
      .first()
      .waitFor();
    await takePicture(tab, `group-${theme}`);
    expect(await axeViolations(group), "group").toEqual([]);
    expect(await axeViolations(tab), "host page").toEqual([]);

    await openTimeTab(tab);
    const page = await frameOf(tab, "page");
    await page.getByRole("table").first().waitFor();
    await takePicture(tab, `page-${theme}`);
    expect(await axeViolations(page), "page").toEqual([]);
  });

  it("new work item", async () => {
    const tab = await openWorkItem(context, product, 104, { theme });
    await tab.getByRole("button", { name: "New Task" }).click();
    const group = await frameOf(tab, "group");
    await group.getByText("Save the work item first").waitFor();
    await takePicture(tab, `new-${theme}`);
    expect(await axeViolations(group)).toEqual([]);
  });

  it("hub", async () => {
    const tab = await openHub(context, product, { theme });
    const hub = await frameOf(tab, "hub");
    await hub.getByRole("grid").waitFor();
    await takePicture(tab, `hub-${theme}`);
    expect(await axeViolations(hub)).toEqual([]);
  });

  it("signing up", async () => {
    const tab = await openHub(context, product, { theme, organization: "fabrikam", project: "Robotics" });
    const hub = await frameOf(tab, "hub");
    await hub.getByRole("button", { name: "Start the free trial" }).waitFor();
    await takePicture(tab, `sign-up-${theme}`);
    expect(await axeViolations(hub)).toEqual([]);
  });

  it("signing in", async () => {
    const tab = await openWorkItem(context, product, 104, { theme, nestedAppAuth: "off" });
    const group = await frameOf(tab, "group");
    const relay = await openRelay(tab, group);
    await relay.emulateMedia({ colorScheme: theme });
    await relay.getByRole("button", { name: "Continue to Microsoft" }).waitFor();
    await takePicture(relay, `relay-${theme}`);
    expect(await axeViolations(relay), "relay").toEqual([]);
    const entra = await openEntra(relay);
    await entra.emulateMedia({ colorScheme: theme });
    await entra.getByRole("heading", { name: "Pick an account" }).waitFor();
    await takePicture(entra, `entra-${theme}`);
    expect(await axeViolations(entra), "Entra stand-in").toEqual([]);
    await Promise.all([relay.waitForEvent("close"), entra.close()]);
    await group.getByText("The sign-in was not completed").waitFor();
    await takePicture(tab, `signed-out-${theme}`);
    expect(await axeViolations(group), "group").toEqual([]);
  });
});
