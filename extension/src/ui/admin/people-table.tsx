import { useRef } from "preact/hooks";
import type { TenantUser } from "../../api/client.ts";
import { Button } from "../controls.tsx";
import { useFocusHandover } from "../focus.ts";
import { formatDateTime } from "../format.ts";
import { useSession } from "../session.ts";
import type { PersonAction } from "./people.tsx";
import { adminTexts } from "./texts.ts";
import "../table.css";
import "./list.css";
import "./people.css";

const texts = adminTexts.list;

interface ActionProps {
  onAction: (action: PersonAction, person: TenantUser) => void;
  onRenew: (person: TenantUser) => void;
}

export interface PeopleTableProps extends ActionProps {
  people: TenantUser[];
  busy: boolean;
  changeable: boolean;
}

export function PeopleTable({ people, busy, ...row }: PeopleTableProps) {
  return (
    <table class="table people" aria-busy={busy}>
      <caption class="visually-hidden">{texts.caption}</caption>
      <thead>
        <tr>
          <th scope="col">{texts.name}</th>
          <th scope="col">{texts.role}</th>
          <th scope="col">{texts.status}</th>
          <th scope="col">{texts.provider}</th>
          <th scope="col">{texts.invitedBy}</th>
          <th scope="col">{texts.firstSignIn}</th>
          <th scope="col">{texts.lastSignIn}</th>
          <th scope="col">
            <span class="visually-hidden">{texts.actions}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {people.map((person) => (
          <PersonRow key={person.id} person={person} {...row} />
        ))}
      </tbody>
    </table>
  );
}

interface PersonRowProps extends ActionProps {
  person: TenantUser;
  changeable: boolean;
}

function PersonRow({ person, changeable, ...actions }: PersonRowProps) {
  const { me } = useSession();
  const instantText = (instant: string | undefined) =>
    instant ? formatDateTime(Date.parse(instant), me.user.time_zone) : texts.never;
  return (
    <tr>
      <th scope="row">
        <span class="person-name">
          <bdi>{person.name}</bdi>
          {person.id === me.user.id && ` (${texts.you})`}
          {person.external && <span class="badge">{texts.guest}</span>}
        </span>
        {person.email && person.email !== person.name && <bdi class="secondary">{person.email}</bdi>}
        {person.claimed_email && <span class="secondary">{texts.claims(person.claimed_email)}</span>}
      </th>
      <td data-label={texts.role}>{adminTexts.roles[person.role]}</td>
      <td data-label={texts.status}>{adminTexts.statuses[person.status]}</td>
      <td data-label={texts.provider}>{adminTexts.providers[person.auth_provider]}</td>
      <td data-label={texts.invitedBy}>
        <bdi>{person.invited_by?.name ?? adminTexts.none}</bdi>
      </td>
      <td data-label={texts.firstSignIn}>{instantText(person.first_sign_in_at)}</td>
      <td data-label={texts.lastSignIn}>{instantText(person.last_sign_in_at)}</td>
      <td class="row-actions">
        {changeable && <PersonActions key={person.status} person={person} {...actions} />}
      </td>
    </tr>
  );
}

/** The buttons depend on the status. When it changes, other buttons come, and the focus goes to a heading. */
function PersonActions({ person, onAction, onRenew }: Omit<PersonRowProps, "changeable">) {
  const { me } = useSession();
  const buttons = useRef<HTMLSpanElement>(null);
  useFocusHandover(buttons);
  const superAdmin = me.user.role === "super_admin";
  const inReach = superAdmin || person.role !== "super_admin";
  const button = (text: string, onClick: () => void) => (
    <Button kind="quiet" label={texts.about(text, person.name)} onClick={onClick}>
      {text}
    </Button>
  );
  const action = (name: PersonAction) => button(adminTexts.change[name], () => onAction(name, person));
  return (
    <span ref={buttons}>
      {person.status === "invited" && (
        <>
          {button(adminTexts.change.resend, () => onRenew(person))}
          {action("withdraw")}
        </>
      )}
      {person.status === "requested" && (
        <>
          {action("approve")}
          {action("decline")}
        </>
      )}
      {person.status === "active" && superAdmin && action("role")}
      {person.status === "active" && person.id !== me.user.id && inReach && action("deactivate")}
      {person.status === "deactivated" && inReach && action("reactivate")}
    </span>
  );
}
