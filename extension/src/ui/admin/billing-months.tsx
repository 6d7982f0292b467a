/** Twelve billed months as charts, and the records and statements of each. */

import { useState } from "preact/hooks";
import type { Api, BilledMonth, BillingRecord, StatementFormat } from "../../api/client.ts";
import { Button, FailureNotice, Loading } from "../controls.tsx";
import { Download } from "../download.tsx";
import { formatMoney, formatMonth, formatMonthRange, formatUtcDay } from "../format.ts";
import { useAsync, useToday } from "../hooks.ts";
import { largestPage } from "../paging.tsx";
import { useSession } from "../session.ts";
import { addMonths, monthOf } from "../zone.ts";
import { amountText } from "./amount.ts";
import { adminTexts } from "./texts.ts";
import "../bars.css";
import "../table.css";
import "./list.css";
import "./billing-months.css";

const texts = adminTexts.bills;
const windowMonths = 12;

type MonthRecord = BillingRecord & { month: BilledMonth };

/** A month with the sums of its records. */
export interface MonthSum {
  month: string;
  people: number;
  billed: number;
  totalMinor: number;
  /** Whether it is known what Microsoft charges for every record. */
  known: boolean;
  currency: string;
  /** In the order in which they were made. */
  records: MonthRecord[];
}

/** All records of months from the first one on, since an adjustment may be made long after its month. */
async function readMonths(api: Api, first: string): Promise<BillingRecord[]> {
  const records: BillingRecord[] = [];
  for (const kind of ["monthly", "adjustment"] as const) {
    let cursor: string | undefined;
    do {
      const { data, page } = await api.listBillingRecords({
        kind,
        from: `${first}-01T00:00:00.000Z`,
        limit: largestPage,
        ...(cursor && { cursor }),
      });
      records.push(...data);
      cursor = page.next_cursor;
    } while (cursor);
  }
  return records;
}

function newSum(month: string, currency: string): MonthSum {
  return { month, people: 0, billed: 0, totalMinor: 0, known: true, currency, records: [] };
}

/** The sums of the months from first to last, the latest first. */
export function sumMonths(records: readonly BillingRecord[], first: string, last: string): MonthSum[] {
  const sums = new Map<string, MonthSum>();
  const made = records
    .filter((record): record is MonthRecord => record.month !== undefined)
    .filter(({ month: { month } }) => month >= first && month <= last)
    .sort((a, b) => a.at.localeCompare(b.at));
  for (const record of made) {
    const { month, people, billed, total_minor, charge_known, currency } = record.month;
    const sum = sums.get(month) ?? newSum(month, currency);
    sum.known &&= charge_known;
    sum.people += people;
    sum.billed += billed;
    sum.totalMinor += total_minor;
    sum.records.push(record);
    sums.set(month, sum);
  }
  return [...sums.values()].sort((a, b) => b.month.localeCompare(a.month));
}

const amountOf = ({ totalMinor, known, currency }: MonthSum) =>
  amountText({ total_minor: totalMinor, charge_known: known, currency });

export function BilledMonths() {
  const { api, timers } = useSession();
  const thisMonth = monthOf(useToday(timers.clock, "UTC"));
  const [back, setBack] = useState(0);
  const last = addMonths(thisMonth, -1 - windowMonths * back);
  const first = addMonths(last, 1 - windowMonths);
  const loaded = useAsync(
    () => readMonths(api, first).then((records) => ({ first, sums: sumMonths(records, first, last) })),
    [api, first, last],
  );
  const sums = loaded.data?.first === first ? loaded.data.sums : undefined;
  return (
    <section class="card months" aria-labelledby="billed-months" aria-busy={!sums && !loaded.failure}>
      <div class="card-header">
        <h3 id="billed-months">{texts.months}</h3>
        <bdi class="secondary">{formatMonthRange(first, last)}</bdi>
        <nav class="stepper" aria-label={texts.windows}>
          <Button label={texts.earlier} onClick={() => setBack(back + 1)}>
            ‹
          </Button>
          <Button label={texts.later} disabled={back === 0} onClick={() => setBack(back - 1)}>
            ›
          </Button>
        </nav>
      </div>
      {loaded.failure && <FailureNotice failure={loaded.failure} onRetry={loaded.reload} />}
      {!sums && !loaded.failure && <Loading />}
      {sums?.length === 0 && <p class="empty">{texts.noMonths}</p>}
      {sums && sums.length > 0 && (
        <>
          <MonthCharts sums={sums} first={first} />
          <MonthTable sums={sums} />
          <p class="help">{texts.noInvoice}</p>
        </>
      )}
    </section>
  );
}

/** Two charts side by side. The table below has the same numbers. */
function MonthCharts({ sums, first }: { sums: MonthSum[]; first: string }) {
  const months = Array.from({ length: windowMonths }, (_, i) => addMonths(first, i));
  const columns = months.map((month) => ({ month, sum: sums.find((each) => each.month === month) }));
  return (
    <div class="billing-charts">
      <ColumnChart
        title={texts.charged}
        columns={columns.map(({ month, sum }) => ({
          month,
          value: sum?.known ? sum.totalMinor : 0,
          text: sum && amountOf(sum),
        }))}
      />
      <ColumnChart
        title={texts.counted}
        columns={columns.map(({ month, sum }) => ({
          month,
          value: sum?.people ?? 0,
          text: sum && String(sum.people),
        }))}
      />
    </div>
  );
}

interface Column {
  month: string;
  value: number;
  /** The value in words; undefined where nothing was billed. */
  text: string | undefined;
}

function ColumnChart({ title, columns }: { title: string; columns: Column[] }) {
  const highest = columns.reduce((most, column) => (column.value > most.value ? column : most));
  const spoken = columns.flatMap(({ month, text }) => (text ? [`${formatMonth(month)}: ${text}`] : []));
  const full = Math.max(1, highest.value);
  return (
    <div role="img" aria-label={texts.chart(title, spoken.join("; "))}>
      <p class="column-chart-title">{title}</p>
      <p class="secondary">{highest.text && texts.highest(highest.text)}</p>
      <div class="columns">
        {columns.map(({ month, value, text }) => {
          const height = (100 * Math.max(0, value)) / full;
          return (
            <div key={month} class="column" title={text && `${formatMonth(month)}: ${text}`}>
              <svg viewBox="0 0 1 100" preserveAspectRatio="none" aria-hidden="true">
                <rect class="bar-ground" width="1" height="100" />
                <rect class="bar-hours" width="1" height={height} y={100 - height} />
              </svg>
              <span class="column-name">{formatMonth(month, "short")}</span>
            </div>
          );
        })}
      </div>
    </div>
  );
}

const columnCount = 7;

function MonthTable({ sums }: { sums: MonthSum[] }) {
  return (
    <table class="table lines">
      <caption class="visually-hidden">{texts.monthsCaption}</caption>
      <thead>
        <tr>
          <th scope="col">{texts.month}</th>
          <th scope="col" class="number">
            {texts.total}
          </th>
          <th scope="col" class="number">
            {texts.billed}
          </th>
          <th scope="col" class="number">
            {texts.rate}
          </th>
          <th scope="col" class="number">
            {texts.base}
          </th>
          <th scope="col" class="number">
            {texts.counted}
          </th>
          <th scope="col" class="statement">
            {texts.statement}
          </th>
        </tr>
      </thead>
      {sums.map((sum) => (
        <tbody key={sum.month}>
          {sum.records.map((record) => (
            <RecordRows key={record.id} record={record} />
          ))}
          {sum.records.length > 1 && <SumRow sum={sum} />}
        </tbody>
      ))}
    </table>
  );
}

function SumRow({ sum }: { sum: MonthSum }) {
  return (
    <tr class="sum">
      <th scope="row">{texts.inAll(formatMonth(sum.month))}</th>
      <td class="number" data-label={texts.total}>
        {amountOf(sum)}
      </td>
      <td class="number" data-label={texts.billed}>
        {sum.billed}
      </td>
      <td />
      <td />
      <td class="number" data-label={texts.counted}>
        {sum.people}
      </td>
      <td />
    </tr>
  );
}

function RecordRows({ record }: { record: MonthRecord }) {
  const { month, people, billed, rate_minor, base_minor, currency, statement } = record.month;
  const [open, setOpen] = useState(false);
  const name = record.kind === "adjustment" ? texts.adjustment(formatUtcDay(record.at)) : formatMonth(month);
  return (
    <>
      <tr class={record.kind}>
        <th scope="row">
          {name}
          {record.kind === "monthly" && <span class="secondary">{planOf(record)}</span>}
        </th>
        <td class="number" data-label={texts.total}>
          {amountText(record.month)}
        </td>
        <td class="number" data-label={texts.billed}>
          {billed}
        </td>
        <td class="number" data-label={texts.rate}>
          {formatMoney(rate_minor, currency)}
        </td>
        <td class="number" data-label={texts.base}>
          {formatMoney(base_minor, currency)}
        </td>
        <td class="number" data-label={texts.counted}>
          {people}
        </td>
        <td class="statement" data-label={texts.statement}>
          {statement}
          <StatementDownload number={statement} format="pdf" />
          <StatementDownload number={statement} format="json" />
          <Button
            kind="quiet"
            label={texts.about(texts.counted, `${name}, ${statement}`)}
            expanded={open}
            onClick={() => setOpen(!open)}
          >
            {texts.counted}
          </Button>
        </td>
      </tr>
      {open && (
        <tr class="detail">
          <td colSpan={columnCount}>
            <PeopleCounted record={record} />
          </td>
        </tr>
      )}
    </>
  );
}

/** The plan that the month is billed by. */
function planOf({ plan_title, plan_id, month: { model, seats, free_trial } }: MonthRecord): string {
  return texts.monthPlan(plan_title ?? plan_id, model === "seats" ? seats : undefined, free_trial);
}

function StatementDownload({ number, format }: { number: string; format: StatementFormat }) {
  const { api, record } = useSession();
  return (
    <Download
      kind="quiet"
      text={texts[format]}
      label={texts.about(texts[format], number)}
      load={() => api.statement(number, format)}
      name={`${number}.${format}`}
      onDone={() => record("statement_downloaded", "admin")}
    />
  );
}

function PeopleCounted({ record }: { record: MonthRecord }) {
  const { api, record: note } = useSession();
  const loaded = useAsync(() => api.billingRecord(record.id), [api, record.id]);
  if (!loaded.data) {
    return loaded.failure ? <FailureNotice failure={loaded.failure} onRetry={loaded.reload} /> : <Loading />;
  }
  const { active = [], inactive = [] } = loaded.data.month ?? {};
  const adjusts = record.kind === "adjustment";
  return (
    <div class="stack">
      <AmountNote record={record} />
      {active.length > 0 && (
        <>
          <p>{(adjusts ? texts.countedAfterAll : texts.countedActive)(active.length)}</p>
          <People people={active} />
        </>
      )}
      {inactive.length > 0 && (
        <>
          <p>{texts.countedNot(inactive.length)}</p>
          <People people={inactive} />
        </>
      )}
      {active.length + inactive.length === 0 ? (
        <p>{adjusts ? texts.noDifference : texts.nobody}</p>
      ) : (
        <div class="actions">
          <Download
            text={texts.download}
            load={() => api.billingRecordCsv(record.id)}
            name={`${record.month.statement}-people.csv`}
            onDone={() => note("csv_downloaded", "admin")}
          />
        </div>
      )}
    </div>
  );
}

/** Why Microsoft bills another amount than the month's, where it does. */
function AmountNote({ record: { kind, month } }: { record: MonthRecord }) {
  if (month.free_trial) return <p>{texts.monthFree}</p>;
  if (kind !== "monthly" || month.model !== "seats" || !month.seats) return null;
  return <p>{texts.monthSeats(month.seats)}</p>;
}

function People({ people }: { people: NonNullable<BilledMonth["active"]> }) {
  return (
    <ul class="people-counted">
      {people.map(({ user_id, label }) => (
        <li key={user_id}>
          <bdi>{label}</bdi>
        </li>
      ))}
    </ul>
  );
}
