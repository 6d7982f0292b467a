/** The rows of a week: those with time, those that are pinned, and those that were added by hand. */

import { useMemo, useRef, useState } from "preact/hooks";
import type { Activity, TimeEntry } from "../../api/client.ts";
import { useAsync, useTimerState } from "../hooks.ts";
import { useRunningUntil } from "../hub/running-until.ts";
import type { WeekStore } from "../hub/week-entries.ts";
import { useSession } from "../session.ts";
import type { TimerStore } from "../timer-store.ts";
import { addDays } from "../zone.ts";
import { gridEntry, itemWork, type RowActivity, type RowWork } from "./entry.ts";
import { daysOfWeek, type GridModel, gridModel, withSameRows } from "./model.ts";
import { allEditsOf } from "./week-edits.ts";

export interface Rows {
  /** Undefined until the week has been read. */
  model: GridModel | undefined;
  dates: readonly string[];
  /** Shows rows without time. */
  add(works: readonly RowWork[]): void;
  /** Shows a row without time as another one. */
  replace(key: string, work: RowWork): void;
  /** The activity of new rows. */
  usual: RowActivity;
  /** The activities that can be chosen. */
  activities: readonly Activity[];
}

export function useRows(store: WeekStore): Rows {
  const { me, timers } = useSession();
  const { timer, changes } = useTimerState(timers);
  const { first, entries } = store;
  const dates = useMemo(() => Array.from({ length: daysOfWeek }, (_, day) => addDays(first, day)), [first]);
  const activities = useActivities();
  const pinned = usePinned(changes, activities.usual);
  const [added, setAdded] = useState<Readonly<Record<string, readonly RowWork[]>>>({});
  const [instead, setInstead] = useState<ReadonlyMap<string, RowWork>>(new Map());
  const seen = useSeen(first, timers);
  const until = useRunningUntil(timer ?? null);
  const zone = me.user.time_zone;
  const organization = me.tenant.azure_devops_organization;
  const before = useRef<GridModel | undefined>(undefined);
  const model = useMemo(() => {
    if (!entries) return undefined;
    const works = [
      ...pinned.map((work) => instead.get(work.key) ?? work),
      ...(added[first] ?? []),
      ...seen.values(),
    ];
    const built = gridModel({
      dates,
      zone,
      organization,
      entries: withTimer(entries, timer ?? null).map(gridEntry),
      extra: works,
      now: until,
    });
    // A row that was emptied stays, so that something else can be typed into it.
    for (const { work } of built.rows.values()) seen.set(work.key, work);
    before.current = withSameRows(built, before.current);
    return before.current;
  }, [entries, timer, pinned, instead, added, dates, zone, organization, until, seen]);
  const add = (works: readonly RowWork[]) =>
    setAdded((old) => ({ ...old, [first]: [...(old[first] ?? []), ...works] }));
  const replace = (key: string, work: RowWork) => {
    seen.delete(key);
    const swap = (each: RowWork) => (each.key === key ? work : each);
    setAdded((old) => ({ ...old, [first]: [...(old[first] ?? []).map(swap), work] }));
    // Pinned items come with the usual activity each time that they are read.
    setInstead((old) => new Map([...old].map(([of, each]) => [of, swap(each)] as const)).set(key, work));
  };
  const open = useMemo(() => activities.all.filter(({ archived }) => !archived), [activities.all]);
  return { model, dates, add, replace, usual: activities.usual, activities: open };
}

/** The activities, of which new rows have the usual one. Without an answer it has no name. */
function useActivities(): { all: readonly Activity[]; usual: RowActivity } {
  const { api, me } = useSession();
  const list = useAsync(() => api.listActivities(), [api]);
  const id = me.tenant.settings.default_activity_id;
  return useMemo(() => {
    const all = list.data?.data ?? [];
    return { all, usual: { id, name: all.find((each) => each.id === id)?.name ?? "" } };
  }, [list.data, id]);
}

/** The entries with the timer as it is known now, which may have begun since they were read. */
function withTimer(entries: readonly TimeEntry[], timer: TimeEntry | null): readonly TimeEntry[] {
  const stopped = entries.filter(({ id, stopped_at }) => stopped_at !== undefined || id === timer?.id);
  if (!timer || stopped.some(({ id }) => id === timer.id)) return stopped;
  return [...stopped, timer];
}

/** The rows that the week has had since it is shown; at first those with what wasn't saved when it was shown before. */
function useSeen(first: string, timers: TimerStore): Map<string, RowWork> {
  return useMemo(() => {
    const unsaved = [...(allEditsOf(timers).of(first)?.edits.state.values() ?? [])];
    return new Map(unsaved.map(({ target: { work } }) => [work.key, work]));
  }, [first, timers]);
}

function usePinned(changes: number, activity: RowActivity): readonly RowWork[] {
  const { api } = useSession();
  // Without an answer the week is shown all the same.
  const recent = useAsync(() => api.recentWorkItems(), [api, changes]);
  return useMemo(
    () =>
      (recent.data?.data ?? [])
        .filter(({ pinned }) => pinned)
        .map(({ work_item }) => itemWork(work_item, activity)),
    [recent.data, activity],
  );
}
