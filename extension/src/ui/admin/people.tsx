/** Everybody of the tenant: who is in, who was invited, who asks, and what an admin can do about each. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Role, Seats, TenantUser, UsersQuery } from "../../api/client.ts";
import { Button, FailureNotice, Field, Loading, Notice } from "../controls.tsx";
import type { Failure } from "../failure.ts";
import { formatDateTime } from "../format.ts";
import { useFocusHandover, useLoaded, useSettled } from "../hooks.ts";
import { useSession } from "../session.ts";
import { ConfirmDialog } from "./confirm-dialog.tsx";
import { explainToAdmin } from "./failure.ts";
import { InvitationDialog, InviteDialog } from "./invite.tsx";
import { Pager, usePages } from "./pages.tsx";
import { adminTexts } from "./texts.ts";
import "../table.css";
import "./list.css";
import "./people.css";

const texts = adminTexts.list;
const headingId = "people";
const typingMs = 250;

type Filter = Record<"search" | "role" | "status" | "auth_provider" | "external", string>;
const noFilter: Filter = { search: "", role: "", status: "", auth_provider: "", external: "" };

/** The filter as the API takes it; what is empty narrows nothing. */
function queryOf(filter: Filter): UsersQuery {
  return Object.fromEntries(
    Object.entries({ ...filter, search: filter.search.trim() }).filter(([, value]) => value !== ""),
  );
}

type Asked = "role" | "deactivate" | "reactivate" | "approve" | "decline" | "withdraw";

export function People() {
  const { api, me, record, reloadMe } = useSession();
  const [filter, setFilter] = useState(noFilter);
  const search = useSettled(filter.search, typingMs);
  const query = queryOf({ ...filter, search });
  const people = usePages((place) => api.listUsers({ ...query, ...place }), query);
  const requests = useLoaded(() => api.listUsers({ status: "requested", limit: 100 }), [api]);
  const [asked, setAsked] = useState<{ what: Asked; person: TenantUser }>();
  const [inviting, setInviting] = useState(false);
  const [invited, setInvited] = useState<TenantUser[]>();
  const [said, setSaid] = useState("");
  const [stale, setStale] = useState("");
  const [failure, setFailure] = useState<Failure | null>(null);
  useEffect(() => record("people_opened", "admin"), []);

  function changed(text: string, person?: TenantUser) {
    setAsked(undefined);
    setStale("");
    setSaid(text);
    people.reload();
    requests.reload();
    if (person?.id === me.user.id) reloadMe();
  }

  async function renew(person: TenantUser) {
    setFailure(null);
    try {
      setInvited([await api.renewInvitation(person.id)]);
      changed(adminTexts.change.saidInvited(1));
    } catch (error) {
      setFailure(explainToAdmin(error));
      people.reload();
    }
  }

  const mayChange = me.tenant.status === "active";
  const waiting = requests.data?.data.length ?? 0;
  const narrowed = Object.keys(query).length > 0;
  return (
    <section aria-labelledby={headingId}>
      <div class="card-header">
        <h2 id={headingId} tabIndex={-1}>
          {adminTexts.people}
        </h2>
        {people.data && <SeatsLine seats={people.data.seats} />}
        {mayChange && (
          <div class="stepper">
            <Button kind="primary" onClick={() => setInviting(true)}>
              {texts.invite}
            </Button>
          </div>
        )}
      </div>
      <p class="visually-hidden" role="status">
        {said}
      </p>
      {people.data && freeSeats(people.data.seats) === 0 && (
        <Notice kind="info" title={texts.seatsFull}>
          {texts.seatsFullHelp}
        </Notice>
      )}
      {waiting > 0 && filter.status !== "requested" && (
        <Notice
          kind="info"
          actions={
            <Button onClick={() => setFilter({ ...noFilter, status: "requested" })}>
              {texts.showRequests}
            </Button>
          }
        >
          {texts.requests(waiting, requests.data?.page.next_cursor !== undefined)}
        </Notice>
      )}
      {stale && <Notice kind="error">{texts.stale(stale)}</Notice>}
      {failure && <FailureNotice failure={failure} onDismiss={() => setFailure(null)} />}
      <Filters filter={filter} onChange={setFilter} />
      {people.failure && <FailureNotice failure={people.failure} onRetry={people.reload} />}
      {!people.data && !people.failure && <Loading />}
      {people.data?.data.length === 0 && (
        <div>
          <p class="empty">{narrowed ? texts.noMatch : texts.empty}</p>
          {narrowed && (
            <div class="actions">
              <Button onClick={() => setFilter(noFilter)}>{texts.clear}</Button>
            </div>
          )}
        </div>
      )}
      {people.data && people.data.data.length > 0 && (
        <table class="table people" aria-busy={people.loading}>
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
            {people.data.data.map((person) => (
              <PersonRow
                key={person.id}
                person={person}
                mayChange={mayChange}
                onAsk={(what) => setAsked({ what, person })}
                onRenew={() => void renew(person)}
              />
            ))}
          </tbody>
        </table>
      )}
      <Pager pages={people} heading={headingId} />
      {asked && (
        <PersonDialog
          {...asked}
          onClose={() => setAsked(undefined)}
          onDone={(text) => changed(text, asked.person)}
          onStale={() => {
            changed("");
            setStale(asked.person.name);
          }}
        />
      )}
      {inviting && (
        <InviteDialog
          free={people.data && freeSeats(people.data.seats)}
          onClose={() => setInviting(false)}
          onInvited={(users) => {
            setInviting(false);
            setInvited(users);
            changed(adminTexts.change.saidInvited(users.length));
          }}
        />
      )}
      {invited && <InvitationDialog people={invited} onClose={() => setInvited(undefined)} />}
    </section>
  );
}

/** The seats that are left; undefined where there is no limit. */
function freeSeats({ taken, limit }: Seats): number | undefined {
  return limit === undefined ? undefined : Math.max(0, limit - taken);
}

function SeatsLine({ seats }: { seats: Seats }) {
  return <span class="secondary">{texts.seats(seats.taken, seats.limit)}</span>;
}

interface FiltersProps {
  filter: Filter;
  onChange: (filter: Filter) => void;
}

function Filters({ filter, onChange }: FiltersProps) {
  function choice(name: keyof Filter, label: string, options: Record<string, string>) {
    return (
      <Field label={label}>
        {(attributes) => (
          <select
            {...attributes}
            value={filter[name]}
            onChange={(event) => onChange({ ...filter, [name]: event.currentTarget.value })}
          >
            <option value="">{adminTexts.all}</option>
            {Object.entries(options).map(([value, text]) => (
              <option key={value} value={value}>
                {text}
              </option>
            ))}
          </select>
        )}
      </Field>
    );
  }

  return (
    <fieldset class="filters">
      <legend class="visually-hidden">{texts.filters}</legend>
      <Field label={texts.find}>
        {(attributes) => (
          <input
            {...attributes}
            type="search"
            maxLength={100}
            autocomplete="off"
            value={filter.search}
            onInput={(event) => onChange({ ...filter, search: event.currentTarget.value })}
          />
        )}
      </Field>
      {choice("role", texts.role, adminTexts.roles)}
      {choice("status", texts.status, adminTexts.statuses)}
      {choice("auth_provider", texts.provider, adminTexts.providers)}
      {choice("external", texts.external, { true: texts.externalOnly, false: texts.internalOnly })}
    </fieldset>
  );
}

interface PersonRowProps {
  person: TenantUser;
  mayChange: boolean;
  onAsk: (what: Asked) => void;
  onRenew: () => void;
}

function PersonRow({ person, mayChange, onAsk, onRenew }: PersonRowProps) {
  const { me } = useSession();
  const instant = (text: string | undefined) =>
    text ? formatDateTime(Date.parse(text), me.user.time_zone) : texts.never;
  return (
    <tr>
      <th scope="row">
        <span class="person-name">
          {person.name}
          {person.id === me.user.id && ` (${texts.you})`}
          {person.external && <span class="badge">{texts.guest}</span>}
        </span>
        {person.email !== person.name && <span class="secondary">{person.email}</span>}
      </th>
      <td data-label={texts.role}>{adminTexts.roles[person.role]}</td>
      <td data-label={texts.status}>{adminTexts.statuses[person.status]}</td>
      <td data-label={texts.provider}>{adminTexts.providers[person.auth_provider]}</td>
      <td data-label={texts.invitedBy}>{person.invited_by?.name ?? adminTexts.none}</td>
      <td data-label={texts.firstSignIn}>{instant(person.first_sign_in_at)}</td>
      <td data-label={texts.lastSignIn}>{instant(person.last_sign_in_at)}</td>
      <td class="row-actions">
        {mayChange && <PersonActions key={person.status} person={person} onAsk={onAsk} onRenew={onRenew} />}
      </td>
    </tr>
  );
}

/** What can be done to a person depends on the status; with another one come other buttons, and the focus goes on. */
function PersonActions({ person, onAsk, onRenew }: Omit<PersonRowProps, "mayChange">) {
  const { me } = useSession();
  const buttons = useRef<HTMLSpanElement>(null);
  useFocusHandover(buttons);
  const superAdmin = me.user.role === "super_admin";
  const action = (text: string, onClick: () => void) => (
    <Button kind="quiet" label={texts.about(text, person.name)} onClick={onClick}>
      {text}
    </Button>
  );
  const change = adminTexts.change;
  return (
    <span ref={buttons}>
      {person.status === "invited" && (
        <>
          {action(change.resend, onRenew)}
          {action(change.withdraw, () => onAsk("withdraw"))}
        </>
      )}
      {person.status === "requested" && (
        <>
          {action(change.approve, () => onAsk("approve"))}
          {action(change.decline, () => onAsk("decline"))}
        </>
      )}
      {person.status === "active" && superAdmin && action(change.role, () => onAsk("role"))}
      {person.status === "active" &&
        person.id !== me.user.id &&
        (superAdmin || person.role !== "super_admin") &&
        action(change.deactivate, () => onAsk("deactivate"))}
      {person.status === "deactivated" &&
        (superAdmin || person.role !== "super_admin") &&
        action(change.reactivate, () => onAsk("reactivate"))}
    </span>
  );
}

interface PersonDialogProps {
  what: Asked;
  person: TenantUser;
  onClose: () => void;
  onDone: (said: string) => void;
  onStale: () => void;
}

/** Asks before a person is changed, and changes them. */
function PersonDialog({ what, person, onClose, onDone, onStale }: PersonDialogProps) {
  const { api } = useSession();
  const { id, etag, name, email } = person;
  const change = adminTexts.change;
  const around = { onClose, onStale };
  const activate = async () => {
    await api.patchUser(id, etag, { status: "active" });
    onDone(change.saidActive(name));
  };
  switch (what) {
    case "role":
      return <RoleDialog person={person} onDone={onDone} {...around} />;
    case "deactivate":
      return (
        <ConfirmDialog
          {...around}
          danger
          title={change.deactivateTitle(name)}
          submit={change.deactivate}
          onSubmit={async () => {
            await api.patchUser(id, etag, { status: "deactivated" });
            onDone(change.saidDeactivated(name));
          }}
        >
          <p>{change.deactivateDetail}</p>
        </ConfirmDialog>
      );
    case "reactivate":
      return (
        <ConfirmDialog
          {...around}
          title={change.reactivateTitle(name)}
          submit={change.reactivate}
          onSubmit={activate}
        >
          <p>{change.reactivateDetail}</p>
        </ConfirmDialog>
      );
    case "approve":
      return (
        <ConfirmDialog
          {...around}
          title={change.approveTitle(name)}
          submit={change.approve}
          onSubmit={activate}
        >
          <p>{change.approveDetail(email)}</p>
        </ConfirmDialog>
      );
    case "decline":
    case "withdraw": {
      const declines = what === "decline";
      return (
        <ConfirmDialog
          {...around}
          danger
          title={declines ? change.declineTitle(name) : change.withdrawTitle(name)}
          submit={declines ? change.decline : change.withdraw}
          onSubmit={async () => {
            await api.withdrawUser(id, etag);
            onDone(declines ? change.saidDeclined(name) : change.saidWithdrawn(name));
          }}
        >
          <p>{declines ? change.declineDetail : change.withdrawDetail}</p>
        </ConfirmDialog>
      );
    }
  }
}

const roles: Role[] = ["user", "admin", "super_admin"];

function RoleDialog({ person, onDone, ...around }: Omit<PersonDialogProps, "what">) {
  const { api, me } = useSession();
  const [role, setRole] = useState(person.role);
  const change = adminTexts.change;
  return (
    <ConfirmDialog
      {...around}
      title={change.roleTitle(person.name)}
      submit={change.roleSave}
      onSubmit={async () => {
        if (role !== person.role) await api.patchUser(person.id, person.etag, { role });
        onDone(change.saidRole(person.name, adminTexts.roles[role]));
      }}
    >
      <fieldset class="radios">
        <legend class="visually-hidden">{texts.role}</legend>
        {roles.map((each) => (
          <label key={each}>
            <input type="radio" name="role" checked={each === role} onChange={() => setRole(each)} />
            <span>
              {adminTexts.roles[each]}
              <span class="secondary">{adminTexts.roleHelp[each]}</span>
            </span>
          </label>
        ))}
      </fieldset>
      {person.id === me.user.id && <p>{change.ownRole}</p>}
    </ConfirmDialog>
  );
}
