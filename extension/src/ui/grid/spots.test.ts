import { describe, expect, test } from "vitest";
import { readBlock, writeBlock } from "./clipboard.ts";
import { besides, blockOf, type Layout, movedBy, type Spot } from "./spots.ts";

const layout: Layout = {
  rows: ["a", "b", "c"],
  columns: ["item", "d0", "d1", "d2", "sum"],
};
const b1: Spot = { row: "b", column: "d1" };

describe("keys lead", () => {
  test.each([
    ["ArrowUp", false, "a d1"],
    ["ArrowDown", false, "c d1"],
    ["ArrowLeft", false, "b d0"],
    ["ArrowRight", false, "b d2"],
    ["ArrowUp", true, "a d1"],
    ["ArrowDown", true, "c d1"],
    ["ArrowLeft", true, "b item"],
    ["ArrowRight", true, "b sum"],
    ["Home", false, "b item"],
    ["End", false, "b sum"],
    ["Home", true, "a item"],
    ["End", true, "c sum"],
    ["PageUp", false, "a d1"],
    ["PageDown", false, "c d1"],
  ])("%s, with Ctrl %s", (key, ctrl, wanted) => {
    const spot = movedBy(key, ctrl, b1, layout);
    expect(`${spot?.row} ${spot?.column}`).toBe(wanted);
  });

  test("no further than the edges, and other keys nowhere", () => {
    expect(movedBy("ArrowUp", false, { row: "a", column: "item" }, layout)).toEqual({
      row: "a",
      column: "item",
    });
    expect(movedBy("x", false, b1, layout)).toBeUndefined();
  });

  test("Tab to the next day, and out of the row at its end", () => {
    expect(besides(b1, 1, layout)).toEqual({ row: "b", column: "d2" });
    expect(besides({ row: "b", column: "d2" }, 1, layout)).toBeUndefined();
    expect(besides({ row: "b", column: "item" }, 1, layout)).toEqual({ row: "b", column: "d0" });
    expect(besides({ row: "b", column: "d0" }, -1, layout)).toBeUndefined();
  });
});

test("a block lies between two spots, from wherever it was drawn", () => {
  const wanted = { rows: ["a", "b"], days: [1, 2] };
  expect(blockOf(b1, { row: "a", column: "d2" }, layout)).toEqual(wanted);
  expect(blockOf({ row: "a", column: "d2" }, b1, layout)).toEqual(wanted);
  expect(blockOf({ row: "a", column: "item" }, { row: "a", column: "sum" }, layout).days).toEqual([0, 1, 2]);
});

describe("a block of a spreadsheet", () => {
  test("is read as it was written", () => {
    const block = [
      ["1:30", "", "2:00"],
      ["", "0:15", ""],
    ];
    expect(readBlock(writeBlock(block))).toEqual(block);
  });

  test.each([
    ["1:30", [["1:30"]]],
    ["1:30\n", [["1:30"]]],
    [
      "1,5\t2\r\n3\t4\r\n",
      [
        ["1,5", "2"],
        ["3", "4"],
      ],
    ],
    ["a\tb\n\nc", [["a", "b"], [""], ["c"]]],
    ['"1,5"\t"say ""no"""', [["1,5", 'say "no"']]],
    ['"two\nlines"\t3', [["two\nlines", "3"]]],
    ["", [[""]]],
  ])("%j", (text, rows) => {
    expect(readBlock(text)).toEqual(rows);
  });
});
