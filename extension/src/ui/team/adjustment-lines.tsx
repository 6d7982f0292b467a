/** The adjustments that count in a week: how much, on which day, for which, why, and who made them. */

import { useId } from "preact/hooks";
import type { TimeAdjustment } from "../../api/client.ts";
import { formatDate, formatDateTime } from "../format.ts";
import { formatChange } from "../report/format.ts";
import { useSession } from "../session.ts";
import { itemName } from "../work-item.ts";
import { teamTexts } from "./texts.ts";
import "./adjustment-lines.css";

const texts = teamTexts.adjustments;

/** Without any, nothing is shown. */
export function AdjustmentLines({ adjustments }: { adjustments: readonly TimeAdjustment[] }) {
  const id = useId();
  if (adjustments.length === 0) return null;
  return (
    <section class="adjustment-lines" aria-labelledby={id}>
      <h2 id={id}>{texts.title}</h2>
      <ul>
        {adjustments.map((each) => (
          <Line key={each.id} adjustment={each} />
        ))}
      </ul>
    </section>
  );
}

function Line({ adjustment }: { adjustment: TimeAdjustment }) {
  const { me } = useSession();
  const { ms, day, for_day, work_item, project, reason, made_by, made_at } = adjustment;
  return (
    <li>
      <b class="number">{formatChange(ms)}</b>
      <span>
        {texts.counts(formatDate(day, "medium"), formatDate(for_day, "medium"))}{" "}
        <bdi>{work_item ? itemName(work_item) : project.name}</bdi>
        <span class="adjustment-why">
          {whyOf(adjustment) && <span>{whyOf(adjustment)} </span>}
          <bdi>{reason}</bdi>{" "}
          <span class="secondary">
            {texts.by(made_by.name, formatDateTime(Date.parse(made_at), me.user.time_zone))}
          </span>
        </span>
      </span>
    </li>
  );
}

/** What an adjustment is, beside its reason. */
function whyOf({ reverses, reversed_by, entry_id }: TimeAdjustment): string | undefined {
  if (reverses) return texts.isReversal;
  if (reversed_by) return texts.isReversed;
  return entry_id ? texts.settles : undefined;
}
