/** What the person has chosen of how their pages are. The server keeps it, and nothing of it is stored in the browser. */

import type { Me } from "../api/client.ts";
import { chooseCsvFormat } from "../api/csv-format.ts";
import { explain } from "./failure.ts";
import { chooseSingleKeys } from "./keys.ts";
import { useSession } from "./session.ts";

type Patch = Parameters<ReturnType<typeof useSession>["api"]["patchMe"]>[1];

/** Makes the person's choices those of this page. */
export function adoptOwnPages({ user }: Me): void {
  chooseCsvFormat(user.csv_format);
  chooseSingleKeys(user.single_keys);
}

/** Keeps a choice that holds on this page already. Where that fails it says so, and the choice ends with the page. */
export function useKeepOwnPages() {
  const { api, timers, reloadMe } = useSession();
  return async (patch: Pick<Patch, "csv_format" | "single_keys" | "notice_seen">): Promise<boolean> => {
    try {
      // Nobody else changes it, so the state to send is read anew: an admin may have changed the person's role.
      const { etag } = await api.me({ join: false });
      await api.patchMe(etag, patch);
      reloadMe();
      return true;
    } catch (error) {
      timers.announce(explain(error).text);
      return false;
    }
  };
}
