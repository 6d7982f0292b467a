/** One day of the calendar: what is folded above and below, and between them time to scale. */

import type { TimeEntry } from "../../api/client.ts";
import { nameOf } from "../entry/use-entry-changes.ts";
import { formatDate, formatDuration, formatTime } from "../format.ts";
import { Icon } from "../icons.tsx";
import { projectSlot } from "../project-slots.ts";
import { isolate } from "../sentence.ts";
import { useSession } from "../session.ts";
import type { Free, Interval, Part, ShownPart } from "./blocks.ts";
import {
  type CalendarDay,
  heightOf,
  hoursIn,
  type Scale,
  type SectionName,
  sectionOf,
  type Unfolded,
  visibleOf,
} from "./days.ts";
import { entryKey, freeKey } from "./stops.ts";
import { calendarTexts } from "./texts.ts";

export interface DayProps {
  day: CalendarDay;
  today: boolean;
  weekend: boolean;
  parts: readonly ShownPart[];
  free: readonly Free[];
  /** New time that is being drawn or filled in. */
  draft: Interval | undefined;
  /** Of what is being changed, so that it is told from the others. */
  previewId: string | undefined;
  /** Whether it can't be where it is shown. */
  refused: boolean;
  scale: Scale;
  /** How high what is drawn to scale is, in pixels. */
  height: number;
  unfolded: Unfolded;
  now: number;
  /** The stop with the focus. */
  active: string | undefined;
  /** The entry that is open. */
  chosen: string | undefined;
  onEntry: (entry: TimeEntry, event: MouseEvent) => void;
  onFree: (free: Free, event: MouseEvent) => void;
  onUnfold: (section: "early" | "late") => void;
}

export function DayColumn(props: DayProps) {
  const { day, today, weekend, scale, height, unfolded, now } = props;
  const visible = visibleOf(day, unfolded);
  const top = heightOf(day, visible.from, scale);
  const kind = ["cal-day", today && "today", weekend && "weekend"].filter(Boolean).join(" ");
  const isNow = now >= visible.from && now < visible.to;
  return (
    <td class={kind}>
      <Fold section="early" {...props} />
      <div class="cal-canvas" data-canvas={day.date} style={{ height: `${height}px` }}>
        <div
          class="cal-hours"
          style={{
            top: `${top}px`,
            height: `${heightOf(day, visible.to, scale) - top}px`,
            "--cal-hour": `${scale.hourPx}px`,
          }}
        />
        <ChangedClock {...props} />
        {props.free.map((free) => (
          <FreeTime key={freeKey(free)} free={free} column={props} />
        ))}
        {props.parts.map((part) => (
          <Block key={part.entry.id} part={part} {...props} />
        ))}
        {props.draft && <Draft draft={props.draft} column={props} />}
        {isNow && <NowLine {...props} />}
      </div>
      <Fold section="late" {...props} />
    </td>
  );
}

/** The top and the height of an interval, within what is drawn to scale; undefined where nothing of it is. */
function placeOf({ from, to }: Interval, { day, scale, unfolded }: DayProps) {
  const visible = visibleOf(day, unfolded);
  const [start, end] = [Math.max(from, visible.from), Math.min(to, visible.to)];
  if (end < start || start >= visible.to || (end <= visible.from && to > from)) return undefined;
  const top = heightOf(day, start, scale);
  return { top, height: heightOf(day, end, scale) - top };
}

/** What is left of a block below which it can't be seen, in pixels. */
const lowestPx = 6;
/** What a line of text needs. */
const linePx = 16;

function Block(props: DayProps & { part: ShownPart }) {
  const { part, day, active, chosen, previewId, refused, unfolded, onEntry } = props;
  const { me } = useSession();
  const { entry } = part;
  const place = placeOf({ from: part.partFrom, to: part.partTo }, props);
  if (!place) return null;
  const height = Math.max(place.height - 1, lowestPx);
  const key = entryKey(entry.id, day.date);
  const locked = entry.locked === true;
  const kind = [
    "cal-entry",
    height < 2 * linePx && "low",
    height < linePx && "thin",
    entry.needs_review && "review",
    part.running && "running",
    locked && "locked",
    chosen === entry.id && "chosen",
    previewId === entry.id && (refused ? "moving refused" : "moving"),
  ];
  // An end can be taken hold of where it is, not where the day or what is drawn of it ends.
  const visible = visibleOf(day, unfolded);
  const shownWhole = {
    start: part.partFrom === part.from && part.from >= visible.from,
    end: part.partTo === part.to && part.to <= visible.to,
  };
  const width = 100 / part.lanes;
  const lines = Math.max(1, Math.floor((height - 5) / linePx));
  return (
    <button
      type="button"
      class={kind.filter(Boolean).join(" ")}
      data-entry={entry.id}
      data-stop={key}
      tabIndex={active === key ? 0 : -1}
      style={{
        top: `${place.top}px`,
        height: `${height}px`,
        insetInlineStart: `calc(${part.lane * width}% + 3px)`,
        width: `calc(${width}% - ${part.lanes > 1 ? 4 : 6}px)`,
        "--cal-colour": `var(--tt-p${projectSlot(projectKey(entry))})`,
      }}
      title={entryTitle(part, me.user.time_zone)}
      aria-expanded={chosen === entry.id}
      onClick={(event) => onEntry(entry, event)}
    >
      <b class="cal-length" aria-hidden="true" data-length={formatDuration(part.shownMs, "hours")}>
        {locked && <Icon name="lock" />}
      </b>
      <span class="cal-name" style={{ "-webkit-line-clamp": String(lines) }}>
        <BlockName entry={entry} />
        <span class="visually-hidden">{entryFacts(part, me.user.time_zone)}</span>
      </span>
      {!locked && shownWhole.start && <span class="cal-grip" data-grip="from" />}
      {!locked && !part.running && shownWhole.end && <span class="cal-grip end" data-grip="to" />}
    </button>
  );
}

function BlockName({ entry }: { entry: TimeEntry }) {
  const { work_item: item } = entry;
  if (!item) return <bdi>{entry.note || nameOf(entry)}</bdi>;
  return (
    <>
      <b>#{item.id}</b> <bdi>{item.title ?? ""}</bdi>
    </>
  );
}

/** What has a colour of its own: a project. */
export function projectKey({ project }: TimeEntry): string {
  return project.id;
}

/** ", 9:30 to 11:15, 1 hour 45 minutes, under review": of the whole entry, after its name. */
function entryFacts({ entry, from, to, running }: Part, zone: string): string {
  const facts = [
    "",
    calendarTexts.range(formatTime(from, zone), formatTime(to, zone), to - from),
    running && calendarTexts.running,
    entry.needs_review && calendarTexts.underReview,
    entry.locked === true && calendarTexts.locked,
  ];
  return facts.filter((fact) => fact !== false).join(", ");
}

function entryTitle({ entry, from, to }: Part, zone: string): string {
  return `${isolate(nameOf(entry))}, ${formatTime(from, zone)}–${formatTime(to, zone)}`;
}

function FreeTime({ free, column }: { free: Free; column: DayProps }) {
  const { active, onFree } = column;
  const { me } = useSession();
  const place = placeOf(free, column);
  if (!place) return null;
  const zone = me.user.time_zone;
  const key = freeKey(free);
  const text = calendarTexts.gap(formatDuration(free.to - free.from, "hours"));
  const label = calendarTexts.free(formatTime(free.from, zone), formatTime(free.to, zone));
  return (
    <button
      type="button"
      class={free.gap ? "cal-free gap" : "cal-free"}
      data-free={free.from}
      data-until={free.to}
      data-stop={key}
      tabIndex={active === key ? 0 : -1}
      style={{ top: `${place.top}px`, height: `${Math.max(place.height - 1, lowestPx)}px` }}
      aria-label={free.gap ? `${text}: ${label}` : label}
      onClick={(event) => onFree(free, event)}
    >
      {free.gap && (
        <span class="cal-gap" aria-hidden="true">
          <Icon name="plus" /> {text}
        </span>
      )}
    </button>
  );
}

function Draft({ draft, column }: { draft: Interval; column: DayProps }) {
  const { day } = column;
  const { me } = useSession();
  const place = placeOf(draft, column);
  if (!place || draft.to <= day.from || draft.from >= day.to) return null;
  const zone = me.user.time_zone;
  return (
    <div
      class="cal-draft"
      aria-hidden="true"
      style={{ top: `${place.top}px`, height: `${Math.max(place.height - 1, lowestPx)}px` }}
    >
      <b class="cal-length">{formatDuration(draft.to - draft.from, "hours")}</b>
      <span>
        {formatTime(draft.from, zone)}–{formatTime(draft.to, zone)}
      </span>
    </div>
  );
}

function NowLine({ day, scale, now }: DayProps) {
  const { me } = useSession();
  const text = formatTime(now, me.user.time_zone);
  return (
    <div class="cal-now" style={{ top: `${heightOf(day, now, scale)}px` }}>
      <span class="cal-now-time" aria-hidden="true">
        {text}
      </span>
      <span class="visually-hidden">{calendarTexts.now(text)}</span>
    </div>
  );
}

/** The hours of a section in which the clocks change, since those beside the calendar are other ones there. */
function ChangedClock({ day, scale, unfolded }: DayProps) {
  const { me } = useSession();
  const shown: SectionName[] = ["body"];
  if (unfolded.early) shown.push("early");
  if (unfolded.late) shown.push("late");
  const usual: Record<SectionName, number> = { early: 8, body: 10, late: 6 };
  const changed = shown.filter((name) => {
    const { from, to } = sectionOf(day, name);
    return to > from && (to - from) / 3_600_000 !== usual[name];
  });
  return (
    <>
      {changed.flatMap((name) =>
        hoursIn(sectionOf(day, name)).map((at) => (
          <span
            key={at}
            class="cal-own-hour"
            style={{ top: `${heightOf(day, at, scale)}px` }}
            aria-hidden="true"
          >
            {formatTime(at, me.user.time_zone)}
          </span>
        )),
      )}
    </>
  );
}

/** What of the day's entries lies above or below what is drawn to scale. */
function Fold(props: DayProps & { section: "early" | "late" }) {
  const { section, day, parts, unfolded, active, chosen, onEntry, onUnfold } = props;
  const { me } = useSession();
  const zone = me.user.time_zone;
  const { from, to } = sectionOf(day, section);
  const hidden = unfolded[section]
    ? []
    : parts.filter(({ partFrom, partTo }) => partFrom < to && partTo > from);
  const visible = visibleOf(day, unfolded);
  const [first, ...more] = hidden;
  return (
    <div class={`cal-fold ${section}`}>
      {first && <FoldChip part={first} {...{ day, section, active, chosen, zone, visible, onEntry }} />}
      {more.length > 0 && (
        <button
          type="button"
          class="cal-chip more"
          tabIndex={-1}
          aria-label={`${calendarTexts.more(more.length)}, ${formatDate(day.date, "weekday")}`}
          onClick={() => onUnfold(section)}
        >
          {calendarTexts.more(more.length)}
        </button>
      )}
    </div>
  );
}

interface FoldChipProps {
  part: ShownPart;
  day: CalendarDay;
  section: "early" | "late";
  active: string | undefined;
  chosen: string | undefined;
  zone: string;
  visible: Interval;
  onEntry: (entry: TimeEntry, event: MouseEvent) => void;
}

function FoldChip({ part, day, section, active, chosen, zone, visible, onEntry }: FoldChipProps) {
  const { entry, partFrom, partTo } = part;
  // What is drawn to scale too has its stop there.
  const continued = partFrom < visible.to && partTo > visible.from;
  const key = entryKey(entry.id, day.date);
  const range = `${formatTime(partFrom, zone)}–${formatTime(partTo, zone)}`;
  const kind = ["cal-chip", entry.needs_review && "review", chosen === entry.id && "chosen"]
    .filter(Boolean)
    .join(" ");
  const text = continued
    ? section === "early"
      ? calendarTexts.from(formatTime(partFrom, zone))
      : calendarTexts.until(formatTime(partTo, zone))
    : `${entry.work_item ? `#${entry.work_item.id}` : isolate(nameOf(entry))} ${range}`;
  return (
    <button
      type="button"
      class={kind}
      {...(!continued && { "data-entry": entry.id, "data-stop": key })}
      tabIndex={!continued && active === key ? 0 : -1}
      style={{ "--cal-colour": `var(--tt-p${projectSlot(projectKey(entry))})` }}
      title={entryTitle(part, zone)}
      onClick={(event) => onEntry(entry, event)}
    >
      <span class="cal-chip-text">
        {text}
        <span class="visually-hidden">{entryFacts(part, zone)}</span>
      </span>
      {!continued && (
        <b class="cal-length" aria-hidden="true" data-length={formatDuration(part.shownMs, "hours")} />
      )}
    </button>
  );
}
