import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { axeViolations, openWorkItem, takePicture } from "./pages.ts";
import { context, product, useProductAndBrowser } from "./setup.ts";

useProductAndBrowser();

const completedWork = "Microsoft.VSTS.Scheduling.CompletedWork";

/** A token for Azure DevOps, as our API gets it on behalf of a person. */
async function tokenOf(user: string): Promise<string> {
  const tab = await context.newPage();
  await tab.goto(`${product.entraUrl}/_sandbox/page.css`);
  const token = await tab.evaluate(
    async (body) => {
      const headers = { "Content-Type": "application/json" };
      const response = await fetch("/_sandbox/token", {
        method: "POST",
        headers,
        body: JSON.stringify(body),
      });
      return (await response.json()).access_token as string;
    },
    {
      user,
      client_id: "6a2b8d10-47c3-4e9f-a5d1-8b3e0c6f9211",
      scope: "499b84ac-1321-427f-aa17-267ca6975798/.default",
    },
  );
  await tab.close();
  return token;
}

/** Patches a work item through the REST API, in the address of the tab, and gives the status. */
async function patch(tab: Page, token: string, id: number, steps: object[]): Promise<number> {
  return await tab.evaluate(
    async ([address, authorization, body]) => {
      const response = await fetch(address, {
        method: "PATCH",
        headers: {
          Authorization: authorization,
          Accept: "application/json;api-version=7.1",
          "Content-Type": "application/json-patch+json",
        },
        body,
      });
      return response.status;
    },
    [`/contoso/_apis/wit/workItems/${id}`, `Bearer ${token}`, JSON.stringify(steps)] as const,
  );
}

it("shows what was written through the REST API, and doesn't save over it", async () => {
  const tab = await openWorkItem(context, product, 104, { person: "grace@contoso.example" });
  const hours = tab.getByLabel("Completed Work");
  await expect.poll(() => hours.inputValue()).toBe("11.5");
  expect(await tab.getByLabel("Original Estimate").inputValue()).toBe("15.5");
  const token = await tokenOf("linus@contoso.example");
  const steps = [
    { op: "test", path: "/rev", value: 1 },
    { op: "add", path: `/fields/${completedWork}`, value: 12.25 },
  ];
  expect(await patch(tab, token, 104, steps)).toBe(200);

  // The form still shows the revision before.
  await tab.getByLabel("Remaining Work").fill("3");
  await tab.getByRole("button", { name: "Save" }).click();
  await tab.getByText("Not saved: somebody else has changed the work item").waitFor();
  // A dirty form asks before it drops what was typed.
  tab.once("dialog", (dialog) => void dialog.dismiss());
  await tab.getByRole("button", { name: "Refresh" }).click();
  expect(await tab.getByLabel("Remaining Work").inputValue()).toBe("3");
  tab.once("dialog", (dialog) => void dialog.accept());
  await tab.getByRole("button", { name: "Refresh" }).click();
  await expect.poll(() => hours.inputValue()).toBe("12.25");
  await tab.getByLabel("Remaining Work").fill("3");
  await tab.getByRole("button", { name: "Save" }).click();
  await tab.getByText("Saved.", { exact: true }).waitFor();
  // What the form has saved is a revision of the API too.
  expect(await patch(tab, token, 104, [{ op: "test", path: "/rev", value: 2 }, ...steps.slice(1)])).toBe(412);
  expect(await patch(tab, token, 104, [{ op: "test", path: "/rev", value: 3 }, ...steps.slice(1)])).toBe(200);
  await tab.close();
});

it("undoes changes that were not saved", async () => {
  const tab = await openWorkItem(context, product, 105);
  const title = tab.getByLabel("Title", { exact: true });
  const before = await title.inputValue();
  const undo = tab.getByRole("button", { name: "Undo changes" });
  expect(await undo.isDisabled()).toBe(true);
  await title.fill("Another title");
  tab.once("dialog", (dialog) => void dialog.accept());
  await undo.click();
  await expect.poll(() => title.inputValue()).toBe(before);
  expect(await undo.isDisabled()).toBe(true);
  await tab.close();
});

it("says which rule refuses a change", async () => {
  const tab = await openWorkItem(context, product, 121, { project: "Storefront" });
  await tab.getByLabel("Completed Work").fill("9");
  await tab.getByRole("button", { name: "Save" }).click();
  await tab.getByText("Not saved: TF401320: Rule Error for field Completed Work.").waitFor();
  await tab.close();
});

it("deletes a work item and restores it", async () => {
  const tab = await openWorkItem(context, product, 116);
  await tab.getByRole("button", { name: "Delete" }).click();
  const link = tab.getByRole("link", { name: "Task 116" });
  await link.waitFor({ state: "detached" });
  await tab.getByText("Recycle bin").click();
  await tab.getByRole("button", { name: "Restore 116" }).waitFor();
  await takePicture(tab, "host-recycle-bin");
  expect(await axeViolations(tab.mainFrame())).toEqual([]);
  await tab.getByRole("button", { name: "Restore 116" }).click();
  await link.waitFor();
  await tab.getByText("It is empty.").waitFor();
  await tab.close();
});

it("shows a person what they may see, and lets nobody change what they may only read", async () => {
  const tab = await openWorkItem(context, product, 133, { person: "linus@contoso.example", theme: "dark" });
  await tab.getByText("You may read this work item, and not change it.").waitFor();
  expect(await tab.getByRole("button", { name: "Delete" }).isDisabled()).toBe(true);
  expect(await tab.getByLabel("Completed Work").isEditable()).toBe(false);
  expect(await tab.getByRole("link", { name: "Task 132" }).count()).toBe(0);
  await takePicture(tab, "host-read-only-dark");
  await tab.getByLabel("Signed in as").selectOption({ label: "Grace Hopper" });
  await tab.getByRole("link", { name: "Task 132" }).waitFor();
  await tab.close();
});
