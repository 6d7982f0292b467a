/** The settings of the two widgets. A dashboard keeps them for everybody who sees it. */

import type { CustomSettings } from "./contract.ts";

export interface WeekSettings {
  /** Whether Saturday and Sunday are shown: always, or when there is time on them. */
  weekend: "always" | "used";
}

export interface MonthSettings {
  grouping: "project" | "user";
  month: "this" | "last";
}

/** The values that each setting may have, the first one if nothing else is chosen. */
type Values<S> = { [Name in keyof S]: readonly [S[Name], ...S[Name][]] };

export const weekValues: Values<WeekSettings> = { weekend: ["always", "used"] };
export const monthValues: Values<MonthSettings> = { grouping: ["project", "user"], month: ["this", "last"] };

/** Reads what a dashboard has kept. An older or a newer version, or somebody's script, may have written it. */
export function readSettings<S extends object>(values: Values<S>, kept: CustomSettings | undefined): S {
  const read = parse(kept?.data);
  const names = Object.keys(values) as (keyof S & string)[];
  const chosen = names.map((name) => {
    const known: readonly unknown[] = values[name];
    return [name, known.includes(read[name]) ? read[name] : known[0]];
  });
  return Object.fromEntries(chosen) as S;
}

export function writeSettings(settings: object): CustomSettings {
  return { data: JSON.stringify(settings), version: { major: 1, minor: 0, patch: 0 } };
}

function parse(data: string | null | undefined): Record<string, unknown> {
  try {
    const read: unknown = JSON.parse(data || "{}");
    return typeof read === "object" && read !== null ? (read as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
