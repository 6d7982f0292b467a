/** A person in a row: their initials and their name. */

import "./person.css";

const segments = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** The first characters of the first and of the last word of a name. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/u);
  const ends = words.length > 1 ? [words[0], words.at(-1)] : words;
  const first = (word = "") => segments.segment(word)[Symbol.iterator]().next().value?.segment ?? "";
  return ends.map(first).join("").toUpperCase();
}

export function Person({ name }: { name: string }) {
  return (
    <>
      <bdi class="initials" aria-hidden="true">
        {initialsOf(name)}
      </bdi>
      <bdi>{name}</bdi>
    </>
  );
}
