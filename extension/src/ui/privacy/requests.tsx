/** The person's requests, with their state and due date, and a form for another one. */

import { useEffect, useId, useRef, useState } from "preact/hooks";
import type {
  AskedPrivacyRequest,
  ConfirmationLanguage,
  PrivacyChoices,
  PrivacyRequest,
  PrivacyRight,
  Processing,
} from "../../api/client.ts";
import { ApiProblem } from "../../api/client.ts";
import { textOf } from "../catalogue.ts";
import { Button, FailureNotice, Field, Loading, Notice } from "../controls.tsx";
import { Download } from "../download.tsx";
import { explain, type Failure } from "../failure.ts";
import { useAsync } from "../hooks.ts";
import { texts as commonTexts } from "../texts.ts";
import { dateIn } from "../zone.ts";
import type { OwnData } from "./my-data.tsx";
import { TextArea } from "./text-area.tsx";
import { privacyTexts } from "./texts.ts";

const texts = privacyTexts.requests;

interface RequestsProps extends OwnData {
  choices: PrivacyChoices;
  /** After something that changes what the person has chosen. */
  onChanged: () => void;
}

export function Requests({ choices, onChanged, ...own }: RequestsProps) {
  const { api, zone } = own;
  const restrictedSince = choices.restricted_since;
  const id = useId();
  const read = useAsync(() => api.myPrivacyRequests(), [api]);
  const [asked, setAsked] = useState<AskedPrivacyRequest>();
  const [asking, setAsking] = useState(false);
  const ask = useRef<HTMLDivElement>(null);
  const wasAsking = useRef(false);
  useEffect(() => {
    // The form is gone: the reference has taken the focus, or the button that opened it takes it back.
    if (wasAsking.current && !asking && !asked) ask.current?.querySelector("button")?.focus();
    wasAsking.current = asking;
  }, [asking, asked]);
  const changed = () => {
    read.reload();
    onChanged();
  };
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{texts.title}</h2>
      <p class="secondary">{texts.lead}</p>
      {restrictedSince && (
        <Notice kind="info">{texts.restrictedSince(dateIn(Date.parse(restrictedSince), zone))}</Notice>
      )}
      {asked && <Reference asked={asked} zone={zone} />}
      {read.failure && <FailureNotice failure={read.failure} onRetry={read.reload} />}
      {!read.data && !read.failure && <Loading />}
      {read.data?.data.length === 0 && <p class="empty">{texts.none}</p>}
      {read.data && read.data.data.length > 0 && (
        <ul class="privacy-requests">
          {read.data.data.map((request) => (
            <OwnRequest key={request.id} {...own} request={request} onChanged={changed} />
          ))}
        </ul>
      )}
      {asking ? (
        <AskForm
          {...own}
          processings={withoutSwitch(choices)}
          onAsked={(answer) => {
            setAsking(false);
            setAsked(answer);
            read.reload();
          }}
          onCancel={() => setAsking(false)}
        />
      ) : (
        <div ref={ask} class="actions">
          <Button
            onClick={() => {
              setAsked(undefined);
              setAsking(true);
            }}
          >
            {texts.ask}
          </Button>
        </div>
      )}
    </section>
  );
}

/** The reference, which is told this once, so that it comes into sight and is read out. */
function Reference({ asked, zone }: { asked: AskedPrivacyRequest; zone: string }) {
  const notice = useRef<HTMLDivElement>(null);
  useEffect(() => notice.current?.focus(), []);
  return (
    <div ref={notice} class="privacy-told" tabIndex={-1}>
      <Notice kind="info" title={texts.sent(dateIn(Date.parse(asked.request.due_at), zone))}>
        {texts.reference}: <code class="privacy-reference">{asked.reference}</code>
        <span class="privacy-line secondary">{texts.referenceHelp}</span>
      </Notice>
    </div>
  );
}

interface OwnRequestProps extends OwnData {
  request: PrivacyRequest;
  onChanged: () => void;
}

function OwnRequest({ api, zone, announce, request, onChanged }: OwnRequestProps) {
  const [failure, setFailure] = useState<Failure | null>(null);
  const [sending, setSending] = useState(false);
  const inForce = request.kind === "restriction" && request.status === "granted";
  const right = privacyTexts.rights[request.kind];

  async function withdraw() {
    if (sending) return;
    setSending(true);
    setFailure(null);
    try {
      await api.withdrawPrivacyRequest(request.id, request.etag);
      announce(inForce ? texts.restrictionEnded : texts.withdrawn);
      onChanged();
    } catch (error) {
      setFailure(explainRequest(error));
    }
    setSending(false);
  }

  return (
    <li>
      <p>
        <b>{aboutOf(request)}</b>{" "}
        <span class={request.overdue ? "badge overdue" : "badge"}>{stateOf(request)}</span>
      </p>
      {linesOf(request, zone).map((line) => (
        <p key={line} class="secondary">
          {line}
        </p>
      ))}
      {request.note && (
        <p>
          <bdi>{request.note}</bdi>
        </p>
      )}
      {request.reason && (
        <p>
          {privacyTexts.queue.reason}: <bdi>{request.reason}</bdi>
        </p>
      )}
      {request.outcome && (
        <p>
          {outcomeLabel(request)}: <bdi>{request.outcome}</bdi>
        </p>
      )}
      <div class="actions">
        {request.confirmed && (
          <Download
            text={texts.confirmation}
            label={`${texts.confirmation}: ${right}`}
            kind="quiet"
            load={() => api.confirmation(request.id, confirmationLanguage())}
            name={`confirmation-${request.id}.pdf`}
          />
        )}
        {(waits(request) || inForce) && (
          <Button kind="quiet" disabled={sending} onClick={() => void withdraw()}>
            {inForce ? texts.endRestriction : texts.withdraw}
          </Button>
        )}
      </div>
      {failure && <FailureNotice failure={failure} onDismiss={() => setFailure(null)} />}
    </li>
  );
}

/** The language of the pages, as far as confirmations have it. */
export function confirmationLanguage(): ConfirmationLanguage {
  return document.documentElement.lang === "de" ? "de" : "en";
}

/** What a person can object to here by a request alone. */
function withoutSwitch({ offered, objections }: PrivacyChoices): Processing[] {
  const all = Object.keys(texts.processings) as Processing[];
  return all.filter((one) => !offered.includes(one) && !objections.includes(one));
}

/** Whether somebody has still to decide on a request, or to carry it out. */
export function waits({ status }: PrivacyRequest): boolean {
  return status === "open" || status === "accepted";
}

/** The right that is exercised, and what it is about where the request says so. */
export function aboutOf({ kind, processing }: PrivacyRequest): string {
  const right = privacyTexts.rights[kind];
  return processing ? `${right}: ${texts.processings[processing]}` : right;
}

/** What the outcome of a request says. */
export function outcomeLabel({ kind }: PrivacyRequest): string {
  return kind === "restriction" ? texts.ended : texts.outcome;
}

/** How far a request is, in words. */
export function stateOf({ kind, status, overdue }: PrivacyRequest): string {
  if (overdue) return texts.overdue;
  return kind === "erasure" && status === "granted" ? texts.erasing : texts.statuses[status];
}

/** When it was asked and is due or was decided, and what is kept. */
export function linesOf(request: PrivacyRequest, zone: string): string[] {
  const day = (instant: string) => dateIn(Date.parse(instant), zone);
  const { asked_at, due_at, decided_at, decided_by, status, for_operator, kept } = request;
  const lines = [texts.asked(day(asked_at))];
  if (status === "open") lines.push(texts.due(day(due_at)));
  if (status === "accepted") lines.push(texts.doneBy(day(due_at)));
  if (waits(request) && for_operator) lines.push(texts.forOperator);
  if (decided_at) {
    lines.push(
      decided_by ? texts.decidedBy(day(decided_at), decided_by.name) : texts.byOperator(day(decided_at)),
    );
  }
  for (const { what, why, until } of kept) {
    lines.push(texts.kept(texts.keptThings[what], texts.keptReasons[why], day(until)));
  }
  return lines;
}

export function explainRequest(error: unknown): Failure {
  const code = error instanceof ApiProblem ? error.code : undefined;
  const text = textOf(texts.codes, code) ?? textOf(privacyTexts.find.codes, code);
  return text && code ? { text, code, retryable: false } : explain(error);
}

const rights: readonly PrivacyRight[] = ["correction", "erasure", "restriction", "objection", "withdrawal"];

/** Those that explain themselves. */
const noteless: readonly PrivacyRight[] = ["erasure", "restriction"];

/** Those that can be about something that the product itself can end. */
const endings: readonly PrivacyRight[] = ["objection", "withdrawal"];

interface AskFormProps extends OwnData {
  processings: readonly Processing[];
  onAsked: (asked: AskedPrivacyRequest) => void;
  onCancel: () => void;
}

function AskForm({ api, zone, announce, processings, onAsked, onCancel }: AskFormProps) {
  const key = useRef(crypto.randomUUID());
  const [right, setRight] = useState<PrivacyRight>("correction");
  const [chosen, setProcessing] = useState<Processing>();
  const [note, setNote] = useState("");
  const [missing, setMissing] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [sending, setSending] = useState(false);
  const choosable = endings.includes(right) && processings.length > 0;
  const processing = choosable ? chosen : undefined;
  const optional = noteless.includes(right) || processing !== undefined;
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector("input")?.focus(), []);

  async function send() {
    const incomplete = !optional && note.trim() === "";
    setMissing(incomplete);
    if (sending || incomplete) return;
    setSending(true);
    setFailure(null);
    try {
      const asked = await api.askPrivacy(
        { kind: right, ...(processing && { processing }), ...(note.trim() && { note: note.trim() }) },
        key.current,
      );
      announce(texts.sent(dateIn(Date.parse(asked.request.due_at), zone)));
      onAsked(asked);
    } catch (error) {
      // What is sent next may be something else.
      key.current = crypto.randomUUID();
      setFailure(explainRequest(error));
      setSending(false);
    }
  }

  return (
    <form
      ref={form}
      class="privacy-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <Rights chosen={right} onChange={setRight} />
      {choosable && <About processings={processings} chosen={chosen} onChange={setProcessing} />}
      <TextArea
        label={optional ? texts.noteOptional : texts.note}
        error={missing && !optional ? texts.missing : undefined}
        value={note}
        onInput={setNote}
      />
      {failure && <FailureNotice failure={failure} />}
      <div class="actions">
        <Button type="submit" kind="primary" disabled={sending}>
          {sending ? texts.sending : texts.send}
        </Button>
        <Button onClick={onCancel}>{commonTexts.cancel}</Button>
      </div>
    </form>
  );
}

function Rights({ chosen, onChange }: { chosen: PrivacyRight; onChange: (right: PrivacyRight) => void }) {
  const name = useId();
  return (
    <fieldset class="privacy-rights">
      <legend>{texts.right}</legend>
      {rights.map((each) => (
        <div key={each} class="privacy-switch">
          <label>
            <input
              type="radio"
              name={name}
              checked={each === chosen}
              aria-describedby={`${name}-${each}`}
              onChange={() => onChange(each)}
            />
            {privacyTexts.rights[each]}
          </label>
          <p class="help" id={`${name}-${each}`}>
            {privacyTexts.rightsHelp[each]}
          </p>
        </div>
      ))}
    </fieldset>
  );
}

interface AboutProps {
  processings: readonly Processing[];
  chosen: Processing | undefined;
  onChange: (chosen: Processing | undefined) => void;
}

/** What an objection or a withdrawal is about. */
function About({ processings, chosen, onChange }: AboutProps) {
  return (
    <Field label={texts.about}>
      {(attributes) => (
        <select
          {...attributes}
          value={chosen ?? ""}
          onChange={(event) => onChange(processings.find((one) => one === event.currentTarget.value))}
        >
          <option value="">{texts.aboutOther}</option>
          {processings.map((one) => (
            <option key={one} value={one}>
              {texts.processings[one]}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
