/** What the person did in the product, told to the server as a type and the page: nothing else, and about no one else. */

import type { Api, Me } from "../api/client.ts";

/** Notes an action. The page is the frame's own, but where a frame shows another one. */
export type Recorder = (type: string, page?: string) => void;

/**
 * Makes a recorder for a frame. Nobody waits for it and nobody hears of its failures: an action that is not noted is
 * no loss. The last part of the contribution's id names the page.
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
