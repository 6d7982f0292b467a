/** The sentences of the widgets and their settings. They are apart from the pages' texts, so that settings are small. */

import { catalogue } from "../texts/catalogue.ts";
import { sentence } from "../ui/sentence.ts";

export const widgetTexts = catalogue("widgets", {
  week: {
    name: "My week",
    today: "Today",
    weekend: "Saturday and Sunday",
    weekends: { always: "Always", used: "When there is time on them" },
  },
  month: {
    name: "The team's month",
    grouping: "Group by",
    groupings: { project: "Project", user: "Person" },
    month: "Month",
    months: { this: "This month", last: "Last month" },
    notAllowed:
      "Admins of TimeTracker see the team's hours here. Yours are in the widget My week and in Time.",
    more: (n: number) => sentence`${n} more`,
  },
  open: "Open Time",
  settings: "Settings",
  noHost: "Open these settings from a dashboard in Azure DevOps.",
} as const);
