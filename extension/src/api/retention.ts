/** What of the tenant ends by itself, for super_admins. */

import type { Schemas } from "./contract.ts";
import type { Transport } from "./transport.ts";

export type RetentionReport = Schemas["RetentionReport"];
export type RetainedClass = Schemas["RetainedClass"];

export function retentionApi({ json }: Transport) {
  return { retention: (): Promise<RetentionReport> => json("/tenant/retention") };
}
