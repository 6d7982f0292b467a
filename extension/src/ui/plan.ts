/** Plans of the Azure Marketplace in plain words. */

import type { MarketplacePlan, Term } from "../api/client.ts";
import { formatMoney, formatTerm, formatUtcDay } from "./format.ts";
import { texts } from "./texts.ts";

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
      return texts.plan.seats(rate);
    case "flat":
      return texts.plan.flat(base);
    case "metered":
      return texts.plan.metered(base, included, rate);
  }
}

/** How many people there is room for. Undefined for a plan that TimeTracker doesn't know. */
export function roomText(plan: MarketplacePlan, quantity: number | undefined): string | undefined {
  if (quantity !== undefined) return texts.plan.room(quantity);
  if (plan.seat_limit !== undefined) return texts.plan.upTo(plan.seat_limit);
  return plan.model && texts.plan.noLimit;
}

/** The paid period: "1 month, until Sun 20 Dec 2026". */
export function termText({ unit, ends_at }: Term): string {
  return ends_at ? texts.plan.until(formatTerm(unit), formatUtcDay(ends_at)) : formatTerm(unit);
}
