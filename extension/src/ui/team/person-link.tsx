/** A person in a row of the team, whose name opens their week where it was handed in. */

import type { Timesheet } from "../../api/client.ts";
import { formatDateRange } from "../format.ts";
import { useAddress } from "../hub/address.ts";
import { Person } from "../person.tsx";
import { teamTexts as texts } from "./texts.ts";

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
