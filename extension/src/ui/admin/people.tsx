/** Everybody of the tenant, and what an admin can do about each. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Seats, TenantUser, UserPage } from "../../api/client.ts";
import { Button, FailureNotice, Loading, Notice } from "../controls.tsx";
import type { Failure } from "../failure.ts";
import { useAsync, useDebounced } from "../hooks.ts";
import { Pager, type Paging, usePaging } from "../paging.tsx";
import { useSession } from "../session.ts";
import type { Undo } from "../timer-store.ts";
import { explainToAdmin } from "./failure.ts";
import { InvitationDialog } from "./invitation-dialog.tsx";
import { InviteDialog } from "./invite.tsx";
import { linesPerPage } from "./list.ts";
import { noFilter, type PeopleFilter, PeopleFilters, queryOf } from "./people-filters.tsx";
import { PeopleTable, type PeopleTableProps } from "./people-table.tsx";
import { type ChangeListener, changesOf } from "./person-changes.ts";
import { type AskedAction, PersonDialog } from "./person-dialog.tsx";
import { adminTexts } from "./texts.ts";

const texts = adminTexts.list;
const headingId = "people";
const typingMs = 250;

/** What an admin can do about a person. */
export type PersonAction = AskedAction | "deactivate" | "reactivate";

export function People() {
  const { me, record } = useSession();
  const [filter, setFilter] = useState(noFilter);
  const { query, people, requests, reload } = usePeople(filter);
  const actions = usePeopleActions(reload);
  const { pending, invited, staleName, failure } = actions;
  const [inviting, setInviting] = useState(false);
  useEffect(() => record("people_opened", "admin"), []);

  const changeable = me.tenant.status === "active";
  const seats = people.page?.seats;
  return (
    <section aria-labelledby={headingId}>
      <PeopleHeader seats={seats} onInvite={changeable ? () => setInviting(true) : undefined} />
      <SeatsNotice seats={seats} />
      {filter.status !== "requested" && requests.data && (
        <RequestsNotice
          waiting={requests.data.data.length}
          more={requests.data.page.next_cursor !== undefined}
          onShow={() => setFilter({ ...noFilter, status: "requested" })}
        />
      )}
      {staleName && <Notice kind="error">{texts.stale(staleName)}</Notice>}
      {failure && <FailureNotice failure={failure} onDismiss={actions.dismissFailure} />}
      <PeopleFilters filter={filter} onChange={setFilter} />
      <PeopleList
        paging={people}
        filtered={Object.keys(query).length > 0}
        onClear={() => setFilter(noFilter)}
        changeable={changeable}
        onAction={(action, person) => void actions.act(action, person)}
        onRenew={(person) => void actions.renewInvitation(person)}
      />
      {pending && (
        <PersonDialog
          {...pending}
          {...actions.listenerFor(pending.person)}
          onClose={() => actions.setPending(undefined)}
        />
      )}
      {inviting && (
        <InviteDialog
          free={seats && freeSeats(seats)}
          onClose={() => setInviting(false)}
          onInvited={(users) => {
            setInviting(false);
            actions.setInvited(users);
            actions.changed(adminTexts.change.invited(users.length));
          }}
        />
      )}
      {invited && <InvitationDialog people={invited} onClose={() => actions.setInvited(undefined)} />}
    </section>
  );
}

/** What is done about people, what is asked before, and what is said of it afterwards. */
function usePeopleActions(reload: () => void) {
  const session = useSession();
  const { api, me, reloadMe, timers } = session;
  const [pending, setPending] = useState<{ action: AskedAction; person: TenantUser }>();
  const [invited, setInvited] = useState<TenantUser[]>();
  const [staleName, setStaleName] = useState("");
  const [failure, setFailure] = useState<Failure | null>(null);
  const acting = useRef(false);

  function changed(announcement: string, person?: TenantUser, undo?: Undo) {
    setPending(undefined);
    setStaleName("");
    timers.announce(announcement, undo && (() => undo().finally(reload)));
    reload();
    if (person?.id === me.user.id) reloadMe();
  }

  const listenerFor = (person: TenantUser): ChangeListener => ({
    onDone: (announcement, undo) => changed(announcement, person, undo),
    onStale: () => {
      changed("");
      setStaleName(person.name);
    },
  });

  /** Asks first where nothing can undo the change, or something is to be chosen. */
  async function act(action: PersonAction, person: TenantUser) {
    if (action !== "deactivate" && action !== "reactivate") {
      setPending({ action, person });
      return;
    }
    if (acting.current) return;
    acting.current = true;
    setFailure(null);
    try {
      await changesOf(person, session, listenerFor(person))[action]();
    } catch (error) {
      setFailure(explainToAdmin(error));
    }
    acting.current = false;
  }

  async function renewInvitation(person: TenantUser) {
    setFailure(null);
    try {
      setInvited([await api.renewInvitation(person.id)]);
      changed(adminTexts.change.invited(1));
    } catch (error) {
      setFailure(explainToAdmin(error));
      reload();
    }
  }

  return {
    pending,
    setPending,
    invited,
    setInvited,
    staleName,
    failure,
    dismissFailure: () => setFailure(null),
    changed,
    listenerFor,
    act,
    renewInvitation,
  };
}

/** The people whom the filter finds, and the first requests to join. */
function usePeople(filter: PeopleFilter) {
  const { api } = useSession();
  const query = queryOf({ ...filter, search: useDebounced(filter.search, typingMs) });
  const people = usePaging((position) => api.listUsers({ ...query, ...position }), query, {
    size: linesPerPage,
  });
  const requests = useAsync(() => api.listUsers({ status: "requested", limit: 100 }), [api]);
  function reload() {
    people.reload();
    requests.reload();
  }
  return { query, people, requests, reload };
}

/** The seats that are left; undefined where there is no limit. */
function freeSeats({ taken, limit }: Seats): number | undefined {
  return limit === undefined ? undefined : Math.max(0, limit - taken);
}

interface PeopleHeaderProps {
  seats: Seats | undefined;
  /** Undefined where nobody can be invited. */
  onInvite: (() => void) | undefined;
}

function PeopleHeader({ seats, onInvite }: PeopleHeaderProps) {
  return (
    <div class="card-header">
      <h2 id={headingId} tabIndex={-1}>
        {adminTexts.people}
      </h2>
      {seats && <span class="secondary">{texts.seats(seats.taken, seats.limit)}</span>}
      {onInvite && (
        <div class="stepper">
          <Button kind="primary" onClick={onInvite}>
            {texts.invite}
          </Button>
        </div>
      )}
    </div>
  );
}

function SeatsNotice({ seats }: { seats: Seats | undefined }) {
  if (!seats || freeSeats(seats) !== 0) return null;
  return (
    <Notice kind="info" title={texts.seatsFull}>
      {texts.seatsFullHelp}
    </Notice>
  );
}

interface RequestsNoticeProps {
  waiting: number;
  /** There are more requests than were loaded. */
  more: boolean;
  onShow: () => void;
}

function RequestsNotice({ waiting, more, onShow }: RequestsNoticeProps) {
  if (waiting === 0) return null;
  return (
    <Notice kind="info" actions={<Button onClick={onShow}>{texts.showRequests}</Button>}>
      {texts.requests(waiting, more)}
    </Notice>
  );
}

interface PeopleListProps extends Omit<PeopleTableProps, "people" | "busy"> {
  paging: Paging<UserPage>;
  filtered: boolean;
  onClear: () => void;
}

function PeopleList({ paging, filtered, onClear, ...table }: PeopleListProps) {
  const { items, failure, loading, reload } = paging;
  return (
    <>
      {failure && <FailureNotice failure={failure} onRetry={reload} />}
      {!items && !failure && <Loading />}
      {items?.length === 0 && <NoPeople filtered={filtered} onClear={onClear} />}
      {items && items.length > 0 && <PeopleTable people={items} busy={loading} {...table} />}
      <Pager paging={paging} heading={headingId} />
    </>
  );
}

function NoPeople({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  return (
    <div>
      <p class="empty">{filtered ? texts.noMatch : texts.empty}</p>
      {filtered && (
        <div class="actions">
          <Button onClick={onClear}>{texts.clear}</Button>
        </div>
      )}
    </div>
  );
}
