/** Every sentence of the page that the Azure Marketplace opens. */

import { catalogue } from "../../texts/catalogue.ts";
import { formatUtcDay } from "../format.ts";
import { sentence } from "../sentence.ts";

/** A state, and what can be done about it. */
interface Explanation {
  title: string;
  text: string;
}

export const landingTexts = catalogue("landing", {
  title: "Your TimeTracker subscription",
  starting: "Starting…",
  signIn:
    "Sign in with the work account with which you bought TimeTracker, or for which it was bought. Then you see what was bought, and can set it up.",
  resolving: "Looking up what was bought…",
  otherAccount: "Sign in with another account",
  checkAgain: "Check again",

  noToken: {
    title: "Open this page from the Azure Marketplace",
    text: "This address alone doesn't say which purchase it is about. For your protection the link is kept only while the page is open; after a reload it has to be opened again.",
    how: "In the Azure portal, open your SaaS subscription and choose “Configure account now” or “Manage account”. In the Microsoft 365 admin center it is under Billing, Your products.",
  },

  problems: {
    not_the_buyer: {
      title: "This account can't see the purchase",
      text: "The account you signed in with belongs neither to the organization that bought it nor to the one it was bought for, or is only a guest in it. Sign in with the work account that bought it, or with one of the organization it was bought for.",
    },
    bound_elsewhere: {
      title: "This subscription belongs to another organization",
      text: "It was set up for another organization already, and stays there. Sign in with an account of that organization to see how it stands. If it was that of an organization whose data was removed, buy a plan in the Azure Marketplace again.",
    },
    marketplace_token_invalid: {
      title: "The link has expired or is damaged",
      text: "A link from the Azure Marketplace is valid for 24 hours. Open it from there again: “Configure account now” or “Manage account” of your subscription.",
    },
  } satisfies Record<string, Explanation>,
  failed: "The purchase could not be looked up",
  failedHelp:
    "Keep this page open to try again, or open the link from the Azure Marketplace once more later.",

  bought: {
    title: "What was bought",
    plan: "Plan",
    unknownPlan: (id: string) => sentence`${id}, which TimeTracker doesn't know`,
    price: "Price",
    room: "People",
    term: "Term",
    renewal: "Afterwards",
    renews: "Renews by itself",
    ends: "Ends",
    freeTrial: "Begins with a free trial",
    name: "Name",
    purchaser: "Bought by",
    beneficiary: "For",
    collected: "Microsoft bills and collects the price. TimeTracker never sees how you pay.",
  },

  forAnother: {
    /** `free`: the person's own organization can take it. */
    notice: (beneficiary: string, free: boolean) => {
      const whose = sentence`This was bought for another organization than yours${beneficiary ? sentence`: for ${beneficiary}` : ""}.`;
      const turn = "let somebody from there open the link in the Azure Marketplace";
      return free
        ? sentence`${whose} If you go on, your own organization gets it, and the other one can't take it any more. To set it up for the other one, ${turn}.`
        : sentence`${whose} To set it up there, ${turn}.`;
    },
    title: "The organization it was bought for sets it up",
    text: "Your own organization can't take this purchase, and needn't: nothing has to be changed or cancelled.",
  },

  signUp: {
    heading: (plan: string) => sentence`You have bought the plan ${plan}`,
    title: "Set up your organization",
    lead: "Your organization doesn't use TimeTracker yet. You become its administrator.",
    submit: "Set up and activate",
    notMine: "Not an administrator? Let the person who looks after your tools open the link.",
  },

  upgrade: {
    heading: (organization: string, plan: string, trial: boolean) =>
      sentence`${organization} moves${trial ? " from the trial" : ""} to the plan ${plan}`,
    pending: "Everything recorded stays. Microsoft begins to bill when it has activated the subscription.",
    active: "Everything recorded stays. Microsoft has activated the subscription already.",
    submit: (plan: string) => sentence`Start the plan ${plan}`,
    working: "One moment…",
  },

  queued: {
    heading: (plan: string) => sentence`The plan ${plan} is not active yet`,
    text: "We have not reached Microsoft yet. Nothing is active, and nothing is billed. We go on trying by ourselves; you can close this page.",
  },
  activating: {
    heading: (plan: string) => sentence`Microsoft is activating the plan ${plan}`,
    text: "Microsoft is activating this. It usually takes a few minutes. You can close this page; nothing is billed before it is active.",
  },
  waiting: {
    watching: "This page shows it when it is done.",
    unreachable: "TimeTracker is not reached just now. This page goes on asking.",
    silent: "Microsoft's Marketplace doesn't answer just now. This page goes on asking.",
    ended: "This page can't ask any more. Open it from the Azure Marketplace again to see how far it is.",
  },

  subscribed: {
    heading: (plan: string) => sentence`The plan ${plan} is active`,
    since: (start: string | undefined) =>
      start
        ? sentence`The paid term began on ${formatUtcDay(start)}.`
        : "Microsoft has activated the subscription.",
    manage: (seats: boolean) =>
      sentence`${seats ? "Plan and seats are" : "The plan is"} changed, and the subscription is cancelled, in the Azure Marketplace. Months and statements are in Azure DevOps: Organization settings, TimeTracker, Billing.`,
  },
  suspended: {
    heading: (plan: string) => sentence`The plan ${plan} is suspended`,
    text: "Microsoft is missing a payment. Everything recorded is kept and can be read and exported, and running timers can be stopped; nothing more is recorded.",
    help: "Correct the payment in the Azure portal. Then all goes on as before. A subscription that stays suspended for 30 days is cancelled by Microsoft.",
  },
  cancelled: {
    heading: (plan: string) => sentence`The plan ${plan} was cancelled`,
    text: "This is final for this subscription. Everything recorded, and the statements, can still be read and exported in Azure DevOps.",
    help: "Unless your organization has another plan by now, nothing more is recorded. To go on, buy a plan in the Azure Marketplace again: your organization and all its time are found there as they were.",
  },
  neverInForce: {
    heading: (plan: string) => sentence`The plan ${plan} did not begin`,
    text: "Microsoft could not activate it, or it was cancelled before it was set up. What is not activated is not billed.",
    /** Without an organization: one that has not signed up. */
    help: (organization: string | undefined) =>
      organization
        ? sentence`Nothing has changed for ${organization}. To move it to this plan, buy the plan in the Azure Marketplace again.`
        : "Your organization doesn't use TimeTracker yet. To begin, buy a plan in the Azure Marketplace again, or start the free trial in Azure DevOps.",
  },
  unknown: {
    heading: (plan: string) => sentence`The state of the plan ${plan} is not known`,
    text: "Microsoft reports a state that TimeTracker doesn't know. Nothing was changed. Try again later.",
  },

  obstacles: {
    offer_foreign: {
      title: "This purchase is of another product",
      text: "TimeTracker has changed nothing. Open the purchase in the Azure Marketplace, and set it up from that product's page.",
    },
    plan_unknown: {
      title: "TimeTracker doesn't know this plan",
      text: "Nothing was activated and nothing is billed through TimeTracker. Write to the support address on the offer's page in the Azure Marketplace, or cancel the purchase there.",
    },
    subscription_suspended: {
      title: "A payment for this purchase is missing",
      text: "See to the payment in the Azure portal, and check again. A purchase that stays suspended for 30 days is cancelled by Microsoft. Nothing has been changed here.",
    },
    activation_refused: {
      title: "Microsoft has refused to activate the purchase",
      text: "Nothing is active, and everything recorded stays. If something is missing at the purchase in the Azure Marketplace, complete it there and check again. If nothing changes, cancel it there and buy the plan again.",
    },
    role_required: {
      title: "Somebody else has to set this up",
      text: "Send them the link in the Azure Marketplace, or sign in with the account that bought it.",
    },
    subscription_exists: {
      title: "Your organization has a subscription already",
      text: "Change the plan or the seats of that one in the Azure Marketplace, and cancel this one; or cancel that one first, and then open this page again.",
    },
    tenant_removal: {
      title: "Your organization is going to be deleted",
      text: "Stop that first: in Azure DevOps under Organization settings, TimeTracker, Privacy. Then open this page again.",
    },
    tenant_internal: {
      title: "Your organization needs no plan",
      text: "It uses TimeTracker without limits and is never billed. Cancel this purchase in the Azure Marketplace.",
    },
    seats_in_use: {
      title: "More people use TimeTracker than seats were bought",
      text: "Change the seats of the purchase in the Azure Marketplace, or deactivate people in Azure DevOps under Organization settings, TimeTracker, People.",
    },
  } satisfies Record<string, Explanation>,
  obstacle: "This subscription can't be set up yet",

  next: "What to do next",
} as const);
