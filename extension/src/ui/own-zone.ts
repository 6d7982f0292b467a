import { useSession } from "./session.ts";
import { texts } from "./texts.ts";

/** Gives what sets the caller's own time zone, or with null makes them follow the organization's; it offers Undo. */
export function useSetZone(): (zone: string | null) => Promise<void> {
  const { api, me, timers, reloadMe } = useSession();
  const before = me.user.own_time_zone ?? null;

  /** Nobody else changes the caller's zone, so the state to send is read anew: an admin may have changed their role. */
  async function send(zone: string | null): Promise<string> {
    const { etag } = await api.me({ join: false });
    const changed = await api.patchMe(etag, { time_zone: zone });
    reloadMe();
    return texts.zone.set(changed.user.time_zone);
  }

  return async (zone) => {
    const done = await send(zone);
    timers.announce(done, zone === before ? null : () => send(before));
  };
}
