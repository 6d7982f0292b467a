/** Activities: the kinds of work that the tenant tells apart. */

import type { Schemas } from "./contract.ts";
import type { Transport } from "./transport.ts";

export type Activity = Schemas["Activity"];
export type NewActivity = Schemas["NewActivity"];
export type ActivityPatch = Schemas["ActivityPatch"];

const activityPath = (id: string) => `/activities/${encodeURIComponent(id)}`;

export function activitiesApi({ json, patch }: Transport) {
  return {
    /** In the tenant's order; archived ones come last. */
    listActivities: (): Promise<Schemas["ActivityList"]> => json("/activities"),
    /** For admins, as all changes. */
    addActivity: (body: NewActivity, idempotencyKey: string = crypto.randomUUID()): Promise<Activity> =>
      json("/activities", { method: "POST", body, idempotencyKey }),
    patchActivity: (id: string, etag: string, body: ActivityPatch): Promise<Activity> =>
      patch(activityPath(id), etag, body),
    archiveActivity: (id: string, etag: string): Promise<Activity> =>
      json(activityPath(id), { method: "DELETE", etag }),
  };
}
