/** A person in a row: their initials and their name, which opens their week where it was handed in. */

import type { Timesheet } from "../../api/client.ts";
import { formatDateRange } from "../format.ts";
import { useAddress } from "../hub/address.ts";
import { teamTexts as texts } from "./texts.ts";

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
      <bdi class="team-initials" aria-hidden="true">
        {initialsOf(name)}
      </bdi>
      <bdi>{name}</bdi>
    </>
  );
}

/** Only of closed time there is more to see than the sums that the page shows. */
export function PersonLink({ week }: { week: Timesheet }) {
  const { go } = useAddress();
  const { id, name } = week.user;
  if (!week.through) return <Person name={name} />;
  return (
    <button
      type="button"
      class="team-person"
      onClick={() => go({ "team.person": id, "team.week": week.first_day })}
    >
      <Person name={name} />
      <span class="visually-hidden"> {texts.openWeek(formatDateRange(week.first_day, week.last_day))}</span>
    </button>
  );
}
