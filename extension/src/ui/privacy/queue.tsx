/** The queue of super_admins: what people ask about their data, with due dates and decisions. */

import { useId, useState } from "preact/hooks";
import type { PrivacyRequest } from "../../api/client.ts";
import { Button, FailureNotice, Field, Loading, Segments } from "../controls.tsx";
import { ConfirmDialog } from "../dialog.tsx";
import { useAsync, useToday } from "../hooks.ts";
import { largestPage } from "../paging.tsx";
import { useSession } from "../session.ts";
import { dateIn } from "../zone.ts";
import { explainRequest, linesOf, stateOf } from "./requests.tsx";
import { privacyTexts } from "./texts.ts";
import "../admin/list.css";
import "../table.css";
import "./my-data.css";

const texts = privacyTexts.queue;
const longestReason = 2000;
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
    () => api.listPrivacyRequests({ limit: largestPage, ...(waiting && { undecided: true }) }),
    [api, waiting],
  );
  const [deciding, setDeciding] = useState<PrivacyRequest>();
  const today = useToday(timers.clock, me.user.time_zone);
  // What is due first comes first; what is closed stays in the order of the answer.
  const requests = read.data?.data.toSorted((a, b) =>
    a.status === "open" && b.status === "open" ? a.due_at.localeCompare(b.due_at) : 0,
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
  const { user, kind, note, reason, status, due_at, for_operator } = request;
  const zone = me.user.time_zone;
  const right = privacyTexts.rights[kind];
  const open = status === "open";
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
        {open ? (
          <span class={request.overdue ? "privacy-due overdue" : "privacy-due"}>
            {texts.inDays(daysUntil(due_at, today, zone))}
          </span>
        ) : (
          stateOf(request)
        )}
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
      </td>
      <td class="row-actions">
        {open && !for_operator && user.id === me.user.id && <span class="secondary">{texts.own}</span>}
        {open && user.id !== me.user.id && (
          <Button label={`${texts.decide}: ${texts.decideOn(right, user.name)}`} onClick={onDecide}>
            {texts.decide}
          </Button>
        )}
        {inForce && (
          <Button kind="quiet" label={`${texts.end}: ${texts.decideOn(right, user.name)}`} onClick={onDecide}>
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

/** Asks for the decision, or for the reason of a restriction's end. Neither can be taken back. */
function DecisionDialog({ request, onClose, onDone }: DecisionDialogProps) {
  const { api } = useSession();
  const name = useId();
  const [grant, setGrant] = useState(true);
  const [reason, setReason] = useState("");
  const [missing, setMissing] = useState(false);
  const { id, etag, kind, user } = request;
  const ends = request.status === "granted";
  const needed = ends || !grant;

  async function save() {
    const given = reason.trim();
    setMissing(needed && given === "");
    if (needed && given === "") return;
    if (ends) await api.endRestriction(id, etag, given);
    else await api.decidePrivacyRequest(id, etag, { grant, ...(given && { reason: given }) });
    onDone(ends ? texts.ended(user.name) : texts.decided(user.name));
  }

  return (
    <ConfirmDialog
      title={ends ? texts.endTitle(user.name) : texts.decideOn(privacyTexts.rights[kind], user.name)}
      submit={ends ? privacyTexts.requests.endRestriction : texts.save}
      working={texts.saving}
      explainFailure={explainRequest}
      onSubmit={save}
      onClose={onClose}
    >
      {request.note && (
        <p>
          <bdi>{request.note}</bdi>
        </p>
      )}
      {!ends && (
        <fieldset class="privacy-rights">
          <legend class="visually-hidden">{texts.decision}</legend>
          <div class="privacy-switch">
            <label>
              <input type="radio" name={name} checked={grant} onChange={() => setGrant(true)} />
              {texts.grant}
            </label>
            <p class="help">{texts.granting[kind]}</p>
          </div>
          <div class="privacy-switch">
            <label>
              <input type="radio" name={name} checked={!grant} onChange={() => setGrant(false)} />
              {texts.refuse}
            </label>
          </div>
        </fieldset>
      )}
      <Field
        label={texts.reason}
        help={ends ? texts.endHelp : texts.reasonHelp}
        error={missing && needed ? texts.reasonRequired : undefined}
      >
        {(attributes) => (
          <textarea
            {...attributes}
            rows={3}
            maxLength={longestReason}
            value={reason}
            onInput={(event) => setReason(event.currentTarget.value)}
          />
        )}
      </Field>
    </ConfirmDialog>
  );
}
