/** Time from the exports of other products: choosing a file, what would happen row by row, running and undoing it. */

import type { ComponentProps } from "preact";
import { useContext, useEffect, useRef, useState } from "preact/hooks";
import type { Import, ImportOutcome, ImportRow, NewImport } from "../../api/client.ts";
import { textOf } from "../catalogue.ts";
import { Button, Duration, FailureNotice, Field, Loading, Notice, Segments } from "../controls.tsx";
import type { Failure } from "../failure.ts";
import { useFocusHandover } from "../focus.ts";
import { formatDateTime, formatNumber, formatTimeRange } from "../format.ts";
import { useAsync } from "../hooks.ts";
import { AddressContext } from "../hub/address.ts";
import { Pager, usePaging } from "../paging.tsx";
import { useSession } from "../session.ts";
import { timeZones } from "../zone-names.ts";
import { explainToAdmin, isStale } from "./failure.ts";
import { fileBytes, readText, upload } from "./import-file.ts";
import { linesPerPage } from "./list.ts";
import { adminTexts } from "./texts.ts";
import "../table.css";
import "./list.css";
import "./imports.css";

const texts = adminTexts.imports;
const headingId = "imports";

/** How often an import that goes on by itself is asked for, in milliseconds. */
const followMs = 1500;

const goesOn = ({ state }: Import) => state === "checking" || state === "running" || state === "undoing";

/** Asks again and again while something goes on by itself. */
function useFollow(follows: boolean, reload: () => void) {
  useEffect(() => {
    if (!follows) return;
    const interval = setInterval(reload, followMs);
    return () => clearInterval(interval);
  }, [follows, reload]);
}

/** The import on show, which the hub keeps in its address: it is there again after the page was loaded anew. */
function useChosen(): [string | undefined, (id: string | undefined) => void] {
  const address = useContext(AddressContext);
  const [own, setOwn] = useState<string>();
  return address ? [address.place.import, (id) => address.go({ import: id })] : [own, setOwn];
}

export function Imports() {
  const { api, me } = useSession();
  const [chosen, setChosen] = useChosen();
  const imports = usePaging((position) => api.listImports(position), {}, { size: linesPerPage });
  useFollow(!chosen && (imports.items?.some(goesOn) ?? false), imports.reload);
  const mayWrite = me.tenant.status === "active";

  return (
    <section aria-labelledby={headingId}>
      <h2 id={headingId} tabIndex={-1}>
        {adminTexts.importing}
      </h2>
      <p class="secondary">{texts.lead}</p>
      {chosen ? (
        <OneImport
          key={chosen}
          id={chosen}
          onClose={() => {
            setChosen(undefined);
            imports.reload();
          }}
        />
      ) : (
        <>
          {mayWrite && <NewFile onBegun={(begun) => setChosen(begun.id)} />}
          {imports.failure && <FailureNotice failure={imports.failure} onRetry={imports.reload} />}
          {!imports.items && !imports.failure && <Loading />}
          {imports.items && imports.items.length > 0 && (
            <ImportTable imports={imports.items} onOpen={setChosen} />
          )}
          <Pager paging={imports} heading={headingId} />
        </>
      )}
    </section>
  );
}

const formats = ["timetracker", "7pace", "toggl", "clockify", "harvest"] as const;

/** Chooses a file and how it is read. */
function NewFile({ onBegun }: { onBegun: (begun: Import) => void }) {
  const { api } = useSession();
  const [file, setFile] = useState<File>();
  const [reading, setReading] = useState<Reading>({ format: "", order: "", zone: "", project: "" });
  const form = useRef<HTMLFormElement>(null);
  useFocusHandover(form);
  const [sent, setSent] = useState<number>();
  const [error, setError] = useState<string>();
  const [failure, setFailure] = useState<Failure | null>(null);

  async function begin() {
    if (sent !== undefined) return;
    if (!file) return setError(texts.chooseFile);
    if (file.size > fileBytes) return setError(texts.tooLong);
    setError(undefined);
    setFailure(null);
    setSent(0);
    try {
      onBegun(await upload(api, optionsOf(file, reading), await readText(file), setSent));
    } catch (problem) {
      setFailure(explainToAdmin(problem));
      setSent(undefined);
    }
  }

  return (
    <form
      ref={form}
      class="import-form"
      onSubmit={(event) => {
        event.preventDefault();
        void begin();
      }}
    >
      <Field label={texts.file} help={texts.fileHelp} error={error}>
        {(attributes) => (
          <input
            {...attributes}
            type="file"
            accept=".csv,.tsv,.txt,text/csv"
            onChange={({ currentTarget }) => {
              setFile(currentTarget.files?.[0]);
              setError(undefined);
            }}
          />
        )}
      </Field>
      <ReadingFields reading={reading} onChange={(change) => setReading({ ...reading, ...change })} />
      {failure && <FailureNotice failure={failure} onRetry={() => void begin()} />}
      <div class="actions">
        <Button kind="primary" type="submit" disabled={sent !== undefined}>
          {sent === undefined ? texts.look : texts.sending}
        </Button>
        {sent !== undefined && <progress aria-label={texts.sending} value={sent} max={1} />}
      </div>
      <p class="help">{texts.nothingYet}</p>
    </form>
  );
}

/** How a file is read; an empty text: as it tells by itself. */
interface Reading {
  format: string;
  order: string;
  zone: string;
  project: string;
}

function optionsOf(file: File, { format, order, zone, project }: Reading): NewImport {
  return {
    file_name: file.name.slice(0, 255),
    ...(format && { format: format as NonNullable<NewImport["format"]> }),
    ...(order && { date_order: order as NonNullable<NewImport["date_order"]> }),
    ...(zone && { time_zone: zone }),
    ...(project.trim() && { project: project.trim() }),
  };
}

interface ReadingFieldsProps {
  reading: Reading;
  onChange: (change: Partial<Reading>) => void;
}

function ReadingFields({ reading, onChange }: ReadingFieldsProps) {
  return (
    <>
      <Choice
        label={texts.format}
        value={reading.format}
        onChange={(format) => onChange({ format })}
        options={[["", texts.byColumns], ...formats.map((each) => [each, texts.formats[each]] as const)]}
      />
      <Choice
        label={texts.dates}
        value={reading.order}
        onChange={(order) => onChange({ order })}
        options={[
          ["", texts.byDates],
          ["dmy", texts.dayFirst],
          ["mdy", texts.monthFirst],
        ]}
      />
      <Choice
        label={texts.zone}
        help={texts.zoneHelp}
        value={reading.zone}
        onChange={(zone) => onChange({ zone })}
        options={[["", texts.ownZones], ...timeZones.map((each) => [each, each] as const)]}
      />
      <Field label={texts.project} help={texts.projectHelp}>
        {(attributes) => (
          <input
            {...attributes}
            maxLength={64}
            autocomplete="off"
            value={reading.project}
            onInput={({ currentTarget }) => onChange({ project: currentTarget.value })}
          />
        )}
      </Field>
    </>
  );
}

interface ChoiceProps {
  label: string;
  help?: string;
  value: string;
  onChange: (value: string) => void;
  /** Values with their texts. */
  options: readonly (readonly [value: string, text: string])[];
}

function Choice({ label, help, value, onChange, options }: ChoiceProps) {
  return (
    <Field label={label} {...(help !== undefined && { help })}>
      {(attributes) => (
        <select {...attributes} value={value} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
          {options.map(([each, text]) => (
            <option key={each} value={each}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

function ImportTable({ imports, onOpen }: { imports: Import[]; onOpen: (id: string) => void }) {
  const { me } = useSession();
  const table = useRef<HTMLTableElement>(null);
  useFocusHandover(table);
  return (
    <table ref={table} class="table lines">
      <caption class="visually-hidden">{texts.caption}</caption>
      <thead>
        <tr>
          <th scope="col">{texts.file}</th>
          <th scope="col">{texts.state}</th>
          <th scope="col" class="number">
            {texts.outcomes.added}
          </th>
          <th scope="col">{texts.by}</th>
        </tr>
      </thead>
      <tbody>
        {imports.map((each) => (
          <tr key={each.id}>
            <th scope="row">
              <Button kind="quiet" onClick={() => onOpen(each.id)}>
                <bdi>{each.file_name}</bdi>
              </Button>
            </th>
            <td data-label={texts.state}>
              {texts.states[each.state]}
              {each.progress && (
                <>
                  {" "}
                  <span class="secondary">{texts.share(shareOf(each.progress))}</span>
                </>
              )}
            </td>
            <td class="number" data-label={texts.outcomes.added}>
              {formatNumber(each.counts.added)}
            </td>
            <td data-label={texts.by}>
              <bdi>{each.created_by.name}</bdi>,{" "}
              {formatDateTime(Date.parse(each.created_at), me.user.time_zone)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A button that gives the focus to the heading when what it does takes it away. */
function Act(button: ComponentProps<typeof Button>) {
  const box = useRef<HTMLSpanElement>(null);
  useFocusHandover(box);
  return (
    <span ref={box}>
      <Button {...button} />
    </span>
  );
}

const outcomes = ["new", "refused", "known", "added", "kept", "removed"] as const;

/** One import: how far it is, what becomes of its rows, and what can be done with it. */
function OneImport({ id, onClose }: { id: string; onClose: () => void }) {
  const { api, me, timers } = useSession();
  const loaded = useAsync(() => api.getImport(id), [api, id]);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [working, setWorking] = useState(false);
  const current = loaded.data;
  const follows = current !== undefined && goesOn(current);
  useFollow(follows, loaded.reload);

  async function act(request: () => Promise<unknown>, announcement: string, closes = false) {
    if (working) return;
    setWorking(true);
    setFailure(null);
    try {
      await request();
      timers.announce(announcement);
      if (closes) return onClose();
    } catch (error) {
      if (!isStale(error)) setFailure(explainToAdmin(error));
    }
    setWorking(false);
    loaded.reload();
  }

  if (!current)
    return loaded.failure ? <FailureNotice failure={loaded.failure} onRetry={loaded.reload} /> : <Loading />;
  const { state, counts, etag, file_name, rows, problem } = current;
  const mayWrite = me.tenant.status === "active";
  const hasRun = state === "done" || state === "running" || state === "stopped";
  return (
    <div class="stack">
      <div class="card-header">
        <h3>
          <bdi>{file_name}</bdi>
        </h3>
        <span class="secondary">
          {texts.states[state]}
          {current.format && `, ${texts.formats[current.format]}`}
        </span>
        <div class="stepper">
          <Act onClick={onClose}>{texts.back}</Act>
        </div>
      </div>
      {loaded.failure && <FailureNotice failure={loaded.failure} onRetry={loaded.reload} />}
      {failure && <FailureNotice failure={failure} onDismiss={() => setFailure(null)} />}
      {problem && (
        <Notice kind="error" title={state === "failed" ? texts.unreadable : texts.interrupted}>
          {textOf(texts.problems, problem.code) ?? problem.message}
        </Notice>
      )}
      <div class="import-state">
        {follows && <Progress current={current} />}
        <p role="status">
          {state === "ready" && texts.wouldAdd(counts.new)}
          {state === "stopped" && texts.stopped(counts.added, counts.new)}
          {state === "done" && texts.added(counts.added)}
          {state === "undone" && texts.undone(counts.removed)}
        </p>
      </div>
      {current.problems.length > 0 && (
        <details class="import-problems" open={state === "ready"}>
          <summary>{texts.refusedRows(counts.refused)}</summary>
          <ul>
            {current.problems.map(({ code, message, rows: n }) => (
              <li key={code}>
                {texts.rowsWith(n)} {textOf(texts.problems, code) ?? message}
              </li>
            ))}
          </ul>
        </details>
      )}
      {mayWrite && (
        <div class="actions">
          {(state === "ready" || state === "stopped") && counts.new > 0 && (
            <Act
              kind="primary"
              disabled={working}
              onClick={() => void act(() => api.runImport(id, etag), texts.started)}
            >
              {texts.run(counts.new)}
            </Act>
          )}
          {hasRun && counts.added > 0 && (
            <Act
              kind="danger"
              disabled={working}
              onClick={() => void act(() => api.undoImport(id, etag), texts.undoing)}
            >
              {texts.undo}
            </Act>
          )}
          {(state === "running" || state === "undoing") && (
            <Act disabled={working} onClick={() => void act(() => api.stopImport(id, etag), texts.stopping)}>
              {texts.stop}
            </Act>
          )}
          {(state === "ready" || state === "failed" || state === "uploading" || state === "checking") && (
            <Act
              disabled={working}
              onClick={() => void act(() => api.discardImport(id, etag), texts.discarded, true)}
            >
              {state === "checking" ? texts.cancel : texts.discard}
            </Act>
          )}
        </div>
      )}
      {rows > 0 && <Rows current={current} />}
    </div>
  );
}

function shareOf({ done, total }: NonNullable<Import["progress"]>): number {
  return done / total;
}

const inWords = { checking: texts.looked, running: texts.recorded, undoing: texts.voided };

/** How far an import is that goes on. A screen reader is told of each quarter, and reads the bar when it is asked to. */
function Progress({ current: { state, progress } }: { current: Import }) {
  const name = texts.states[state];
  if (!progress)
    return (
      <>
        <progress aria-label={name} />
        <p>{texts.counting}</p>
      </>
    );
  const share = shareOf(progress);
  const words = inWords[state as keyof typeof inWords](progress.done, progress.total);
  return (
    <>
      <progress aria-label={name} aria-valuetext={words} value={progress.done} max={progress.total} />
      <p>{words}</p>
      <p role="status" class="visually-hidden">
        {share > 0 && texts.share(Math.floor(share * 4) / 4)}
      </p>
    </>
  );
}

/** The rows with an outcome, in the order of the file. */
function Rows({ current }: { current: Import }) {
  const { api, me } = useSession();
  const present = outcomes.filter((each) => current.counts[each] > 0);
  const [picked, setPicked] = useState<ImportOutcome>();
  const outcome = picked && current.counts[picked] > 0 ? picked : present[0];
  const rows = usePaging(
    (position) => api.listImportRows(current.id, { ...position, ...(outcome && { outcome }) }),
    // What is on show stays while rows change their outcome by themselves.
    { outcome, state: current.state, changes: goesOn(current) || (outcome && current.counts[outcome]) },
    { size: linesPerPage },
  );
  const zone = me.user.time_zone;
  const rowsId = "import-rows";
  return (
    <section aria-labelledby={rowsId}>
      <h4 id={rowsId} tabIndex={-1}>
        {texts.rows}
      </h4>
      {present.length > 1 && outcome && (
        <Segments
          legend={texts.outcome}
          value={outcome}
          options={present.map((value) => ({
            value,
            text: texts.withCount(texts.outcomes[value], current.counts[value]),
          }))}
          onChange={setPicked}
        />
      )}
      {rows.failure && <FailureNotice failure={rows.failure} onRetry={rows.reload} />}
      {!rows.items && !rows.failure && <Loading />}
      {rows.items && rows.items.length > 0 && (
        <table class="table lines" aria-busy={rows.loading}>
          <caption class="visually-hidden">{texts.rows}</caption>
          <thead>
            <tr>
              <th scope="col" class="number">
                {texts.row}
              </th>
              <th scope="col">{texts.who}</th>
              <th scope="col">{texts.when}</th>
              <th scope="col" class="number">
                {texts.length}
              </th>
              <th scope="col">{texts.what}</th>
            </tr>
          </thead>
          <tbody>
            {rows.items.map((row) => (
              <RowLine key={row.number} row={row} zone={zone} />
            ))}
          </tbody>
        </table>
      )}
      <Pager paging={rows} heading={rowsId} />
    </section>
  );
}

function RowLine({ row, zone }: { row: ImportRow; zone: string }) {
  const from = row.started_at ? Date.parse(row.started_at) : undefined;
  const to = row.stopped_at ? Date.parse(row.stopped_at) : undefined;
  const timed = from !== undefined && to !== undefined;
  return (
    <tr>
      <td class="number" data-label={texts.row}>
        {formatNumber(row.number)}
      </td>
      <th scope="row">
        <bdi>{row.person || "–"}</bdi>
      </th>
      <td class="when" data-label={texts.when}>
        {timed && formatTimeRange(from, to, zone)}
      </td>
      <td class="number" data-label={texts.length}>
        {timed && <Duration ms={to - from} />}
      </td>
      <td class="item">
        {row.work_item_id && `#${row.work_item_id} `}
        <bdi>{row.title}</bdi>
        {[row.project, row.activity, row.note].map(
          (text) =>
            text && (
              <bdi key={text} class="secondary">
                {text}
              </bdi>
            ),
        )}
        {row.problem && (
          <span class="field-error">{textOf(texts.problems, row.problem.code) ?? row.problem.message}</span>
        )}
      </td>
    </tr>
  );
}
