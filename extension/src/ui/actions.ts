/** Tells the server what people do in the product: the type of the action and the page, and nothing else. */

import type { Api, Me } from "../api/client.ts";

/** What the pages record. The log of actions has words for each. */
export type ActionType =
  | "billing_opened"
  | "completed_work_opened"
  | "csv_downloaded"
  | "logs_opened"
  | "people_opened"
  | "report_opened"
  | "running_timers_opened"
  | "settings_saved"
  | "statement_downloaded"
  | "timer_discarded"
  | "timer_started"
  | "timer_stopped";

/** Where an action is recorded: the last part of a contribution's id, or the administration. */
export type ActionPage = "admin" | "group" | "hub" | "my_week" | "page" | "start_timer" | "team_month";

/** Records an action. The page is the frame's own, unless the frame shows another one. */
export type Recorder = (type: ActionType, page?: ActionPage) => void;

/**
 * Makes a recorder for a frame. It never fails: an action that isn't recorded is no loss. The last part of the
 * contribution's id names the page.
 */
export function createRecorder(
  api: Pick<Api, "recordAction">,
  me: Pick<Me, "tenant">,
  contributionId: string,
): Recorder {
  const ownPage = contributionId.slice(contributionId.lastIndexOf(".") + 1).replaceAll("-", "_");
  return (type, page) => {
    if (!navigator.onLine || me.tenant.status !== "active") return;
    api.recordAction({ type, page: page ?? ownPage }).catch(() => {});
  };
}
