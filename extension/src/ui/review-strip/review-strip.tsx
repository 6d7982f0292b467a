/**
 * Entries that the server has stopped, one at a time, each with its fixes: cut to the person's last change of the item,
 * keep, cut to a time, void. Without any, nothing is shown.
 */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { TimeEntry } from "../../api/client.ts";
import { Button, FailureNotice } from "../controls.tsx";
import { keepChange, voidChange } from "../entry/changes-of.ts";
import { EntryNotices } from "../entry/notices.tsx";
import { type EntryChange, nameOf, useEntryChanges } from "../entry/use-entry-changes.ts";
import { useFocusHandover } from "../focus.ts";
import { formatDuration, formatTimeSpan } from "../format.ts";
import { useAsync, useTimerState } from "../hooks.ts";
import { Icon } from "../icons.tsx";
import { isSingleKey, usePageKey } from "../keys.ts";
import { isolate } from "../sentence.ts";
import { useSession } from "../session.ts";
import { TypeMark } from "../type-mark.tsx";
import { cutChange } from "./cut-change.ts";
import { CutForm } from "./cut-form.tsx";
import { Evidence, type LastChangeState, useLastChange } from "./last-change.tsx";
import { settleChange } from "./settle-change.ts";
import { reviewTexts } from "./texts.ts";
import "./review-strip.css";

/** How many entries are read at once; after those are put right, the others follow. */
const atOnce = 50;

export function ReviewStrip() {
  const { api, timers } = useSession();
  const { changes: count } = useTimerState(timers);
  const loaded = useAsync(
    () => api.listEntries({ needs_review: true, settled: false, limit: atOnce }),
    [api, count],
  );
  const changes = useEntryChanges(loaded.data);
  const waiting = (loaded.data?.data ?? [])
    .map(changes.shownOf)
    .filter((entry) => entry.needs_review && !entry.settled && !entry.voided_at);
  return (
    <>
      {loaded.failure && <FailureNotice failure={loaded.failure} onRetry={loaded.reload} />}
      <EntryNotices changes={changes} />
      {waiting.length > 0 && <Strip waiting={waiting} make={changes.make} />}
    </>
  );
}

interface StripProps {
  waiting: readonly TimeEntry[];
  make: (change: EntryChange) => void;
}

function Strip({ waiting, make }: StripProps) {
  const strip = useRef<HTMLElement>(null);
  const [at, setAt] = useState(0);
  const shown = Math.min(at, waiting.length - 1);
  const entry = waiting[shown];
  useFocusHandover(strip);
  useFocusOnNext(strip, entry?.id);
  const step = (by: 1 | -1) => {
    setAt((shown + by + waiting.length) % waiting.length);
    strip.current?.querySelector<HTMLElement>(".strip-fixes button")?.focus();
  };
  usePageKey(
    (event) => isSingleKey(event, "j"),
    () => step(1),
  );
  usePageKey(
    (event) => isSingleKey(event, "k"),
    () => step(-1),
  );
  if (!entry) return null;
  return (
    <section ref={strip} class="review-strip" aria-label={reviewTexts.title} tabIndex={-1}>
      <Icon name="warning" />
      <Reviewed key={entry.id} entry={entry} make={make} />
      {waiting.length > 1 && (
        <span class="strip-steps">
          <Button kind="quiet" label={reviewTexts.before} onClick={() => step(-1)}>
            <Icon name="back" />
          </Button>
          <span class="secondary">{reviewTexts.nth(shown + 1, waiting.length)}</span>
          <Button kind="quiet" label={reviewTexts.next} onClick={() => step(1)}>
            <Icon name="forward" />
          </Button>
        </span>
      )}
    </section>
  );
}

/** When the entry in the strip is another one, the focus that was in it goes to that one's first fix. */
function useFocusOnNext(strip: { current: HTMLElement | null }, id: string | undefined) {
  const within = useRef(false);
  useLayoutEffect(() => {
    if (within.current) {
      const fix = strip.current?.querySelector<HTMLElement>(".strip-fixes button:not([aria-disabled=true])");
      (fix ?? strip.current)?.focus();
    }
    return () => {
      within.current = strip.current?.contains(document.activeElement) ?? false;
    };
  }, [id, strip]);
}

interface ReviewedProps {
  entry: TimeEntry;
  make: (change: EntryChange) => void;
}

function Reviewed({ entry, make }: ReviewedProps) {
  const { api, me, timers } = useSession();
  const zone = me.user.time_zone;
  const change = useLastChange(entry.id);
  const [cutting, setCutting] = useState(false);
  const fixable = me.tenant.status === "active";
  const { at } = change;
  // Closed time stays as it is, and only what counts of it is said.
  const closed = entry.locked === true;
  const settle = (ms: number) => make(settleChange(api, entry, ms));
  const cut = (to: number) =>
    closed ? settle(Math.max(0, to - Date.parse(entry.started_at))) : make(cutChange(api, entry, to, zone));
  const run: Record<Fix, () => void> = {
    cutTo: () => at !== undefined && cut(at),
    keep: () => (closed ? settle(entry.elapsed_ms) : make(keepChange(api, entry))),
    cut: () => setCutting(true),
    void: () => (closed ? settle(0) : make(voidChange(api, entry, timers.clock.now()))),
  };
  const offered = fixes.filter((fix) => fix !== "cutTo" || at !== undefined);
  const pressed = useRef<Fix>("keep");
  usePageKey(
    (event) => {
      // What the digits mean isn't known before what is offered.
      const fix = change.loading || !fixable ? undefined : offered[fixKeyOf(event) - 1];
      if (fix) pressed.current = fix;
      return fix !== undefined;
    },
    () => run[pressed.current](),
  );
  const [from, to] = [Date.parse(entry.started_at), Date.parse(entry.stopped_at ?? "")];
  const length = formatDuration(entry.elapsed_ms, "hours");
  return (
    <>
      <p class="strip-text">
        <b>{formatTimeSpan(from, to, zone, timers.clock.now())}</b>{" "}
        <span class="strip-item" title={isolate(nameOf(entry))}>
          <TypeMark type={entry.work_item?.type} /> <bdi>{shortName(entry)}</bdi>
        </span>{" "}
        {reviewTexts.ran(length)} {fixable ? <Evidence change={change} /> : reviewTexts.later}
        {fixable && closed && <> {reviewTexts.closed}</>}
      </p>
      {fixable && <Fixes {...{ change, offered, from, length, closed, cutting, run }} />}
      {cutting && <CutForm ends={{ from, to }} proposed={at} onCut={cut} onClose={() => setCutting(false)} />}
    </>
  );
}

function shortName({ work_item: item, ...rest }: TimeEntry): string {
  return item ? `#${item.id}` : nameOf(rest as TimeEntry);
}

/** What can be done with an entry, in the order of the keys. The evidence suggests the first one, where there is any. */
const fixes = ["cutTo", "keep", "cut", "void"] as const;
type Fix = (typeof fixes)[number];

/** The digit that was pressed as a key of the strip, or NaN. In the grid and the calendar it may be something else. */
function fixKeyOf(event: KeyboardEvent): number {
  const { target, key } = event;
  const inGrid = target instanceof Element && target.closest("[role=grid]") !== null;
  return !inGrid && /^\d$/.test(key) && isSingleKey(event, key) ? Number(key) : Number.NaN;
}

interface FixesProps {
  change: LastChangeState;
  offered: readonly Fix[];
  from: number;
  length: string;
  /** Whether its time is closed, so that it stays as it is. */
  closed: boolean;
  cutting: boolean;
  run: Record<Fix, () => void>;
}

/** The one that the evidence suggests comes first, and has its place before it is known. */
function Fixes({ change, offered, from, length, closed, cutting, run }: FixesProps) {
  const key = (fix: Fix) => <Key name={change.loading ? "" : String(offered.indexOf(fix) + 1)} />;
  return (
    <span class="strip-fixes">
      {change.at !== undefined ? (
        <Button onClick={run.cutTo}>
          {reviewTexts.cutTo(change.time)}{" "}
          <span class="secondary">{formatDuration(change.at - from, "hours")}</span> {key("cutTo")}
        </Button>
      ) : (
        change.loading && <span class="strip-room" />
      )}
      <Button kind="quiet" onClick={run.keep}>
        {reviewTexts.keep(length)} {key("keep")}
      </Button>
      <Button kind="quiet" expanded={cutting} onClick={run.cut}>
        {reviewTexts.cut} {key("cut")}
      </Button>
      <Button kind="quiet" onClick={run.void}>
        {closed ? reviewTexts.keepNothing : reviewTexts.void} {key("void")}
      </Button>
    </span>
  );
}

/** The key of a fix; the same room before it is known. */
function Key({ name }: { name: string }) {
  return (
    <span class="key" aria-hidden="true">
      {name || "\u2007"}
    </span>
  );
}
