/** The sentences of who read data of the person. */

import type { AccessRecord, AccessRole } from "../../../api/client.ts";
import { catalogue } from "../../../texts/catalogue.ts";
import { counted } from "../../format.ts";
import { sentence } from "../../sentence.ts";

export const accessTexts = catalogue("accesses", {
  title: "Who read your data",
  lead: "Whenever somebody else reads data of yours, it is noted before they see it. What is read again within an hour is counted.",
  none: "Nobody else has read your data.",
  when: "When",
  who: "Who",
  what: "What",
  often: "How often",
  you: "You",
  operator: "An operator of TimeTracker",
  everybody: "Everybody's in your organization",
  own: "Yours",
  reads: (count: number) => counted(count, "time"),
  /** An hour in which something was read more than once. */
  between: (first: string, last: string) => sentence`${first} to ${last}`,
  roles: {
    user: "approver",
    admin: "admin",
    super_admin: "super admin",
  } satisfies Record<AccessRole, string>,
  kinds: {
    list: "A list of time",
    entry: "An entry",
    history: "The history of an entry",
    log: "A log",
    report: "A report",
    export: "A file",
    timesheet: "Weeks and targets",
    person: "Accounts and requests",
    billing: "Who was counted for a bill",
    operator: "A command",
  } satisfies Record<AccessRecord["kind"], string>,
});
