/**
 * Every sentence that a person reads in the frames. Those of the administration are in admin/texts.ts, and those of the
 * page of the Azure Marketplace in landing/texts.ts. Where the contract lists the keys, the compiler compares them.
 */

import type { Me, TimeEntry } from "../api/client.ts";
import { catalogue } from "../texts/catalogue.ts";
import { counted, formatDate, formatDuration, formatHours, formatLength } from "./format.ts";
import { sentence } from "./sentence.ts";
import type { GroupId } from "./switch/choices.ts";

export const texts = catalogue("frames", {
  product: "TimeTracker",
  loading: "Loading…",
  tryAgain: "Try again",
  dismiss: "Dismiss",
  correctClosed: "Correct by an adjustment",
  cancel: "Cancel",
  showMore: "Show more",
  paging: {
    pages: "Pages",
    previous: "Previous",
    next: "Next",
    page: (n: number) => sentence`Page ${n}`,
  },
  csv: {
    label: "Format of CSV files",
    comma: "Comma, 1.5",
    semicolon: "Semicolon, 1,5",
    tab: "Tab, 1.5",
  },
  downloading: "Preparing…",
  reviewApart: "Time under review is shown apart and counts once it has been confirmed or corrected.",

  boot: {
    starting: "Starting…",
    no_host: {
      title: "Open this page from Azure DevOps",
      detail:
        "It shows your time inside a work item or in Boards and can't work on its own. If you are in Azure DevOps, reload the page.",
    },
    no_config: {
      title: "TimeTracker can't be reached",
      detail: "Its settings could not be loaded. Check your connection and try again.",
    },
  },

  welcome: {
    title: "Set up TimeTracker for your organization",
    lead: "Time tracking inside Azure DevOps, free for 30 days. Sign in with your work account to begin, or to see whether your organization uses it already.",
  },

  signIn: {
    working: "Signing in…",
    button: "Sign in with Microsoft",
    none: "Sign in with your work account to record time.",
    confirm:
      "Your organization asks you to confirm your sign-in, for instance with a second factor. Sign in once more to go on.",
    cancelled: "The sign-in was not completed. You can try again.",
    popupBlocked: "The browser blocked the sign-in window. Allow pop-ups for this site and try again.",
    failed: "Signing in did not work. Try again; if it keeps failing, ask your administrator.",
    again: "You have been signed out. Sign in again to go on.",
  },

  signUp: {
    title: "Set up TimeTracker for your organization",
    lead: "Your organization doesn't use TimeTracker yet. Setting it up starts a free trial of 30 days for up to five people; you become its administrator.",
    name: "Organization name",
    slug: "Short name",
    slugHelp:
      "Names your organization where support looks it up. Lower-case letters, digits and single hyphens, 2 to 40 characters.",
    devops: "Azure DevOps organization",
    devopsHelp: "The part after dev.azure.com/",
    email: "Administrator e-mail",
    emailHelp: "Colleagues who need access are told to ask there. TimeTracker sends no mail.",
    zone: "Time zone",
    zoneHelp: "Days, weeks and months are cut in it.",
    currency: "Currency",
    currencyHelp: "Amounts are shown in it.",
    submit: "Start the free trial",
    working: "Setting up…",
    notMine: "Not an administrator? Ask the person who looks after your tools to do this.",
    required: "Fill this in.",
    badSlug: "Use lower-case letters, digits and single hyphens, 2 to 40 characters.",
    badOrganization: "Use letters, digits and hyphens, at most 50 characters.",
    badEmail: "Enter an e-mail address.",
  },

  failure: {
    offline: "TimeTracker was not reached. Nothing is lost; try again.",
    unavailable: "TimeTracker doesn't answer as it should. Nothing is lost; try again in a moment.",
    tooMany: "That was a little fast. Wait a moment and try again.",
    signedOut: "You are signed out. Sign in and try again.",
    unexpected: "That did not work.",
    stale: "This entry has been changed meanwhile. It is shown as it is now; look at it and try again.",
    notFound: "This is not there any more.",
    characters: "The text has characters that can't be seen. Type it anew, or paste it as plain text.",
    reference: (id: string) => sentence`Reference ${id}`,
    codes: {
      marketplace_unavailable:
        "Microsoft's Marketplace doesn't answer. Your purchase is safe; the link is good for 24 hours.",
      marketplace_credentials:
        "Microsoft's Marketplace doesn't let TimeTracker look at the purchase just now. Your purchase is safe; the link is good for 24 hours.",
      already_answered: "This was done already. Reload the page to see what it did.",
      time_zone_unknown: "TimeTracker doesn't know this time zone yet.",
      tenant_unknown: "Your organization doesn't use TimeTracker yet.",
      not_joined: "You have no account in TimeTracker. Load the page anew to join.",
      user_deactivated: "Your access to TimeTracker was turned off. Ask your administrator.",
      not_invited: "You have not been invited to TimeTracker yet. Ask your administrator for an invitation.",
      seat_limit: "All seats of your organization are taken. Ask your administrator for one.",
      trial_expired:
        "The free trial has ended. Your time is kept and can be read and exported; a plan is needed to record more.",
      tenant_suspended:
        "Your organization's subscription is suspended. Your time is kept and can be read and exported; no more can be recorded for now.",
      tenant_cancelled:
        "Your organization's subscription has been cancelled. Your time is kept and can be read and exported; no more can be recorded.",
    },
  },

  /** Time on a project without a work item. */
  general: {
    name: (project: string) => sentence`No work item – ${project}`,
  },

  timer: {
    start: "Start",
    stop: "Stop",
    starting: "Starting…",
    stopping: "Stopping…",
    switchHere: "Switch here",
    stopThere: "Stop there",
    stopAndStart: "Stop there and start",
    discard: "Discard",
    discarding: "Discarding…",
    started: (item: string) => sentence`Timer started on ${item}.`,
    stopped: (item: string, ms: number) => sentence`Timer on ${item} stopped after ${formatLength(ms)}.`,
    alreadyStopped: "The timer had already been stopped.",
    discarded: "Timer discarded.",
    rejected: (item: string) => sentence`A timer is running on ${item}. Stop it first.`,
    running: "Running timer",
    notBillable: "not billable",
    details: "What is told about the running timer",
    runningSince: (time: string) => sentence`Running since ${time}`,
    since: (time: string) => sentence`since ${time}`,
    idle: "No timer is running.",
    elsewhere: "Running elsewhere",
    elapsed: "Elapsed time",
    autoStop: (time: string) => sentence`Stops by itself at ${time}`,
  },

  /** What waits while the server is not reached. */
  offline: {
    title: "TimeTracker was not reached.",
    stop: (time: string) =>
      sentence`Your stop at ${time} is sent as soon as it is. The timer goes on until then; afterwards you can cut it to ${time}.`,
    start: (time: string) =>
      sentence`Your start at ${time} is sent as soon as it is; afterwards you can let the timer begin at ${time}.`,
    several:
      "What you pressed is sent in this order as soon as it is; afterwards you can correct the time to it.",
    keepTab: "Keep this tab open until then.",
    pressedStop: (time: string, item: string) => sentence`${time} Stop on ${item}`,
    pressedStart: (time: string, item: string) => sentence`${time} Start on ${item}`,
    tryNow: "Try now",
    sending: "Trying again…",
    sendsIn: (seconds: number) => sentence`Trying again in ${seconds} s.`,
    keepRunning: "Keep running",
    dontStart: "Don't start",
    tooOld: (item: string) =>
      sentence`Your start on ${item} was not sent for so long that it was left out. Start again.`,
  },

  /** What was recorded later than pressed. */
  late: {
    title: "Recorded later than you pressed",
    stop: (item: string, pressed: string, recorded: string) =>
      sentence`${item}: stopped at ${recorded}, you pressed Stop at ${pressed}.`,
    start: (item: string, pressed: string, recorded: string) =>
      sentence`${item}: started at ${recorded}, you pressed Start at ${pressed}.`,
    cutTo: (time: string) => sentence`Cut to ${time}`,
    startAt: (time: string) => sentence`Start at ${time}`,
    useAll: "Use the times you pressed",
    keep: "Keep as recorded",
    reason: "As pressed while TimeTracker was not reached",
    corrected: (item: string) => sentence`The time on ${item} is as you pressed.`,
    allCorrected: "The times are as you pressed.",
    changedMeanwhile: "These entries were changed meanwhile, so they stay as they are.",
    takenBack: "The times are as recorded again.",
  },

  undo: {
    button: "Undo",
    region: "What was done",
    failed: (why: string) => sentence`This could not be undone. ${why}`,
    runsOn: (item: string) => sentence`The timer on ${item} runs on.`,
    start: (item: string) => sentence`The start on ${item} is undone.`,
    confirmed: "The entry is under review again.",
    corrected: "The correction is undone.",
    voided: "The entry counts again.",
    putBack: "The change is there again.",
  },

  item: {
    groupTitle: "Time on this work item",
    saveFirst: "Save the work item first",
    saveFirstDetail: "Time is recorded on saved work items.",
    unreadable: "The work item could not be read from Azure DevOps.",
    notOpened: (id: string) => sentence`Azure DevOps did not open #${id}.`,
    onThis: "On this item",
    today: "You today",
    ofThatToday: "today",
    own: "You",
    everybody: "Everybody",
    onlyOwn: "Your time alone: Azure DevOps hasn't shown you this item.",
    underReview: "Under review",
    others: (names: string, many: boolean) => sentence`${names} ${many ? "are" : "is"} on it too`,
    ofType: (type: string) => sentence`${type} `,
    more: (n: number) => sentence`${n} more`,
  },

  /** Azure DevOps' own Completed Work, and what TimeTracker adds to it. */
  completedWork: {
    name: "Completed Work",
    parts: (own: number, others: number) =>
      sentence`${formatHours(own)} from here, ${formatHours(others)} by others in Azure DevOps`,
    fromHere: "from here",
    byOthers: "by others in Azure DevOps",
    lowered: (own: number) => sentence`${formatHours(own)} came from here; it was lowered in Azure DevOps.`,
    unread: "Not read from Azure DevOps yet.",
    none: "Azure DevOps has none for this item.",
    off: "Recorded time is not added to Completed Work.",
    written: (when: string) => sentence`written ${when}`,
    waiting: "waiting.",
    takingBack: "to take back, waiting.",
    refused: "refused.",
    takingBackRefused: "not taken back.",
    nextTry: (time: string) => sentence`Next try ${time}.`,
    tryNow: "Try now",
    trying: "Trying…",
    leaveOut: "Leave it out",
    leftOut: (hours: number) => sentence`${formatHours(hours)} is left out of Completed Work.`,
    atStart: (hours: number) => sentence`Completed Work was ${formatHours(hours)}.`,
    problems: {
      tracker_unavailable: "Azure DevOps doesn't answer.",
      tracker_answer_lost:
        "Azure DevOps' answer was lost. What became of it is looked up before the next try.",
      work_item_changed: "The item was being edited.",
      work_item_not_found: "Azure DevOps doesn't show this item to you, or it was deleted.",
      work_item_read_only: "You may not change the item.",
      interaction_required: "Azure DevOps wants you to confirm your sign-in.",
      tracker_consent_required: "Your organization has not let TimeTracker use Azure DevOps yet.",
      tenant_inactive: "Nothing is written until time can be recorded again.",
    },
    says: (message: string) => sentence`Azure DevOps says: ${message}`,
    /** Of the rules of a type and its states. */
    rules: {
      locked: (field: string) =>
        sentence`A rule in Azure DevOps locks ${field} on this item, for instance because it is closed.`,
      empty: (field: string) =>
        sentence`A rule in Azure DevOps keeps ${field} empty on this item, for instance because it is closed.`,
      required: (field: string) => sentence`Azure DevOps wants ${field} to be filled in on this item first.`,
      noHours: "Work items of this type have no Completed Work in Azure DevOps.",
    },
    /** The form shows an item that was written to meanwhile. */
    form: {
      title: (hours: number | undefined) =>
        hours === undefined
          ? "Completed Work has changed in Azure DevOps."
          : sentence`Completed Work is now ${formatHours(hours)} in Azure DevOps.`,
      unsaved:
        "Your unsaved changes are kept, but this form is older than that, and Azure DevOps won't save it.",
      keepHelp:
        "Refresh, and agree when it asks to discard your changes: they are filled in again. Only new links and attachments have to be added once more.",
      unread: "This form shows the item as it was before.",
      keep: "Refresh and keep my changes",
      refresh: "Refresh",
      later: "Later",
      refreshing: "Refreshing…",
      kept: "The form is up to date, with your changes. Save them when you are ready.",
      failed: "Azure DevOps did not refresh the form. Your changes are still there.",
      given: "Filled in again, but not these, since they were changed meanwhile:",
      field: (name: string, value: string) => sentence`${name}: you had ${value}`,
      empty: "nothing",
    },
    /** What waits, in the hub. */
    pending: {
      label: "Waiting for Azure DevOps",
      wait: (entries: number, length: string) =>
        sentence`${counted(entries, "entry waits", "entries wait")} for Azure DevOps: ${length}.`,
      refused: (entries: number, length: string) =>
        sentence`Azure DevOps has refused ${counted(entries, "entry", "entries")}: ${length}.`,
      show: "What waits",
      leaveOutOf: (item: string) => sentence`Leave it out: ${item}`,
      leftOut: (item: string) => sentence`${item}: left out of Completed Work.`,
    },
  },

  entries: {
    title: "Time on this item",
    caption: "Time entries, the latest first",
    when: "When",
    item: "Work item",
    who: "Who",
    duration: "Duration",
    activity: "Activity",
    billable: "billable",
    note: "Note",
    addedByHand: "added by hand",
    sources: { timer: "Timer", manual: "By hand" } satisfies Record<TimeEntry["source"], string>,
    reviewOf: (length: string) => sentence`${length} under review`,
    actions: "Actions",
    runningNow: "now",
    underReview: "Under review",
    waits: (when: string) => sentence`waits for your review: ${when}.`,
    review: "Confirm the time, or correct it.",
    reviewLater: "This can be confirmed or corrected when time can be recorded again.",
    underReviewHint: "This timer was forgotten and stopped by itself.",
    empty: "No time has been recorded on this item yet.",
    emptyOwn: "You have not recorded any time on this item yet.",
    whose: "Whose entries",
    own: "Me",
    everybody: "Everybody",
    voidedToo: "Show voided entries",
    isVoided: "Voided",
    restore: "Restore",
    confirm: "Confirm",
    correct: "Correct",
    void: "Void",
    history: "History",
    about: (action: string, when: string) => sentence`${action}: ${when}`,
    confirmTitle: "Confirm this entry?",
    confirmed: "Entry confirmed.",
    corrected: "Entry corrected.",
    voided: "Entry voided.",
    correctTitle: "Correct the entry",
    start: "Start",
    stop: "Stop",
    zone: (zone: string) => sentence`Times are in ${zone}.`,
    reason: "Reason",
    reasonOptional: "Reason (optional)",
    reasonOther: "This is another person's entry: say why it is changed.",
    reasonOld: (days: number) =>
      sentence`This entry is older than ${counted(days, "day")}: say why it is changed.`,
    save: "Save",
    saving: "Saving…",
    skipped: "This time doesn't exist: the clocks went forward over it.",
    repeated: "The clocks went back: which of the two?",
    enterTime: "Enter a date and a time.",
    order: "The stop must be after the start.",
    tooLong: "An entry can't be longer than 24 hours.",
    future: "The stop can't be in the future.",
    unchanged: "Nothing has been changed.",
    overlaps: (item: string, when: string) =>
      sentence`Another entry covers a part of this time: ${item}, ${when}.`,
    open: (item: string) => sentence`Open #${item}`,
    lengthFault: "Enter a length, such as 1:30 or 90m.",
    durationIs: (ms: number) => sentence`Duration: ${formatDuration(ms, "clock")}`,
    newDuration: (ms: number) => sentence`New duration: ${formatDuration(ms, "clock")}`,
    voidTitle: "Void this entry?",
    voidDetail: "It won't count anywhere any more. It stays in the records.",
    voidConfirm: "Void entry",
    voiding: "Voiding…",
    putBack: "Put back",
    putBackTitle: "Put back what was before?",
    putBackDone: "What was before is back.",
    noHistory: "Nothing has been changed since it was recorded.",
    reviewStates: { true: "waiting", false: "done" },
    because: (reason: string) => sentence`Reason: ${reason}`,
  },

  hub: {
    weekTotal: "Total",
    dayText: (date: string, ms: number, reviewMs: number) =>
      sentence`${formatDate(date, "long")}: ${formatDuration(ms, "spoken")}${
        reviewMs > 0 ? sentence`, and ${formatDuration(reviewMs, "spoken")} under review` : ""
      }`,
    hours: "Hours",
    underReview: "Under review",
    total: "Total",
    monthEmpty: "No time was recorded in this month.",
    myTime: "My time",
  },

  /** The field that starts, switches, adds time and pins. */
  switch: {
    label: "What are you working on?",
    placeholder: "Number, words or @me",
    groups: {
      pinned: "Pinned",
      recent: "Recent",
      general: "No work item",
      mine: "Assigned to you",
      found: "Found in Azure DevOps",
    } satisfies Record<GroupId, string>,
    running: "running",
    isPinned: "pinned",
    start: "Start",
    switch: "Switch",
    addTime: "Add time",
    addTo: (item: string) => sentence`Add time: ${item}`,
    pin: "Pin",
    unpin: "Unpin",
    pinned: (item: string) => sentence`${item} is pinned.`,
    unpinned: (item: string) => sentence`${item} is not pinned any more.`,
    add: "Add",
    adding: "Adding…",
    added: (item: string, ms: number) => sentence`${formatLength(ms)} added to ${item}.`,
    addUndone: (item: string) => sentence`The time on ${item} is taken back.`,
    reasonOld: (days: number) =>
      sentence`This time is older than ${counted(days, "day")}: say why it is added.`,
    found: (n: number) => sentence`${counted(n, "work item")}.`,
    searching: "Searching Azure DevOps…",
    empty: "Work items on which you record time appear here. Type a number or words to find one.",
    keepTyping: "Type one more letter to search Azure DevOps.",
    noMatch: "No work item matches.",
    noNumber: (number: string) => sentence`There is no work item ${number}, or you may not see it.`,
    down: "Azure DevOps doesn't answer. Only pinned and recent work items are searched.",
    consent:
      "Your organization hasn't allowed TimeTracker to read Azure DevOps for you; an administrator of Microsoft Entra ID can. Only pinned and recent work items are searched.",
    confirm: "Azure DevOps can be searched once you have signed in again.",
    asOf: (time: string) => sentence`Titles are as of ${time}.`,
  },

  keys: {
    open: "Keys",
    openLabel: "Keys of this page",
    title: "Keys",
    close: "Close",
    anywhere: "Anywhere",
    field: "In the switch field",
    report: "In a report",
    grid: "In the grid",
    calendar: "In the calendar",
    review: "Entries to review",
    single: "Single letters and signs are keys",
    singleHelp:
      "They work outside of fields alone, letters not in the grid either. Your choice holds in every browser.",
    actions: {
      focus: "Go to the switch field",
      stop: "Stop the timer",
      help: "Show these keys",
      undo: "Undo",
      notice: "Go to the notice with Undo",
      choose: "Choose",
      start: "Start, or switch",
      add: "Add time",
      pin: "Pin or unpin, after the arrows",
      pinTyping: "Pin or unpin, while typing",
      levels: "Open, close",
      entries: "Show the entries of a row",
      up: "Go up a level",
      order: "Change the order, on a level",
      remove: "Remove a level or a filter",
      close: "Close",
      views: "Grid, calendar, list",
      weeks: "Week before, after",
      cells: "Go from cell to cell, with Shift choose a block",
      type: "Replace the old value",
      change: "Change what is there",
      keep: "Keep, and go down or right",
      block: "Copy, cut, paste a block",
      fill: "Fill down",
      empty: "Empty",
      cell: "Entries of the cell",
      row: "Add a row",
      go: "Go between entries and free time",
      edit: "Edit an entry, or fill free time",
      shift: "Move an entry by 5 minutes",
      days: "Move an entry by a day",
      end: "Move its end",
      begin: "Move its start",
      parts: "Split, move, duplicate it",
      void: "Void it",
      steps: "Next, before",
      fixes: "Cut to your last change, keep, cut to a time, void",
    },
  },

  weekStart: {
    label: "Weeks begin",
    follow: (organization: string, day: string) => sentence`as at ${organization} (${day})`,
    days: { monday: "Monday", sunday: "Sunday", saturday: "Saturday" } satisfies Record<
      Me["user"]["week_start"],
      string
    >,
    set: (day: string) => sentence`Your weeks begin on ${day} now.`,
  },

  zone: {
    label: "Time zone",
    now: (zone: string) => sentence`Time zone: ${zone}`,
    change: "Change",
    changeLabel: "Change the time zone",
    title: "Your time zone",
    lead: "Your days, weeks and months are cut in it, and times are shown in it. It is yours alone.",
    find: "Find a time zone",
    findHelp: "A city, a country or an offset, such as Tokyo, India or UTC+05:45",
    zones: "Time zones",
    follow: (tenant: string, zone: string) => sentence`As ${tenant}: ${zone}`,
    option: (zone: string, offset: string) => (offset ? sentence`${zone} (${offset})` : zone),
    noRegion: "Other",
    found: (n: number) => (n === 0 ? "No time zone matches." : sentence`${counted(n, "match", "matches")}.`),
    chosen: (zone: string, time: string, offset: string) =>
      sentence`Chosen: ${zone}, where it is ${time} (${offset}).`,
    save: "Use this zone",
    saving: "Saving…",
    set: (zone: string) => sentence`Your days are cut in ${zone}.`,
    differs: (browser: string, now: string) =>
      sentence`Your browser is in ${browser}, your days are cut in ${now}.`,
    use: (zone: string) => sentence`Use ${zone}`,
    keep: (zone: string) => sentence`Keep ${zone}`,
    unknown: (wanted: string, shown: string) =>
      sentence`Times and days are shown in ${shown}, since the time zone ${wanted} isn't known here.`,
  },

  trial: {
    left: (days: number) =>
      days === 0 ? "The free trial ends today." : sentence`${counted(days, "day")} of the free trial left.`,
    adminHelp:
      "Afterwards everything recorded can still be read and exported. To go on recording, buy a plan in the Azure Marketplace.",
  },

  /** What a plan of the Azure Marketplace costs and gives. */
  plan: {
    seats: (rate: string) => sentence`${rate} per user and month, for every seat`,
    flat: (base: string) => sentence`${base} a month, whoever works`,
    metered: (base: string, included: number, rate: string) =>
      sentence`${base} a month with ${counted(included, "active user")} included, and ${rate} for each further user who is active in the month`,
    room: (seats: number) => counted(seats, "seat"),
    upTo: (people: number) => sentence`Up to ${counted(people, "person", "people")}`,
    noLimit: "No limit",
    until: (term: string, end: string) => sentence`${term}, until ${end}`,
  },

  offer: {
    plans: "What a plan costs",
    bought: "A plan is bought in the Azure Marketplace; Microsoft bills it and collects the price.",
    buy: "Buy a plan",
    accept: "Setting up your organization means that you accept these for it:",
    terms: "Terms",
    privacy: "What is stored, and what is not",
    ask: "Ask a super admin of TimeTracker in your organization.",
    askNamed: (names: string, n: number) =>
      sentence`Ask ${names}, ${n === 1 ? "a super admin" : "super admins"} of TimeTracker in your organization.`,
  },

  /** What the pages say of the privacy notice, whose text is in notice/texts.ts. */
  notice: {
    region: "Privacy notice",
    changes: (day: string) => sentence`On ${day} the privacy notice changes.`,
    changed: (day: string) => sentence`The privacy notice has changed on ${day}.`,
    read: "Read what is new",
    dismiss: "Dismiss",
    link: "Privacy notice",
  },

  legal: {
    title: "TimeTracker: terms and privacy",
    seller: "TimeTracker is offered by",
    terms: {
      title: "Terms",
      points: [
        "The trial is free for 30 days and for up to five people. It ends by itself; no payment is asked for.",
        "A plan is bought in the Azure Marketplace, under the terms that are shown there. Microsoft bills it and collects the price.",
        "What was recorded is your organization's. It can be read and exported also after the trial or the plan has ended.",
        "A subscription is changed and cancelled in the Azure Marketplace, at any time.",
      ],
    },
  },

  readOnly: {
    suspended:
      "Microsoft suspends a subscription when a payment is missing. It goes on once that is settled in the Azure Marketplace.",
  },

  join: {
    titles: {
      join_by_request: "Ask to join TimeTracker",
      join_requested: "Your request waits",
      not_invited: "You have not been invited yet",
      user_deactivated: "Your access is turned off",
      seat_limit: "All seats are taken",
      not_joined: "You have no account in TimeTracker",
    },
    ask: "Ask to join",
    asking: "Asking…",
    waits: (tenant: string, admin: string) =>
      sentence`Your request to join ${tenant} waits for ${admin}. Come back when it has been approved.`,
    again: "Check again",
    seats:
      "All seats of your organization are taken. Ask your administrator to free one or to buy more, then check again.",
    gone: "Since this page was opened, your data was erased or somebody else signed in. If you load it anew, you join as somebody new, without what was recorded before, where your organization lets you.",
    anew: "Load anew",
  },

  signUpPage: {
    title: "TimeTracker is set up",
    lead: (tenant: string, plan: string) => sentence`${tenant} uses TimeTracker${plan}. What to do next:`,
    trialUntil: (end: string) => sentence`; the free trial runs until ${end}`,
    install: "Install the extension",
    installLink: "TimeTracker in the Visual Studio Marketplace",
    installDetail: (organization: string) =>
      sentence`Find TimeTracker in the Visual Studio Marketplace and install it in the Azure DevOps organization ${organization}. This needs an administrator of that organization.`,
    open: "Open a work item",
    openDetail:
      "In the group TimeTracker, press Start. The timer runs until you stop it, also when you close the page.",
    openLink: "Open Azure DevOps",
    invite: "Bring in your colleagues",
    inviteDetail:
      "Organization settings, TimeTracker, People: there you invite them and see how many seats are left.",
  },
} as const);
