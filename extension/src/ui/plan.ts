/** Plans of the Azure Marketplace in plain words. */

import type { MarketplacePlan, Term } from "../api/client.ts";
import { counted, formatMoney, formatTerm, formatUtcDay } from "./format.ts";
import { sentence } from "./sentence.ts";

/** The plan's name; its id where TimeTracker doesn't know the plan. */
export function planName({ name, id }: Pick<MarketplacePlan, "name" | "id">): string {
  return name ?? id;
}

/** What the plan costs, and what that depends on. Undefined for a plan that TimeTracker doesn't know. */
export function priceText(plan: MarketplacePlan): string | undefined {
  const { model, currency, rate_minor = 0, base_minor = 0, included = 0 } = plan;
  if (!model || !currency) return undefined;
  const [rate, base] = [formatMoney(rate_minor, currency), formatMoney(base_minor, currency)];
  switch (model) {
    case "seats":
      return sentence`${rate} per user and month, for every seat`;
    case "flat":
      return sentence`${base} a month, whoever works`;
    case "metered":
      return sentence`${base} a month with ${counted(included, "active user")} included, and ${rate} for each further user who is active in the month`;
  }
}

/** How many people there is room for. Undefined for a plan that TimeTracker doesn't know. */
export function roomText(plan: MarketplacePlan, quantity: number | undefined): string | undefined {
  if (quantity !== undefined) return counted(quantity, "seat");
  if (plan.seat_limit !== undefined) return sentence`Up to ${counted(plan.seat_limit, "person", "people")}`;
  return plan.model && "No limit";
}

/** The paid period: "1 month, until Sun 20 Dec 2026". */
export function termText({ unit, ends_at }: Term): string {
  return ends_at ? sentence`${formatTerm(unit)}, until ${formatUtcDay(ends_at)}` : formatTerm(unit);
}
