import { useState } from "preact/hooks";
import type { ReportEntry } from "../../api/client.ts";
import { Button, Duration, FailureNotice } from "../controls.tsx";
import { formatDate, formatTimeRange } from "../format.ts";
import { useTimerState } from "../hooks.ts";
import { useAddress } from "../hub/address.ts";
import { usePaging } from "../paging.tsx";
import { useSession } from "../session.ts";
import { needsSeconds, shownLength, shownWhole } from "../shown.ts";
import { minuteMs } from "../units.ts";
import { itemName, workOf } from "../work-item.ts";
import { dateIn } from "../zone.ts";
import type { Definition } from "./definition.ts";
import { formatExact, formatSum } from "./format.ts";
import { entriesQuery, narrowed } from "./narrow.ts";
import type { Period } from "./period.ts";
import type { Calendar } from "./query.ts";
import { reportTexts } from "./texts.ts";
import type { Node } from "./tree.ts";
import type { Columns } from "./tree-grid.tsx";

const texts = reportTexts.table;
/** Entries of a page. */
const pageSize = 50;

interface EntryRowsProps {
  node: Node;
  definition: Definition;
  period: Period;
  calendar: Calendar;
  columns: Columns;
}

/** The entries and adjustments that a row counts, as rows below it. */
export function EntryRows({ node, definition, period, calendar, columns }: EntryRowsProps) {
  const { api, timers } = useSession();
  const { changes } = useTimerState(timers);
  const { filters, rounding } = definition;
  const query = entriesQuery(narrowed(node.path, filters, period), calendar, rounding);
  const entries = usePaging(
    (position) => api.reportEntries({ ...query, ...position }),
    { ...query, changes },
    { size: pageSize, appends: true },
  );
  const level = node.level + 1;
  const found = entries.items;
  const seconds = found?.some(hasSeconds) ?? false;
  return (
    <>
      {found?.map((entry) => (
        <EntryRow
          key={(entry.time_entry ?? entry.adjustment)?.id}
          {...{ entry, node, level, columns, calendar, seconds }}
          rounded={rounding !== undefined}
        />
      ))}
      {(entries.failure || !found || found.length === 0 || entries.next) && (
        <tr class={`entry level-${level}`} aria-level={level}>
          {/* The two columns that no width hides: a wider cell would add columns to a narrow table. */}
          <td colSpan={2}>
            <div class="report-name">
              {entries.failure && <FailureNotice failure={entries.failure} onRetry={entries.reload} />}
              {!entries.failure && !found && texts.entriesLoading}
              {found?.length === 0 && texts.entriesEmpty}
              {entries.next && (
                <Button kind="quiet" disabled={entries.loading} onClick={entries.next}>
                  {texts.entriesMore}
                </Button>
              )}
            </div>
          </td>
        </tr>
      )}
    </>
  );
}

interface EntryRowProps {
  /** The entry, with its part of the range. */
  entry: ReportEntry;
  node: Node;
  level: number;
  columns: Columns;
  calendar: Calendar;
  rounded: boolean;
  /** Whether times and length have seconds. */
  seconds: boolean;
}

/** Whether lengths have seconds, so that they are the difference of the times beside them. */
function hasSeconds({ started_at, stopped_at, elapsed_ms }: ReportEntry): boolean {
  const entry = started_at !== undefined && stopped_at !== undefined;
  return entry ? needsSeconds({ started_at, stopped_at }) : elapsed_ms % minuteMs !== 0;
}

/** What a row of the list says. */
interface Shown {
  /** When it was; of an adjustment, what it adjusts. */
  when: string;
  /** The day on which it is in My time. */
  day: string;
  length: number;
  remark: string | undefined;
}

/** What is shown of an entry or an adjustment. */
function shownOf(part: ReportEntry, { zone }: Calendar, rounded: boolean, seconds: boolean): Shown {
  const { time_entry: entry, adjustment, started_at = "", stopped_at = "" } = part;
  if (adjustment) {
    return {
      when: (adjustment.entry_id ? texts.settlement : texts.adjustment)(
        formatDate(adjustment.for_day, "medium"),
      ),
      day: adjustment.day,
      length: shownWhole([part.elapsed_ms], seconds ? 1_000 : minuteMs),
      remark: adjustment.reason,
    };
  }
  const [start, stop] = [Date.parse(started_at), Date.parse(stopped_at)];
  return {
    when: formatTimeRange(start, stop, zone, seconds),
    day: dateIn(start, zone),
    // What isn't rounded is the difference of the times beside it.
    length: rounded ? part.elapsed_ms + part.needs_review_ms : shownLength(start, stop, seconds),
    remark: entry?.note,
  };
}

function EntryRow({ entry: part, node, level, columns, calendar, rounded, seconds }: EntryRowProps) {
  const { me } = useSession();
  const { go } = useAddress();
  const [tabIndex, setTabIndex] = useState(-1);
  const entry = part.time_entry ?? part.adjustment;
  if (!entry) return null;
  const review = part.time_entry?.needs_review ?? false;
  const { when, day, length, remark } = shownOf(part, calendar, rounded, seconds);
  const known = (dimension: string) => node.path.some((step) => step.dimension === dimension);
  return (
    <tr
      class={`entry level-${level}`}
      data-key={`${node.key}#${entry.id}`}
      tabIndex={-1}
      aria-level={level}
      onFocusIn={() => setTabIndex(0)}
      onFocusOut={() => setTabIndex(-1)}
    >
      <th scope="row">
        <div class="report-name">
          <span class="report-opener" />
          <span class="report-text">
            {when}
            {!known("work_item") && (
              <>
                {" · "}
                <bdi>{itemName(workOf(entry))}</bdi>
              </>
            )}
            {remark && (
              <>
                {" · "}
                <bdi>{remark}</bdi>
              </>
            )}
            {!known("user") && (
              <>
                {" · "}
                <bdi>{entry.user.name}</bdi>
              </>
            )}
            {entry.user.id === me.user.id && (
              <button
                type="button"
                class="report-show"
                tabIndex={tabIndex}
                onClick={() => go({ tab: undefined, week: day })}
              >
                {texts.inMyTime}
              </button>
            )}
          </span>
        </div>
      </th>
      <LengthCell ms={review ? 0 : length} {...{ seconds }} class="hours" />
      {columns.billable && (
        <LengthCell ms={entry.billable && !review ? length : 0} {...{ seconds }} class="billable" />
      )}
      {columns.review && <LengthCell ms={review ? length : 0} {...{ seconds }} class="review" />}
      {columns.adjusted && <LengthCell ms={part.adjustment ? length : 0} {...{ seconds }} class="adjusted" />}
      {columns.previous !== undefined && (
        <>
          <td class="number previous" />
          <td class="number change" />
        </>
      )}
    </tr>
  );
}

function LengthCell({ ms, seconds, class: name }: { ms: number; seconds: boolean; class: string }) {
  return (
    <td class={`number ${name}`}>
      {ms < 0 && <span title={formatExact(ms)}>{formatSum(ms, seconds ? "clock" : "hours")}</span>}
      {ms > 0 && <Duration ms={ms} seconds={seconds} />}
    </td>
  );
}
