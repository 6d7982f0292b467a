import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Api, Me } from "../api/client.ts";
import type { Auth } from "../auth/auth.ts";
import type { Frame } from "../frame/frame.ts";
import type { Recorder } from "./actions.ts";
import type { TimerStore } from "./timer-store.ts";

/** The parts that a page works with once the person is signed in. */
export interface Session {
  frame: Frame;
  api: Api;
  auth: Pick<Auth, "state" | "subscribe" | "signIn">;
  me: Me;
  timers: TimerStore;
  /** Records what the person did; see actions.ts. */
  record: Recorder;
  /** Reads `me` again, after the tenant or one's own role has changed. */
  reloadMe: () => void;
}

export const SessionContext = createContext<Session | undefined>(undefined);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("this component needs a session around it");
  return session;
}

/** Whether the caller sees the weeks of others. */
export function seesTeam(me: Me): boolean {
  return isAdmin(me) || me.user.approves === true;
}

/** Whether the caller sees everybody's time. */
export function isAdmin(me: Me): boolean {
  return me.user.role !== "user";
}
