/** Durations as people type them: 1:30, 1.5, 1,5, 90m, 1h30. */

import { dayMs, hourMs, minuteMs } from "../units.ts";

/** As long as an entry may be. */
const longestMs = dayMs;

const space = "\\s*";
const clock = /^(\d{0,2}):([0-5]\d)(?::([0-5]\d))?$/;
const decimal = /^(\d{0,2})(?:[.,](\d{0,4}))? ?(?:h|hrs?|std\.?)?$/;
const minutes = /^(\d{1,4})(?:m|min\.?|minutes?|minuten)$/;
const parts = new RegExp(`^(\\d{1,2})${space}(?:h|hrs?|std\\.?)${space}(\\d{1,2})${space}(?:m|min\\.?)?$`);

/**
 * The length in milliseconds, in whole minutes; 0 for nothing. It gives undefined for what is no duration, and for
 * more than 24 hours. A number alone is hours; a comma and a point are the same.
 */
export function parseDuration(text: string): number | undefined {
  const typed = text.trim().toLowerCase();
  if (typed === "" || typed === "-" || typed === "–") return 0;
  const ms = read(typed.replace(/\s+/gu, " "));
  return ms === undefined || ms > longestMs ? undefined : Math.round(ms / minuteMs) * minuteMs;
}

function read(typed: string): number | undefined {
  const compact = typed.replaceAll(" ", "");
  const byClock = clock.exec(compact);
  if (byClock) {
    const [, hours = "", mins = "", seconds = "0"] = byClock;
    return Number(hours) * hourMs + Number(mins) * minuteMs + Number(seconds) * 1_000;
  }
  const byMinutes = minutes.exec(compact);
  if (byMinutes) return Number(byMinutes[1]) * minuteMs;
  const byParts = parts.exec(typed);
  if (byParts) {
    const [, hours = "", mins = ""] = byParts;
    return Number(mins) < 60 ? Number(hours) * hourMs + Number(mins) * minuteMs : undefined;
  }
  const byDecimal = decimal.exec(typed);
  if (!byDecimal) return undefined;
  const [, whole = "", fraction = ""] = byDecimal;
  if (whole === "" && fraction === "") return undefined;
  return Number(`${whole || "0"}.${fraction || "0"}`) * hourMs;
}
