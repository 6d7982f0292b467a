/** When the person last changed the item of an entry, which is the best evidence of when they left off. */

import { formatTimeNear } from "../format.ts";
import { useAsync } from "../hooks.ts";
import { useSession } from "../session.ts";
import { reviewTexts } from "./texts.ts";

export interface LastChangeState {
  loading: boolean;
  /** In milliseconds since the epoch; undefined without a change. */
  at: number | undefined;
  /** The same, in words. */
  time: string;
  /** Why it isn't known. */
  problem: string | undefined;
}

export function useLastChange(id: string): LastChangeState {
  const { api, me } = useSession();
  const asked = useAsync(() => api.lastChange(id), [api, id]);
  const changed = asked.data?.changed_at;
  const at = changed === undefined ? undefined : Date.parse(changed);
  return {
    loading: asked.loading,
    at,
    time: at === undefined ? "" : formatTimeNear(at, at, me.user.time_zone),
    problem: asked.data?.tracker?.message ?? asked.failure?.text,
  };
}

export function Evidence({ change }: { change: LastChangeState }) {
  const { at, time, problem, loading } = change;
  if (loading) return null;
  const text =
    at !== undefined
      ? reviewTexts.lastChange(time)
      : problem
        ? reviewTexts.unknown(problem)
        : reviewTexts.noChange;
  return <span class="secondary">{text}</span>;
}
