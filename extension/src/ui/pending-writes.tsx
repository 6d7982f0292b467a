/** What of the caller's time isn't in Azure DevOps yet, as a quiet line of the hub with a list. */

import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { WriteBack } from "../api/client.ts";
import { Button, FailureNotice } from "./controls.tsx";
import { useFocusHandover } from "./focus.ts";
import { useAsync, useTimerState } from "./hooks.ts";
import { Icon } from "./icons.tsx";
import { ItemLink } from "./item-link.tsx";
import { useSession } from "./session.ts";
import { texts as allTexts } from "./texts.ts";
import { TypeMark } from "./type-mark.tsx";
import { itemName } from "./work-item.ts";
import { useAction, useAttempt } from "./write-back-actions.ts";
import { formatWhen, isRefusal, problemText, signedLength } from "./write-back-words.ts";
import "./completed-work.css";
import "./pending-writes.css";

const texts = allTexts.completedWork;

/** The waits for the first try of what was just recorded, in milliseconds. */
const firstTryMs = [1_000, 3_000, 10_000];

/** Its line is empty while all is written, or about to be, so that nothing moves when it fills. */
export function PendingWrites() {
  const { me } = useSession();
  return me.tenant.settings.write_back ? (
    <div class="pending-place">
      <Pending />
    </div>
  ) : null;
}

function Pending() {
  const rows = usePending();
  return rows.length > 0 ? <PendingLine rows={rows} /> : null;
}

function PendingLine({ rows }: { rows: WriteBack[] }) {
  const headingId = useId();
  const line = useRef<HTMLElement>(null);
  useFocusHandover(line);
  const [shown, setShown] = useState(false);
  const { attempt, working, failure, dismissFailure } = useAttempt();
  const refused = rows.filter(({ problem }) => isRefusal(problem));
  const waiting = rows.filter(({ problem }) => !isRefusal(problem));
  const sentences = [
    waiting.length > 0 && texts.pending.wait(entriesOf(waiting), lengthOf(waiting)),
    refused.length > 0 && texts.pending.refused(entriesOf(refused), lengthOf(refused)),
  ];
  return (
    <section ref={line} class="pending-writes" aria-labelledby={headingId}>
      <h2 id={headingId} class="visually-hidden" tabIndex={-1}>
        {texts.pending.label}
      </h2>
      <div class="write-back">
        <p role="status">
          <Icon name={waiting.length > 0 ? "again" : "warning"} /> {sentences.filter(Boolean).join(" ")}
        </p>
        <Button kind="quiet" disabled={working} onClick={() => attempt()}>
          {working ? texts.trying : texts.tryNow}
        </Button>
        <Button kind="quiet" expanded={shown} onClick={() => setShown(!shown)}>
          {texts.pending.show}
        </Button>
      </div>
      {failure && <FailureNotice failure={failure} onDismiss={dismissFailure} />}
      {shown && (
        <ul>
          {rows.map((row) => (
            <PendingWrite key={row.id} row={row} />
          ))}
        </ul>
      )}
    </section>
  );
}

/** What isn't written. What was just recorded counts only once it was tried, or has waited for its first try in vain. */
function usePending(): WriteBack[] {
  const { api, timers } = useSession();
  const { changes, reads } = useTimerState(timers);
  const { data, reload } = useAsync(() => api.listWriteBacks(), [api, changes, reads]);
  const readings = useRef(0);
  useEffect(() => {
    readings.current = 0;
  }, [changes]);
  const wait = data?.some(isFresh) ? firstTryMs[readings.current] : undefined;
  useEffect(() => {
    if (wait === undefined) return;
    const timeout = setTimeout(() => {
      readings.current++;
      reload();
    }, wait);
    return () => clearTimeout(timeout);
  }, [data, wait, reload]);
  return data?.filter((row) => wait === undefined || !isFresh(row)) ?? [];
}

function isFresh({ attempts, problem }: WriteBack): boolean {
  return attempts === 0 && !problem;
}

/** An entry that was moved waits on two work items. */
function entriesOf(rows: readonly WriteBack[]): number {
  return new Set(rows.map(({ entry_id }) => entry_id)).size;
}

function lengthOf(rows: readonly WriteBack[]): string {
  return signedLength(rows.reduce((sum, { waiting_ms }) => sum + waiting_ms, 0));
}

function PendingWrite({ row }: { row: WriteBack }) {
  const { api, me, timers } = useSession();
  const line = useRef<HTMLLIElement>(null);
  useFocusHandover(line);
  const { run, working, failure, dismissFailure } = useAction();
  const { work_item: item, problem, next_try_at } = row;
  const name = itemName(item);

  async function leaveOut() {
    await api.leaveOutWriteBack(row.id);
    timers.announce(texts.pending.leftOut(name));
    timers.hoursChanged();
  }

  return (
    <li ref={line}>
      <span class="duration">{signedLength(row.waiting_ms)}</span>
      <span class="pending-item">
        <TypeMark type={item.type} />
        <ItemLink item={item} />
      </span>
      <span class="secondary">
        {problem && problemText(problem)}{" "}
        {next_try_at && texts.nextTry(formatWhen(next_try_at, timers.clock.now(), me.user.time_zone))}
      </span>
      <Button
        kind="quiet"
        disabled={working}
        label={texts.pending.leaveOutOf(name)}
        onClick={() => run(leaveOut)}
      >
        {texts.leaveOut}
      </Button>
      {failure && <FailureNotice failure={failure} onDismiss={dismissFailure} />}
    </li>
  );
}
