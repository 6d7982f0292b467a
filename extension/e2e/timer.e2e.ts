import type { Frame } from "playwright-core";
import { describe, expect, it } from "vitest";
import { frameOf, openGroup, openHub, openTimeTab, openWorkItem, showPart, takePicture } from "./pages.ts";
import { context, product, useProductAndBrowser } from "./setup.ts";

useProductAndBrowser();

const start = { name: "Start", exact: true };
const stop = { name: "Stop", exact: true };
const switchHere = { name: "Switch here" };

/** The time on the clock, in seconds. */
async function clock(frame: Frame): Promise<number> {
  const text = await frame.getByRole("timer").textContent();
  return (text ?? "").split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
}

/** Waits until the clock shows at least so many seconds. */
async function clockReaches(frame: Frame, seconds: number): Promise<void> {
  await expect.poll(() => clock(frame), { timeout: 15_000 }).toBeGreaterThanOrEqual(seconds);
}

describe("on a work item", () => {
  it("starts, goes on over a reload, and stops", async () => {
    const [tab, group] = await openGroup(context, product, 105, { person: "grace@contoso.example" });
    await group.getByRole("button", start).click();
    await group.getByRole("button", stop).waitFor();
    await clockReaches(group, 2);
    const before = await clock(group);

    await tab.reload();
    const reloaded = await frameOf(tab, "group");
    await reloaded.getByRole("button", stop).waitFor();
    expect(await clock(reloaded)).toBeGreaterThanOrEqual(before);

    await reloaded.getByRole("button", stop).click();
    await reloaded.getByRole("button", start).waitFor();
    await openTimeTab(tab);
    await (await frameOf(tab, "page")).getByRole("table").first().waitFor();
  });

  it("shows at once in a second tab what happens in the first", async () => {
    const [first, firstGroup] = await openGroup(context, product, 111, { person: "ada@contoso.example" });
    const [second, secondGroup] = await openGroup(context, product, 112, { person: "ada@contoso.example" });
    await first.bringToFront();
    await firstGroup.getByRole("button", start).click();
    await firstGroup.getByRole("button", stop).waitFor();

    await second.bringToFront();
    await secondGroup.getByRole("button", switchHere).click();
    await secondGroup.getByRole("button", stop).waitFor();

    await first.bringToFront();
    await firstGroup.getByRole("button", switchHere).waitFor();
    await second.bringToFront();
    await secondGroup.getByRole("button", stop).click();
    await firstGroup.getByRole("button", start).waitFor();
  });

  it("follows the form to another item", async () => {
    const [tab, group] = await openGroup(context, product, 104, { person: "joan@contoso.example" });
    await group.getByRole("button", start).click();
    await group.getByRole("button", stop).waitFor();

    await tab.getByRole("link", { name: "Bug 107" }).click();
    await group.getByRole("button", switchHere).waitFor();
    await tab.getByRole("link", { name: "Task 104" }).click();
    await group.getByRole("button", stop).click();
    await group.getByRole("button", start).waitFor();
  });

  it("asks for a new item to be saved first, and then starts on it", async () => {
    const [tab, group] = await openGroup(context, product, 104, { person: "joan@contoso.example" });
    await tab.getByRole("button", { name: "New Task" }).click();
    await group.getByText("Save the work item first").waitFor();
    expect(await group.getByRole("button", start).count()).toBe(0);

    await tab.getByLabel("Title").fill("Send the receipt by e-mail");
    await tab.getByRole("button", { name: "Save" }).click();
    const [request] = await Promise.all([
      tab.waitForRequest(
        (sent) => sent.method() === "POST" && new URL(sent.url()).pathname === "/api/v1/timers",
      ),
      group.getByRole("button", start).click(),
    ]);
    const id = /edit\/(\d+)/.exec(tab.url())?.[1];
    expect(request.postDataJSON().work_item).toEqual({
      tracker: "azure_devops",
      organization: "contoso",
      organization_guid: "70b3d5e1-8a2f-4c69-b0d7-1e94c8f3a601",
      project: "Payments",
      project_guid: "2f6c91d8-4e07-4ab5-93d2-b85a0f7e1c01",
      id,
      title: "Send the receipt by e-mail",
      type: "Task",
    });
    await group.getByRole("button", stop).click();
    await group.getByRole("button", start).waitFor();
  });

  it("takes hours of the form that nobody can have worked", async () => {
    const [tab, group] = await openGroup(context, product, 104, { person: "joan@contoso.example" });
    await group.getByRole("button", start).waitFor();
    await tab.getByLabel("Completed Work").fill("-5");
    const [response] = await Promise.all([
      tab.waitForResponse((answer) => new URL(answer.url()).pathname === "/api/v1/timers"),
      group.getByRole("button", start).click(),
    ]);
    expect(response.status()).toBe(201);
    await group.getByRole("button", stop).click();
    await group.getByRole("button", start).waitFor();
  });

  it("takes the host's theme while it runs", async () => {
    const [tab, group] = await openGroup(context, product, 104, { person: "joan@contoso.example" });
    await group.getByRole("button", start).waitFor();
    const background = () => group.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(await background()).toBe("rgb(255, 255, 255)");
    await tab.getByLabel("Theme").selectOption("Dark");
    await expect.poll(background).toBe("rgb(32, 31, 30)");
    expect(await group.locator("html").getAttribute("data-theme")).toBe("dark");
  });

  it("needs neither scrollbar at 300 pixels", async () => {
    const [tab, group] = await openGroup(context, product, 104, { person: "grace@contoso.example" });
    await group.getByRole("button", start).waitFor();
    await group.getByText("Everybody").waitFor();
    const fits = () =>
      group.evaluate(() => {
        const { scrollHeight, clientHeight, scrollWidth, clientWidth } = document.documentElement;
        return { width: innerWidth, down: scrollHeight - clientHeight, across: scrollWidth - clientWidth };
      });
    await expect.poll(fits).toEqual({ width: 300, down: 0, across: 0 });
    await takePicture(tab, "group-300");
  });
});

describe("in the hub", () => {
  it("shows the month's report and downloads it", async () => {
    const hub = await openHub(context, product, { person: "ada@contoso.example" });
    const frame = await frameOf(hub, "hub");
    await showPart(frame, "Reports");
    await frame.getByRole("button", { name: "Export" }).click();
    const button = frame.getByRole("dialog").getByRole("button", { name: "CSV" });
    const [download] = await Promise.all([hub.waitForEvent("download"), button.click()]);
    expect(download.suggestedFilename()).toMatch(/^time-\d{4}-\d{2}-01-to-\d{4}-\d{2}-\d{2}\.csv$/);
  });

  it("signs up a directory that is not known yet, and is ready to record", async () => {
    const place = { organization: "fabrikam", project: "Robotics" };
    const hub = await openHub(context, product, place);
    const frame = await frameOf(hub, "hub");
    await frame.getByRole("button", { name: "Start the free trial" }).waitFor();
    const name = frame.getByLabel("Organization name");
    if (!(await name.inputValue())) {
      await name.fill("Fabrikam");
    }
    await frame.getByRole("button", { name: "Start the free trial" }).click();
    await frame.getByRole("heading", { level: 1 }).waitFor();

    const tab = await openWorkItem(context, product, 204, place);
    const group = await frameOf(tab, "group");
    await group.getByRole("button", start).click();
    await group.getByRole("button", stop).click();
    await group.getByRole("button", start).waitFor();
  });
});
