/** The day with which weeks begin where the browser's language is spoken. */

import type { Me } from "../api/client.ts";

type WeekStart = Me["user"]["week_start"];

/** Browsers have one of the two, and older ones neither. */
interface LocaleWithWeeks extends Intl.Locale {
  getWeekInfo?: () => { firstDay: number };
  weekInfo?: { firstDay: number };
}

/** Numbered as in ISO 8601. Nobody's weeks begin on another day but Friday's, of which there is one country. */
const days: Partial<Record<number, WeekStart>> = { 1: "monday", 6: "saturday", 7: "sunday" };

export function ownWeekStart(language: string = navigator.language): WeekStart {
  const locale: LocaleWithWeeks = new Intl.Locale(language);
  const info = locale.getWeekInfo?.() ?? locale.weekInfo;
  return days[info?.firstDay ?? 1] ?? "monday";
}
