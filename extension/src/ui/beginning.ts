/**
 * The beginning of a text, with at most so many code points, as the API's contract counts. It ends between two
 * characters as people see them, so that no flag, family or accented letter is cut in two.
 */
export function beginning(text: string, codePoints: number): string {
  if (text.length <= codePoints) return text; // a code point has one or two units
  let length = 0;
  let end = 0;
  for (const { segment, index } of new Intl.Segmenter().segment(text)) {
    length += [...segment].length;
    if (length > codePoints) break;
    end = index + segment.length;
  }
  return text.slice(0, end);
}
