/** The values that there are in a period, which filters offer: those that a report by them has. */

import { beginning } from "../beginning.ts";
import { type AsyncState, useAsync } from "../hooks.ts";
import { useSession } from "../session.ts";
import type { Filters, ListFilter } from "./definition.ts";
import type { Period } from "./period.ts";
import { type Calendar, rowsQuery } from "./query.ts";
import { reportTexts } from "./texts.ts";
import { type Node, treeOf } from "./tree.ts";

/** The filters whose values a report can be grouped by. */
export type Choosable = Exclude<ListFilter, "state">;

/** Those whose values have an id and a name. */
const named = ["user", "project", "work_item", "activity"] as const;

export function isNamed(kind: ListFilter): kind is (typeof named)[number] {
  return named.some((each) => each === kind);
}

/** The values with time in the period, the most hours first. Other filters narrow them. */
export function useValues(
  kind: Choosable | undefined,
  filters: Filters,
  period: Period,
  calendar: Calendar,
): AsyncState<readonly Node[]> {
  const { api, me } = useSession();
  const { [kind ?? "state"]: _, ...others } = filters;
  const query = kind && rowsQuery(period, [kind], others, calendar);
  return useAsync(async () => {
    if (!kind || !query) return [];
    const { rows } = await api.report(query);
    return treeOf(rows, [kind], me.tenant.azure_devops_organization).nodes.filter(({ value }) => value.id);
  }, [api, JSON.stringify(query)]);
}

/** The names of values. One without time in the period says so. */
export function useNames(
  kind: (typeof named)[number] | undefined,
  ids: readonly string[],
  filters: Filters,
  period: Period,
  calendar: Calendar,
): string[] {
  const { me } = useSession();
  const { data, loading } = useValues(kind, filters, period, calendar);
  if (!kind) return [...ids];
  const names = new Map(data?.map(({ value }) => [value.id, value.name]));
  if (kind === "user") names.set(me.user.id, me.user.name);
  const missing = loading ? "…" : reportTexts.filters.unknown;
  return ids.map((id) => beginning(names.get(id) ?? missing, longestName));
}

/** Code points of a name on a chip. */
const longestName = 40;
