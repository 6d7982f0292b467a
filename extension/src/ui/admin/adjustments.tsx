/** Corrections of closed time: who made which, why, and taking one back by its opposite. */

import { useState } from "preact/hooks";
import type { Api, NewAdjustment, TimeAdjustment } from "../../api/client.ts";
import { Button, FailureNotice, Field, Loading } from "../controls.tsx";
import { formatDate, formatDateTime } from "../format.ts";
import { type AsyncState, useAsync } from "../hooks.ts";
import { everyPage, Pager, usePaging } from "../paging.tsx";
import { ReasonDialog } from "../reason.tsx";
import { formatChange } from "../report/format.ts";
import { isolate } from "../sentence.ts";
import { isAdmin, useSession } from "../session.ts";
import { itemName } from "../work-item.ts";
import { dateIn } from "../zone.ts";
import { AdjustmentDialog, type PersonChoice } from "./adjustment-dialog.tsx";
import { linesPerPage } from "./list.ts";
import { adminTexts } from "./texts.ts";
import "../table.css";
import "./list.css";
import "./adjustments.css";

const texts = adminTexts.adjustment;
const headingId = "adjustments";

/** For admins everybody's, for approvers those of their people. */
export function Adjustments() {
  const { api, me } = useSession();
  const [person, setPerson] = useState("");
  const people = usePeople();
  const list = usePaging(
    (position) => api.listAdjustments({ ...(person && { user_id: person }), ...position }),
    { person },
    { size: linesPerPage },
  );
  const [asked, setAsked] = useState<"new" | TimeAdjustment>();
  const changes = useAdjustmentChanges(list.reload);
  const known = people.data ?? [];
  const close = () => setAsked(undefined);
  return (
    <section aria-labelledby={headingId}>
      <h2 id={headingId} tabIndex={-1}>
        {texts.title}
      </h2>
      <p class="secondary">{texts.lead}</p>
      <div class="adjustments-head">
        <Field label={texts.whose}>
          {(attributes) => (
            <select {...attributes} value={person} onChange={(event) => setPerson(event.currentTarget.value)}>
              <option value="">{texts.everybody}</option>
              {known.map(({ id, name }) => (
                <option key={id} value={id}>
                  {isolate(name)}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Button
          kind="primary"
          disabled={me.tenant.status !== "active" || !people.data}
          onClick={() => setAsked("new")}
        >
          {texts.new}
        </Button>
      </div>
      {people.failure && <FailureNotice failure={people.failure} onRetry={people.reload} />}
      {list.failure && <FailureNotice failure={list.failure} onRetry={list.reload} />}
      {!list.items && !list.failure && <Loading />}
      {list.items?.length === 0 && <p class="empty">{texts.empty}</p>}
      {list.items && list.items.length > 0 && (
        <AdjustmentTable adjustments={list.items} busy={list.loading} onReverse={setAsked} />
      )}
      <Pager paging={list} heading={headingId} />
      {asked === "new" && (
        <AdjustmentDialog
          people={known}
          person={person}
          onClose={close}
          onSubmit={async (wanted, key) => {
            await changes.make(wanted, key);
            close();
          }}
        />
      )}
      {asked && asked !== "new" && (
        <ReasonDialog
          title={texts.reverseTitle}
          detail={texts.reverseDetail(asked.user.name, formatChange(-asked.ms))}
          submit={texts.reverse}
          working={texts.reversing}
          reasonNeeded={texts.reasonNeeded}
          onClose={close}
          onSubmit={async (reason) => {
            await changes.reverse(asked, reason);
            close();
          }}
        />
      )}
    </section>
  );
}

/** Whose closed time the caller corrects, by name. Nobody corrects their own, but an only admin. */
function usePeople(): AsyncState<PersonChoice[]> {
  const { api, me, timers } = useSession();
  return useAsync(async () => {
    if (isAdmin(me)) {
      const users = await everyPage((position) => api.listUsers(position));
      return users.filter(({ first_sign_in_at }) => first_sign_in_at);
    }
    const first_day = dateIn(timers.clock.now(), me.user.time_zone);
    const sheets = await everyPage((position) => api.listTimesheets({ first_day, ...position }));
    return sheets.filter(({ may_decide }) => may_decide).map(({ user }) => user);
  }, [api, me]);
}

/** Makes adjustments and their opposites. Each is taken back by the other, since nothing of it is ever changed. */
export function useAdjustmentChanges(reload: () => void) {
  const { api, timers } = useSession();
  const sentenceOf = ({ user, ms }: TimeAdjustment) => texts.made(user.name, formatChange(ms));
  return {
    async make(wanted: NewAdjustment, key: string) {
      const made = await api.adjust(wanted, key);
      timers.announce(sentenceOf(made), async () => {
        await api.reverseAdjustment(made.id, texts.undoReason);
        reload();
        return texts.reversed(made.user.name);
      });
      reload();
    },
    async reverse(adjustment: TimeAdjustment, reason: string) {
      await api.reverseAdjustment(adjustment.id, reason);
      timers.announce(texts.reversed(adjustment.user.name), async () => {
        const made = await again(api, adjustment);
        reload();
        return sentenceOf(made);
      });
      reload();
    },
  };
}

/** The same once more, on the first open day. */
function again(
  api: Pick<Api, "adjust" | "settleEntry">,
  adjustment: TimeAdjustment,
): Promise<TimeAdjustment> {
  const { entry_id, ms, reason } = adjustment;
  const key = crypto.randomUUID();
  if (entry_id) return api.settleEntry(entry_id, ms, key, reason || texts.undoReason);
  return api.adjust(againOf(adjustment), key);
}

function againOf({ user, for_day, work_item, project, activity, billable, ms, reason }: TimeAdjustment) {
  const on = work_item?.uid ? { work_item_uid: work_item.uid } : { project_id: project.id };
  return { user_id: user.id, for_day, ...on, activity_id: activity.id, billable, ms, reason };
}

interface AdjustmentTableProps {
  adjustments: readonly TimeAdjustment[];
  busy: boolean;
  onReverse: (adjustment: TimeAdjustment) => void;
}

function AdjustmentTable({ adjustments, busy, onReverse }: AdjustmentTableProps) {
  return (
    <table class="table lines adjustments" aria-busy={busy}>
      <caption class="visually-hidden">{texts.title}</caption>
      <thead>
        <tr>
          <th scope="col">{texts.person}</th>
          <th scope="col">{texts.corrects}</th>
          <th scope="col">{texts.counts}</th>
          <th scope="col">{texts.what}</th>
          <th scope="col" class="number">
            {texts.length}
          </th>
          <th scope="col">{texts.reason}</th>
          <th scope="col">
            <span class="visually-hidden">{texts.actions}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {adjustments.map((each) => (
          <AdjustmentRow key={each.id} adjustment={each} onReverse={onReverse} />
        ))}
      </tbody>
    </table>
  );
}

interface AdjustmentRowProps {
  adjustment: TimeAdjustment;
  onReverse: (adjustment: TimeAdjustment) => void;
}

function AdjustmentRow({ adjustment, onReverse }: AdjustmentRowProps) {
  const { me } = useSession();
  const { user, for_day, day, work_item, project, activity, billable, ms, reason, made_by, made_at } =
    adjustment;
  const when = formatDateTime(Date.parse(made_at), me.user.time_zone);
  return (
    <tr>
      <th scope="row">
        <bdi>{user.name}</bdi>
      </th>
      <td class="when" data-label={texts.corrects}>
        {formatDate(for_day, "medium")}
      </td>
      <td class="when" data-label={texts.counts}>
        {formatDate(day, "medium")}
      </td>
      <td class="item">
        <bdi>{work_item ? itemName(work_item) : project.name}</bdi>
        <span class="secondary">
          {texts.kind(activity.name, billable, work_item ? project.name : undefined)}
        </span>
      </td>
      <td class="number" data-label={texts.length}>
        {formatChange(ms)}
      </td>
      <td class="item">
        {adjustment.entry_id && !adjustment.reverses && <span>{texts.settles} </span>}
        <bdi>{reason}</bdi>
        <span class="secondary">{texts.by(made_by.name, when)}</span>
      </td>
      <td class="row-actions">
        {adjustment.reverses && <span class="secondary">{texts.isReversal}</span>}
        {adjustment.reversed_by && <span class="secondary">{texts.isReversed}</span>}
        {!adjustment.reverses && !adjustment.reversed_by && me.tenant.status === "active" && (
          <Button
            kind="quiet"
            label={texts.reverseOf(user.name, formatDate(for_day, "medium"))}
            onClick={() => onReverse(adjustment)}
          >
            {texts.reverse}
          </Button>
        )}
      </td>
    </tr>
  );
}
