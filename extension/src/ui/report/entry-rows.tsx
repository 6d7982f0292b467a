import { useState } from "preact/hooks";
import type { ReportEntry } from "../../api/client.ts";
import { Button, Duration, FailureNotice } from "../controls.tsx";
import { formatTimeRange } from "../format.ts";
import { useTimerState } from "../hooks.ts";
import { useAddress } from "../hub/address.ts";
import { usePaging } from "../paging.tsx";
import { useSession } from "../session.ts";
import { needsSeconds, shownLength } from "../shown.ts";
import { itemName, workOf } from "../work-item.ts";
import { dateIn } from "../zone.ts";
import type { Definition } from "./definition.ts";
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

/** The entries that a row counts, as rows below it. */
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
  const span =
    2 + Number(columns.billable) + Number(columns.review) + (columns.previous === undefined ? 0 : 2);
  const level = node.level + 1;
  const found = entries.items;
  const seconds = found?.some(needsSeconds) ?? false;
  return (
    <>
      {found?.map((entry) => (
        <EntryRow
          key={entry.time_entry.id}
          {...{ entry, node, level, columns, calendar, seconds }}
          rounded={rounding !== undefined}
        />
      ))}
      {(entries.failure || !found || found.length === 0 || entries.next) && (
        <tr class={`entry level-${level}`} aria-level={level}>
          <td colSpan={span}>
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

function EntryRow({ entry: part, node, level, columns, calendar, rounded, seconds }: EntryRowProps) {
  const { me } = useSession();
  const { go } = useAddress();
  const [tabIndex, setTabIndex] = useState(-1);
  const entry = part.time_entry;
  const key = `${node.key}#${entry.id}`;
  const start = Date.parse(part.started_at);
  const stop = Date.parse(part.stopped_at);
  // What isn't rounded is the difference of the times beside it.
  const length = rounded ? part.elapsed_ms + part.needs_review_ms : shownLength(start, stop, seconds);
  const known = (dimension: string) => node.path.some((step) => step.dimension === dimension);
  const when = formatTimeRange(start, stop, calendar.zone, seconds);
  return (
    <tr
      class={`entry level-${level}`}
      data-key={key}
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
            {entry.note && (
              <>
                {" · "}
                <bdi>{entry.note}</bdi>
              </>
            )}
            {!known("user") && (
              <>
                {" · "}
                <bdi>{entry.user.name}</bdi>
              </>
            )}
          </span>
          {entry.user.id === me.user.id && (
            <button
              type="button"
              class="report-show"
              tabIndex={tabIndex}
              onClick={() => go({ tab: undefined, week: dateIn(start, calendar.zone) })}
            >
              {texts.inMyTime}
            </button>
          )}
        </div>
      </th>
      <LengthCell ms={entry.needs_review ? 0 : length} {...{ seconds }} class="hours" />
      {columns.billable && (
        <LengthCell
          ms={entry.billable && !entry.needs_review ? length : 0}
          {...{ seconds }}
          class="billable"
        />
      )}
      {columns.review && <LengthCell ms={entry.needs_review ? length : 0} {...{ seconds }} class="review" />}
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
  return <td class={`number ${name}`}>{ms !== 0 && <Duration ms={ms} seconds={seconds} />}</td>;
}
