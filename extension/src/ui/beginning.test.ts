import { expect, test } from "vitest";
import { beginning } from "./beginning.ts";

const family = "\u{1F468}\u200D\u{1F469}\u200D\u{1F467}";

test.each([
  ["a short text stays as it is", "Grüße", 5, "Grüße"],
  ["code points are counted", "🕰🕰🕰", 2, "🕰🕰"],
  ["a family of five code points is whole or left out", `ab${family}c`, 6, "ab"],
  ["and stays where it has room", `ab${family}c`, 7, `ab${family}`],
  ["a letter keeps its accent", "e\u0301e\u0301", 3, "e\u0301"],
])("%s", (_, text, length, want) => {
  expect(beginning(text, length)).toBe(want);
});
