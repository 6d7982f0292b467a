/** What people have recorded on each day of a week, what they miss, and reminding them. */

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
import { shownParts, shownWhole } from "../shown.ts";
import { formatWhen } from "../write-back-words.ts";
import { addDays } from "../zone.ts";
import { PersonLink } from "./person.tsx";
import { teamTexts as texts } from "./texts.ts";

type Day = Timesheet["days"][number];

const worked = (day: Day | undefined) => (day ? day.recorded_ms + day.adjusted_ms : 0);

interface WeekTableProps {
  week: ShownWeek;
  sheets: Paging<TimesheetPage>;
  onRemind: (sheet: Timesheet) => void;
}

export function WeekTable({ week, sheets, onRemind }: WeekTableProps) {
  const { items, failure } = sheets;
  const narrow = useMedia("(max-width: 700px)");
  const { place, go } = useAddress();
  const days = shownDays(week, items ?? []);
  const all = Array.from({ length: 7 }, (_, i) => addDays(week.first, i));
  const chosen = all.find((day) => day === place.day) ?? (week.isThis ? week.today : week.first);
  const columns: Columns = { days: narrow ? [chosen] : days, today: week.today, narrow };
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
              <tbody>
                {items.map((sheet) => (
                  <PersonRow key={sheet.user.id} sheet={sheet} onRemind={onRemind} {...columns} />
                ))}
              </tbody>
              <tfoot>
                <TotalRow sheets={items} all={!sheets.next} {...columns} />
              </tfoot>
            </table>
          </section>
        </>
      )}
      <ShowMore paging={sheets} />
    </div>
  );
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
function shownDays(week: ShownWeek, sheets: readonly Timesheet[]): string[] {
  const needed = new Set(
    sheets.flatMap(({ days }) =>
      days
        .filter((d) => d.target_ms || d.recorded_ms || d.needs_review_ms || d.adjusted_ms)
        .map(({ day }) => day),
    ),
  );
  const all = Array.from({ length: 7 }, (_, i) => addDays(week.first, i));
  const used = all.filter((day) => needed.has(day));
  return used.length >= 5 ? used : all.slice(0, 5).concat(all.slice(5).filter((day) => needed.has(day)));
}

interface PersonRowProps extends Columns {
  sheet: Timesheet;
  onRemind: (sheet: Timesheet) => void;
}

function PersonRow({ sheet, days, today, narrow, onRemind }: PersonRowProps) {
  const lengths = sheet.days.map(worked);
  const shown = shownParts(lengths);
  const action = <RowAction sheet={sheet} onRemind={onRemind} />;
  const review = sheet.needs_review_ms > 0 && <Duration ms={sheet.needs_review_ms} />;
  return (
    <tr>
      <th scope="row">
        <PersonLink week={sheet} />
        {narrow && <div class="team-below">{action}</div>}
      </th>
      {days.map((day) => {
        const at = sheet.days.findIndex((each) => each.day === day);
        return (
          <DayCell
            key={day}
            person={sheet.user}
            day={sheet.days[at]}
            shown={shown[at] ?? 0}
            isToday={day === today}
            over={day < today}
          />
        );
      })}
      <td class="number sum">
        {formatSum(shownWhole(lengths))}
        {narrow && review && (
          <span class="team-below under-review">
            {review}
            <span class="visually-hidden"> {texts.review}</span>
          </span>
        )}
      </td>
      {!narrow && <td class="number under-review">{review}</td>}
      <td class="number">{sheet.missing_ms > 0 && <Duration ms={sheet.missing_ms} />}</td>
      {!narrow && <td class="team-act">{action}</td>}
    </tr>
  );
}

interface DayCellProps {
  person: Timesheet["user"];
  day: Day | undefined;
  shown: number;
  isToday: boolean;
  over: boolean;
}

function DayCell({ person, day, shown, isToday, over }: DayCellProps) {
  const { me } = useSession();
  const missing = day?.missing_ms ?? 0;
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

function RowAction({ sheet, onRemind }: { sheet: Timesheet; onRemind: (sheet: Timesheet) => void }) {
  const { me, timers } = useSession();
  if (sheet.status === "submitted" || sheet.status === "approved")
    return <span class="secondary">{texts.statuses[sheet.status]}</span>;
  if (sheet.reminded_at) {
    const when = formatWhen(sheet.reminded_at, timers.clock.now(), me.user.time_zone);
    return <span class="secondary">{texts.wasReminded(when)}</span>;
  }
  if (sheet.missing_ms === 0 || sheet.user.id === me.user.id || me.tenant.status !== "active")
    return sheet.status === "returned" ? <span class="secondary">{texts.statuses.returned}</span> : null;
  return (
    <Button kind="quiet" label={texts.remindOf(sheet.user.name)} onClick={() => onRemind(sheet)}>
      {texts.remind}
    </Button>
  );
}

/** What everybody together has on the days, as it is shown. */
function dayTotals(sheets: readonly Timesheet[], days: readonly string[]) {
  const totals = days.map((day) =>
    sumOf(sheets, (sheet) => worked(sheet.days.find((each) => each.day === day))),
  );
  const shown = shownParts(totals);
  return days.map((day, i) => ({ day, total: totals[i] ?? 0, shown: shown[i] ?? 0 }));
}

const sumOf = (sheets: readonly Timesheet[], of: (sheet: Timesheet) => number) =>
  sheets.reduce((sum, sheet) => sum + of(sheet), 0);

interface TotalRowProps extends Columns {
  sheets: readonly Timesheet[];
  /** Whether everybody is shown. */
  all: boolean;
}

function TotalRow({ sheets, days, today, narrow, all }: TotalRowProps) {
  const week = sheets[0]?.days.map(({ day }) => day) ?? [];
  const totals = dayTotals(sheets, week);
  const review = sumOf(sheets, (sheet) => sheet.needs_review_ms);
  const missing = sumOf(sheets, (sheet) => sheet.missing_ms);
  return (
    <tr>
      <th scope="row">{all ? texts.total : texts.totalShown(formatNumber(sheets.length))}</th>
      {days.map((day) => {
        const of = totals.find((each) => each.day === day);
        return (
          <td key={day} class={day === today ? "number today" : "number"}>
            {of && of.total !== 0 && formatSum(of.shown)}
          </td>
        );
      })}
      <td class="number sum">{formatSum(shownWhole(totals.map(({ total }) => total)))}</td>
      {!narrow && <td class="number under-review">{review > 0 && formatDuration(review, "hours")}</td>}
      <td class="number">{missing > 0 && formatDuration(missing, "hours")}</td>
      {!narrow && <td />}
    </tr>
  );
}
