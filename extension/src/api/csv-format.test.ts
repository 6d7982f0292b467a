// @vitest-environment happy-dom
import { afterEach, describe, expect, test, vi } from "vitest";

afterEach(() => {
  vi.restoreAllMocks();
  localStorage.clear();
});

/** The module as a page has it that was just opened. */
async function opened() {
  vi.resetModules();
  return import("./csv-format.ts");
}

describe("the format of CSV files", () => {
  test.each([
    ["en-GB", "comma", {}, {}],
    ["de-DE", "semicolon", { separator: "semicolon" }, { decimal: "comma" }],
  ])("in a browser of %s is %s until another is chosen", async (language, format, separator, decimal) => {
    const parts = new Intl.NumberFormat(language).formatToParts(1.5);
    vi.spyOn(Intl.NumberFormat.prototype, "formatToParts").mockReturnValue(parts);
    const csv = await opened();
    expect(csv.csvFormat()).toBe(format);
    expect(csv.csvSeparator()).toEqual(separator);
    expect(csv.csvDecimal()).toEqual(decimal);
  });

  test("is kept for the next visit", async () => {
    (await opened()).keepCsvFormat("tab");
    const csv = await opened();
    expect(csv.csvFormat()).toBe("tab");
    expect(csv.csvSeparator()).toEqual({ separator: "tab" });
    expect(csv.csvDecimal()).toEqual({});
  });

  test("holds until the page is left where nothing may be kept", async () => {
    const refuse = () => {
      throw new DOMException("denied", "SecurityError");
    };
    vi.spyOn(Storage.prototype, "getItem").mockImplementation(refuse);
    vi.spyOn(Storage.prototype, "setItem").mockImplementation(refuse);
    const csv = await opened();
    csv.keepCsvFormat("semicolon");
    expect(csv.csvFormat()).toBe("semicolon");
  });

  test("that nobody knows any more is not taken", async () => {
    localStorage.setItem("timetracker.csv-format", "pipe");
    expect((await opened()).csvFormat()).toBe("comma");
  });
});
