import { describe, expect, it } from "vitest";
import { readSelection } from "./selection.ts";

const nothing = { ids: [], unsaved: false, type: "", project: "" };

describe("readSelection", () => {
  it.each<[string, unknown, Partial<ReturnType<typeof readSelection>>]>([
    [
      "the form",
      { workItemId: 104, workItemTypeName: "Task", isNew: false, currentProjectName: "Payments" },
      { ids: [104], type: "Task", project: "Payments" },
    ],
    ["the form of a new item", { workItemId: 0, isNew: true }, { unsaved: true }],
    ["the form of a new item, by Azure DevOps' number", { workItemId: -1 }, { unsaved: true }],
    ["a card", { id: 104, workItemType: "Bug" }, { ids: [104], type: "Bug" }],
    ["a card whose number is a text", { id: "104" }, { ids: [104] }],
    [
      "a row of a query",
      {
        workItemIds: [104],
        workItemTypeNames: ["Task"],
        workItemProjects: { 104: "Storefront" },
        queryId: "2e8b7e5d-1a6f-4b0e-9e0c-77a3a4a4a104",
        query: { id: "2e8b7e5d-1a6f-4b0e-9e0c-77a3a4a4a104", name: "Mine" },
      },
      { ids: [104], type: "Task", project: "Storefront" },
    ],
    [
      "a row with its project in a list",
      { workItemIds: [104], workItemProjects: ["Storefront"] },
      { ids: [104], project: "Storefront" },
    ],
    [
      "several rows, of which neither type nor project is told",
      { workItemIds: [104, 107], workItemTypeNames: ["Task", "Bug"], workItemProjects: { 104: "Payments" } },
      { ids: [104, 107] },
    ],
    ["several rows by the older name", { ids: [104, 107] }, { ids: [104, 107] }],
    ["the same item twice", { id: 104, ids: [104], workItemIds: ["104"] }, { ids: [104] }],
    ["one row among a selection of others", { id: 104, ids: [105, 106] }, { ids: [104, 105, 106] }],
    ["a list of contexts", [{ id: 104, workItemType: "Bug" }], { ids: [104], type: "Bug" }],
    ["a list of several contexts", [{ workItemId: 104 }, { workItemId: 107 }], { ids: [104, 107] }],
    ["saved and new items together", { workItemIds: [104, -2] }, { ids: [104], unsaved: true }],
    ["the query itself", { queryId: "2e8b7e5d-1a6f-4b0e-9e0c-77a3a4a4a104", id: "q" }, {}],
    ["no item", { workItemIds: [] }, {}],
    ["parts of numbers", { id: 10.5, ids: ["104a", "", null, {}], workItemIds: "1e3" }, {}],
    ["a number beyond all numbers", { id: 2 ** 60 }, {}],
    [
      "a type that is no text",
      { id: 104, workItemType: { name: "Bug" }, workItemProjects: 7 },
      { ids: [104] },
    ],
    ["nothing", undefined, {}],
    ["null", null, {}],
    ["a text", "104", {}],
    ["an empty list", [], {}],
  ])("understands %s", (_, context, expected) => {
    expect(readSelection(context)).toEqual({ ...nothing, ...expected });
  });

  it("ends with contexts that contain themselves", () => {
    const context: unknown[] = [];
    context.push(context, { id: 104 });
    expect(readSelection(context).ids).toEqual([104]);
  });
});
