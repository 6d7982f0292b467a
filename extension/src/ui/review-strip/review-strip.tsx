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
import { reviewTexts } from "./texts.ts";
import "./review-strip.css";

/** How many entries are read at once; after those are put right, the others follow. */
const atOnce = 50;

export function ReviewStrip() {
  const { api, timers } = useSession();
  const { changes: count } = useTimerState(timers);
  const loaded = useAsync(() => api.listEntries({ needs_review: true, limit: atOnce }), [api, count]);
  const changes = useEntryChanges(loaded.data);
  const waiting = (loaded.data?.data ?? [])
    .map(changes.shownOf)
    .filter((entry) => entry.needs_review && !entry.voided_at);
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
  const cut = (to: number) => make(cutChange(api, entry, to, zone));
  const fixes: Record<string, () => void> = {
    "1": () => change.at !== undefined && cut(change.at),
    "2": () => make(keepChange(api, entry)),
    "3": () => setCutting(true),
    "4": () => make(voidChange(api, entry, timers.clock.now())),
  };
  const pressed = useRef("");
  usePageKey(
    (event) => {
      pressed.current = event.key;
      return fixable && isFixKey(event);
    },
    () => fixes[pressed.current]?.(),
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
      </p>
      {fixable && (
        <Fixes change={change} from={from} length={length} cutting={cutting} run={(key) => fixes[key]?.()} />
      )}
      {cutting && (
        <CutForm ends={{ from, to }} proposed={change.at} onCut={cut} onClose={() => setCutting(false)} />
      )}
    </>
  );
}

function shortName({ work_item: item, ...rest }: TimeEntry): string {
  return item ? `#${item.id}` : nameOf(rest as TimeEntry);
}

/** Digits are keys of the strip, but in the grid and the calendar, where they may be something else. */
function isFixKey(event: KeyboardEvent): boolean {
  const target = event.target;
  const inGrid = target instanceof Element && target.closest("[role=grid]") !== null;
  return !inGrid && ["1", "2", "3", "4"].some((key) => isSingleKey(event, key));
}

interface FixesProps {
  change: LastChangeState;
  from: number;
  length: string;
  cutting: boolean;
  run: (key: string) => void;
}

/** In the order of their keys. The one that the evidence suggests comes first, and has its place before it is known. */
function Fixes({ change, from, length, cutting, run }: FixesProps) {
  return (
    <span class="strip-fixes">
      {change.at !== undefined ? (
        <Button onClick={() => run("1")}>
          {reviewTexts.cutTo(change.time)}{" "}
          <span class="secondary">{formatDuration(change.at - from, "hours")}</span> <Key name="1" />
        </Button>
      ) : (
        change.loading && <span class="strip-room" />
      )}
      <Button kind="quiet" onClick={() => run("2")}>
        {reviewTexts.keep(length)} <Key name="2" />
      </Button>
      <Button kind="quiet" expanded={cutting} onClick={() => run("3")}>
        {reviewTexts.cut} <Key name="3" />
      </Button>
      <Button kind="quiet" onClick={() => run("4")}>
        {reviewTexts.void} <Key name="4" />
      </Button>
    </span>
  );
}

function Key({ name }: { name: string }) {
  return (
    <span class="key" aria-hidden="true">
      {name}
    </span>
  );
}
