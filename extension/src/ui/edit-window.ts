/** The time within which people change their own entries without a reason. */

import type { Session } from "./session.ts";
import { dayMs } from "./units.ts";

/** Whether an entry that ends at an instant is older than the organization's edit window. */
export function isPastEditWindow(stopped: number, me: Session["me"], now: number): boolean {
  return now - stopped > me.tenant.settings.edit_window_days * dayMs;
}
