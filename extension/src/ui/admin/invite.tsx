/** Inviting people, by typing their addresses or by finding them in the directory. */

import { useRef, useState } from "preact/hooks";
import { ApiProblem, type DirectoryPerson, type TenantUser } from "../../api/client.ts";
import { beginning } from "../beginning.ts";
import { Button, FailureNotice, Field } from "../controls.tsx";
import { Dialog } from "../dialog.tsx";
import type { Failure } from "../failure.ts";
import { useIdempotencyKey } from "../idempotency.ts";
import { useSession } from "../session.ts";
import { texts as commonTexts } from "../texts.ts";
import { DirectorySearch } from "./directory-search.tsx";
import { explainToAdmin } from "./failure.ts";
import { adminTexts } from "./texts.ts";
import "./invite.css";

const texts = adminTexts.invite;

/** The API's largest invitation. */
const mostAtOnce = 100;
// The pattern of the API's contract.
const emailPattern = /^(?=.{3,254}$)[^@\s]+@[^@\s]+$/;

/** The addresses in a text, separated by commas, semicolons, blanks or lines. Of two that differ in case, the first. */
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

/** What the server refuses about single addresses of those that were sent. */
function faultsIn(error: unknown, sent: string[]): Fault[] {
  if (!(error instanceof ApiProblem)) return [];
  return error.errors.flatMap(({ pointer, code, detail }) => {
    const address = sent[Number(/^\/people\/(\d+)\//.exec(pointer)?.[1])];
    return address ? [{ address, text: code === "already_there" ? texts.alreadyThere : detail }] : [];
  });
}

function malformedOf(addresses: string[]): Fault[] {
  return addresses
    .filter((address) => !emailPattern.test(address))
    .map((address) => ({ address, text: texts.notAnAddress }));
}

/** Why the addresses can't be sent; undefined when they can. */
function refusalOf(addresses: string[], malformed: Fault[], free: number | undefined): string | undefined {
  if (addresses.length === 0) return texts.enter;
  if (addresses.length > mostAtOnce) return texts.tooMany(addresses.length);
  if (malformed.length > 0) return texts.faults;
  if (free !== undefined && addresses.length > free) return texts.noSeats(addresses.length, free);
  return undefined;
}

interface InviteDialogProps {
  /** The seats that are left; undefined where there is no limit. */
  free: number | undefined;
  onClose: () => void;
  onInvited: (people: TenantUser[]) => void;
}

export function InviteDialog({ free, onClose, onInvited }: InviteDialogProps) {
  const invitation = useInvitation(free, onInvited);
  const { field, text, problem, faults, failure, working } = invitation;
  return (
    <Dialog title={texts.title} onClose={onClose}>
      <form
        class="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void invitation.submit();
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
              onInput={(event) => invitation.change(event.currentTarget.value)}
            />
          )}
        </Field>
        {faults.length > 0 && <Faults faults={faults} onLeaveOut={invitation.leaveOut} />}
        <DirectorySearch onChoose={invitation.add} />
        {failure && <FailureNotice failure={failure} />}
        <div class="actions">
          <Button type="submit" kind="primary" disabled={working}>
            {working ? texts.working : texts.submit(addressesIn(text).length)}
          </Button>
          <Button onClick={onClose}>{commonTexts.cancel}</Button>
        </div>
      </form>
    </Dialog>
  );
}

function Faults({ faults, onLeaveOut }: { faults: Fault[]; onLeaveOut: () => void }) {
  return (
    <div>
      <ul class="faults">
        {faults.map((fault) => (
          <li key={fault.address}>
            <strong>
              <bdi>{fault.address}</bdi>
            </strong>{" "}
            {fault.text}
          </li>
        ))}
      </ul>
      <Button kind="quiet" onClick={onLeaveOut}>
        {texts.leaveOut}
      </Button>
    </div>
  );
}

/** The invitation as it is being written, and its checks before it is sent. */
function useInvitation(free: number | undefined, onInvited: InviteDialogProps["onInvited"]) {
  const { api } = useSession();
  const [text, setText] = useState("");
  const [problem, setProblem] = useState<string>();
  const [faults, setFaults] = useState<Fault[]>([]);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [working, setWorking] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const directoryNames = useRef(new Map<string, string>());
  const keyOf = useIdempotencyKey();
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

  async function send() {
    const people = addresses.map((email) => {
      const name = directoryNames.current.get(email.toLowerCase());
      return { email, ...(name && { name }) };
    });
    setWorking(true);
    try {
      onInvited(await api.inviteUsers(people, keyOf(people)));
    } catch (error) {
      const found = faultsIn(error, addresses);
      setFaults(found);
      if (found.length > 0) refuse(texts.faults);
      else setFailure(explainToAdmin(error));
      setWorking(false);
    }
  }

  async function submit() {
    if (working) return;
    const malformed = malformedOf(addresses);
    setFaults(malformed);
    setFailure(null);
    const why = refusalOf(addresses, malformed, free);
    if (why) return refuse(why);
    setProblem(undefined);
    await send();
  }

  return {
    field,
    text,
    problem,
    faults,
    failure,
    working,
    change,
    submit,
    leaveOut() {
      const faulty = new Set(faults.map(({ address }) => address));
      change(addresses.filter((address) => !faulty.has(address)).join("\n"));
      field.current?.focus();
    },
    add({ name, email }: DirectoryPerson) {
      directoryNames.current.set(email.toLowerCase(), beginning(name, 120));
      change([...addresses, email].join("\n"));
    },
  };
}
