/** The logs: what happened to timers, what people did in the product, and every administrative change. */

import { useEffect, useId, useState } from "preact/hooks";
import type { Action, Api, AuditEvent, TimerEvent } from "../../api/client.ts";
import { FailureNotice, Field, Loading, Segments } from "../controls.tsx";
import { Download } from "../download.tsx";
import { formatDateTime } from "../format.ts";
import { useLoaded, useSettled } from "../hooks.ts";
import { useSession } from "../session.ts";
import { itemName } from "../work-item.ts";
import { addDays, startOfDay } from "../zone.ts";
import { Pager, usePages } from "./pages.tsx";
import { adminTexts } from "./texts.ts";
import "../table.css";
import "./list.css";

const texts = adminTexts.log;
const headingId = "logs";

type Kind = keyof typeof texts.kinds;

/** A line of any of the logs, in words. */
interface Line {
  id: string;
  at: string;
  who: string;
  what: string;
  about: string;
  changes: string[];
}

function timerLine({ id, at, user, type, work_item }: TimerEvent): Line {
  const about = `${itemName(work_item)}, ${work_item.project}`;
  return { id, at, who: user.name, what: texts.events[type], about, changes: [] };
}

function actionLine({ id, at, user, type, page }: Action): Line {
  return { id, at, who: user.name, what: type, about: page, changes: [] };
}

function auditLine({ id, at, actor, action, target, changes }: AuditEvent): Line {
  const actors = { user: actor.name, operator: texts.operator(actor.name), marketplace: texts.marketplace };
  return {
    id,
    at,
    who: actors[actor.kind],
    what: texts.changes[action],
    about: target.name,
    changes: changes.map((each) => texts.change(each.field.replaceAll("_", " "), each.old, each.new)),
  };
}

interface Filter {
  kind: Kind;
  /** Calendar dates in the user's zone, both included; empty: no limit. */
  from: string;
  to: string;
  userId: string;
  type: string;
}

/** The query of the filter, in instants. Only the logs that have types take one. */
export function logQuery({ kind, from, to, userId, type }: Filter, zone: string) {
  const instant = (date: string) => new Date(startOfDay(date, zone)).toISOString();
  return {
    ...(kind === "timers" && { scope: "tenant" as const }),
    ...(from && { from: instant(from) }),
    ...(to && { to: instant(addDays(to, 1)) }),
    ...(userId && { user_id: userId }),
    ...(type && kind !== "audit" && { type: type as TimerEvent["type"] }),
  };
}

type Query = ReturnType<typeof logQuery>;

async function readLog(api: Api, kind: Kind, query: Query & { limit: number; cursor?: string }) {
  switch (kind) {
    case "timers": {
      const { data, page } = await api.timerEvents(query);
      return { kind, lines: data.map(timerLine), page };
    }
    case "actions": {
      const { data, page } = await api.listActions(query);
      return { kind, lines: data.map(actionLine), page };
    }
    case "audit": {
      const { data, page } = await api.listAuditEvents(query);
      return { kind, lines: data.map(auditLine), page };
    }
  }
}

const csv: Record<Kind, (api: Api, query: Query) => Promise<Blob>> = {
  timers: (api, query) => api.timerEventsCsv(query),
  actions: (api, query) => api.actionsCsv(query),
  audit: (api, query) => api.auditEventsCsv(query),
};

// The pattern of the API's contract.
const actionWord = /^(?=.{1,64}$)[a-z][a-z0-9]*(_[a-z0-9]+)*$/;

const noFilter = { from: "", to: "", userId: "", type: "" };
const typingMs = 300;

export function Logs() {
  const { api, me, record } = useSession();
  const [filter, setFilter] = useState<Filter>({ kind: "timers", ...noFilter });
  const type = useSettled(filter.type, typingMs);
  useEffect(() => record("logs_opened", "admin"), []);

  const badRange = filter.from !== "" && filter.to !== "" && filter.from > filter.to;
  const badType = filter.kind === "actions" && filter.type !== "" && !actionWord.test(filter.type);
  // What is still being typed, or makes no sense, narrows nothing.
  const narrows = !badType && type === filter.type;
  const query = logQuery(
    { ...filter, to: badRange ? "" : filter.to, type: narrows ? type : "" },
    me.user.time_zone,
  );
  const log = usePages((place) => readLog(api, filter.kind, { ...query, ...place }), {
    kind: filter.kind,
    ...query,
  });
  const lines = log.data?.kind === filter.kind ? log.data.lines : undefined;

  return (
    <section aria-labelledby={headingId}>
      <div class="card-header">
        <h2 id={headingId} tabIndex={-1}>
          {adminTexts.logs}
        </h2>
        <Segments
          legend={texts.which}
          value={filter.kind}
          options={(Object.keys(texts.kinds) as Kind[]).map((value) => ({ value, text: texts.kinds[value] }))}
          onChange={(kind) => setFilter({ ...filter, kind, type: "" })}
        />
        <div class="stepper">
          <Download
            text={texts.download}
            load={() => csv[filter.kind](api, query)}
            name={`${filter.kind}-log.csv`}
            onDone={() => record("csv_downloaded", "admin")}
          />
        </div>
      </div>
      <p class="secondary">{texts.leads[filter.kind]}</p>
      <fieldset class="filters">
        <legend class="visually-hidden">{adminTexts.list.filters}</legend>
        <Field label={texts.from}>
          {(attributes) => (
            <input
              {...attributes}
              type="date"
              value={filter.from}
              onInput={(event) => setFilter({ ...filter, from: event.currentTarget.value })}
            />
          )}
        </Field>
        <Field label={texts.to} error={badRange ? texts.badRange : undefined}>
          {(attributes) => (
            <input
              {...attributes}
              type="date"
              value={filter.to}
              onInput={(event) => setFilter({ ...filter, to: event.currentTarget.value })}
            />
          )}
        </Field>
        <PersonField onChoose={(userId) => setFilter({ ...filter, userId })} />
        {filter.kind === "timers" && (
          <Field label={texts.type}>
            {(attributes) => (
              <select
                {...attributes}
                value={filter.type}
                onChange={(event) => setFilter({ ...filter, type: event.currentTarget.value })}
              >
                <option value="">{adminTexts.all}</option>
                {Object.entries(texts.events).map(([value, text]) => (
                  <option key={value} value={value}>
                    {text}
                  </option>
                ))}
              </select>
            )}
          </Field>
        )}
        {filter.kind === "actions" && (
          <Field label={texts.type} help={texts.typeHelp} error={badType ? texts.badType : undefined}>
            {(attributes) => (
              <input
                {...attributes}
                autocomplete="off"
                maxLength={64}
                value={filter.type}
                onInput={(event) => setFilter({ ...filter, type: event.currentTarget.value.trim() })}
              />
            )}
          </Field>
        )}
      </fieldset>
      {log.failure && <FailureNotice failure={log.failure} onRetry={log.reload} />}
      {!lines && !log.failure && <Loading />}
      {lines?.length === 0 && <p class="empty">{texts.empty}</p>}
      {lines && lines.length > 0 && (
        <LogTable lines={lines} caption={texts.kinds[filter.kind]} busy={log.loading} />
      )}
      <Pager pages={log} heading={headingId} />
    </section>
  );
}

interface LogTableProps {
  lines: Line[];
  caption: string;
  busy: boolean;
}

function LogTable({ lines, caption, busy }: LogTableProps) {
  const { me } = useSession();
  return (
    <table class="table lines" aria-busy={busy}>
      <caption class="visually-hidden">{caption}</caption>
      <thead>
        <tr>
          <th scope="col">{texts.when}</th>
          <th scope="col">{texts.who}</th>
          <th scope="col">{texts.what}</th>
          <th scope="col">{texts.about}</th>
        </tr>
      </thead>
      <tbody>
        {lines.map((line) => (
          <tr key={line.id}>
            <td class="when">{formatDateTime(Date.parse(line.at), me.user.time_zone)}</td>
            <td data-label={texts.who}>{line.who}</td>
            <td data-label={texts.what}>{line.what}</td>
            <td class="item">
              {line.about}
              {line.changes.map((change) => (
                <span key={change} class="secondary">
                  {change}
                </span>
              ))}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const suggested = 20;

/** Chooses one of the tenant's people, by typing a part of the name. */
function PersonField({ onChoose }: { onChoose: (userId: string) => void }) {
  const { api } = useSession();
  const [text, setText] = useState("");
  const list = useId();
  const search = useSettled(text.trim(), typingMs);
  const found = useLoaded(
    async () =>
      search ? (await api.listUsers({ search: search.slice(0, 100), limit: suggested })).data : [],
    [api, search],
  );
  // Two people may have the same name; nobody shares an address.
  const nameOf = (person: { name: string; email: string }) =>
    person.email && person.email !== person.name ? `${person.name}, ${person.email}` : person.name;
  const known = new Map((found.data ?? []).map((person) => [nameOf(person), person.id]));

  return (
    <Field label={texts.person} help={texts.personHelp}>
      {(attributes) => (
        <>
          <input
            {...attributes}
            list={list}
            autocomplete="off"
            value={text}
            onInput={(event) => {
              const value = event.currentTarget.value;
              setText(value);
              onChoose(known.get(value) ?? "");
            }}
          />
          <datalist id={list}>
            {[...known.keys()].map((name) => (
              <option key={name} value={name} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}
