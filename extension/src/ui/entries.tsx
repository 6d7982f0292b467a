/** Time entries as a table, with what one can do to each: confirm, correct, void, and look at its history. */

import { useRef, useState } from "preact/hooks";
import { ApiProblem, type TimeEntry, type TimeEntryHistory, type TimeEntryPatch } from "../api/client.ts";
import { Button, Dialog, Duration, FailureNotice, Loading } from "./controls.tsx";
import { CorrectForm } from "./correct-form.tsx";
import { explain, type Failure } from "./failure.ts";
import { formatDate, formatDateTime, formatTime } from "./format.ts";
import { useElapsed, useFocusHandover, useLoaded } from "./hooks.ts";
import { ReasonField } from "./reason-field.tsx";
import { isAdmin, type Session, useSession } from "./session.ts";
import { texts } from "./texts.ts";
import { itemName } from "./work-item.ts";
import { dateIn } from "./zone.ts";
import "./table.css";
import "./entries.css";

interface EntryTableProps {
  entries: TimeEntry[];
  caption: string;
  showItem?: boolean;
  showWho?: boolean;
}

export function EntryTable({ entries, caption, showItem = false, showWho = false }: EntryTableProps) {
  return (
    <table class="table entries">
      <caption class="visually-hidden">{caption}</caption>
      <thead>
        <tr>
          <th scope="col">{texts.entries.when}</th>
          {showItem && <th scope="col">{texts.entries.item}</th>}
          {showWho && <th scope="col">{texts.entries.who}</th>}
          <th scope="col" class="number">
            {texts.entries.duration}
          </th>
          <th scope="col">{texts.entries.source}</th>
          <th scope="col">
            <span class="visually-hidden">{texts.entries.actions}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <EntryRow key={entry.id} entry={entry} showItem={showItem} showWho={showWho} />
        ))}
      </tbody>
    </table>
  );
}

const dayMs = 86_400_000;

/** Why a change of the entry needs a reason; undefined when it needs none. */
export function reasonNeeded(entry: TimeEntry, me: Session["me"], now: number): string | undefined {
  if (entry.user.id !== me.user.id) return texts.entries.reasonOther;
  const days = me.tenant.settings.edit_window_days;
  const old = entry.stopped_at !== undefined && now - Date.parse(entry.stopped_at) > days * dayMs;
  return old ? texts.entries.reasonOld(days) : undefined;
}

interface EntryRowProps {
  entry: TimeEntry;
  showItem: boolean;
  showWho: boolean;
}

function EntryRow({ entry, showItem, showWho }: EntryRowProps) {
  const { api, me, timers } = useSession();
  const [open, setOpen] = useState<"correct" | "history" | "confirm" | "void" | null>(null);
  const [working, setWorking] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const own = entry.user.id === me.user.id;
  const mayChange = entry.stopped_at !== undefined && me.tenant.status === "active" && (own || isAdmin(me));
  const when = intervalText(entry, me.user.time_zone);
  const reason = reasonNeeded(entry, me, timers.clock.now());
  const columns = 4 + Number(showItem) + Number(showWho);

  const row = useRef<HTMLTableRowElement>(null);
  useFocusHandover(row);

  /** Sends a change and says so; a failure is shown by whoever asked. */
  async function send(request: () => Promise<unknown>, said: string) {
    try {
      await request();
    } catch (error) {
      // Somebody changed the entry first: what is shown from here on is what it is now.
      if (error instanceof ApiProblem && error.status === 412) timers.entriesChanged("");
      throw error;
    }
    setOpen(null);
    timers.entriesChanged(said);
  }

  function patch(change: TimeEntryPatch, said: string) {
    return send(() => api.patchEntry(entry.id, entry.etag, change), said);
  }

  async function confirm() {
    if (reason) {
      setOpen("confirm");
      return;
    }
    setWorking(true);
    setFailure(null);
    try {
      await patch({ needs_review: false }, texts.entries.confirmed);
    } catch (error) {
      setFailure(explain(error));
    }
    setWorking(false);
  }

  function toggle(what: "correct" | "history") {
    setOpen(open === what ? null : what);
  }

  const action = (text: string) => texts.entries.about(text, when);
  return (
    <>
      <tr ref={row}>
        <td class="when">{when}</td>
        {showItem && <td class="item">{itemName(entry.work_item)}</td>}
        {showWho && <td>{entry.user.name}</td>}
        <td class="number">
          <EntryDuration entry={entry} />
        </td>
        <td class="source">
          {texts.entries.sources[entry.source]}
          {entry.needs_review && (
            <span class="badge" title={texts.entries.underReviewHint}>
              {texts.entries.underReview}
            </span>
          )}
        </td>
        <td class="row-actions">
          {mayChange && own && entry.needs_review && (
            <Button kind="quiet" disabled={working} label={action(texts.entries.confirm)} onClick={confirm}>
              {texts.entries.confirm}
            </Button>
          )}
          {mayChange && (
            <>
              <Button
                kind="quiet"
                label={action(texts.entries.correct)}
                expanded={open === "correct"}
                onClick={() => toggle("correct")}
              >
                {texts.entries.correct}
              </Button>
              <Button kind="quiet" label={action(texts.entries.void)} onClick={() => setOpen("void")}>
                {texts.entries.void}
              </Button>
            </>
          )}
          <Button
            kind="quiet"
            label={action(texts.entries.history)}
            expanded={open === "history"}
            onClick={() => toggle("history")}
          >
            {texts.entries.history}
          </Button>
          {open === "confirm" && (
            <ReasonDialog
              title={texts.entries.confirmTitle}
              submit={texts.entries.confirm}
              working={texts.entries.saving}
              reasonNeeded={reason}
              onClose={() => setOpen(null)}
              onSubmit={(given) =>
                patch({ needs_review: false, ...(given && { reason: given }) }, texts.entries.confirmed)
              }
            />
          )}
          {open === "void" && (
            <ReasonDialog
              title={texts.entries.voidTitle}
              detail={`${when}. ${texts.entries.voidDetail}`}
              submit={texts.entries.voidConfirm}
              working={texts.entries.voiding}
              danger
              reasonNeeded={reason}
              onClose={() => setOpen(null)}
              onSubmit={(given) =>
                send(() => api.voidEntry(entry.id, entry.etag, given || undefined), texts.entries.voided)
              }
            />
          )}
        </td>
      </tr>
      {failure && (
        <tr class="detail">
          <td colSpan={columns}>
            <FailureNotice failure={failure} onRetry={confirm} onDismiss={() => setFailure(null)} />
          </td>
        </tr>
      )}
      {open === "correct" && (
        <tr class="detail">
          <td colSpan={columns}>
            <CorrectForm
              entry={entry}
              reasonNeeded={reason}
              onCancel={() => setOpen(null)}
              onSave={(change) => patch(change, texts.entries.corrected)}
            />
          </td>
        </tr>
      )}
      {open === "history" && (
        <tr class="detail">
          <td colSpan={columns}>
            <History entry={entry} />
          </td>
        </tr>
      )}
    </>
  );
}

/** "Sat 21 Nov 2026, 09:10 – 10:40"; the second day is named where there is one. */
function intervalText(entry: TimeEntry, zone: string): string {
  const start = Date.parse(entry.started_at);
  const day = dateIn(start, zone);
  const from = `${formatDate(day, "medium")}, ${formatTime(start, zone)}`;
  if (entry.stopped_at === undefined) return `${from} – ${texts.entries.runningNow}`;
  const stop = Date.parse(entry.stopped_at);
  const lastDay = dateIn(stop, zone);
  const to = formatTime(stop, zone);
  return `${from} – ${lastDay === day ? to : `${formatDate(lastDay, "day")}, ${to}`}`;
}

function EntryDuration({ entry }: { entry: TimeEntry }) {
  const { timers } = useSession();
  const running = entry.stopped_at === undefined;
  const elapsed = useElapsed(timers.clock, running ? Date.parse(entry.started_at) : undefined);
  return <Duration ms={running ? elapsed : entry.elapsed_ms} />;
}

interface ReasonDialogProps {
  title: string;
  detail?: string;
  submit: string;
  working: string;
  danger?: boolean;
  reasonNeeded: string | undefined;
  onClose: () => void;
  onSubmit: (reason: string) => Promise<void>;
}

/** Asks before a change, and for the reason where one is needed. */
function ReasonDialog(props: ReasonDialogProps) {
  const { title, detail, submit, working, danger, onClose, onSubmit } = props;
  const [reason, setReason] = useState("");
  const [fault, setFault] = useState<string>();
  const [failure, setFailure] = useState<Failure | null>(null);
  const [sending, setSending] = useState(false);

  async function send() {
    if (sending) return;
    if (props.reasonNeeded && reason.trim() === "") {
      setFault(props.reasonNeeded);
      return;
    }
    setSending(true);
    setFailure(null);
    try {
      await onSubmit(reason.trim());
    } catch (error) {
      setFailure(explain(error));
      setSending(false);
    }
  }

  return (
    <Dialog title={title} onClose={onClose}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        {detail && <p>{detail}</p>}
        <ReasonField value={reason} needed={props.reasonNeeded} error={fault} onChange={setReason} />
        {failure && <FailureNotice failure={failure} />}
        <div class="actions">
          <Button type="submit" kind={danger ? "danger" : "primary"} disabled={sending}>
            {sending ? working : submit}
          </Button>
          <Button onClick={onClose}>{texts.cancel}</Button>
        </div>
      </form>
    </Dialog>
  );
}

function History({ entry }: { entry: TimeEntry }) {
  const { api } = useSession();
  const history = useLoaded(() => api.history(entry.id), [api, entry.id, entry.etag]);
  if (!history.data) {
    return history.failure ? (
      <FailureNotice failure={history.failure} onRetry={history.reload} />
    ) : (
      <Loading />
    );
  }
  if (history.data.data.length === 0) return <p class="secondary">{texts.entries.noHistory}</p>;
  return (
    <ol class="history">
      {history.data.data.map((change) => (
        <Change key={change.id} change={change} />
      ))}
    </ol>
  );
}

function Change({ change }: { change: TimeEntryHistory["data"][number] }) {
  const { me } = useSession();
  const value = (text: string) => {
    if (text === "") return texts.entries.nothing;
    if (change.field === "needs_review") return texts.entries.reviewStates[text] ?? text;
    return formatDateTime(Date.parse(text), me.user.time_zone);
  };
  return (
    <li>
      <span class="secondary">
        {formatDateTime(Date.parse(change.changed_at), me.user.time_zone)}, {change.changed_by.name}
      </span>
      <span>
        {texts.entries.changed(texts.entries.fields[change.field], value(change.old), value(change.new))}
      </span>
      {change.reason && <span class="secondary">{texts.entries.because(change.reason)}</span>}
    </li>
  );
}
