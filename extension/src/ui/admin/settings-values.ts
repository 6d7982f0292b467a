/** The tenant's settings as the values of a form, and back. */

import type { TenantDetails, TenantPatch } from "../../api/client.ts";
import { textOf } from "../catalogue.ts";
import { currencies } from "../currencies.ts";
import { hourMs } from "../units.ts";
import { knowsZone } from "../zone-names.ts";
import { adminTexts, type SettingField } from "./texts.ts";

const texts = adminTexts.tenant;

export type SettingName = SettingField;
export type Values = Record<SettingName, string>;
/** The values that were changed and are not saved yet. */
export type Draft = Partial<Values>;

/** In the order in which they are shown. */
export const settingNames = Object.keys(texts.labels) as SettingName[];

/** The settings that are one of a few values. */
export const choices: Partial<Record<SettingName, Record<string, string>>> = {
  on_start_while_running: texts.starts,
  allow_overlap: texts.overlaps,
  team_objection: texts.objections,
  join_policy: texts.joins,
  write_back: texts.writesBack,
  write_back_step: texts.steps,
  write_back_remaining: texts.remaining,
  week_start: texts.weeks,
};

export function valuesOf({
  tenant,
  admin_email,
  billing_name = "",
  billing_address = "",
}: TenantDetails): Values {
  const { settings } = tenant;
  return {
    name: tenant.name,
    azure_devops_organization: tenant.azure_devops_organization,
    admin_email,
    billing_name,
    billing_address,
    time_zone: settings.time_zone,
    currency: tenant.currency,
    on_start_while_running: settings.on_start_while_running,
    auto_stop_after_ms: String(settings.auto_stop_after_ms / hourMs),
    edit_window_days: String(settings.edit_window_days),
    allow_overlap: settings.allow_overlap ? "yes" : "no",
    team_objection: settings.team_objection ? "yes" : "no",
    join_policy: settings.join_policy,
    write_back: settings.write_back ? "yes" : "no",
    write_back_step: String(settings.write_back_step),
    write_back_remaining: settings.write_back_remaining ? "yes" : "no",
    week_start: settings.week_start,
    lock_after_days: String(settings.lock_after_days ?? ""),
  };
}

/** Whether amounts come from a subscription, whose currency nobody chooses. */
export function currencyIsThePlans({ tenant }: TenantDetails): boolean {
  return tenant.plan === "paid" && tenant.status !== "cancelled";
}

/** The API's patch of the changed values, which have no faults. */
export function patchOf(draft: Draft): TenantPatch {
  const parse: Record<SettingName, (value: string) => unknown> = {
    name: (value) => value.trim(),
    azure_devops_organization: (value) => value.trim(),
    admin_email: (value) => value.trim(),
    billing_name: (value) => value.trim(),
    billing_address: (value) => value.trim(),
    time_zone: (value) => value.trim(),
    currency: (value) => value.trim(),
    on_start_while_running: (value) => value,
    auto_stop_after_ms: (value) => Math.round(Number(value) * hourMs),
    edit_window_days: Number,
    allow_overlap: (value) => value === "yes",
    team_objection: (value) => value === "yes",
    join_policy: (value) => value,
    write_back: (value) => value === "yes",
    write_back_step: Number,
    write_back_remaining: (value) => value === "yes",
    week_start: (value) => value,
    lock_after_days: (value) => (value.trim() === "" ? null : Number(value)),
  };
  const changed = Object.entries(draft) as [SettingName, string][];
  return Object.fromEntries(changed.map(([name, value]) => [name, parse[name](value)]));
}

// The patterns and limits of the API's contract.
const rules: Partial<Record<SettingName, (value: string) => boolean>> = {
  azure_devops_organization: (value) => /^(?=.{1,50}$)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$/.test(value),
  admin_email: (value) => /^(?=.{3,254}$)[^@\s]+@[^@\s]+$/.test(value),
  time_zone: knowsZone, // also by a name that the list doesn't have, such as Asia/Kolkata in some browsers
  currency: (value) => currencies.includes(value),
  auto_stop_after_ms: (value) => Number(value) >= 0.25 && Number(value) <= 24,
  edit_window_days: (value) => /^\d{1,3}$/.test(value) && Number(value) <= 366,
  lock_after_days: (value) =>
    value === "" || (/^\d{1,3}$/.test(value) && Number(value) >= 7 && Number(value) <= 366),
};

const optional: readonly SettingName[] = ["billing_name", "billing_address", "lock_after_days"];

/** The values that can't be saved, each with the reason. */
export function faultsOf(draft: Draft): Draft {
  const faults: Draft = {};
  for (const [name, given] of Object.entries(draft) as [SettingName, string][]) {
    const value = given.trim();
    if (value === "" && !optional.includes(name)) faults[name] = texts.required;
    else if (rules[name]?.(value) === false) faults[name] = textOf(texts.bad, name) ?? texts.required;
  }
  return faults;
}
