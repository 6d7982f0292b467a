/** The sentences of the organization's export and of its end. */

import { catalogue } from "../../texts/catalogue.ts";
import { sentence } from "../sentence.ts";

export const endingTexts = catalogue("ending", {
  title: "Export and deletion",
  lead: "Take along all that is held for your organization, and have it deleted.",
  export: "Download everything",
  exportHelp:
    "A ZIP with every table as JSON and CSV, and the chain that proves them. Everybody sees in My data that you have read theirs. It lacks the rows of whoever restricts the use of their data; README.txt says how many people these are.",
  delete: "Delete the organization",
  what: "All people, all recorded time and all settings are deleted. Billing records stay, and name people for 7 years, since tax law demands it. It begins after 7 days, or at once when a second super_admin confirms it. Until it begins, every super_admin can stop it.",
  slug: "Short name of the organization",
  slugHelp: (slug: string) => sentence`Type ${slug} to ask for the deletion.`,
  ask: "Ask for the deletion",
  asking: "Asking…",
  asked: "The deletion was asked for.",
  planned: (when: string) => sentence`Your organization is deleted on ${when}`,
  askedBy: (name: string, when: string) => sentence`Asked for by ${name} on ${when}.`,
  askedByOperator: (when: string) => sentence`Asked for by the operator of TimeTracker on ${when}.`,
  afterCancellation:
    "The subscription was cancelled, and everything is deleted 30 days after that. Buy a plan again before, or download everything.",
  stop: "Stop the deletion",
  stopping: "Stopping…",
  stopped: "The deletion was stopped.",
  confirm: "Confirm",
  confirmTitle: "Delete the organization now?",
  confirming: "Confirming…",
  confirmed: "The deletion was confirmed.",
  confirmText:
    "It begins within minutes, when the last month is billed, and then nobody can stop it any more.",
  confirmSubmit: "Delete the organization",
  codes: {
    slug_wrong: "This is not your organization's short name.",
    subscription_in_force:
      "A subscription is in force, for which Microsoft would go on charging you. Cancel it in the Azure Marketplace first.",
    deletion_asked: "Somebody has asked for the deletion already.",
    deletion_not_asked: "Nobody has asked for the deletion any more: somebody has stopped it.",
    own_request: "Another super_admin than the one who has asked confirms it.",
    removal_begun: "The deletion has begun.",
  },
} as const);
