/** What people do when they record time: Development, Review and whatever else a tenant has. */

import type { Schemas } from "./contract.ts";
import type { Transport } from "./transport.ts";

export type Activity = Schemas["Activity"];

export function activitiesApi({ json }: Transport) {
  return {
    /** All activities in the tenant's order; archived ones come last. */
    listActivities: (): Promise<Schemas["ActivityList"]> => json("/activities"),
  };
}
