/** The queue of super_admins: what people ask about their data, with due dates and decisions. */

import { useId, useState } from "preact/hooks";
import type { PrivacyRequest } from "../../api/client.ts";
import { Button, FailureNotice, Loading, Segments } from "../controls.tsx";
import { ConfirmDialog } from "../dialog.tsx";
import { useAsync, useToday } from "../hooks.ts";
import { largestPage } from "../paging.tsx";
import { useSession } from "../session.ts";
import { dateIn } from "../zone.ts";
import { aboutOf, explainRequest, linesOf, outcomeLabel, stateOf, waits } from "./requests.tsx";
import { TextArea } from "./text-area.tsx";
import { privacyTexts } from "./texts.ts";
import "../admin/list.css";
import "../table.css";
import "./my-data.css";

const texts = privacyTexts.queue;
const dayMs = 86_400_000;

/** How many days there are until a date; negative after it. */
export function daysUntil(due: string, today: string, zone: string): number {
  return Math.round((Date.parse(dateIn(Date.parse(due), zone)) - Date.parse(today)) / dayMs);
}

export function PrivacyQueue() {
  const { api, me, timers } = useSession();
  const [shown, setShown] = useState<"waiting" | "all">("waiting");
  const waiting = shown === "waiting";
  const read = useAsync(
    () => api.listPrivacyRequests({ limit: largestPage, ...(waiting && { waiting: true }) }),
    [api, waiting],
  );
  const [deciding, setDeciding] = useState<PrivacyRequest>();
  const today = useToday(timers.clock, me.user.time_zone);
  // What is due first comes first; what is closed stays in the order of the answer.
  const requests = read.data?.data.toSorted((a, b) =>
    waits(a) && waits(b) ? a.due_at.localeCompare(b.due_at) : 0,
  );
  return (
    <section aria-labelledby="privacy-queue">
      <div class="card-header">
        <h2 id="privacy-queue" tabIndex={-1}>
          {texts.title}
        </h2>
        <Segments
          legend={texts.show}
          value={shown}
          options={[
            { value: "waiting", text: texts.waiting },
            { value: "all", text: texts.all },
          ]}
          onChange={setShown}
        />
      </div>
      <p class="secondary">{texts.lead}</p>
      {read.failure && <FailureNotice failure={read.failure} onRetry={read.reload} />}
      {!requests && !read.failure && <Loading />}
      {requests?.length === 0 && <p class="empty">{waiting ? texts.noneOpen : texts.none}</p>}
      {requests && requests.length > 0 && (
        <table class="table lines" aria-busy={read.loading}>
          <caption class="visually-hidden">{texts.caption}</caption>
          <thead>
            <tr>
              <th scope="col">{texts.who}</th>
              <th scope="col">{texts.right}</th>
              <th scope="col">{texts.state}</th>
              <th scope="col">
                <span class="visually-hidden">{texts.actions}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {requests.map((request) => (
              <Row key={request.id} request={request} today={today} onDecide={() => setDeciding(request)} />
            ))}
          </tbody>
        </table>
      )}
      {deciding && (
        <DecisionDialog
          request={deciding}
          onClose={() => {
            setDeciding(undefined);
            read.reload(); // somebody else may have been first
          }}
          onDone={(done) => {
            setDeciding(undefined);
            timers.announce(done);
            read.reload();
          }}
        />
      )}
    </section>
  );
}

interface RowProps {
  request: PrivacyRequest;
  today: string;
  onDecide: () => void;
}

function Row({ request, today, onDecide }: RowProps) {
  const { me } = useSession();
  const { user, kind, note, reason, outcome, status, due_at, for_operator } = request;
  const zone = me.user.time_zone;
  const right = aboutOf(request);
  const named = texts.decideOn(right, user.name);
  const own = user.id === me.user.id;
  const inForce = kind === "restriction" && status === "granted";
  return (
    <tr>
      <th scope="row">
        <bdi>{user.name}</bdi>
      </th>
      <td class="item" data-label={texts.right}>
        {right}
        {note && <bdi class="secondary">{note}</bdi>}
      </td>
      <td data-label={texts.state}>
        {waits(request) ? (
          <span class={request.overdue ? "privacy-due overdue" : "privacy-due"}>
            {texts.inDays(daysUntil(due_at, today, zone))}
          </span>
        ) : (
          stateOf(request)
        )}
        {status === "accepted" && <span class="privacy-line">{privacyTexts.requests.statuses.accepted}</span>}
        {linesOf(request, zone).map((line) => (
          <span key={line} class="privacy-line secondary">
            {line}
          </span>
        ))}
        {reason && (
          <span class="privacy-line">
            {texts.reason}: <bdi>{reason}</bdi>
          </span>
        )}
        {outcome && (
          <span class="privacy-line">
            {outcomeLabel(request)}: <bdi>{outcome}</bdi>
          </span>
        )}
      </td>
      <td class="row-actions">
        {waits(request) && own && !for_operator && <span class="secondary">{texts.own}</span>}
        {waits(request) && !own && (
          <Button label={`${status === "open" ? texts.decide : texts.complete}: ${named}`} onClick={onDecide}>
            {status === "open" ? texts.decide : texts.complete}
          </Button>
        )}
        {inForce && !own && (
          <Button kind="quiet" label={`${texts.end}: ${named}`} onClick={onDecide}>
            {texts.end}
          </Button>
        )}
      </td>
    </tr>
  );
}

interface DecisionDialogProps {
  request: PrivacyRequest;
  onClose: () => void;
  onDone: (done: string) => void;
}

/** Asks for the decision, for what was done of it, or for the reason of a restriction's end. None can be taken back. */
function DecisionDialog({ request, ...ends }: DecisionDialogProps) {
  const { api } = useSession();
  const { id, etag, status, user } = request;
  if (status === "open") return <Decide request={request} {...ends} />;
  const complete = (outcome: string) => api.completePrivacyRequest(id, etag, outcome);
  return status === "accepted" ? (
    <Complete
      request={request}
      title={texts.completeTitle(aboutOf(request), user.name)}
      label={texts.outcome}
      required={texts.outcomeRequired}
      submit={texts.complete}
      done={texts.completed(user.name)}
      complete={complete}
      {...ends}
    />
  ) : (
    <Complete
      request={request}
      title={texts.endTitle(user.name)}
      label={texts.reason}
      required={texts.reasonRequired}
      submit={privacyTexts.requests.endRestriction}
      done={texts.ended(user.name)}
      complete={complete}
      {...ends}
    />
  );
}

interface CompleteProps extends DecisionDialogProps {
  title: string;
  label: string;
  /** What is said where the text is missing. */
  required: string;
  submit: string;
  done: string;
  complete: (outcome: string) => Promise<unknown>;
}

function Complete({
  request,
  title,
  label,
  required,
  submit,
  done,
  complete,
  onClose,
  onDone,
}: CompleteProps) {
  const [outcome, setOutcome] = useState("");
  const [missing, setMissing] = useState(false);

  async function save() {
    const given = outcome.trim();
    setMissing(given === "");
    if (given === "") return;
    await complete(given);
    onDone(done);
  }

  return (
    <ConfirmDialog
      title={title}
      submit={submit}
      working={texts.saving}
      explainFailure={explainRequest}
      onSubmit={save}
      onClose={onClose}
    >
      <Asked request={request} />
      <TextArea
        label={label}
        help={texts.told}
        error={missing ? required : undefined}
        value={outcome}
        onInput={setOutcome}
      />
    </ConfirmDialog>
  );
}

function Decide({ request, onClose, onDone }: DecisionDialogProps) {
  const { api } = useSession();
  const name = useId();
  const [grant, setGrant] = useState(true);
  const [reason, setReason] = useState("");
  const [outcome, setOutcome] = useState("");
  const [missing, setMissing] = useState(false);
  const { id, etag, kind, processing, user, by_people } = request;
  const told = grant && by_people ? outcome.trim() : "";

  async function save() {
    const given = reason.trim();
    setMissing(!grant && given === "");
    if (!grant && given === "") return;
    await api.decidePrivacyRequest(id, etag, {
      grant,
      ...(given && { reason: given }),
      ...(told && { outcome: told }),
    });
    onDone(texts.decided(user.name));
  }

  return (
    <ConfirmDialog
      title={texts.decideOn(aboutOf(request), user.name)}
      submit={texts.save}
      working={texts.saving}
      explainFailure={explainRequest}
      onSubmit={save}
      onClose={onClose}
    >
      <Asked request={request} />
      <fieldset class="privacy-rights">
        <legend class="visually-hidden">{texts.decision}</legend>
        <div class="privacy-switch">
          <label>
            <input type="radio" name={name} checked={grant} onChange={() => setGrant(true)} />
            {texts.grant}
          </label>
          <p class="help">{processing ? texts.grantingProcessing[processing] : texts.granting[kind]}</p>
        </div>
        <div class="privacy-switch">
          <label>
            <input type="radio" name={name} checked={!grant} onChange={() => setGrant(false)} />
            {texts.refuse}
          </label>
        </div>
      </fieldset>
      <TextArea
        label={texts.reason}
        help={texts.reasonHelp}
        error={missing && !grant ? texts.reasonRequired : undefined}
        value={reason}
        onInput={setReason}
      />
      {grant && by_people && (
        <TextArea
          label={texts.outcomeOptional}
          help={texts.outcomeOptionalHelp}
          value={outcome}
          onInput={setOutcome}
        />
      )}
    </ConfirmDialog>
  );
}

/** What the person has written. */
function Asked({ request }: { request: PrivacyRequest }) {
  if (!request.note) return null;
  return (
    <p>
      <bdi>{request.note}</bdi>
    </p>
  );
}
