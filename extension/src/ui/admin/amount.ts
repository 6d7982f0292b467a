/** What Microsoft charges, in words. */

import type { BilledMonth } from "../../api/client.ts";
import { formatMoney } from "../format.ts";
import { adminTexts } from "./texts.ts";

type Amount = Pick<BilledMonth, "total_minor" | "charge_known" | "currency">;

export function amountText({ total_minor, charge_known, currency }: Amount): string {
  return charge_known ? formatMoney(total_minor, currency) : adminTexts.bills.notKnown;
}
