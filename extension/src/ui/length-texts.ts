/** The words for lengths of time. They are apart from the pages' texts, since format.ts needs them. */

import { catalogue } from "../texts/catalogue.ts";
import { sentence } from "./sentence.ts";

const words =
  (one: string, many = sentence`${one}s`) =>
  (n: number, written: string) =>
    sentence`${written} ${n === 1 ? one : many}`;

/** Each takes the number, and the number as it is written. */
export const lengthTexts = catalogue("lengths", {
  second: words("second"),
  minute: words("minute"),
  hour: words("hour"),
  day: words("day"),
  week: words("week"),
  month: words("month"),
  year: words("year"),
});
