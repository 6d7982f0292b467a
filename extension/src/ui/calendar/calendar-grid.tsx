/** The days side by side, with their hours, and what the pointer and the keys do in them. */

import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import type { TimeEntry } from "../../api/client.ts";
import type { EditorPart } from "../entry/entry-editor.tsx";
import { useSession } from "../session.ts";
import { Axis, DayHead } from "./axis.tsx";
import { type Free, freeBetween, type Interval, type Part, type Placed, partsOn } from "./blocks.ts";
import { DayColumn } from "./day-column.tsx";
import { type CalendarDay, hoursOf, type Scale, sectionOf, type Unfolded, visibleOf } from "./days.ts";
import { Popover } from "./popover.tsx";
import { type StopDay, stopsOf } from "./stops.ts";
import { type Sums, shownSums, withShownLengths } from "./sums.ts";
import { calendarTexts } from "./texts.ts";
import { type Preview, useDrag } from "./use-drag.ts";
import { useKeyedMove, useKeys } from "./use-keys.ts";

/** How high an hour is, in pixels. */
const hourPx = 57;

export interface CalendarActions {
  move(placed: Placed, interval: Interval): void;
  draw(interval: Interval): void;
  open(entry: TimeEntry, part?: EditorPart): void;
  fill(free: Free): void;
  remove(entry: TimeEntry): void;
  mayMove(placed: Placed): boolean;
  /** Why an entry can't be there; undefined when it can. */
  whyNot(placed: Placed, interval: Interval): string | undefined;
  /** Says why an entry stays where it is. */
  refuse(placed: Placed): void;
}

interface CalendarGridProps {
  days: readonly CalendarDay[];
  /** All days of the week, also where only one is shown. */
  week: readonly CalendarDay[];
  today: string;
  placed: readonly Placed[];
  /** When the calendar was drawn last. */
  now: number;
  clock: () => number;
  overlap: boolean;
  unfolded: Unfolded;
  onUnfold: (unfolded: Unfolded) => void;
  /** What the person is to record on each day, in milliseconds. */
  targets: ReadonlyMap<string, number>;
  /** The instant before which nothing can be changed. */
  closed: number;
  draft: Interval | undefined;
  chosen: string | undefined;
  actions: CalendarActions;
  /** What is open beside an entry. */
  children: ComponentChildren;
}

export function CalendarGrid(props: CalendarGridProps) {
  const { days, today, placed, now, clock, overlap, unfolded, onUnfold, draft, chosen, actions } = props;
  const { me } = useSession();
  const zone = me.user.time_zone;
  const grid = useRef<HTMLDivElement>(null);
  const { scale, height } = scaleOf(days, unfolded);
  const drag = useDrag({ ...props, grid, scale, now: clock, ...pointerActions(actions) });
  const keyed = useKeyedMove(placed, actions.move);
  const preview = drag.preview ?? keyed.preview;
  const shown = withPreview(placed, preview);
  const sums = shownSums(props.week, shown);
  const columns = days.map((day) => {
    const target = day.from < props.closed ? 0 : (props.targets.get(day.date) ?? 0);
    return columnOf(day, shown, unfolded, now, { target, sums: sums.get(day.date) });
  });
  const keys = useKeys({
    grid,
    days: columns,
    today: days.findIndex(({ date }) => date === today),
    placed,
    overlap,
    clock,
    zone,
    actions,
    keyed,
  });
  const moved = preview && placed.find(({ entry }) => entry.id === preview.id);
  const refused =
    preview !== undefined && moved !== undefined && actions.whyNot(moved, preview) !== undefined;
  const shared = {
    ...{ scale, height, unfolded, now, chosen, refused },
    active: keys.active,
    previewId: preview?.id,
  };
  const drawn = drag.preview && !drag.preview.id ? drag.preview : draft;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of the buttons in it
    <div ref={grid} class="cal-frame" onKeyDown={keys.onKeyDown} onFocusIn={keys.onFocusIn}>
      {/* biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: the arrow keys go from day to day */}
      <table class="cal" role="grid" aria-label={nameOf(days)} style={styleOf(columns)} {...drag.handlers}>
        <thead>
          <tr>
            <td class="cal-corner" />
            {days.map((day) => (
              <DayHead
                key={day.date}
                day={day}
                today={day.date === today}
                ms={sums.get(day.date)?.ms ?? 0}
                target={props.targets.get(day.date) ?? 0}
              />
            ))}
          </tr>
        </thead>
        <tbody>
          <tr>
            <Axis days={days} scale={scale} height={height} unfolded={unfolded} onUnfold={onUnfold} />
            {columns.map(({ day, parts, free }) => (
              <DayColumn
                key={day.date}
                {...{ day, parts, free, ...shared }}
                today={day.date === today}
                weekend={isWeekend(day.date)}
                draft={drawn}
                onEntry={(entry, event) => !drag.endedBy(event) && actions.open(entry)}
                onFree={(each, event) => !drag.endedBy(event) && actions.fill(each)}
                onUnfold={(section) => onUnfold({ ...unfolded, [section]: true })}
              />
            ))}
          </tr>
        </tbody>
      </table>
      <Popover frame={grid} chosen={chosen} open={draft !== undefined || chosen !== undefined}>
        {props.children}
      </Popover>
    </div>
  );
}

function pointerActions({ mayMove, move, draw, refuse }: CalendarActions) {
  return { mayMove, onFixed: refuse, onMoved: move, onDrawn: draw };
}

function scaleOf(days: readonly CalendarDay[], unfolded: Unfolded): { scale: Scale; height: number } {
  const abovePx = unfolded.early ? hoursOf(days, "early") * hourPx : 0;
  const hours = hoursOf(days, "body") + (unfolded.late ? hoursOf(days, "late") : 0);
  return { scale: { hourPx, abovePx }, height: abovePx + hours * hourPx };
}

function columnOf(
  day: CalendarDay,
  placed: readonly Placed[],
  unfolded: Unfolded,
  now: number,
  { target, sums = { ms: 0, reviewMs: 0 } }: { target: number; sums: Sums | undefined },
) {
  const parts = withShownLengths(partsOn(day, placed), sums);
  const visible = visibleOf(day, unfolded);
  // Nothing is missing on a day on which one need not work, nor on one on which one has worked enough.
  const lacks = sums.ms + sums.reviewMs < target;
  const free = freeBetween(visible.from, visible.to, parts, now, lacks ? sectionOf(day, "body") : undefined);
  const stops: StopDay = {
    origin: sectionOf(day, "body").from,
    stops: stopsOf(day.date, parts, free),
  };
  return { day, parts, free, ...stops };
}

function withPreview(placed: readonly Placed[], preview: Preview | undefined): readonly Placed[] {
  if (!preview?.id) return placed;
  const { id, from, to } = preview;
  return placed.map((each) => (each.entry.id === id ? { ...each, from, to } : each));
}

function nameOf(days: readonly CalendarDay[]): string {
  return calendarTexts.name(days[0]?.date ?? "", days.at(-1)?.date ?? "");
}

function isWeekend(date: string): boolean {
  const weekday = new Date(`${date}T00:00Z`).getUTCDay();
  return weekday === 0 || weekday === 6;
}

/** How wide the days are: those of the weekend need less, unless one works on them. */
function styleOf(columns: readonly { day: CalendarDay; parts: readonly Part[] }[]) {
  const widths = columns.map(({ day: { date }, parts }) => {
    if (columns.length === 1 || !isWeekend(date)) return "minmax(0, 1fr)";
    return parts.length === 0 ? "minmax(0, 0.42fr)" : "minmax(0, 0.7fr)";
  });
  return { "--cal-days": widths.join(" ") };
}
