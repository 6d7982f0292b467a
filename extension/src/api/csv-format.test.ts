import { afterEach, describe, expect, test, vi } from "vitest";
import { chooseCsvFormat, csvDecimal, csvFormat, csvSeparator } from "./csv-format.ts";

afterEach(() => {
  vi.restoreAllMocks();
  chooseCsvFormat(undefined);
});

function speak(language: string): void {
  const parts = new Intl.NumberFormat(language).formatToParts(1.5);
  vi.spyOn(Intl.NumberFormat.prototype, "formatToParts").mockReturnValue(parts);
}

describe("the format of CSV files", () => {
  test.each([
    ["en-GB", "comma", {}, {}],
    ["de-DE", "semicolon", { separator: "semicolon" }, { decimal: "comma" }],
  ])("in a browser of %s is %s until another is chosen", (language, format, separator, decimal) => {
    speak(language);
    expect(csvFormat()).toBe(format);
    expect(csvSeparator()).toEqual(separator);
    expect(csvDecimal()).toEqual(decimal);
  });

  test("is the chosen one, whatever the browser speaks", () => {
    speak("de-DE");
    chooseCsvFormat("tab");
    expect(csvFormat()).toBe("tab");
    expect(csvSeparator()).toEqual({ separator: "tab" });
    expect(csvDecimal()).toEqual({});
  });
});
