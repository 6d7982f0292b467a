/**
 * Sentences with names in them. People type names in any script, and one that is written from right to left would move
 * what stands beside it. In elements `bdi` keeps it apart; these do so in titles, options, notices and other plain text,
 * by the isolates of the Unicode Bidirectional Algorithm: https://www.unicode.org/reports/tr9/#Explicit_Directional_Isolates
 */

const firstStrongIsolate = "\u2068";
const popDirectionalIsolate = "\u2069";

/** Letters that are written from right to left, and every mark that changes the direction. */
const rightToLeft =
  /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}\u061C\u200F\u202A-\u202E\u2066-\u2069]/u;
const overrides = /[\u202A-\u202E]/g;

/** The text in a direction of its own. A text from left to right needs nothing, since the pages are English. */
export function isolate(text: string): string {
  if (!rightToLeft.test(text)) return text;
  return firstStrongIsolate + balanced(text.replace(overrides, "")) + popDirectionalIsolate;
}

/** The text, without its isolates if they don't pair: one left open, or closed too often, would reach what follows. */
function balanced(text: string): string {
  let open = 0;
  for (const char of text) {
    if (char === popDirectionalIsolate) open -= 1;
    else if (char >= "\u2066" && char <= firstStrongIsolate) open += 1;
    if (open < 0) break;
  }
  return open === 0 ? text : text.replace(/[\u2066-\u2069]/g, "");
}

/** The tag of a sentence with parts that come from elsewhere: sentence`${name} was deactivated.` */
export function sentence(parts: TemplateStringsArray, ...values: (string | number)[]): string {
  return String.raw(
    { raw: parts },
    ...values.map((value) => (typeof value === "string" ? isolate(value) : value)),
  );
}
