/** An admin looks at a file of another product, records it, imports it again, and takes it back. */

import { expect, it } from "vitest";
import { adminTexts } from "../src/ui/admin/texts.ts";
import { axeViolations, frameOf, openOrganizationSettings, takePicture } from "./pages.ts";
import { context, product, useProductAndBrowser } from "./setup.ts";

useProductAndBrowser();

const texts = adminTexts.imports;

const file = {
  name: "toggl.csv",
  mimeType: "text/csv",
  buffer: Buffer.from(
    [
      "User,Email,Client,Project,Task,Description,Billable,Start date,Start time,End date,End time,Duration,Tags",
      "Ada,ada@contoso.example,,Payments,,Reference #104,Yes,2025-03-03,09:00:00,2025-03-03,10:30:00,01:30:00,Review",
      "Ada,ada@contoso.example,,Payments,,Refund #107,No,2025-03-03,10:30:00,2025-03-03,12:00:00,01:30:00,",
      "Nobody,nobody@elsewhere.example,,Payments,,Refund #107,No,2025-03-03,10:30:00,2025-03-03,12:00:00,01:30:00,",
    ].join("\r\n"),
  ),
};

it("shows each row before it records any, adds nothing twice, and undoes the whole", async () => {
  const tab = await openOrganizationSettings(context, product, { person: "ada@contoso.example" });
  const admin = await frameOf(tab, "admin");
  await admin.getByRole("tab", { name: adminTexts.importing }).click();

  async function look() {
    await admin.getByLabel(texts.file).setInputFiles(file);
    await admin.getByRole("button", { name: texts.look }).click();
    await admin.getByRole("heading", { name: file.name }).waitFor();
  }
  await look();
  await admin.getByText(texts.wouldAdd(2)).waitFor();
  await admin.getByRole("radio", { name: texts.withCount(texts.outcomes.refused, 1) }).check({ force: true });
  const refused = admin.getByRole("row", { name: /nobody@elsewhere\.example/ });
  await refused.getByText(texts.problems.person_unknown).waitFor();
  for (const width of [360, 1600]) {
    await tab.setViewportSize({ width, height: 900 });
    await takePicture(tab, `imports-${width}`);
    expect(await axeViolations(admin), `${width}`).toEqual([]);
  }

  await admin.getByRole("button", { name: texts.run(2) }).click();
  await admin.getByText(texts.added(2)).waitFor();
  await admin.getByRole("button", { name: texts.back }).click();
  await takePicture(tab, "imports-list");

  await look();
  await admin.getByText(texts.wouldAdd(0)).waitFor();
  await admin.getByRole("radio", { name: texts.withCount(texts.outcomes.known, 2) }).waitFor();
  await admin.getByRole("button", { name: texts.discard }).click();

  await admin.getByRole("button", { name: file.name }).click();
  await admin.getByRole("button", { name: texts.undo }).click();
  await admin.getByText(texts.undone(2)).waitFor();
});
