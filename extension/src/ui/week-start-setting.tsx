/** Where a person sees and changes the day with which their weeks begin. */

import { useState } from "preact/hooks";
import type { Me } from "../api/client.ts";
import { explain } from "./failure.ts";
import { useSession } from "./session.ts";
import { texts } from "./texts.ts";

type WeekStart = Me["user"]["week_start"];

const days: readonly WeekStart[] = ["monday", "sunday", "saturday"];
/** The value of the choice to follow the organization. */
const followed = "";

export function WeekStartSetting() {
  const { me } = useSession();
  const { working, set } = useSetWeekStart();
  const { own_week_start: own } = me.user;
  if (me.tenant.status !== "active") return null;
  return (
    <label class="secondary week-start-setting">
      {texts.weekStart.label}{" "}
      <select
        value={own ?? followed}
        disabled={working}
        onChange={(event) => void set(startOf(event.currentTarget.value))}
      >
        <option value={followed}>
          {texts.weekStart.follow(me.tenant.name, texts.weekStart.days[me.tenant.settings.week_start])}
        </option>
        {days.map((day) => (
          <option key={day} value={day}>
            {texts.weekStart.days[day]}
          </option>
        ))}
      </select>
    </label>
  );
}

function startOf(value: string): WeekStart | null {
  return days.find((day) => day === value) ?? null;
}

/** Sets it, says so, and offers to take it back. */
function useSetWeekStart() {
  const { api, me, timers, reloadMe } = useSession();
  const [working, setWorking] = useState(false);
  const before = me.user.own_week_start ?? null;

  /** Nobody else changes it, so the state to send is read anew: an admin may have changed the person's role. */
  async function send(start: WeekStart | null): Promise<string> {
    const { etag } = await api.me({ join: false });
    const changed = await api.patchMe(etag, { week_start: start });
    reloadMe();
    return texts.weekStart.set(texts.weekStart.days[changed.user.week_start]);
  }

  return {
    working,
    async set(start: WeekStart | null) {
      setWorking(true);
      try {
        timers.announce(await send(start), () => send(before));
      } catch (error) {
        timers.announce(explain(error).text);
      }
      setWorking(false);
    },
  };
}
