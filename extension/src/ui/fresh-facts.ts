/** Has the server read a work item from Azure DevOps again when what it knows of it is old. */

import { useEffect, useRef } from "preact/hooks";
import type { WorkItemTime } from "../api/client.ts";
import type { AsyncState } from "./hooks.ts";
import { useSession } from "./session.ts";

/** What was read earlier than so many milliseconds ago is old; for the server too. */
const oldMs = 15 * 60_000;

/** Asks once for an item. Where Azure DevOps doesn't answer, what was known stays. */
export function useFreshFacts({ data, reload }: AsyncState<WorkItemTime | undefined>): void {
  const { api, timers } = useSession();
  const asked = useRef("");
  const uid = data?.work_item.uid;
  const readAt = data?.completed_work.read_at;
  useEffect(() => {
    const old = readAt === undefined || timers.clock.now() - Date.parse(readAt) >= oldMs;
    if (!uid || !old || asked.current === uid) return;
    asked.current = uid;
    api.workItems([uid]).then(reload, () => {});
  }, [uid, readAt, api, reload, timers]);
}
