/** Lengths that have a sign, and shares. */

import { formatDuration } from "../format.ts";

/** U+2212, which is as wide as a plus. */
const minus = "−";

/** A length in a table: 12:57, or −4:19. */
export function formatSum(ms: number, style: "hours" | "clock" = "hours"): string {
  return ms < 0 ? `${minus}${formatDuration(-ms, style)}` : formatDuration(ms, style);
}

/** A length to the millisecond, for a tooltip. */
export function formatExact(ms: number): string {
  return ms < 0 ? `${minus}${formatDuration(-ms, "exact")}` : formatDuration(ms, "exact");
}

/** What has changed: +12:57, −4:19 or 0:00. */
export function formatChange(ms: number): string {
  return ms > 0 ? `+${formatDuration(ms, "hours")}` : formatSum(ms);
}

/** A share of a whole: 80 %, as the language writes it. Nothing is rounded up: 99.9 % is not yet all. */
export function formatShare(part: number, whole: number): string {
  const format = new Intl.NumberFormat(undefined, { style: "percent", numberingSystem: "latn" });
  return format.format(whole === 0 ? 0 : Math.floor((100 * part) / whole) / 100);
}
