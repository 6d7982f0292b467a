/** Every sentence of the privacy notice, of each of its versions. Its facts are those of docs/privacy.md. */

import { catalogue } from "../../texts/catalogue.ts";
import { formatDate } from "../format.ts";
import { sentence } from "../sentence.ts";

const withTenant = "As long as your organization uses TimeTracker, and for 30 days after that.";

/** The first version. A text that was in force is never changed: a new version is added beside it. */
const version1 = {
  /** What is new, for whoever knows the version before. */
  changes: [] as readonly string[],
  responsible: {
    title: "Who is responsible",
    points: [
      "Your organization decides what TimeTracker is used for and how. It is the controller of what is recorded with it (Article 4 of the General Data Protection Regulation, GDPR). Ask it first: TimeTracker tells everybody who its super admins are.",
      "The seller, who is named above, runs TimeTracker on its behalf as a processor (Article 28). Of billing records the seller is the controller.",
      "On which legal basis your time is recorded is for your organization to say. Mostly it is your contract, or its legitimate interest in planning and billing work (Article 6(1)(b) and (f)). Billing records are kept because tax law demands it (Article 6(1)(c)).",
    ],
  },
  held: {
    title: "What is held, what for, and for how long",
    what: "What",
    purpose: "What for",
    kept: "For how long",
    of: {
      account: {
        what: "Your account: the ids of your directory and of yourself in it, your name and e-mail address, and a second address while you ask to join; your role, and whether you are a guest; who invited you and when, your first and your last sign-in; who approves your weeks; your time zone, the first day of your weeks, the format of your files, whether single letters are keys, and which version of this notice you have been told of.",
        purpose: "To know who uses TimeTracker, what they may do, and how their pages are.",
        kept: withTenant,
      },
      time: {
        what: "Your time: when each entry begins and ends, on which work item or project, its activity and note, and whether it is billable; and each start, stop and switch.",
        purpose: "To record, report and bill work.",
        kept: "As long as your organization uses TimeTracker, and for 30 days after that. The log of starts, stops and switches may end earlier, as your organization sets.",
      },
      changes: {
        what: "Who changed what: every change of an entry with its old and new value and its reason, and what was changed in the administration, with the name of whoever did it.",
        purpose: "So that whoever is concerned can see what became of their time.",
        kept: withTenant,
      },
      work: {
        what: "Work items, as Azure DevOps shows them: number, project, title, type, state, parent, hours, and the name of whom they are assigned to; which of them you have looked at or pinned; and what of your time was added to their Completed Work.",
        purpose: "To show them again, and to add your time where your organization has switched that on.",
        kept: withTenant,
      },
      weeks: {
        what: "Weeks that you hand in, what was decided about them and by whom, with comments; the hours that are expected of you; corrections of closed time; reminders.",
        purpose: "To approve and close weeks.",
        kept: "As long as your organization uses TimeTracker, and for 30 days after that. Reminders until they are done.",
      },
      reports: {
        what: "Reports that you have saved, with their filters.",
        purpose: "To open them again, and to share them if you choose to.",
        kept: withTenant,
      },
      imports: {
        what: "Time from other products that an administrator has imported, with the row of the file that it came from.",
        purpose: "To bring earlier time along, and to take an import back.",
        kept: "As long as your organization uses TimeTracker, and for 30 days after that. The file itself until its rows are read.",
      },
      usage: {
        what: "What you do in TimeTracker, by its type and its page alone: such as opening a page or downloading a file.",
        purpose: "So that administrators see whether TimeTracker is used, and what was taken out of it.",
        kept: "As long as your organization uses TimeTracker, and for 30 days after that, or shorter, as your organization sets.",
      },
      billing: {
        what: "Billing records: your e-mail address, or your name where you have none, for each month in which you have recorded time. Under some plans also that you were counted in a month.",
        purpose: "To show what a bill is made of.",
        kept: "For 7 years, as tax law demands.",
      },
      access: {
        what: "Who has looked at your data, in which role, in which hour and how often; and checksums that seal what was recorded, so that nobody alters it unseen.",
        purpose: "To show you who reads what is about you, and to prove what was recorded.",
        kept: "As long as your organization uses TimeTracker, and for 30 days after that. The checksums as long as billing records; an erasure takes from them what could lead to you.",
      },
      rights: {
        what: "What you ask about your data, and what was decided and why; restrictions and objections; and the name and e-mail address of whom you name to exercise your rights.",
        purpose: "To answer you, to keep to it, and to know who may speak for you.",
        kept: withTenant,
      },
      requests: {
        what: "The answers to your latest requests that change something.",
        purpose: "So that a request that is sent twice takes effect once.",
        kept: "For 24 hours.",
      },
    },
  },
  notHeld: {
    title: "What is not held",
    points: [
      "No network address and nothing about your browser or machine: in no table, log, metric or crash report. No location, no password, no payment data.",
      "TimeTracker records what somebody starts, stops, types or imports. It doesn't watch what you do on your machine.",
      "There is no profiling and no automated decision (Article 22). A timer that runs for longer than your organization allows is stopped at that length, and waits until you have confirmed or corrected it.",
    ],
  },
  recipients: {
    title: "Who gets to see it",
    points: [
      "You see all of your own. Administrators of your organization see everybody's time, logs and reports; whoever approves your weeks sees those. Everybody else sees, of work items that Azure DevOps shows them, everybody's sum, and whose timer runs there.",
      "Microsoft signs you in (Microsoft Entra ID). Azure DevOps is read and written with your own rights, or with those of colleagues who work on the same. The Azure Marketplace is told of seats and, under some plans, of the number of people, never of names. Microsoft Graph is asked when an administrator searches your directory; what it answers is not kept.",
      "The seller's operators keep the database running. The seller says where it stands, and who else has a part in that.",
      "Nobody else. Nothing is sold, and there is neither advertising nor anybody else's analytics.",
    ],
  },
  rights: {
    title: "Your rights, and where you exercise them",
    points: [
      "See and take with you (Articles 15 and 20): My data lists what is held about you, and gives you all of it as one ZIP of JSON and CSV. It also shows who has looked at it.",
      "Correct (Article 16): your entries in My time and on the work item, your time zone in the hub. Your name and address come from your directory: have them corrected there, and your next sign-in brings them here.",
      "Erase, restrict, object, take back a consent (Articles 17, 18, 21 and 7(3)): ask on My data. A super admin of your organization decides within 30 days and says why; you can keep the confirmation. After an erasure your entries stay in sums as nobody's; billing records keep your address until their end.",
      "Name somebody who may exercise these rights after your death or while you can't: on My data.",
      "You can turn to the supervisory authority for data protection at any time (Article 77).",
    ],
  },
  browser: {
    title: "What your browser keeps",
    points: [
      "In sessionStorage, until the tab is closed: the sign-in, as Microsoft's library MSAL keeps it (keys that begin with msal.).",
      "In localStorage: the theme, light or dark, so that a page opens in it (timetracker.theme).",
      "In sessionStorage, only while the network is away: a start or a stop that could not be sent yet, until it is (timetracker.outbox and your id). And for a moment, on the page that the Azure Marketplace opens, what it has handed over (timetracker.marketplace_token).",
      "There are no cookies, databases, caches or service workers. Pages ask nobody but TimeTracker, Azure DevOps around them, and Microsoft's sign-in.",
    ],
  },
  ahead: {
    title: "When this notice changes",
    points: [
      "A change that matters is announced in TimeTracker at least 14 days before it takes effect, until you dismiss the announcement. Every version stays here.",
    ],
  },
};

export const noticeTexts = catalogue("notice", {
  title: "Privacy notice",
  inForce: (version: string, since: string) =>
    sentence`Version ${version}, in force since ${formatDate(since, "medium")}.`,
  coming: (version: string, from: string) =>
    sentence`Version ${version}, in force from ${formatDate(from, "medium")} on.`,
  past: (version: string, since: string) =>
    sentence`Version ${version}, which took effect on ${formatDate(since, "medium")} and is no longer in force.`,
  versions: "Versions",
  show: (version: string) => sentence`Version ${version}`,
  news: "What is new",
  texts: { 1: version1 },
});

export type NoticeText = typeof version1;
