/** Completed Work: what TimeTracker has added, what Azure DevOps says, and setting right what differs. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { CompletedWorkCorrection, CompletedWorkItem, CompletedWorkPage } from "../../api/client.ts";
import { Button, Duration, FailureNotice, Loading, Notice } from "../controls.tsx";
import { useFocusHandover } from "../focus.ts";
import { formatDateTime, formatHours } from "../format.ts";
import { ItemLink } from "../item-link.tsx";
import { Pager, type Paging, usePaging } from "../paging.tsx";
import { type Session, useSession } from "../session.ts";
import { useAuthState } from "../sign-in.tsx";
import { itemName, projectName } from "../work-item.ts";
import { differencesOf, trackerText } from "./completed-work-words.ts";
import { explainToAdmin } from "./failure.ts";
import { linesPerPage } from "./list.ts";
import { adminTexts } from "./texts.ts";
import "../table.css";
import "./list.css";
import "./completed-work.css";

const texts = adminTexts.completed;
const headingId = "completed-work";

interface CompletedWorkProps {
  /** Opens the settings. */
  onSettings: () => void;
}

export function CompletedWork({ onSettings }: CompletedWorkProps) {
  const { me, record } = useSession();
  const [differs, setDiffers] = useState(false);
  const items = useItems(differs);
  const corrections = useCorrections();
  useEffect(() => record("completed_work_opened", "admin"), []);

  const { page, loading } = items;
  const writes = me.tenant.settings.write_back;
  function reload() {
    corrections.forget();
    items.reload();
  }
  return (
    <section aria-labelledby={headingId}>
      <div class="card-header">
        <h2 id={headingId} tabIndex={-1}>
          {adminTexts.completedWork}
        </h2>
        <label class="checkbox">
          <input
            type="checkbox"
            checked={differs}
            onChange={(event) => {
              corrections.forget();
              setDiffers(event.currentTarget.checked);
            }}
          />
          {texts.onlyDifferences}
        </label>
        <div class="stepper">
          <Button disabled={loading} onClick={reload}>
            {adminTexts.timers.refresh}
          </Button>
        </div>
      </div>
      <p class="secondary">{texts.lead}</p>
      {!writes && <OffNotice onSettings={onSettings} />}
      {page?.tracker && (
        <Notice kind="info" actions={<Button onClick={reload}>{adminTexts.tryAgain}</Button>}>
          {trackerText(page.tracker)} {texts.lastRead}
        </Notice>
      )}
      <ItemList
        paging={items}
        empty={differs ? texts.noDifference : texts.empty}
        corrections={corrections}
        changeable={writes && me.tenant.status === "active"}
      />
    </section>
  );
}

/** The items as Azure DevOps has them now. A sign-in that was asked for asks again. */
function useItems(differs: boolean): Paging<CompletedWorkPage> {
  const { api, auth } = useSession();
  const { kind } = useAuthState(auth);
  const query = differs ? { differs } : {};
  return usePaging(
    (position) => api.listCompletedWork({ ...query, ...position }),
    { ...query, signedIn: kind === "signed_in" },
    { size: linesPerPage },
  );
}

function OffNotice({ onSettings }: CompletedWorkProps) {
  const { me } = useSession();
  const change = me.user.role === "super_admin" && me.tenant.status === "active";
  return (
    <Notice kind="info" actions={change && <Button onClick={onSettings}>{texts.openSettings}</Button>}>
      {change ? texts.off : texts.offAsk}
    </Notice>
  );
}

/** What came of setting an item right: what was done, and what has kept the rest or all from it. */
interface Outcome {
  done?: CompletedWorkCorrection;
  refused?: string;
}

interface Corrections {
  /** By the item's uid, since the list was loaded. */
  outcomes: ReadonlyMap<string, Outcome>;
  /** The uid of the item that is being set right. */
  working: string | undefined;
  correct: (item: CompletedWorkItem) => Promise<void>;
  forget: () => void;
}

function useCorrections(): Corrections {
  const session = useSession();
  const [outcomes, setOutcomes] = useState<ReadonlyMap<string, Outcome>>(new Map());
  const [working, setWorking] = useState<string>();
  const busy = useRef(false);

  async function correct(item: CompletedWorkItem) {
    const uid = item.work_item.uid ?? "";
    if (busy.current) return;
    busy.current = true;
    setWorking(uid);
    const outcome = await setRight(session, item, uid);
    setOutcomes((old) => new Map(old).set(uid, outcome));
    setWorking(undefined);
    busy.current = false;
  }

  return { outcomes, working, correct, forget: () => setOutcomes(new Map()) };
}

async function setRight(
  { api, timers }: Session,
  { work_item }: CompletedWorkItem,
  uid: string,
): Promise<Outcome> {
  try {
    const done = await api.correctCompletedWork(uid);
    timers.announce(texts.announced(itemName(work_item), texts.done(done)));
    return { done, ...(done.problem && { refused: trackerText(done.problem) }) };
  } catch (error) {
    const failure = explainToAdmin(error);
    return { refused: trackerText({ code: failure.code ?? "", message: failure.text }) };
  }
}

interface ItemListProps {
  paging: Paging<CompletedWorkPage>;
  empty: string;
  corrections: Corrections;
  changeable: boolean;
}

function ItemList({ paging, empty, ...table }: ItemListProps) {
  const { items, failure, loading, next } = paging;
  const none = items?.length === 0 && !failure;
  return (
    <>
      {failure && <FailureNotice failure={failure} onRetry={paging.reload} />}
      {loading && !(items && items.length > 0) && <Loading text={texts.asking} />}
      {none && !loading && <p class="empty">{next ? texts.noneHere : empty}</p>}
      {items && items.length > 0 && <ItemTable items={items} busy={loading} {...table} />}
      <Pager paging={paging} heading={headingId} />
    </>
  );
}

interface ItemTableProps extends Pick<ItemListProps, "corrections" | "changeable"> {
  items: CompletedWorkItem[];
  busy: boolean;
}

function ItemTable({ items, busy, corrections, changeable }: ItemTableProps) {
  return (
    <table class="table lines completed-work" aria-busy={busy}>
      <caption class="visually-hidden">{texts.caption}</caption>
      <thead>
        <tr>
          <th scope="col">{texts.item}</th>
          <th scope="col" class="number">
            {texts.recorded}
          </th>
          <th scope="col" class="number">
            {texts.ours}
          </th>
          <th scope="col" class="number">
            {texts.others}
          </th>
          <th scope="col" class="number">
            {texts.azureDevOps}
          </th>
          <th scope="col">{texts.difference}</th>
          <th scope="col">
            <span class="visually-hidden">{texts.actions}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {items.map((item) => (
          <ItemRow
            key={item.work_item.uid}
            listed={item}
            outcome={corrections.outcomes.get(item.work_item.uid ?? "")}
            working={corrections.working}
            onCorrect={changeable ? () => void corrections.correct(item) : undefined}
          />
        ))}
      </tbody>
    </table>
  );
}

interface ItemRowProps {
  /** The item as the list has it. */
  listed: CompletedWorkItem;
  outcome: Outcome | undefined;
  working: string | undefined;
  /** Undefined where nothing may be written. */
  onCorrect: (() => void) | undefined;
}

function ItemRow({ listed, outcome, working, onCorrect }: ItemRowProps) {
  const item = outcome?.done?.item ?? listed;
  const { work_item, written_hours, others_hours } = item;
  const { organization, project } = work_item;
  const { me } = useSession();
  return (
    <tr>
      <th scope="row" class="item">
        <ItemLink item={work_item} />{" "}
        <bdi class="secondary">{projectName(organization, project, me.tenant.azure_devops_organization)}</bdi>
      </th>
      <td class="number" data-label={texts.recorded}>
        <Duration ms={item.recorded_ms} />
      </td>
      <td class="number" data-label={texts.ours}>
        {formatHours(written_hours)}
      </td>
      <td class="number" data-label={texts.others}>
        {others_hours === undefined ? adminTexts.none : formatHours(others_hours)}
      </td>
      <td class="number" data-label={texts.azureDevOps}>
        <Hours item={item} />
      </td>
      <Difference item={item} outcome={outcome} />
      <td class="row-actions">
        {item.differs && !item.hidden && onCorrect && (
          <CorrectButton
            name={itemName(work_item)}
            working={working === work_item.uid}
            disabled={working !== undefined}
            onClick={onCorrect}
          />
        )}
      </td>
    </tr>
  );
}

/** Completed Work, with the time of its reading where Azure DevOps did not say it just now. */
function Hours({ item: { hours, stale, read_at } }: { item: CompletedWorkItem }) {
  const { me } = useSession();
  return (
    <>
      {hours === undefined ? adminTexts.none : formatHours(hours)}{" "}
      {stale && (
        <span class="secondary">
          {read_at ? texts.asOf(formatDateTime(Date.parse(read_at), me.user.time_zone)) : texts.neverRead}
        </span>
      )}
    </>
  );
}

/** What differs, or what was done about it. Without either the cell is empty. */
function Difference({ item, outcome }: { item: CompletedWorkItem; outcome: Outcome | undefined }) {
  const { done, refused } = outcome ?? {};
  const lines = differencesOf(item, refused === undefined);
  if (done) lines.unshift(texts.done(done));
  if (lines.length === 0 && refused === undefined) return <td />;
  return (
    <td class="difference">
      {lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
      {refused && (
        <p class="field-error" role="alert">
          {refused}
        </p>
      )}
    </td>
  );
}

interface CorrectButtonProps {
  name: string;
  working: boolean;
  disabled: boolean;
  onClick: () => void;
}

/** The button disappears when the item is right. */
function CorrectButton({ name, working, disabled, onClick }: CorrectButtonProps) {
  const place = useRef<HTMLSpanElement>(null);
  useFocusHandover(place);
  const text = working ? texts.correcting : texts.correct;
  return (
    <span ref={place}>
      <Button kind="quiet" label={adminTexts.list.about(text, name)} disabled={disabled} onClick={onClick}>
        {text}
      </Button>
    </span>
  );
}
