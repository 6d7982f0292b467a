/** Inviting people: by typing addresses, which always works, and by finding them in the directory, where it does. */

import { useRef, useState } from "preact/hooks";
import { ApiProblem, type DirectoryPerson, type TenantUser } from "../../api/client.ts";
import { Button, Dialog, FailureNotice, Field } from "../controls.tsx";
import type { Failure } from "../failure.ts";
import { useLoaded, useSettled } from "../hooks.ts";
import { useSession } from "../session.ts";
import { texts as common } from "../texts.ts";
import { explainToAdmin } from "./failure.ts";
import { adminTexts } from "./texts.ts";
import "./invite.css";

const texts = adminTexts.invite;

/** The API's largest invitation. */
const mostAtOnce = 100;
// The pattern of the API's contract.
const emailPattern = /^(?=.{3,254}$)[^@\s]+@[^@\s]+$/;

/** The addresses in a text, separated by commas, semicolons, blanks or lines; each once, as typed first. */
export function addressesIn(text: string): string[] {
  const addresses = new Map<string, string>();
  for (const address of text.split(/[\s,;]+/).map((word) => word.replace(/^<|>$/g, ""))) {
    const key = address.toLowerCase();
    if (address && !addresses.has(key)) addresses.set(key, address);
  }
  return [...addresses.values()];
}

interface Fault {
  address: string;
  text: string;
}

/** What the server finds wrong with single addresses of those that were sent. */
function faultsIn(error: unknown, sent: string[]): Fault[] {
  if (!(error instanceof ApiProblem)) return [];
  return error.errors.flatMap(({ pointer, code, detail }) => {
    const address = sent[Number(/^\/people\/(\d+)\//.exec(pointer)?.[1])];
    return address ? [{ address, text: code === "already_there" ? texts.alreadyThere : detail }] : [];
  });
}

interface InviteDialogProps {
  /** The seats that are left; undefined where there is no limit. */
  free: number | undefined;
  onClose: () => void;
  onInvited: (people: TenantUser[]) => void;
}

export function InviteDialog({ free, onClose, onInvited }: InviteDialogProps) {
  const { api } = useSession();
  const [text, setText] = useState("");
  const [problem, setProblem] = useState<string>();
  const [faults, setFaults] = useState<Fault[]>([]);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [working, setWorking] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  // The names that the directory gave.
  const names = useRef(new Map<string, string>());
  // The key stays with the addresses: sending the same again after a lost reply invites once.
  const attempt = useRef({ sent: "", key: "" });
  const addresses = addressesIn(text);

  function change(next: string) {
    setText(next);
    setProblem(undefined);
    setFaults([]);
    setFailure(null);
  }

  function refuse(why: string) {
    setProblem(why);
    field.current?.focus();
  }

  async function submit() {
    if (working) return;
    const bad = addresses.filter((address) => !emailPattern.test(address));
    setFaults(bad.map((address) => ({ address, text: texts.notAnAddress })));
    setFailure(null);
    if (addresses.length === 0) return refuse(texts.enter);
    if (addresses.length > mostAtOnce) return refuse(texts.tooMany(addresses.length));
    if (bad.length > 0) return refuse(texts.faults);
    if (free !== undefined && addresses.length > free) return refuse(texts.noSeats(addresses.length, free));
    setProblem(undefined);
    const people = addresses.map((email) => {
      const name = names.current.get(email.toLowerCase());
      return { email, ...(name && { name }) };
    });
    const sent = JSON.stringify(people);
    if (attempt.current.sent !== sent) attempt.current = { sent, key: crypto.randomUUID() };
    setWorking(true);
    try {
      onInvited(await api.inviteUsers(people, attempt.current.key));
    } catch (error) {
      const found = faultsIn(error, addresses);
      setFaults(found);
      if (found.length > 0) refuse(texts.faults);
      else setFailure(explainToAdmin(error));
      setWorking(false);
    }
  }

  return (
    <Dialog title={texts.title} onClose={onClose}>
      <form
        class="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Field
          label={texts.addresses}
          help={`${texts.addressesHelp}${free === undefined ? "" : ` ${texts.free(free)}`}`}
          error={problem}
        >
          {(attributes) => (
            <textarea
              {...attributes}
              ref={field}
              rows={4}
              autocomplete="off"
              spellcheck={false}
              value={text}
              onInput={(event) => change(event.currentTarget.value)}
            />
          )}
        </Field>
        {faults.length > 0 && (
          <div>
            <ul class="faults">
              {faults.map((fault) => (
                <li key={fault.address}>
                  <strong>{fault.address}</strong> {fault.text}
                </li>
              ))}
            </ul>
            <Button
              kind="quiet"
              onClick={() => {
                const out = new Set(faults.map(({ address }) => address));
                change(addresses.filter((address) => !out.has(address)).join("\n"));
                field.current?.focus();
              }}
            >
              {texts.leaveOut}
            </Button>
          </div>
        )}
        <DirectorySearch
          onChoose={({ name, email }) => {
            names.current.set(email.toLowerCase(), name.slice(0, 120));
            change([...addressesIn(text), email].join("\n"));
          }}
        />
        {failure && <FailureNotice failure={failure} />}
        <div class="actions">
          <Button type="submit" kind="primary" disabled={working}>
            {working ? texts.working : texts.submit(addresses.length)}
          </Button>
          <Button onClick={onClose}>{common.cancel}</Button>
        </div>
      </form>
    </Dialog>
  );
}

const typingMs = 300;
const shortestSearch = 2;

/** Suggests people of the directory; says why where it can't. */
function DirectorySearch({ onChoose }: { onChoose: (person: DirectoryPerson) => void }) {
  const { api } = useSession();
  const [search, setSearch] = useState("");
  const wanted = useSettled(search.trim(), typingMs);
  const found = useLoaded(
    async () => ({ wanted, people: wanted.length < shortestSearch ? [] : await api.searchDirectory(wanted) }),
    [api, wanted],
  );
  if (found.failure?.code === "consent_required") return <p class="help">{texts.noConsent}</p>;
  const people = found.data?.wanted === wanted && search ? found.data.people : [];
  return (
    <div>
      <Field label={texts.search} help={texts.searchHelp}>
        {(attributes) => (
          <input
            {...attributes}
            type="search"
            maxLength={100}
            autocomplete="off"
            value={search}
            onInput={(event) => setSearch(event.currentTarget.value)}
            onKeyDown={(event) => {
              // Enter would send the invitation.
              if (event.key === "Enter") event.preventDefault();
            }}
          />
        )}
      </Field>
      <p class="help" role="status">
        {wanted.length >= shortestSearch &&
          search &&
          (found.failure
            ? texts.unavailable
            : found.loading
              ? texts.searching
              : people.length === 0 && texts.nobody)}
      </p>
      {people.length > 0 && (
        <ul class="suggestions" aria-label={texts.found}>
          {people.map((person) => (
            <li key={person.email}>
              <button
                type="button"
                class="suggestion"
                onClick={() => {
                  onChoose(person);
                  setSearch("");
                }}
              >
                <span>{texts.add(person.name)}</span>
                <span class="secondary">{person.email}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** Longer addresses are cut off by some mail programs and browsers. */
const longestMailto = 1_900;

/** The address that opens a mail to the people; undefined when there are too many. Several don't see each other. */
export function mailtoOf(emails: string[], subject: string, body: string): string | undefined {
  const list = emails.map(encodeURIComponent).join(",");
  const fields = `subject=${encodeURIComponent(subject)}&body=${encodeURIComponent(body.replaceAll("\n", "\r\n"))}`;
  const address = emails.length === 1 ? `mailto:${list}?${fields}` : `mailto:?bcc=${list}&${fields}`;
  return address.length <= longestMailto ? address : undefined;
}

/** What to send to the invited people: nothing is sent by us. */
export function InvitationDialog({ people, onClose }: { people: TenantUser[]; onClose: () => void }) {
  const { me } = useSession();
  const link = `https://dev.azure.com/${encodeURIComponent(me.tenant.azure_devops_organization)}`;
  const body = texts.body(me.user.name, me.tenant.name, link);
  const emails = people.map(({ email }) => email);
  const mailto = mailtoOf(emails, texts.subject, body);
  const selectAll = (event: { currentTarget: HTMLTextAreaElement }) => event.currentTarget.select();
  return (
    <Dialog title={texts.sendTitle} onClose={onClose}>
      <div class="stack">
        <p>{texts.sendLead(people.length)}</p>
        <Field label={texts.text}>
          {(attributes) => <textarea {...attributes} rows={12} readOnly value={body} onFocus={selectAll} />}
        </Field>
        {!mailto && (
          <Field label={texts.addresses} help={texts.tooLong}>
            {(attributes) => (
              <textarea {...attributes} rows={3} readOnly value={emails.join(", ")} onFocus={selectAll} />
            )}
          </Field>
        )}
        <div class="actions">
          {mailto && (
            <a class="button primary" href={mailto} target="_blank" rel="noreferrer">
              {texts.mail}
            </a>
          )}
          <Button onClick={onClose}>{texts.done}</Button>
        </div>
      </div>
    </Dialog>
  );
}
