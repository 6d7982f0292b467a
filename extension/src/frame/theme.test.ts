import { describe, expect, it, vi } from "vitest";
import { followTheme, isDark } from "./theme.ts";

function apply(colors: Record<string, string>): void {
  window.dispatchEvent(new CustomEvent("themeApplied", { detail: colors }));
}

describe("followTheme", () => {
  it("says whether the host's colours are dark, as they change", () => {
    const root = document.createElement("html");
    followTheme(root);

    apply({ "background-color": "rgba(32, 31, 30, 1)", "palette-neutral-10": "72, 70, 68" });
    expect(root.dataset.theme).toBe("dark");

    apply({ "background-color": "#fff" });
    expect(root.dataset.theme).toBe("light");
    expect(root.style.colorScheme).toBe("light");
  });

  it("begins with the host's theme of the last visit", () => {
    localStorage.clear();
    followTheme(document.createElement("html"));
    apply({ "background-color": "#000" });
    const next = document.createElement("html");
    followTheme(next);
    expect(next.dataset.theme).toBe("dark");
    expect({ ...localStorage }).toEqual({ "timetracker.theme": "dark" });
  });

  it("needs no storage", () => {
    const refuse = () => {
      throw new DOMException("denied", "SecurityError");
    };
    vi.spyOn(Storage.prototype, "getItem").mockImplementationOnce(refuse);
    vi.spyOn(Storage.prototype, "setItem").mockImplementationOnce(refuse);
    const root = document.createElement("html");
    followTheme(root);
    apply({ "background-color": "#000" });
    expect(root.dataset.theme).toBe("dark");
  });

  it("goes with the system's preference until the host has colours", () => {
    let changed: (event: { matches: boolean }) => void = () => {};
    vi.spyOn(window, "matchMedia").mockReturnValueOnce({
      matches: false,
      addEventListener: (_: string, listener: typeof changed) => {
        changed = listener;
      },
    } as unknown as MediaQueryList);
    localStorage.clear();
    const root = document.createElement("html");
    followTheme(root);
    changed({ matches: true });
    expect(root.dataset.theme).toBe("dark");
    apply({ "background-color": "#fff" });
    changed({ matches: true });
    expect(root.dataset.theme).toBe("light");
  });
});

describe("isDark", () => {
  it.each<[string, boolean]>([
    ["#000", true],
    ["#1e1e1e", true],
    ["rgb(32, 31, 30)", true],
    ["rgba(32, 31, 30, 1)", true],
    ["rgb(32 31 30 / 100%)", true],
    ["#FFF", false],
    ["#f8f8f8", false],
    ["rgba(255, 255, 255, 1)", false],
    ["rgb(0, 98", false],
    ["canvas", false],
    ["", false],
  ])("%s: %s", (color, dark) => {
    expect(isDark(color)).toBe(dark);
  });
});
