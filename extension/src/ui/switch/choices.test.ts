import { describe, expect, test } from "vitest";
import type { RecentWorkItem, WorkItem } from "../../api/client.ts";
import { entryOf } from "../testing.tsx";
import { firstChoice, groupsOf, isSearched, matches, wantedBy } from "./choices.ts";

const itemOf = (id: string, title: string, change: Partial<WorkItem> = {}): WorkItem => ({
  ...entryOf().work_item,
  id,
  title,
  ...change,
});
const recentOf = (item: WorkItem, pinned = false): RecentWorkItem => ({ work_item: item, pinned });

test.each([
  ["", { mine: false, q: "", words: [] }, false],
  ["  ", { mine: false, q: "", words: [] }, false],
  ["p", { mine: false, q: "p", words: ["p"] }, false],
  [" Refund  Twice ", { mine: false, q: "Refund Twice", words: ["refund", "twice"] }, true],
  ["7", { mine: false, q: "7", words: ["7"], number: "7" }, true],
  ["#107", { mine: false, q: "107", words: ["#107"], number: "107" }, true],
  ["@me", { mine: true, q: "", words: [] }, true],
  ["refund @ME", { mine: true, q: "refund", words: ["refund"] }, true],
  [
    "mail to a@me.example",
    { mine: false, q: "mail to a@me.example", words: ["mail", "to", "a@me.example"] },
    true,
  ],
])("%j is wanted", (typed, wanted, searched) => {
  expect(wantedBy(typed)).toEqual(wanted);
  expect(isSearched(wantedBy(typed))).toBe(searched);
});

test.each([
  ["refund twice", true],
  ["TWICE refund", true],
  ["refund once", false],
  ["10", true],
  ["#107", true],
  ["07", false],
  ["@me", true],
  ["@me refund", true],
  ["@me payment", false],
])("a refund that is Ada's, for %j: %s", (typed, fits) => {
  const item = itemOf("107", "Refund is sent twice", { assigned_to: "Ada" });
  expect(matches(item, wantedBy(typed), "Ada")).toBe(fits);
});

test("an item of somebody else is not one of mine", () => {
  expect(matches(itemOf("1", "A", { assigned_to: "Grace" }), wantedBy("@me"), "Ada")).toBe(false);
});

describe("the groups", () => {
  const refund = itemOf("107", "Refund");
  const payment = itemOf("104", "Payment");
  const paging = itemOf("1040", "Paging");
  const keys = (typed: string, known: Partial<Parameters<typeof groupsOf>[0]>) =>
    groupsOf({ recent: [], general: [], mine: [], found: [], ...known }, wantedBy(typed), "Ada").map(
      ({ id, choices }) => [id, ...choices.map(({ item }) => item.id ?? item.project)],
    );

  test("before anything is typed: pinned, recent, and what is assigned, each item once", () => {
    const recent = [recentOf(refund, true), recentOf(payment)];
    expect(keys("", { recent, mine: [payment, paging], found: [paging] })).toEqual([
      ["pinned", "107"],
      ["recent", "104"],
      ["mine", "1040"],
    ]);
  });

  test("few recent items are shown at first, and all that match while one types", () => {
    const recent = Array.from({ length: 20 }, (_, i) => recentOf(itemOf(`${i + 1}`, "Payment")));
    expect(keys("", { recent })[0]).toHaveLength(1 + 8);
    expect(keys("payment", { recent })[0]).toHaveLength(1 + 20);
  });

  describe("time without a work item", () => {
    const general = ["Payments", "Storefront"].map((project) => ({
      project_id: `p ${project}`,
      project,
      organization: "contoso",
    }));

    test.each([
      ["", ["general", "Payments", "Storefront"]],
      ["store", ["general", "Storefront"]],
      ["no work item pay", ["general", "Payments"]],
      ["#1", undefined],
      ["@me", undefined],
    ])("for %j: %j", (typed, expected) => {
      expect(keys(typed, { general })[0]).toEqual(expected);
    });

    test("stands before what Azure DevOps finds, but Enter takes an item where there is one", () => {
      const choices = (found: WorkItem[]) =>
        groupsOf({ recent: [], general, mine: [], found }, wantedBy("pay"), "Ada").flatMap(
          (group) => group.choices,
        );
      expect(choices([payment]).map(({ group }) => group)).toEqual(["general", "found"]);
      expect(firstChoice(choices([payment]), wantedBy("pay"))?.item).toBe(payment);
      expect(firstChoice(choices([]), wantedBy("pay"))?.item).toBe(general[0]);
    });
  });

  test("what is found comes after what is known, whatever its order", () => {
    const recent = [recentOf(payment)];
    expect(keys("pa", { recent, found: [paging, payment] })).toEqual([
      ["recent", "104"],
      ["found", "1040"],
    ]);
  });

  test("the same number of another organization is another item", () => {
    const other = { ...payment, organization: "fabrikam" };
    expect(keys("104", { recent: [recentOf(payment)], found: [other] })).toEqual([
      ["recent", "104"],
      ["found", "104"],
    ]);
  });

  test("Enter takes the first choice, but for a number only the item with that number", () => {
    const choices = (typed: string) =>
      groupsOf(
        { recent: [recentOf(paging)], general: [], mine: [], found: typed === "104" ? [payment] : [] },
        wantedBy(typed),
        "Ada",
      ).flatMap((group) => group.choices);
    expect(firstChoice(choices("pag"), wantedBy("pag"))?.item.id).toBe("1040");
    expect(firstChoice(choices("104"), wantedBy("104"))?.item.id).toBe("104");
    expect(firstChoice(choices("10"), wantedBy("10"))).toBeUndefined();
  });
});
