/** The sentences of one's own data, of the requests about it, and of the decisions on them. */

import type { HeldData, KeptData, PrivacyRequest, PrivacyRight, Processing } from "../../api/client.ts";
import { catalogue } from "../../texts/catalogue.ts";
import { counted, formatDate } from "../format.ts";
import { sentence } from "../sentence.ts";

const day = (date: string) => formatDate(date, "medium");

export const privacyTexts = catalogue("privacy", {
  tab: "My data",
  title: "My data",
  lead: "What TimeTracker holds about you, and what you can do about it.",
  alone: {
    title: "Your data in TimeTracker",
    lead: "See and download what TimeTracker holds about you, and ask about it. This also works when your own organization has invited you and you haven't joined, when your account was deactivated, or when your organization no longer uses TimeTracker.",
    signIn: "Sign in with the work account that you have or had in this organization.",
    otherAccount: "Use another account",
    unknown:
      "Nobody with this account uses TimeTracker here. If an organization with another directory has invited you, it tells you what is held by that, and can withdraw the invitation. Bills of an organization that was removed can still have its address, for 7 years, as tax law demands. The operator of TimeTracker tells you.",
    inactive: (organization: string) =>
      sentence`You can't record time for ${organization}. Your data is kept until its end, which is named below.`,
  },
  ends: (organization: string, when: string) => sentence`${organization} is deleted on ${when}`,
  endsHelp:
    "All of this goes with it, your requests and their references too. Download before what you want to keep, and the confirmations of your requests.",
  you: {
    title: "About you",
    name: "Name",
    email: "E-mail address",
    organization: "Organization",
    fromDirectory:
      "Name and address come from your organization's directory, and follow it at your next sign-in. Have them corrected there.",
    entries: "You correct your time in My time. What is closed there can be corrected by a request.",
    entriesByRequest: "Your time is corrected by a request.",
  },
  held: {
    title: "What is held",
    what: "What",
    kept: "Kept",
    erased: "If you are erased",
    download: "Download all of it",
    downloadHelp:
      "One ZIP with a file of JSON and one of CSV for each of these. It says what is not in it, and why.",
    downloaded: "Your data is downloaded.",
    purposes: {
      contract: "The organization's account",
      accounts: "Who uses the product, and how it is set for them",
      recording: "Recorded time",
      tracking: "Work items, shown again and written to",
      approving: "Weeks, their targets and their approval",
      reporting: "Reports",
      importing: "Time from other products",
      accounting: "Who has changed what",
      usage_log: "What was done in the product",
      billing: "Billing",
      proving: "Showing that nobody has altered what was recorded",
      operating: "Keeping the product running",
      rights: "What you choose and ask about your data",
    } satisfies Record<HeldData["purpose"], string>,
    retentions: {
      with_tenant: "Until 30 days after the organization's end",
      as_logs: "As the organization sets, at most until 30 days after its end",
      seven_years: "7 years, as tax law demands",
      one_day: "24 hours",
      until_done: "Until it is done",
    } satisfies Record<HeldData["retention"], string>,
    erasures: {
      pseudonym: "Stays, and leads to nobody",
      for_totals: "Stays without you, so that totals stay right",
      cleared: "Cleared",
      redacted: "Your name, addresses and ids are taken out",
      removed: "Removed",
      unless_shared: "Removed; what is shared stays without your name",
      replaced: "Replaced by another administrator's",
      kept_by_law: "Stays until its end, as tax law demands",
      of_the_organization: "Stays: it is the organization's",
    } satisfies Record<HeldData["erasure"], string>,
    classes: {
      personal: "about you",
      content: "typed text",
    } satisfies Record<HeldData["class"], string>,
  },
  rights: {
    correction: "Correction",
    erasure: "Erasure",
    restriction: "Restriction",
    objection: "Objection",
    withdrawal: "Withdrawal of consent",
  } satisfies Record<PrivacyRight, string>,
  rightsHelp: {
    correction: "Something is wrong that you can't correct by yourself.",
    erasure:
      "You are taken out of everything. Totals stay right, and what the law makes us keep is named to you.",
    restriction: "Nobody else sees your time until it ends: it is in no list, report or file of others.",
    objection: "Something is done with your data that you don't agree with, and that no switch below ends.",
    withdrawal: "You take back a consent that you have given.",
  } satisfies Record<PrivacyRight, string>,
  requests: {
    title: "Requests",
    lead: "A request is decided and carried out within 30 days, by an administrator who isn't you, or by the operator of TimeTracker where there is none.",
    none: "You have asked for nothing.",
    ask: "Ask for something",
    right: "What you ask for",
    about: "What it is about",
    aboutOther: "Something else",
    note: "What is to be done",
    noteOptional: "What should be known about it (optional)",
    send: "Send the request",
    sending: "Sending…",
    sent: (until: string) => sentence`Your request is sent. It will be decided by ${day(until)}.`,
    missing: "Say what is to be done.",
    reference: "Your reference",
    referenceHelp:
      "Keep it: with it you find the confirmation without signing in. It is shown only this once.",
    withdraw: "Take back",
    endRestriction: "End the restriction",
    withdrawn: "The request is taken back.",
    restrictionEnded: "The restriction has ended. Others see your time again.",
    confirmation: "Confirmation",
    asked: (date: string) => sentence`Asked on ${day(date)}`,
    due: (date: string) => sentence`To be decided by ${day(date)}`,
    doneBy: (date: string) => sentence`To be done by ${day(date)}`,
    outcome: "What was done",
    ended: "Why it has ended",
    decidedBy: (date: string, name: string) => sentence`Decided on ${day(date)} by ${name}`,
    byOperator: (date: string) => sentence`Decided on ${day(date)} by the operator of TimeTracker`,
    forOperator: "The operator of TimeTracker decides.",
    processings: {
      action_log: "What is done on the pages",
      team_reports: "Time in reports and lists of others",
      desktop_activity: "What a desktop app notices",
    } satisfies Record<Processing, string>,
    kept: (what: string, why: string, until: string) => sentence`Kept: ${what} (${why}), until ${day(until)}`,
    keptThings: { billing_records: "the person in billing records" } satisfies Record<
      KeptData["what"],
      string
    >,
    keptReasons: { tax_law: "tax law" } satisfies Record<KeptData["why"], string>,
    statuses: {
      open: "Waits for a decision",
      accepted: "Granted, to be done",
      granted: "Granted, in force",
      done: "Granted and done",
      refused: "Refused",
      withdrawn: "Taken back",
    } satisfies Record<PrivacyRequest["status"], string>,
    erasing: "Granted, being done",
    overdue: "Overdue",
    restrictedSince: (date: string) =>
      sentence`Since ${day(date)} nobody else sees your time. You can go on recording it.`,
    codes: {
      request_open: "You have asked for this already, and it isn't completed.",
      already_decided: "This was decided on meanwhile.",
    },
  },
  objections: {
    title: "Switches",
    lead: "They hold at once. Nobody has to agree.",
    names: {
      action_log: "Don't record what I do on the pages",
      team_reports: "Leave me out of reports and lists of others",
      desktop_activity: "Don't record what a desktop app notices of me",
    } satisfies Record<Processing, string>,
    help: {
      action_log: "Such as opening a report. What was recorded stays until its end, or your erasure.",
      team_reports: "Your approver still sees the weeks that you hand in.",
      desktop_activity: "There is no such app yet. Your choice is kept for it.",
    } satisfies Record<Processing, string>,
    saved: "Your choice is saved.",
  },
  nominee: {
    title: "Somebody who acts for you",
    lead: "This person may exercise your rights after your death, or if you can't any more.",
    name: "Their name",
    email: "Their e-mail address",
    save: "Name this person",
    saving: "Saving…",
    saved: (name: string) => sentence`${name} may act for you.`,
    named: (name: string, email: string, date: string) => sentence`${name}, ${email}, since ${day(date)}`,
    takeBack: "Take back",
    takenBack: "Nobody may act for you any more.",
    required: "A name and an e-mail address are needed.",
  },
  find: {
    title: "Find a confirmation",
    lead: "With the reference of a request, without signing in.",
    reference: "Reference",
    find: "Download the confirmation",
    incomplete: "A reference has 26 letters and digits.",
    codes: {
      privacy_request_not_found: "There is no request with this reference.",
      not_decided: "There is no decision on this request yet.",
    },
  },
  queue: {
    tab: "Privacy",
    title: "Privacy requests",
    lead: "What people ask about their data. The law gives 30 days to decide and to carry it out. Nobody decides on their own request.",
    none: "Nobody has asked for anything.",
    noneOpen: "Nothing waits.",
    waiting: "Waiting",
    all: "All",
    show: "Requests on show",
    caption: "Requests of people about their data",
    who: "Person",
    right: "Right",
    state: "State",
    actions: "Actions",
    inDays: (days: number) =>
      days === 0
        ? "Due today"
        : days < 0
          ? sentence`Overdue for ${counted(-days, "day")}`
          : sentence`Due in ${counted(days, "day")}`,
    decide: "Decide",
    decideOn: (right: string, name: string) => sentence`${right}: ${name}`,
    own: "Somebody else decides on your own request.",
    grant: "Grant",
    refuse: "Refuse",
    decision: "Decision",
    reason: "Reason",
    reasonHelp:
      "The person is told, and whoever has the reference can read it: name nobody. A refusal needs one.",
    told: "The person is told, and whoever has the reference can read it: name nobody.",
    reasonRequired: "Say why.",
    granting: {
      correction: "Somebody makes the correction.",
      erasure:
        "The person is taken out of everything. This can't be undone: whoever signs in again is somebody new. Totals stay right. Billing records keep what tax law demands for 7 years.",
      restriction: "From now on their time is in no list, report or file of others.",
      objection: "Somebody ends what they object to.",
      withdrawal: "Somebody ends what they consented to.",
    } satisfies Record<PrivacyRight, string>,
    grantingProcessing: {
      action_log: "From now on what they do on the pages isn't recorded.",
      team_reports: "From now on they are left out of reports and lists of others.",
      desktop_activity: "What a desktop app notices of them isn't recorded.",
    } satisfies Record<Processing, string>,
    outcome: "What was done",
    outcomeOptional: "What was done already (optional)",
    outcomeOptionalHelp:
      "The person is told. Left empty, the request waits here until you say what was done.",
    outcomeRequired: "Say what was done.",
    complete: "Done",
    completeTitle: (right: string, name: string) => sentence`Done: ${right}, ${name}`,
    completed: (name: string) => sentence`${name} is told what was done.`,
    save: "Save the decision",
    saving: "Saving…",
    decided: (name: string) => sentence`${name} is told of the decision.`,
    end: "End",
    endTitle: (name: string) => sentence`End the restriction of ${name}`,
    ended: (name: string) => sentence`The restriction of ${name} has ended.`,
    reminder: (days: number) =>
      days < 0
        ? "A privacy request is overdue. The law gives 30 days."
        : days === 0
          ? "A privacy request is due today."
          : sentence`A privacy request is due in ${counted(days, "day")}.`,
    open: "Show the requests",
  },
  /** By the names that the files of a download have. */
  recordSets: {
    access_records: "Who read your data, and whose data you read",
    organization: "The organization",
    profile: "Your account",
    time_entries: "Your time entries",
    time_entry_changes: "Changes of your entries",
    changes_of_others_entries: "Changes that you have made of others' entries, without what they said",
    timer_events: "Starts and stops of your timer",
    seen_work_items: "Work items that you were shown",
    pinned_work_items: "Work items that you have pinned",
    assigned_work_items: "Work items that are assigned to you",
    write_backs: "What waits to be written to Azure DevOps",
    contributions: "What was written to Azure DevOps",
    targets: "Your targets",
    timesheets: "Your weeks",
    adjustments: "Adjustments of your time",
    reminders: "Reminders",
    saved_reports: "Reports that you have saved",
    imports: "Imports that you have made",
    import_rows: "Imported rows that are your time",
    audit_events: "Administrative changes by you, or of you",
    actions: "What you did on the pages",
    recent_requests: "Your latest calls, so that none counts twice",
    billing_records: "Bills that name you",
    metered_months: "Months in which you were counted",
    privacy_requests: "Your privacy requests",
    privacy_choices: "Your choices",
  } satisfies Record<HeldData["record_set"], string>,
});
