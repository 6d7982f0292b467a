/** Tells the server what people do in the product: the type of the action and the page, and nothing else. */

import type { Api, Me } from "../api/client.ts";

/** Records an action. The page is the frame's own, unless the frame shows another one. */
export type Recorder = (type: string, page?: string) => void;

/**
 * Makes a recorder for a frame. It never fails: an action that isn't recorded is no loss. The last part of the
 * contribution's id names the page.
 */
export function createRecorder(
  api: Pick<Api, "recordAction">,
  me: Pick<Me, "tenant">,
  contributionId: string,
): Recorder {
  const ownPage = contributionId.slice(contributionId.lastIndexOf(".") + 1);
  return (type, page = ownPage) => {
    if (!navigator.onLine || me.tenant.status !== "active") return;
    api.recordAction({ type, page }).catch(() => {});
  };
}
