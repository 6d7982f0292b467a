/** A week as a calendar: entries are moved, resized, drawn and opened, with a pointer and with the keyboard alone. */

import { useMemo, useState } from "preact/hooks";
import type { TimeEntry } from "../../api/client.ts";
import { FailureNotice, Loading } from "../controls.tsx";
import { intervalChange, voidChange } from "../entry/changes-of.ts";
import { type EditorPart, EntryEditor, useMayChange } from "../entry/entry-editor.tsx";
import { NewEntry } from "../entry/new-entry.tsx";
import { EntryNotices } from "../entry/notices.tsx";
import { type EntryChanges, nameOf, useEntryChanges } from "../entry/use-entry-changes.ts";
import { formatTimeRange } from "../format.ts";
import { useAsync, useMedia } from "../hooks.ts";
import { useAddress } from "../hub/address.ts";
import { DayTabs } from "../hub/day-tabs.tsx";
import type { ShownWeek } from "../hub/use-week.ts";
import { useWeekEntries } from "../hub/week-entries.ts";
import { isTyping, usePageKey } from "../keys.ts";
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
  const { timers } = useSession();
  const changes = useEntryChanges(entries);
  const minute = useNow(timers.clock);
  const narrow = useMedia("(max-width: 700px)");
  const targets = useTargets(week.first);
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
  const actions = useActions(placed, changes, open, { overlap, now });
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
        actions={actions}
      >
        <OpenedPart opened={opened} chosen={chosen} changes={changes} open={open} />
      </CalendarGrid>
    </div>
  );
}

interface OpenedPartProps {
  opened: Opened | undefined;
  chosen: TimeEntry | undefined;
  changes: EntryChanges;
  open: (opened: Opened | undefined) => void;
}

function OpenedPart({ opened, chosen, changes, open }: OpenedPartProps) {
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
  return <EntryEditor key={opened.id} entry={chosen} changes={changes} part={opened.part} onClose={close} />;
}

/** What can be done with entries and free time. What can't be is said at once, and nothing is sent. */
function useActions(
  placed: readonly Placed[],
  changes: EntryChanges,
  open: (opened: Opened | undefined) => void,
  { overlap, now }: { overlap: boolean; now: () => number },
): CalendarActions {
  const { api, me, timers } = useSession();
  const zone = me.user.time_zone;
  const mayChange = useMayChange();
  return {
    move({ entry, running, to }, interval) {
      const why = refusal(placed, entry.id, interval, { overlap, now: now(), running }, zone);
      if (why) timers.announce(why);
      else changes.make(intervalChange(api, entry, running ? { ...interval, to } : interval, zone));
    },
    draw(interval) {
      if (interval.to > interval.from) open({ kind: "new", interval });
    },
    open: (entry, part) => open({ kind: "entry", id: entry.id, part }),
    fill: (free) => open({ kind: "new", interval: proposed(free) }),
    remove: (entry) => changes.make(voidChange(api, entry, now())),
    mayMove: ({ entry }) => mayChange(entry),
    refuse: (text) => timers.announce(text),
  };
}

/** What the caller is to record on the days of a week. Without an answer nothing is said of it. */
function useTargets(first: string): ReadonlyMap<string, number> {
  const { api, me } = useSession();
  const user_id = me.user.id;
  const sheets = useAsync(() => api.listTimesheets({ first_day: first, user_id }), [api, first, user_id]);
  const days = sheets.data?.data[0]?.days ?? [];
  return new Map(days.map(({ day, target_ms }) => [day, target_ms]));
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
  { overlap, now, running }: { overlap: boolean; now: number; running: boolean },
  zone: string,
): string | undefined {
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
