/** The versions of the privacy notice, from the server's own list. */

import list from "../../../../internal/privacy/notices.json";
import { type NoticeText, noticeTexts } from "./texts.ts";

export interface NoticeVersion {
  version: number;
  announced: string;
  effective: string;
}

/** Those that were announced by a day, the latest first, and the number of the one that is in force. */
export function versionsOn(
  today: string,
  all: readonly NoticeVersion[] = list,
): { shown: NoticeVersion[]; inForce: number } {
  const shown = all.filter(({ version, announced }) => version === 1 || announced <= today).reverse();
  const inForce = shown.find(({ version, effective }) => version === 1 || effective <= today);
  return { shown, inForce: inForce?.version ?? 1 };
}

/** The text of a version, in the language of the pages. */
export function textOf(version: number): NoticeText | undefined {
  return (noticeTexts.texts as Partial<Record<number, NoticeText>>)[version];
}
