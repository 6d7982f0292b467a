/** The logs: events of timers, what people did in the product, and every administrative change. */

import { useEffect, useState } from "preact/hooks";
import { FailureNotice, Loading, Segments } from "../controls.tsx";
import { CsvChoice } from "../csv-choice.tsx";
import { Download } from "../download.tsx";
import { formatDateTime } from "../format.ts";
import { Pager, usePaging } from "../paging.tsx";
import { useSession } from "../session.ts";
import { linesPerPage } from "./list.ts";
import { faultsOf, LogFilters } from "./log-filters.tsx";
import { type LogFilter, type LogKind, type LogLine, logCsv, logQuery, readLog } from "./log-lines.ts";
import { adminTexts } from "./texts.ts";
import "../table.css";
import "./list.css";

const texts = adminTexts.log;
const headingId = "logs";

export function Logs() {
  const { api, me, record } = useSession();
  const [filter, setFilter] = useState<LogFilter>({ kind: "timers", from: "", to: "", userId: "", type: "" });
  useEffect(() => record("logs_opened", "admin"), []);

  const faults = faultsOf(filter);
  // A range that is refused is no filter yet.
  const query = logQuery({ ...filter, to: faults.to ? "" : filter.to }, me.user.time_zone);
  const log = usePaging(
    (position) => readLog(api, filter.kind, { ...query, ...position }, me.user.time_zone),
    { kind: filter.kind, ...query },
    { size: linesPerPage },
  );
  // The lines of another log must not stand under this one's name.
  const lines = log.page?.kind === filter.kind ? log.items : undefined;

  return (
    <section aria-labelledby={headingId}>
      <div class="card-header">
        <h2 id={headingId} tabIndex={-1}>
          {adminTexts.logs}
        </h2>
        <Segments
          legend={texts.which}
          value={filter.kind}
          options={(Object.keys(texts.kinds) as LogKind[]).map((value) => ({
            value,
            text: texts.kinds[value],
          }))}
          onChange={(kind) => setFilter({ ...filter, kind, type: "" })}
        />
        <div class="stepper">
          <CsvChoice />
          <Download
            text={texts.download}
            load={() => logCsv[filter.kind](api, query)}
            name={`${filter.kind}-log.csv`}
            onDone={() => record("csv_downloaded", "admin")}
          />
        </div>
      </div>
      <p class="secondary">{texts.leads[filter.kind]}</p>
      <LogFilters filter={filter} faults={faults} onChange={setFilter} />
      {log.failure && <FailureNotice failure={log.failure} onRetry={log.reload} />}
      {!lines && !log.failure && <Loading />}
      {lines?.length === 0 && <p class="empty">{texts.empty}</p>}
      {lines && lines.length > 0 && (
        <LogTable lines={lines} caption={texts.kinds[filter.kind]} busy={log.loading} />
      )}
      <Pager paging={log} heading={headingId} />
    </section>
  );
}

interface LogTableProps {
  lines: LogLine[];
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
            <td data-label={texts.who}>
              <bdi>{line.who}</bdi>
            </td>
            <td data-label={texts.what}>{line.what}</td>
            <td class="item">
              <bdi>{line.about}</bdi>
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
