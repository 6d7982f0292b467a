/** The API's client: the methods of every resource, and the types that they take and give. */

import type { Auth } from "../auth/auth.ts";
import type { ClientConfig } from "../auth/config.ts";
import { activitiesApi } from "./activities.ts";
import { billingApi } from "./billing.ts";
import { completedWorkApi } from "./completed-work.ts";
import { entriesApi } from "./entries.ts";
import { importsApi } from "./imports.ts";
import { logsApi } from "./logs.ts";
import { marketplaceApi } from "./marketplace.ts";
import { privacyApi } from "./privacy.ts";
import { projectsApi } from "./projects.ts";
import { proofApi } from "./proof.ts";
import { reportsApi } from "./reports.ts";
import { retentionApi } from "./retention.ts";
import { savedReportsApi } from "./saved-reports.ts";
import { tenantApi } from "./tenant.ts";
import { timersApi } from "./timers.ts";
import { timesheetsApi } from "./timesheets.ts";
import { createTransport } from "./transport.ts";
import { usersApi } from "./users.ts";
import { workItemsApi } from "./work-items.ts";
import { writeBacksApi } from "./write-backs.ts";

export type * from "./activities.ts";
export type * from "./billing.ts";
export type * from "./completed-work.ts";
export type * from "./entries.ts";
export type * from "./imports.ts";
export type * from "./logs.ts";
export type * from "./marketplace.ts";
export type * from "./privacy.ts";
export { ApiProblem, OfflineError } from "./problem.ts";
export type * from "./projects.ts";
export type * from "./proof.ts";
export type * from "./reports.ts";
export type * from "./retention.ts";
export type * from "./saved-reports.ts";
export type * from "./tenant.ts";
export type * from "./timers.ts";
export type * from "./timesheets.ts";
export type * from "./users.ts";
export type * from "./work-items.ts";
export type * from "./write-backs.ts";

/**
 * Every method rejects with ApiProblem, OfflineError or SignInRequiredError. A method with an `idempotencyKey` may be
 * called again with the same key after an OfflineError: the change is made once.
 */
export type Api = ReturnType<typeof createApi>;

export function createApi(
  auth: Pick<Auth, "getToken" | "requireConfirmation">,
  config: Pick<ClientConfig, "api_base">,
) {
  const transport = createTransport(auth, config);
  return {
    ...tenantApi(transport),
    ...timersApi(transport),
    ...timesheetsApi(transport),
    ...entriesApi(transport),
    ...activitiesApi(transport),
    ...workItemsApi(transport),
    ...writeBacksApi(transport),
    ...privacyApi(transport),
    ...projectsApi(transport),
    ...proofApi(transport),
    ...retentionApi(transport),
    ...completedWorkApi(transport),
    ...reportsApi(transport),
    ...importsApi(transport),
    ...savedReportsApi(transport),
    ...logsApi(transport),
    ...usersApi(transport),
    ...billingApi(transport),
    ...marketplaceApi(transport),
  };
}
