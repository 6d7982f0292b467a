/** What an administrative change has changed, as people read it. */

import type { AuditEvent } from "../../api/client.ts";
import { decimalsOf } from "../currencies.ts";
import { formatDateTime, formatDuration, formatHours, formatMoney } from "../format.ts";
import { privacyTexts } from "../privacy/texts.ts";
import { formatChange } from "../report/format.ts";
import { texts as shared } from "../texts.ts";
import { adminTexts } from "./texts.ts";

type Change = AuditEvent["changes"][number];
type Field = Change["field"];
type ValueText = (value: string, zone: string) => string;

const { log: texts, tenant: settings } = adminTexts;

/** The words for a code. Other programs may record codes of their own, which are spelled out. */
export function wordsFor(words: Readonly<Record<string, string>>, code: string): string {
  if (Object.hasOwn(words, code)) return words[code] ?? code;
  const spelled = code.replaceAll("_", " ");
  return spelled.charAt(0).toUpperCase() + spelled.slice(1);
}

const wordsIn =
  (words: Readonly<Record<string, string>>): ValueText =>
  (value) =>
    wordsFor(words, value);

/** The words for true and false. */
const either = ({ yes, no }: { yes: string; no: string }): ValueText => wordsIn({ true: yes, false: no });

/** Go's text of a length, such as 7h30m0s. */
function hoursText(value: string): string {
  const [, h = 0, m = 0, s = 0] = /^(?:(\d+)h)?(?:(\d+)m)?(?:([\d.]+)s)?$/.exec(value) ?? [];
  return settings.hours(String(Number(h) + Number(m) / 60 + Number(s) / 3600));
}

/** An amount with its currency, such as 9.00 USD. */
function rateText(value: string): string {
  const [amount = "", currency = ""] = value.split(" ");
  return texts.rate(formatMoney(Math.round(Number(amount) * 10 ** decimalsOf(currency)), currency));
}

/** How long a log is kept; 0 is as long as the organization. */
const logDays: ValueText = (value) =>
  value === "0" ? adminTexts.retention.terms.with_tenant : settings.days(value);

/** An instant as the API writes it. */
const instantText: ValueText = (value, zone) => formatDateTime(Date.parse(value), zone);

/** The values that are not shown as they are. */
const valueTexts: Partial<Record<Field, ValueText>> = {
  billing_address: (value) => value.split("\n").join(", "),
  on_start_while_running: wordsIn(settings.starts),
  auto_stop_after: hoursText,
  edit_window_days: settings.days,
  allow_overlap: either(settings.overlaps),
  week_start: wordsIn(settings.weeks),
  lock_after_days: settings.days,
  timer_log_days: logDays,
  action_log_days: logDays,
  billable: either(adminTexts),
  general_allowed: either(adminTexts),
  write_back: either(settings.writesBack),
  write_back_step: wordsIn(settings.steps),
  write_back_remaining: either(settings.remaining),
  join_policy: wordsIn(settings.joins),
  plan: wordsIn(texts.plans),
  status: wordsIn({ ...texts.tenantStatuses, ...adminTexts.statuses, ...texts.sheetStatuses }),
  paid_seats: (value) => texts.seats(Number(value)),
  rate: rateText,
  trial_ends_at: instantText,
  deletion_at: instantText,
  role: wordsIn(adminTexts.roles),
  external: either(adminTexts),
  event: wordsIn(adminTexts.bills.kinds),
  refused: wordsIn(texts.refusals),
  completed_work: (value) => formatHours(Number(value)),
  operation: wordsIn(texts.operations),
  started_at: instantText,
  stopped_at: instantText,
  voided_at: instantText,
  needs_review: wordsIn(shared.entries.reviewStates),
  source: wordsIn(shared.entries.sources),
  work_item: (value) => `#${value}`,
  target: (value) =>
    value
      .split(" ")
      .map((minutes) => formatDuration(Number(minutes) * 60_000, "hours"))
      .join(" "),
  adjusted_ms: (value) => formatChange(Number(value)),
  privacy_request: wordsIn(privacyTexts.rights),
  objections: (value) =>
    value
      .split(" ")
      .map((word) => wordsFor(texts.objections, word))
      .join(", "),
  nominee: wordsIn(texts.nominees),
};

/** What is told alone, since it has no value before. */
const facts: readonly Field[] = [
  ...(["event", "refused", "operation", "reason", "privacy_request"] as const),
  ...(["week", "comment", "from", "for_day", "day", "adjusted_ms"] as const),
];

/** "Role: User → Admin". What is no change of a value, but a fact, is told alone: "Reason: Standup". */
export function changeText({ field, old, new: next }: Change, zone: string): string {
  const label = wordsFor({ ...settings.labels, ...texts.fields }, field);
  const text = (value: string) => (value ? (valueTexts[field]?.(value, zone) ?? value) : texts.nothing);
  if (facts.includes(field)) return texts.fact(label, text(next));
  return texts.change(label, text(old), text(next));
}
