import type { signInTexts } from "../auth/texts.ts";
import type { menuTexts } from "../menu/texts.ts";
import type { adminTexts } from "../ui/admin/texts.ts";
import type { calendarTexts } from "../ui/calendar/texts.ts";
import type { endingTexts } from "../ui/ending/texts.ts";
import type { entryTexts } from "../ui/entry/texts.ts";
import type { hubTexts } from "../ui/hub/texts.ts";
import type { landingTexts } from "../ui/landing/texts.ts";
import type { lengthTexts } from "../ui/length-texts.ts";
import type { noticeTexts } from "../ui/notice/texts.ts";
import type { operationTexts } from "../ui/operations/texts.ts";
import type { accessTexts } from "../ui/privacy/access/texts.ts";
import type { privacyTexts } from "../ui/privacy/texts.ts";
import type { reportTexts } from "../ui/report/texts.ts";
import type { reviewTexts } from "../ui/review-strip/texts.ts";
import type { teamTexts } from "../ui/team/texts.ts";
import type { texts } from "../ui/texts.ts";
import type { widgetTexts } from "../widget/texts.ts";

/** Sentences of the same keys and parameters, in any language. */
type Sentences<English> = English extends string
  ? string
  : English extends (...args: infer Parameters) => string
    ? (...args: Parameters) => string
    : English extends readonly string[]
      ? readonly string[]
      : { readonly [Key in keyof English]: Sentences<English[Key]> };

/** A language: the sentences of every catalogue. */
export interface Translation {
  /** What all frames share, and the hub, the work item's group and page. */
  frames: Sentences<typeof texts>;
  /** The hub's frame, and the week. */
  hub: Sentences<typeof hubTexts>;
  /** The two windows of the sign-in. */
  signIn: Sentences<typeof signInTexts>;
  administration: Sentences<typeof adminTexts>;
  /** The page that the Azure Marketplace opens. */
  landing: Sentences<typeof landingTexts>;
  menu: Sentences<typeof menuTexts>;
  widgets: Sentences<typeof widgetTexts>;
  /** One's own data, and the requests about it. */
  privacy: Sentences<typeof privacyTexts>;
  /** The organization's export and its end. */
  ending: Sentences<typeof endingTexts>;
  accesses: Sentences<typeof accessTexts>;
  /** The hub's reports. */
  report: Sentences<typeof reportTexts>;
  lengths: Sentences<typeof lengthTexts>;
  /** The Team page. */
  team: Sentences<typeof teamTexts>;
  /** The week as a calendar. */
  calendar: Sentences<typeof calendarTexts>;
  /** The editor of an entry. */
  entry: Sentences<typeof entryTexts>;
  /** The strip of entries that wait for their review. */
  review: Sentences<typeof reviewTexts>;
  /** What is done to entries, and their history. */
  operations: Sentences<typeof operationTexts>;
  /** The privacy notice. */
  notice: Sentences<typeof noticeTexts>;
}
