import { describe, expect, test } from "vitest";
import { entryOf } from "./testing.tsx";
import { referenceTo, sameItem, startAgain, startOnForm } from "./work-item.ts";

const context = {
  organization: { id: "organization-guid", name: "contoso" },
  project: { id: "project-guid", name: "Payments" },
};
const onForm = { id: 104, isNew: false, title: "Show the reference", type: "Task", project: "Payments" };

describe("a reference to the item on the form", () => {
  test("has the ids of organization and project", () => {
    expect(referenceTo(onForm, context)).toEqual({
      organization: "contoso",
      organization_guid: "organization-guid",
      project: "Payments",
      project_guid: "project-guid",
      id: "104",
    });
  });

  test("has the project's id in another case of its name too", () => {
    const reference = referenceTo({ ...onForm, project: "PAYMENTS" }, context);
    expect(reference).toMatchObject({ project: "PAYMENTS", project_guid: "project-guid" });
  });

  test("has no project's id when the item is in another project than the page", () => {
    expect(referenceTo({ ...onForm, project: "Storefront" }, context)).not.toHaveProperty("project_guid");
  });

  test("has no project's id on a page of the organization", () => {
    const { organization } = context;
    expect(referenceTo(onForm, { organization })).not.toHaveProperty("project_guid");
  });

  test("is what a start says of the item", () => {
    expect(startOnForm(onForm, context).work_item).toEqual({
      tracker: "azure_devops",
      ...referenceTo(onForm, context),
      title: "Show the reference",
      type: "Task",
    });
  });
});

describe("what a form says beside the item never keeps a timer from starting:", () => {
  test.each([-1, -0.01, 1_000_001, Number.NaN, Number.POSITIVE_INFINITY])(
    "%s hours",
    (completedWorkHours) => {
      expect(startOnForm({ ...onForm, completedWorkHours }, context)).not.toHaveProperty("existing_hours");
    },
  );

  test.each([0, 11.5, 1_000_000])("%s hours are told", (completedWorkHours) => {
    expect(startOnForm({ ...onForm, completedWorkHours }, context).existing_hours).toBe(completedWorkHours);
  });

  test("a long title is cut between two characters", () => {
    const title = "\u{1F642}".repeat(300);
    const sent = startOnForm({ ...onForm, title, type: title }, context).work_item;
    expect(sent.title).toBe("\u{1F642}".repeat(255));
    expect(sent.type).toBe(sent.title);
  });

  test("half a character is replaced", () => {
    const sent = startOnForm({ ...onForm, title: "a\ud83db\u{1F642}" }, context).work_item;
    expect(sent.title).toBe("a\ufffdb\u{1F642}");
  });

  test("without a project, it is the page's", () => {
    expect(startOnForm({ ...onForm, title: "", type: "", project: "" }, context).work_item).toEqual({
      tracker: "azure_devops",
      organization: "contoso",
      organization_guid: "organization-guid",
      project: "Payments",
      project_guid: "project-guid",
      id: "104",
    });
  });
});

test("a start on an item of before says its names and nothing that only we know", () => {
  const item = { ...entryOf().work_item, uid: "u1", site_id: "s1", project_id: "p1" };
  expect(startAgain(item).work_item).toEqual({
    tracker: "azure_devops",
    organization: "contoso",
    project: "Payments",
    id: "104",
    title: "Show the reference",
  });
});

describe("the same work item", () => {
  const item = { ...entryOf().work_item, uid: "u1", site_id: "s1", project_id: "p1" };

  test.each([
    ["moved to another project", { ...item, project: "Storefront", project_id: "p2" }],
    ["in a renamed project", { ...item, project: "Billing" }],
    ["in a renamed organization", { ...item, organization: "contoso-ltd" }],
    [
      "in a renamed organization, not recorded on yet",
      { id: "104", organization: "contoso-ltd", site_id: "s1" },
    ],
    ["in another case of the names", { id: "104", organization: "Contoso", project: "PAYMENTS" }],
  ])("%s", (_, other) => {
    expect(sameItem(item, other)).toBe(true);
    expect(sameItem(other, item)).toBe(true);
  });

  test.each([
    ["another number", { id: "105", organization: "contoso" }],
    ["another organization", { id: "104", organization: "fabrikam" }],
    ["another item of ours under the same names", { ...item, uid: "u2" }],
    ["another site under the same name", { id: "104", organization: "contoso", site_id: "s2" }],
  ])("is not %s", (_, other) => {
    expect(sameItem(item, other)).toBe(false);
    expect(sameItem(other, item)).toBe(false);
  });
});
