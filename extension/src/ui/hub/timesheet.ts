/** The caller's week as it is handed in: what it should hold, and who decides on it. */

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Timesheet } from "../../api/client.ts";
import { type AsyncState, useAsync, useTimerState } from "../hooks.ts";
import { useSession } from "../session.ts";

export type SheetState = AsyncState<Timesheet | undefined>;

export const SheetContext = createContext<Timesheet | undefined>(undefined);

/** The sheet of the week that is shown; undefined until it has been read. */
export function useSheet(): Timesheet | undefined {
  return useContext(SheetContext);
}

/** Reads the caller's sheet of the week, again with each change of the person's time. */
export function useOwnSheet(first: string): SheetState {
  const { api, me, timers } = useSession();
  const { changes } = useTimerState(timers);
  return useAsync(async () => {
    const { data } = await api.listTimesheets({ first_day: first, user_id: me.user.id });
    return data.find(({ user, first_day }) => user.id === me.user.id && first_day === first);
  }, [api, me.user.id, first, changes]);
}
