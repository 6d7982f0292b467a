/** Activities: the kinds of work, in the tenant's order, with which of them are billable and which one is the default. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Activity } from "../../api/client.ts";
import { Button, FailureNotice, Loading } from "../controls.tsx";
import type { Failure } from "../failure.ts";
import { useAsync } from "../hooks.ts";
import { useSession } from "../session.ts";
import type { Undo } from "../timer-store.ts";
import { explainToAdmin, isStale } from "./failure.ts";
import { adminTexts } from "./texts.ts";
import "../table.css";
import "./list.css";
import "./activities.css";

const texts = adminTexts.activity;
const headingId = "activities";

/** The longest name, in characters. */
const nameLength = 60;

export function Activities() {
  const { api } = useSession();
  const loaded = useAsync(
    async () => ({ activities: (await api.listActivities()).data, details: await api.tenant() }),
    [api],
  );
  const changes = useChanges(loaded.reload);
  const activities = loaded.data?.activities ?? [];
  const live = activities.filter(({ archived }) => !archived);
  const archived = activities.filter((each) => each.archived);
  return (
    <section aria-labelledby={headingId}>
      <h2 id={headingId} tabIndex={-1}>
        {adminTexts.activities}
      </h2>
      <p class="secondary">{texts.lead}</p>
      {changes.failure && <FailureNotice failure={changes.failure} onDismiss={changes.dismiss} />}
      {loaded.failure && <FailureNotice failure={loaded.failure} onRetry={loaded.reload} />}
      {!loaded.data && !loaded.failure && <Loading />}
      {loaded.data && (
        <>
          <LiveActivities
            activities={live}
            defaultId={loaded.data.details.tenant.settings.default_activity_id}
            changes={changes}
          />
          <AddActivity changes={changes} />
          {archived.length > 0 && <ArchivedActivities activities={archived} changes={changes} />}
        </>
      )}
    </section>
  );
}

type Changes = ReturnType<typeof useChanges>;

/** Sends one change after the other, says what was done, and offers to take it back. */
function useSender(reload: () => void) {
  const { reloadMe, timers } = useSession();
  const [failure, setFailure] = useState<Failure | null>(null);
  const working = useRef(false);

  /** Gives whether the change was made. Its undo is told the activity as it is then. */
  async function send(
    request: () => Promise<Activity>,
    announcement: string,
    takeBack: (changed: Activity) => Promise<unknown>,
  ): Promise<boolean> {
    if (working.current) return false;
    working.current = true;
    setFailure(null);
    try {
      const changed = await request();
      const undo: Undo = async () => {
        await takeBack(changed);
        reloadMe();
        return texts.takenBack(changed.name);
      };
      timers.announce(announcement, () => undo().finally(reload));
      reload();
      reloadMe();
      return true;
    } catch (error) {
      if (isStale(error)) {
        timers.announce(texts.changed);
        reload();
      } else setFailure(explainToAdmin(error));
      return false;
    } finally {
      working.current = false;
    }
  }

  return { send, failure, dismiss: () => setFailure(null) };
}

/** What can be done to activities. */
function useChanges(reload: () => void) {
  const { api } = useSession();
  const { send, ...sender } = useSender(reload);

  async function choose(id: string): Promise<void> {
    const { etag } = await api.tenant();
    await api.patchTenant(etag, { default_activity_id: id });
  }

  return {
    ...sender,
    add: (name: string, billable: boolean) =>
      send(
        () => api.addActivity({ name, billable }),
        texts.added(name),
        ({ id, etag }) => api.archiveActivity(id, etag),
      ),
    rename: ({ id, etag, name }: Activity, to: string) =>
      send(
        () => api.patchActivity(id, etag, { name: to }),
        texts.renamed(name, to),
        (changed) => api.patchActivity(id, changed.etag, { name }),
      ),
    setBillable: ({ id, etag, name, billable }: Activity) =>
      send(
        () => api.patchActivity(id, etag, { billable: !billable }),
        billable ? texts.notBillable(name) : texts.isBillable(name),
        (changed) => api.patchActivity(id, changed.etag, { billable }),
      ),
    move: ({ id, etag, name }: Activity, from: number, to: number) =>
      send(
        () => api.patchActivity(id, etag, { position: to }),
        texts.moved(name, to + 1),
        (changed) => api.patchActivity(id, changed.etag, { position: from }),
      ),
    archive: ({ id, etag, name }: Activity) =>
      send(
        () => api.archiveActivity(id, etag),
        texts.archived(name),
        (changed) => api.patchActivity(id, changed.etag, { archived: false }),
      ),
    restore: ({ id, etag, name }: Activity) =>
      send(
        () => api.patchActivity(id, etag, { archived: false }),
        texts.restored(name),
        (changed) => api.archiveActivity(id, changed.etag),
      ),
    makeDefault: (activity: Activity, before: string) =>
      send(
        async () => {
          await choose(activity.id);
          return activity;
        },
        texts.isDefaultNow(activity.name),
        () => choose(before),
      ),
  };
}

interface ListProps {
  activities: Activity[];
  changes: Changes;
}

function LiveActivities({ activities, defaultId, changes }: ListProps & { defaultId: string }) {
  return (
    <table class="table lines activities">
      <caption class="visually-hidden">{texts.caption}</caption>
      <thead>
        <tr>
          <th scope="col">{texts.name}</th>
          <th scope="col">{texts.billable}</th>
          <th scope="col">
            <span class="visually-hidden">{texts.actions}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {activities.map((activity, at) => (
          <ActivityRow
            key={activity.id}
            activity={activity}
            at={at}
            last={at === activities.length - 1}
            defaultId={defaultId}
            changes={changes}
          />
        ))}
      </tbody>
    </table>
  );
}

interface RowProps {
  activity: Activity;
  at: number;
  last: boolean;
  defaultId: string;
  changes: Changes;
}

function ActivityRow({ activity, at, last, defaultId, changes }: RowProps) {
  const { me } = useSession();
  const [renaming, setRenaming] = useState(false);
  const { name, billable } = activity;
  const isDefault = activity.id === defaultId;
  const button = (text: string, onClick: () => void) => (
    <Button kind="quiet" label={adminTexts.list.about(text, name)} onClick={onClick}>
      {text}
    </Button>
  );
  return (
    <tr>
      <th scope="row">
        {renaming ? (
          <Rename activity={activity} changes={changes} onClose={() => setRenaming(false)} />
        ) : (
          <>
            <bdi>{name}</bdi>
            {isDefault && <span class="badge">{texts.isDefault}</span>}
          </>
        )}
      </th>
      <td data-label={texts.billable}>
        <input
          type="checkbox"
          checked={billable}
          aria-label={adminTexts.list.about(texts.billable, name)}
          onChange={(event) => {
            event.currentTarget.checked = billable; // until the server has it
            void changes.setBillable(activity);
          }}
        />
      </td>
      <td class="row-actions">
        {!renaming && button(texts.rename, () => setRenaming(true))}
        {at > 0 && button(texts.up, () => void changes.move(activity, at, at - 1))}
        {!last && button(texts.down, () => void changes.move(activity, at, at + 1))}
        {!isDefault &&
          me.user.role === "super_admin" &&
          button(texts.makeDefault, () => void changes.makeDefault(activity, defaultId))}
        {!isDefault && button(texts.archive, () => void changes.archive(activity))}
      </td>
    </tr>
  );
}

interface RenameProps {
  activity: Activity;
  changes: Changes;
  onClose: () => void;
}

function Rename({ activity, changes, onClose }: RenameProps) {
  const [name, setName] = useState(activity.name);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.select(), []);
  return (
    <form
      class="activity-name"
      onSubmit={async (event) => {
        event.preventDefault();
        const wanted = name.trim();
        if (wanted === "") return;
        if (wanted === activity.name || (await changes.rename(activity, wanted))) onClose();
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape") onClose();
      }}
    >
      <input
        ref={input}
        class="text-input"
        aria-label={adminTexts.list.about(texts.name, activity.name)}
        maxLength={nameLength}
        value={name}
        onInput={(event) => setName(event.currentTarget.value)}
      />
      <Button type="submit">{texts.save}</Button>
      <Button kind="quiet" onClick={onClose}>
        {texts.cancel}
      </Button>
    </form>
  );
}

function AddActivity({ changes }: { changes: Changes }) {
  const [name, setName] = useState("");
  const [billable, setBillable] = useState(true);
  return (
    <form
      class="activity-new"
      onSubmit={async (event) => {
        event.preventDefault();
        const wanted = name.trim();
        if (wanted !== "" && (await changes.add(wanted, billable))) setName("");
      }}
    >
      <label>
        {texts.new}
        <input
          class="text-input"
          maxLength={nameLength}
          autocomplete="off"
          value={name}
          onInput={(event) => setName(event.currentTarget.value)}
        />
      </label>
      <label class="activity-billable">
        <input
          type="checkbox"
          checked={billable}
          onChange={(event) => setBillable(event.currentTarget.checked)}
        />
        {texts.billable}
      </label>
      <Button type="submit" kind="primary" disabled={name.trim() === ""}>
        {texts.add}
      </Button>
    </form>
  );
}

function ArchivedActivities({ activities, changes }: ListProps) {
  return (
    <>
      <h3>{texts.archivedOnes}</h3>
      <p class="secondary">{texts.archivedLead}</p>
      <table class="table lines activities">
        <caption class="visually-hidden">{texts.archivedOnes}</caption>
        <tbody>
          {activities.map((activity) => (
            <tr key={activity.id}>
              <th scope="row">
                <bdi>{activity.name}</bdi>
              </th>
              <td class="row-actions">
                <Button
                  kind="quiet"
                  label={adminTexts.list.about(texts.restore, activity.name)}
                  onClick={() => void changes.restore(activity)}
                >
                  {texts.restore}
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
