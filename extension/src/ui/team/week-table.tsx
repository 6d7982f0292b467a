/** What people have recorded on each day of a week, what they miss, and reminding them. */

import type { JSX } from "preact";
import { useMemo, useRef } from "preact/hooks";
import type { Timesheet, TimesheetPage } from "../../api/client.ts";
import { Button, Duration, FailureNotice, Loading } from "../controls.tsx";
import { formatDate, formatDuration, formatNumber } from "../format.ts";
import { useMedia } from "../hooks.ts";
import { useAddress } from "../hub/address.ts";
import { DayTabs } from "../hub/day-tabs.tsx";
import type { ShownWeek } from "../hub/use-week.ts";
import { type Paging, ShowMore } from "../paging.tsx";
import { defaultDefinition, write } from "../report/definition.ts";
import { formatSum } from "../report/format.ts";
import { reportChange } from "../report/place.ts";
import { isAdmin, useSession } from "../session.ts";
import { formatWhen } from "../write-back-words.ts";
import { addDays } from "../zone.ts";
import { daysOfSheets, type PersonFigures, type TeamFigures } from "./figures.ts";
import { PersonLink } from "./person-link.tsx";
import { teamTexts as texts } from "./texts.ts";

type Day = Timesheet["days"][number];

interface WeekTableProps {
  week: ShownWeek;
  sheets: Paging<TimesheetPage>;
  figures: TeamFigures;
  onRemind: (sheet: Timesheet) => void;
}

export function WeekTable({ week, sheets, figures, onRemind }: WeekTableProps) {
  const { items, failure } = sheets;
  const narrow = useMedia("(max-width: 700px)");
  const { place, go } = useAddress();
  const days = useSameDays(
    useMemo(() => shownDays(week.first, items ?? nobody, figures), [week.first, items, figures]),
  );
  const all = Array.from({ length: 7 }, (_, i) => addDays(week.first, i));
  const chosen = all.find((day) => day === place.day) ?? (week.isThis ? week.today : week.first);
  const { today } = week;
  const columns = useMemo(
    (): Columns => ({ days: narrow ? [chosen] : days, today, narrow }),
    [narrow, chosen, days, today],
  );
  const rows = useRows(items ?? nobody, figures, columns, onRemind);
  return (
    <div>
      {failure && <FailureNotice failure={failure} onRetry={sheets.reload} />}
      {!items && !failure && <Loading />}
      {items?.length === 0 && <p class="empty">{texts.empty}</p>}
      {items && items.length > 0 && (
        <>
          {narrow && (
            <DayTabs
              days={all.map((date) => ({ date }))}
              today={week.today}
              shown={chosen}
              onShow={(day) => go({ day }, "replace")}
            />
          )}
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
          <section class="team-scroll" tabIndex={0} aria-label={texts.table}>
            <table class="team-table" aria-label={texts.table} aria-busy={sheets.loading}>
              <Head {...columns} />
              <tbody>{rows}</tbody>
              <tfoot>
                <TotalRow figures={figures} all={!sheets.next} {...columns} />
              </tfoot>
            </table>
          </section>
        </>
      )}
      <ShowMore paging={sheets} />
    </div>
  );
}

/** The same list each time. */
export const nobody: readonly Timesheet[] = [];

interface Rendered {
  columns: Columns;
  /** All that is shown of the week. */
  shown: string;
  row: JSX.Element;
}

/** The rows of the people. Of thousands, only those are rendered again that show something else. */
function useRows(
  sheets: readonly Timesheet[],
  figures: TeamFigures,
  columns: Columns,
  onRemind: (sheet: Timesheet) => void,
): JSX.Element[] {
  const latest = useRef(onRemind);
  latest.current = onRemind;
  const rendered = useRef<ReadonlyMap<string, Rendered>>(new Map());
  return useMemo(() => {
    const next = sheets.map((sheet, i): Rendered => {
      const person = figures.people[i];
      const { sum, review, missing, days } = person ?? {};
      const shown = JSON.stringify([sheet, sum, review, missing?.sum, ...(days?.values() ?? [])]);
      const before = rendered.current.get(sheet.user.id);
      if (before?.shown === shown && before.columns === columns) return before;
      const remind = (each: Timesheet) => latest.current(each);
      const row = (
        <PersonRow key={sheet.user.id} sheet={sheet} figures={person} onRemind={remind} {...columns} />
      );
      return { columns, shown, row };
    });
    rendered.current = new Map(next.map((each, i) => [sheets[i]?.user.id ?? "", each]));
    return next.map(({ row }) => row);
  }, [sheets, figures, columns]);
}

/** What the table shows of the week. Where there is little room, that is one day beside the sums. */
interface Columns {
  days: readonly string[];
  today: string;
  narrow: boolean;
}

function Head({ days, today, narrow }: Columns) {
  return (
    <thead>
      <tr>
        <th scope="col">{texts.person}</th>
        {days.map((day) => (
          <th key={day} scope="col" class={day === today ? "number today" : "number"}>
            {formatDate(day, "weekday")} {formatNumber(Number(day.slice(8)))}
          </th>
        ))}
        <th scope="col" class="number">
          {texts.recorded}
        </th>
        {!narrow && (
          <th scope="col" class="number">
            {texts.review}
          </th>
        )}
        <th scope="col" class="number">
          {texts.missingHead}
        </th>
        {!narrow && (
          <th scope="col">
            <span class="visually-hidden">{texts.actions}</span>
          </th>
        )}
      </tr>
    </thead>
  );
}

/** The days on which somebody has a target or time; the first five of the week in any case. */
function shownDays(first: string, sheets: readonly Timesheet[], figures: TeamFigures): string[] {
  const needed = new Set(
    sheets.flatMap(({ days }) =>
      days
        .filter((d) => d.target_ms || d.recorded_ms || d.needs_review_ms || d.adjusted_ms)
        .map(({ day }) => day),
    ),
  );
  const week = Array.from({ length: 7 }, (_, i) => addDays(first, i));
  const used = daysOfSheets(sheets).filter((day) => needed.has(day) || figures.days.get(day));
  return used.length >= 5 ? used : [...new Set([...used, ...week.slice(0, 5)])].sort();
}

/** The days, as the same list while they are the same. */
function useSameDays(days: readonly string[]): readonly string[] {
  const shown = useRef(days);
  if (shown.current.join() !== days.join()) shown.current = days;
  return shown.current;
}

interface PersonRowProps extends Columns {
  sheet: Timesheet;
  figures: PersonFigures | undefined;
  onRemind: (sheet: Timesheet) => void;
}

function PersonRow({ sheet, figures, days, today, narrow, onRemind }: PersonRowProps) {
  const missing = figures?.missing;
  const action = <RowAction sheet={sheet} missing={missing?.sum ?? 0} onRemind={onRemind} />;
  const review = sheet.needs_review_ms > 0 && (
    <Duration ms={sheet.needs_review_ms} shown={figures?.review ?? 0} />
  );
  return (
    <tr>
      <th scope="row">
        <PersonLink week={sheet} />
        {narrow && <div class="team-below">{action}</div>}
      </th>
      {days.map((day) => (
        <DayCell
          key={day}
          person={sheet.user}
          day={sheet.days.find((each) => each.day === day)}
          shown={figures?.days.get(day) ?? 0}
          missing={missing?.days.get(day) ?? 0}
          isToday={day === today}
          over={day < today}
        />
      ))}
      <td class="number sum">
        {formatSum(figures?.sum ?? 0)}
        {narrow && review && (
          <span class="team-below under-review">
            {review}
            <span class="visually-hidden"> {texts.review}</span>
          </span>
        )}
      </td>
      {!narrow && <td class="number under-review">{review}</td>}
      <td class="number">
        {missing && missing.sum > 0 && <Duration ms={sheet.missing_ms} shown={missing.sum} />}
      </td>
      {!narrow && <td class="team-act">{action}</td>}
    </tr>
  );
}

interface DayCellProps {
  person: Timesheet["user"];
  day: Day | undefined;
  shown: number;
  missing: number;
  isToday: boolean;
  over: boolean;
}

function DayCell({ person, day, shown, missing, isToday, over }: DayCellProps) {
  const { me } = useSession();
  const said = shown !== 0 || (over && day && day.target_ms > 0);
  const kind = isToday ? "number today" : missing > 0 ? "number missing" : "number";
  return (
    <td class={kind}>
      {said &&
        (day && day.recorded_ms > 0 && isAdmin(me) ? (
          <DayLink person={person} day={day.day} text={formatSum(shown)} />
        ) : (
          formatSum(shown)
        ))}
      {missing > 0 && <span class="lacks">{formatSum(-missing)}</span>}
    </td>
  );
}

/** Opens the report of a person's day, whose rows open down to the entries. Only admins have reports of others. */
function DayLink({ person, day, text }: { person: Timesheet["user"]; day: string; text: string }) {
  const { go } = useAddress();
  const usual = defaultDefinition(true);
  const report = write(
    {
      period: { from: day, to: addDays(day, 1) },
      beside: false,
      levels: ["work_item"],
      filters: { user: [person.id] },
    },
    usual,
  );
  return (
    <button
      type="button"
      class="team-day"
      aria-label={texts.dayOf(text, person.name, formatDate(day, "long"))}
      onClick={() => go(reportChange(report))}
    >
      {text}
    </button>
  );
}

interface RowActionProps {
  sheet: Timesheet;
  /** What the week misses, as it is shown. */
  missing: number;
  onRemind: (sheet: Timesheet) => void;
}

function RowAction({ sheet, missing, onRemind }: RowActionProps) {
  const { me, timers } = useSession();
  if (sheet.status === "submitted" || sheet.status === "approved")
    return <span class="secondary">{texts.statuses[sheet.status]}</span>;
  if (sheet.reminded_at) {
    const when = formatWhen(sheet.reminded_at, timers.clock.now(), me.user.time_zone);
    return <span class="secondary">{texts.wasReminded(when)}</span>;
  }
  if (missing === 0 || sheet.user.id === me.user.id || me.tenant.status !== "active")
    return sheet.status === "returned" ? <span class="secondary">{texts.statuses.returned}</span> : null;
  return (
    <Button kind="quiet" label={texts.remindOf(sheet.user.name)} onClick={() => onRemind(sheet)}>
      {texts.remind}
    </Button>
  );
}

interface TotalRowProps extends Columns {
  figures: TeamFigures;
  /** Whether everybody is shown. */
  all: boolean;
}

function TotalRow({ figures, days, today, narrow, all }: TotalRowProps) {
  const { people, review, missing } = figures;
  return (
    <tr>
      <th scope="row">{all ? texts.total : texts.totalShown(formatNumber(people.length))}</th>
      {days.map((day) => {
        const shown = figures.days.get(day) ?? 0;
        return (
          <td key={day} class={day === today ? "number today" : "number"}>
            {shown !== 0 && formatSum(shown)}
          </td>
        );
      })}
      <td class="number sum">{formatSum(figures.sum)}</td>
      {!narrow && <td class="number under-review">{review > 0 && formatDuration(review, "hours")}</td>}
      <td class="number">{missing > 0 && formatDuration(missing, "hours")}</td>
      {!narrow && <td />}
    </tr>
  );
}
