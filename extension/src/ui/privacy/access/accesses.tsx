/** Who read data of the person, the latest hour first. */

import { useId } from "preact/hooks";
import type { AccessRecord } from "../../../api/client.ts";
import { FailureNotice, Loading } from "../../controls.tsx";
import { formatDateTime, formatTime } from "../../format.ts";
import { Pager, usePaging } from "../../paging.tsx";
import type { OwnData } from "../my-data.tsx";
import { accessTexts as texts } from "./texts.ts";
import "../../table.css";
import "./accesses.css";

const linesPerPage = 25;

interface AccessesProps extends Pick<OwnData, "api" | "zone"> {
  /** The person's id, where it is known. */
  self?: string | undefined;
}

export function Accesses({ api, zone, self }: AccessesProps) {
  const heading = useId();
  const read = usePaging((position) => api.accessRecords(position), {}, { size: linesPerPage });
  const { items } = read;
  return (
    <section aria-labelledby={heading}>
      <h2 id={heading} tabIndex={-1}>
        {texts.title}
      </h2>
      <p class="secondary">{texts.lead}</p>
      {read.failure && <FailureNotice failure={read.failure} onRetry={read.reload} />}
      {!items && !read.failure && <Loading />}
      {items?.length === 0 && <p class="empty">{texts.none}</p>}
      {items && items.length > 0 && (
        <table class="table lines accesses" aria-busy={read.loading}>
          <caption class="visually-hidden">{texts.title}</caption>
          <thead>
            <tr>
              <th scope="col">{texts.when}</th>
              <th scope="col">{texts.who}</th>
              <th scope="col">{texts.what}</th>
              <th scope="col" class="number">
                {texts.often}
              </th>
            </tr>
          </thead>
          <tbody>
            {items.map((record) => (
              <Line key={record.id} record={record} zone={zone} self={self} />
            ))}
          </tbody>
        </table>
      )}
      <Pager paging={read} heading={heading} />
    </section>
  );
}

interface LineProps {
  record: AccessRecord;
  zone: string;
  self: string | undefined;
}

function Line({ record, zone, self }: LineProps) {
  const first = Date.parse(record.first_at);
  const last = Date.parse(record.last_at);
  const from = formatDateTime(first, zone);
  const until = formatTime(last, zone);
  return (
    <tr>
      <td class="when">{formatTime(first, zone) === until ? from : texts.between(from, until)}</td>
      <td data-label={texts.who}>
        <Reader {...record.by} self={self} />
      </td>
      <td data-label={texts.what}>
        {texts.kinds[record.kind]}
        <span class="access-whose secondary">{record.everybody ? texts.everybody : texts.own}</span>
      </td>
      <td data-label={texts.often} class="number">
        {texts.reads(record.reads)}
      </td>
    </tr>
  );
}

function Reader({ id, name, role, operator, self }: AccessRecord["by"] & { self: string | undefined }) {
  if (!id) {
    return (
      <>
        {texts.operator}
        <span class="access-whose secondary">
          <bdi>{operator}</bdi>
        </span>
      </>
    );
  }
  return (
    <>
      {id === self ? texts.you : <bdi>{name}</bdi>}
      {role && <span class="access-whose secondary">{texts.roles[role]}</span>}
    </>
  );
}
