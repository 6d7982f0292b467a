import type { Frame, Page } from "playwright-core";
import { expect, it } from "vitest";
import { axeViolations, frameOf, openOrganizationSettings, openWorkItem, takePicture } from "./pages.ts";
import { context, daysBefore, product, useProductAndBrowser } from "./setup.ts";

useProductAndBrowser();

const ada = "ada@contoso.example";
const linus = "linus@contoso.example";
const sizes = { narrow: { width: 360, height: 900 }, wide: { width: 1600, height: 900 } };

/** Sends a body to an address of the page's own origin. */
function post(page: Page, path: string, body: object, token?: string): Promise<Record<string, string>> {
  return page.evaluate(
    async ([address, text, authorization]) => {
      const headers = { "Content-Type": "application/json", ...(authorization && { authorization }) };
      const response = await fetch(address, { method: "POST", headers, body: text });
      if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
      return response.json();
    },
    [path, JSON.stringify(body), token ? `Bearer ${token}` : ""] as const,
  );
}

/** Adds an hour of Linus', who may see the work item and not write it, by the API. */
async function addHour(id: number): Promise<void> {
  const page = await context.newPage();
  await page.goto(`${product.entraUrl}/_sandbox/page.css`);
  const { access_token } = await post(page, "/_sandbox/token", {
    user: linus,
    client_id: "9f4e1c72-0b5d-4a86-bc3e-27d8a1f05612",
    scope: "api://6a2b8d10-47c3-4e9f-a5d1-8b3e0c6f9211/Time.ReadWrite",
  });
  await page.goto(`${product.url}/ext/signup.html`);
  // At night nobody has worked.
  const night = daysBefore(2);
  await post(
    page,
    "/api/v1/time-entries",
    {
      work_item: { tracker: "azure_devops", organization: "contoso", project: "Payments", id: String(id) },
      started_at: `${night}T01:00:00.000Z`,
      stopped_at: `${night}T02:00:00.000Z`,
    },
    access_token,
  );
  await page.close();
}

async function turnOn(frame: Frame): Promise<void> {
  await frame.getByRole("tab", { name: "Settings" }).click();
  await frame.getByLabel("Completed Work", { exact: true }).selectOption({ label: "Add recorded time" });
  await frame.getByRole("button", { name: "Save changes" }).click();
  await frame.getByText("Settings saved.").waitFor();
}

it("an administrator sees what differs in Completed Work, and sets it right", async () => {
  const tab = await openOrganizationSettings(context, product, { person: ada });
  const frame = await frameOf(tab, "admin");
  await turnOn(frame);
  await addHour(133);

  await frame.getByRole("tab", { name: "Completed Work" }).click();
  const row = frame.getByRole("row", { name: /#133/ });
  await row.getByText("1:00 is not added yet.").waitFor();
  for (const theme of ["Light", "Dark"]) {
    await tab.getByLabel("Theme").selectOption(theme);
    for (const [size, viewport] of Object.entries(sizes)) {
      await tab.setViewportSize(viewport);
      await frame.waitForFunction((narrow) => innerWidth < 400 === narrow, viewport.width < 400);
      await takePicture(tab, `completed-work-${size}-${theme.toLowerCase()}`);
      expect(await axeViolations(frame), `${theme}, ${size}`).toEqual([]);
      const overflow = await frame.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(overflow, `${theme}, ${size}: wider than the frame`).toBeLessThanOrEqual(0);
    }
  }
  await row.getByRole("button", { name: /^Set right/ }).click();
  await row.getByText("1 h added.").waitFor();
  await takePicture(tab, "completed-work-set-right");

  // Somebody lowers it in Azure DevOps.
  const form = await openWorkItem(context, product, 133, { person: ada });
  const hours = form.getByLabel("Completed Work", { exact: true });
  await expect.poll(() => hours.inputValue()).toBe("5");
  await hours.fill("0.5");
  await form.getByRole("button", { name: "Save" }).click();
  await form.getByText("Saved.", { exact: true }).waitFor();

  await frame.getByLabel("Only what differs").check();
  await row.getByText(/^0.5\sh are missing/).waitFor();
  await row.getByRole("button", { name: /^Set right/ }).click();
  await row.getByText(/^Raised by 0.5\sh/).waitFor();
  await form.reload();
  await expect.poll(() => hours.inputValue()).toBe("1");

  await frame.getByRole("tab", { name: "Logs" }).click();
  await frame.getByText("Administration", { exact: true }).click();
  await frame.getByText(/^Completed Work: 4\sh → 5\sh$/).waitFor();
});
