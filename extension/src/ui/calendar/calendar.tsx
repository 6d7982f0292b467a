/** A week as a calendar: entries are moved, resized, drawn and opened, with a pointer and with the keyboard alone. */

import { useMemo, useState } from "preact/hooks";
import type { TimeEntry, Timesheet } from "../../api/client.ts";
import { FailureNotice, Loading } from "../controls.tsx";
import { intervalChange, voidChange } from "../entry/changes-of.ts";
import { type EditorPart, EntryEditor, useMayChange } from "../entry/entry-editor.tsx";
import { NewEntry } from "../entry/new-entry.tsx";
import { EntryNotices } from "../entry/notices.tsx";
import { type EntryChanges, nameOf, useEntryChanges } from "../entry/use-entry-changes.ts";
import { formatTimeRange } from "../format.ts";
import { closedUntil } from "../grid/closed.ts";
import { useMedia } from "../hooks.ts";
import { useAddress } from "../hub/address.ts";
import { DayTabs } from "../hub/day-tabs.tsx";
import { useSheet } from "../hub/timesheet.ts";
import type { ShownWeek } from "../hub/use-week.ts";
import { useWeekEntries } from "../hub/week-entries.ts";
import { isTyping, usePageKey } from "../keys.ts";
import { mergeableBefore } from "../operations/neighbours.ts";
import { useSession } from "../session.ts";
import { Steady } from "../steady.tsx";
import { type Free, type Interval, overlapping, type Placed, placedOf } from "./blocks.ts";
import { type CalendarActions, CalendarGrid } from "./calendar-grid.tsx";
import { type CalendarDay, daysFrom, type Unfolded } from "./days.ts";
import { Legend } from "./legend.tsx";
import { shownSums } from "./sums.ts";
import { calendarTexts } from "./texts.ts";
import { useNow } from "./use-now.ts";
import "./calendar.css";
import "../project-slots.css";

/** What is open beside the calendar: an entry, or new time. */
export type Opened =
  | { kind: "entry"; id: string; part?: EditorPart | undefined }
  | { kind: "new"; interval: Interval };

export function Calendar({ week }: { week: ShownWeek }) {
  const { me, timers } = useSession();
  const zone = me.user.time_zone;
  const days = useMemo(() => daysFrom(week.first, zone), [week.first, zone]);
  const store = useWeekEntries(week.first);
  const { entries, failure } = store;
  return (
    <Steady>
      {failure && <FailureNotice failure={failure} onRetry={() => void store.reload()} />}
      {!entries && !failure && <Loading />}
      {entries && (
        <WeekCalendar
          key={`${week.first} ${zone}`}
          week={week}
          days={days}
          entries={entries}
          overlap={me.tenant.settings.allow_overlap}
          now={() => timers.clock.now()}
        />
      )}
    </Steady>
  );
}

interface WeekCalendarProps {
  week: ShownWeek;
  days: readonly CalendarDay[];
  entries: readonly TimeEntry[];
  overlap: boolean;
  now: () => number;
}

function WeekCalendar({ week, days, entries, overlap, now }: WeekCalendarProps) {
  const { me, timers } = useSession();
  const changes = useEntryChanges(entries);
  const minute = useNow(timers.clock);
  const narrow = useMedia("(max-width: 700px)");
  const sheet = useSheet();
  const targets = useMemo(() => targetsOf(sheet), [sheet]);
  const [day, chooseDay] = useChosenDay(week, days);
  const [opened, open] = useState<Opened>();
  const [unfolded, setUnfolded] = useState<Unfolded>({ early: false, late: false });
  usePageKey(
    (event) => event.key === "Escape" && opened !== undefined && !isTyping(event.target),
    () => open(undefined),
  );
  const placed = entries
    .map(changes.shownOf)
    .filter(({ voided_at }) => !voided_at)
    .map((entry) => placedOf(entry, minute));
  const actions = useActions(placed, changes, open, { overlap, now, sheet });
  const chosen =
    opened?.kind === "entry" ? placed.find(({ entry }) => entry.id === opened.id)?.entry : undefined;
  return (
    <div class="calendar-view">
      <EntryNotices changes={changes} />
      <Legend days={days} placed={placed} />
      {narrow && <DayTabs days={sumsByDay(days, placed)} today={week.today} shown={day} onShow={chooseDay} />}
      <CalendarGrid
        days={narrow ? days.filter(({ date }) => date === day) : days}
        week={days}
        today={week.today}
        placed={placed}
        now={minute}
        clock={now}
        overlap={overlap}
        unfolded={unfolded}
        targets={targets}
        onUnfold={setUnfolded}
        draft={opened?.kind === "new" ? opened.interval : undefined}
        chosen={chosen?.id}
        closed={closedUntil(me, sheet, minute)}
        actions={actions}
      >
        <OpenedPart opened={opened} chosen={chosen} placed={placed} changes={changes} open={open} />
      </CalendarGrid>
    </div>
  );
}

interface OpenedPartProps {
  opened: Opened | undefined;
  chosen: TimeEntry | undefined;
  placed: readonly Placed[];
  changes: EntryChanges;
  open: (opened: Opened | undefined) => void;
}

function OpenedPart({ opened, chosen, placed, changes, open }: OpenedPartProps) {
  const close = () => open(undefined);
  if (opened?.kind === "new") {
    return (
      <NewEntry
        interval={opened.interval}
        onChange={(interval) => open({ kind: "new", interval })}
        onClose={close}
      />
    );
  }
  if (!opened || !chosen) return null;
  const before = mergeableBefore(
    chosen,
    placed.map(({ entry }) => entry),
  );
  return (
    <EntryEditor
      key={opened.id}
      entry={chosen}
      changes={changes}
      before={before}
      part={opened.part}
      onClose={close}
    />
  );
}

/** What can be done with entries and free time. What can't be is said at once, and nothing is sent. */
function useActions(
  placed: readonly Placed[],
  changes: EntryChanges,
  open: (opened: Opened | undefined) => void,
  { overlap, now, sheet }: { overlap: boolean; now: () => number; sheet: Timesheet | undefined },
): CalendarActions {
  const { api, me, timers } = useSession();
  const zone = me.user.time_zone;
  const mayChange = useMayChange();
  const closed = closedUntil(me, sheet, now());
  const whyNot: CalendarActions["whyNot"] = ({ entry, running }, interval) =>
    refusal(placed, entry.id, interval, { overlap, now: now(), running, closed }, zone);
  const draw = (interval: Interval) => {
    if (me.tenant.status !== "active") return;
    if (interval.from < closed) timers.announce(calendarTexts.closed);
    else if (interval.to > interval.from) open({ kind: "new", interval });
  };
  return {
    move(moved, interval) {
      const { entry, running, to } = moved;
      const why = whyNot(moved, interval);
      if (why) timers.announce(why);
      else changes.make(intervalChange(api, entry, running ? { ...interval, to } : interval, zone));
    },
    whyNot,
    draw,
    open: (entry, part) => open({ kind: "entry", id: entry.id, part }),
    fill: (free) => draw(proposed(free)),
    remove: (entry) => changes.make(voidChange(api, entry, now())),
    mayMove: ({ entry }) => mayChange(entry),
    refuse({ entry, running }) {
      // Where nothing can be recorded, the page says so.
      if (me.tenant.status !== "active") return;
      timers.announce(running && mayChange(entry) ? calendarTexts.runningStays : calendarTexts.closed);
    },
  };
}

/** What the caller is to record on the days of a week. Without an answer nothing is said of it. */
function targetsOf(sheet: Timesheet | undefined): ReadonlyMap<string, number> {
  return new Map(sheet?.days.map(({ day, target_ms }) => [day, target_ms]));
}

/** The day that is shown where only one is: the address's, else today, else the week's first. */
function useChosenDay(week: ShownWeek, days: readonly CalendarDay[]): [string, (date: string) => void] {
  const { place, go } = useAddress();
  const named = days.find(({ date }) => date === place.day)?.date;
  const chosen = named ?? (week.isThis ? week.today : week.first);
  return [chosen, (date) => go({ day: date }, "replace")];
}

/** Why an entry can't be moved to an interval; undefined when it can. */
function refusal(
  placed: readonly Placed[],
  id: string,
  interval: Interval,
  { overlap, now, running, closed }: { overlap: boolean; now: number; running: boolean; closed: number },
  zone: string,
): string | undefined {
  if (interval.from < closed) return calendarTexts.closed;
  if (!running && interval.to > now) return calendarTexts.future;
  const other = overlap ? undefined : overlapping(placed, interval, id);
  return other && calendarTexts.overlaps(nameOf(other.entry), formatTimeRange(other.from, other.to, zone));
}

/** The longest time that is proposed for a free place that nobody has drawn, in milliseconds. */
const proposedMs = 3_600_000;

/** What is proposed for free time: all of a gap, and of other free time an hour. */
function proposed(free: Free): Interval {
  return { from: free.from, to: free.gap ? free.to : Math.min(free.to, free.from + proposedMs) };
}

function sumsByDay(days: readonly CalendarDay[], placed: readonly Placed[]) {
  const sums = shownSums(days, placed);
  return days.map(({ date }) => ({ date, shownMs: sums.get(date)?.ms ?? 0 }));
}
