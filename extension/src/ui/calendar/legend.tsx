/** Which colour is which project, and how much of the week it has. */

import { formatDuration } from "../format.ts";
import { projectSlot } from "../project-slots.ts";
import { useSession } from "../session.ts";
import { shownParts } from "../shown.ts";
import { projectName } from "../work-item.ts";
import type { Placed } from "./blocks.ts";
import { projectKey } from "./day-column.tsx";
import type { CalendarDay } from "./days.ts";
import { sumsOf } from "./sums.ts";

export function Legend({ days, placed }: { days: readonly CalendarDay[]; placed: readonly Placed[] }) {
  const { me } = useSession();
  const span = { from: days[0]?.from ?? 0, to: days.at(-1)?.to ?? 0 };
  const groups = new Map<string, Placed[]>();
  for (const each of [...placed].sort((a, b) => a.from - b.from)) {
    const key = projectKey(each.entry);
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  const rows = [...groups].map(([key, of]) => {
    const { organization = "", name: project = "" } = of[0]?.entry.project ?? {};
    const name = projectName(organization, project, me.tenant.azure_devops_organization);
    return { key, name, ms: sumsOf(span, of).ms };
  });
  const shown = shownParts(rows.map(({ ms }) => ms));
  return (
    <ul class="cal-legend">
      {rows.map(({ key, name }, i) => (
        <li key={key}>
          <span class="cal-swatch" style={{ background: `var(--tt-p${projectSlot(key)})` }} />
          <bdi>{name}</bdi> <b>{formatDuration(shown[i] ?? 0, "hours")}</b>
        </li>
      ))}
    </ul>
  );
}
