/** Time entries as a table, day by day. Each can be changed in every way that there is, alone or with others, and has a history. */

import { useMemo } from "preact/hooks";
import type { TimeEntry } from "../api/client.ts";
import { Duration } from "./controls.tsx";
import { mayChange, reasonNeeded } from "./entry-change.ts";
import { EntryRow, type EntryRowOptions } from "./entry-row.tsx";
import { formatDateHeading, formatDuration } from "./format.ts";
import { useElapsed, useToday } from "./hooks.ts";
import { BulkBar } from "./operations/bulk-bar.tsx";
import { mergeableBefore } from "./operations/neighbours.ts";
import { operationTexts } from "./operations/texts.ts";
import { type Selection, useSelection } from "./operations/use-selection.ts";
import { useSession } from "./session.ts";
import { needsSeconds, shownLength } from "./shown.ts";
import { texts } from "./texts.ts";
import { dateIn } from "./zone.ts";
import "./table.css";
import "./review.css";
import "./entries.css";

export { reasonNeeded } from "./entry-change.ts";

/** How many entries are loaded at once. */
export const entriesPerPage = 50;

interface EntryTableProps {
  /** The latest first. */
  entries: TimeEntry[];
  caption: string;
  showItem?: boolean;
  showWho?: boolean;
  /** There are earlier entries, also of the last day here. */
  more?: boolean;
}

export function EntryTable({
  entries,
  caption,
  showItem = false,
  showWho = false,
  more = false,
}: EntryTableProps) {
  const { me, timers } = useSession();
  const zone = me.user.time_zone;
  // All rows are written alike, so that nobody takes 1:30 of one for 0:01:30 of another.
  const seconds = entries.some(needsSeconds);
  const selectable = entries.filter((entry) => mayChange(entry, me) && !entry.voided_at);
  const selection = useSelection(selectable);
  const selects = selectable.length > 1;
  const days = useMemo(() => byDay(entries, zone), [entries, zone]);
  const options: EntryRowOptions = { seconds, showItem, showWho, ...(selects && { selection }) };
  return (
    <>
      <table class="table entries">
        <caption class="visually-hidden">{caption}</caption>
        <Head {...options} />
        {days.map(({ date, entries: ofDay }, i) => (
          <tbody key={date}>
            <DayHead date={date} entries={ofDay} whole={!more || i < days.length - 1} {...options} />
            {ofDay.map((entry) => (
              <EntryRow
                key={entry.id}
                entry={entry}
                before={mergeableBefore(entry, entries.slice(entries.indexOf(entry) + 1).slice(0, 1))}
                {...options}
              />
            ))}
          </tbody>
        ))}
      </table>
      <BulkBar selection={selection} reasonNeeded={(entry) => reasonNeeded(entry, me, timers.clock.now())} />
    </>
  );
}

/** The entries by the day on which they have begun. */
function byDay(entries: readonly TimeEntry[], zone: string): { date: string; entries: TimeEntry[] }[] {
  const days = new Map<string, TimeEntry[]>();
  for (const entry of entries) {
    const date = dateIn(Date.parse(entry.started_at), zone);
    days.set(date, [...(days.get(date) ?? []), entry]);
  }
  return [...days].map(([date, ofDay]) => ({ date, entries: ofDay }));
}

function Head({ showItem, showWho, selection }: EntryRowOptions) {
  return (
    <thead>
      <tr>
        {selection && (
          <th scope="col" class="select">
            <SelectAll selection={selection} />
          </th>
        )}
        {showWho && <th scope="col">{texts.entries.who}</th>}
        <th scope="col">{texts.entries.when}</th>
        {showItem && (
          <th scope="col" class="column-item">
            {texts.entries.item}
          </th>
        )}
        <th scope="col" class="column-activity">
          {texts.entries.activity}
        </th>
        <th scope="col">
          <span class="visually-hidden">{texts.entries.billable}</span>
        </th>
        <th scope="col">{texts.entries.note}</th>
        <th scope="col" class="number">
          {texts.entries.duration}
        </th>
        <th scope="col">
          <span class="visually-hidden">{texts.entries.actions}</span>
        </th>
      </tr>
    </thead>
  );
}

interface DayHeadProps extends EntryRowOptions {
  date: string;
  entries: readonly TimeEntry[];
  /** Whether these are all entries of the day. */
  whole: boolean;
}

/** The day, and what its rows come to. Time under review is apart, and what is void counts nowhere. */
function DayHead({ date, entries, whole, seconds, showItem, showWho, selection }: DayHeadProps) {
  const { me, timers } = useSession();
  const today = useToday(timers.clock, me.user.time_zone);
  const counted = entries.filter(({ voided_at }) => !voided_at);
  const lengthOf = (of: readonly TimeEntry[]) =>
    of.reduce((sum, entry) => sum + shownLengthOf(entry, seconds), 0);
  const running = counted.find(({ stopped_at }) => stopped_at === undefined);
  const elapsed = useElapsed(timers.clock, running && Date.parse(running.started_at));
  const review = lengthOf(counted.filter(({ needs_review }) => needs_review));
  const sum = lengthOf(counted) - review + elapsed - (elapsed % 1_000);
  const columns = 4 + Number(showItem) + Number(showWho) + Number(selection !== undefined);
  return (
    <tr class="day-head">
      <th scope="rowgroup" colSpan={columns}>
        {formatDateHeading(date, today)}
        {whole && review > 0 && (
          <span class="under-review">{texts.entries.reviewOf(formatDuration(review, style(seconds)))}</span>
        )}
      </th>
      <td class="number">{whole && sum > 0 && <Duration ms={sum} seconds={seconds} />}</td>
      <td />
    </tr>
  );
}

const style = (seconds: boolean) => (seconds ? "clock" : "hours");

/** As what the length of a stopped entry is shown. */
function shownLengthOf({ started_at, stopped_at }: TimeEntry, seconds: boolean): number {
  return stopped_at === undefined ? 0 : shownLength(Date.parse(started_at), Date.parse(stopped_at), seconds);
}

function SelectAll({ selection }: { selection: Selection<TimeEntry> }) {
  return (
    <input
      type="checkbox"
      aria-label={operationTexts.selection.all}
      checked={selection.all === "all"}
      indeterminate={selection.all === "some"}
      onChange={selection.toggleAll}
    />
  );
}
