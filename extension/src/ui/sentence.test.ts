import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { isolate, sentence } from "./sentence.ts";

const isolated = (text: string) => `\u2068${text}\u2069`;

test.each([
  ["Ada Lovelace", "Ada Lovelace"],
  ["Zoë 🇸🇪 山田", "Zoë 🇸🇪 山田"],
  ["עדה", isolated("עדה")],
  ["#104 آدا (1)", isolated("#104 آدا (1)")],
  ["\u202Etxt.exe", isolated("txt.exe")],
  ["open \u2067", isolated("open ")],
  ["closed \u2069\u2067", isolated("closed ")],
  [isolated("עדה"), isolated(isolated("עדה"))],
])("%j is kept apart where it could move what stands beside it", (text, shown) => {
  expect(isolate(text)).toBe(shown);
});

test("the parts of a sentence are kept apart, and numbers stay as they are", () => {
  expect(sentence`${"עדה"} has ${2} of ${"3"}.`).toBe(`${isolated("עדה")} has 2 of 3.`);
});

test("there are catalogues to look at", () => expect(catalogues.length).toBeGreaterThan(10));

// A name gets into a sentence by a template. The backquotes that open one are tagged, those that close one are not.
const catalogues = Object.keys(import.meta.glob(["../**/*texts.ts", "../texts/languages/*.ts"]));

test.each(catalogues)("every template of %s is a sentence", (file) => {
  const source = readFileSync(fileURLToPath(new URL(file, import.meta.url)), "utf8");
  const code = source.replace(/"(?:[^"\\\n]|\\.)*"|\/\*[\s\S]*?\*\/|\/\/.*/g, "");
  const marks = code.match(/(?:sentence)?`/g) ?? [];
  expect(marks.filter((mark) => mark === "`").length).toBe(marks.length / 2);
});
