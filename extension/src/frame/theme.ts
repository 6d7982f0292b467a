type Theme = "light" | "dark";

/** Where the host's last theme is kept. Beside MSAL's cache, it is all that the pages leave in the browser. */
const storageKey = "timetracker.theme";

/**
 * Sets the root element's `data-theme` and `color-scheme` by the host's colours, light or dark, for as long as the page
 * lives. The SDK puts the colours themselves into the document, as custom properties. Before a host sends any, those of
 * the last visit count, so that the page doesn't change its colours while it opens; else the system's preference.
 */
export function followTheme(root: HTMLElement = document.documentElement): void {
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  let hosted = false;

  function apply(theme: Theme): void {
    root.dataset.theme = theme;
    root.style.colorScheme = theme;
  }

  apply(keptTheme() ?? (system.matches ? "dark" : "light"));
  system.addEventListener("change", ({ matches }) => {
    if (!hosted) apply(matches ? "dark" : "light");
  });
  window.addEventListener("themeApplied", (event) => {
    hosted = true;
    const background = (event as CustomEvent<Record<string, string>>).detail["background-color"];
    if (!background) return;
    const theme = isDark(background) ? "dark" : "light";
    apply(theme);
    keepTheme(theme);
  });
}

function keptTheme(): Theme | undefined {
  try {
    const kept = localStorage.getItem(storageKey);
    return kept === "dark" || kept === "light" ? kept : undefined;
  } catch {
    return undefined; // a frame may have no storage
  }
}

function keepTheme(theme: Theme): void {
  try {
    localStorage.setItem(storageKey, theme);
  } catch {
    // The next page begins with the system's preference.
  }
}

/** Whether a colour, written as #rgb, #rrggbb, rgb(…) or rgba(…), is dark by its relative luminance (WCAG 2.2). */
export function isDark(color: string): boolean {
  const channels = channelsOf(color);
  if (!channels) {
    return false;
  }
  const [red, green, blue] = channels.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.179;
}

function channelsOf(color: string): number[] | undefined {
  const hex = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(color.trim())?.[1];
  if (hex) {
    const long = hex.length === 3 ? [...hex].map((digit) => digit + digit).join("") : hex;
    return [0, 2, 4].map((at) => Number.parseInt(long.slice(at, at + 2), 16));
  }
  const numbers = /^rgba?\(([^)]+)\)$/i.exec(color.trim())?.[1]?.match(/[\d.]+/g);
  return numbers && numbers.length >= 3 ? numbers.slice(0, 3).map(Number) : undefined;
}
