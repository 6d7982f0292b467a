import type { Purchase } from "../../api/client.ts";
import { Facts } from "../facts.tsx";
import { planName, priceText, roomText, termText } from "../plan.ts";
import { landingTexts } from "./texts.ts";

const texts = landingTexts.bought;

/** What was bought, in plain words. */
export function PurchaseCard({ purchase }: { purchase: Purchase }) {
  const { plan, quantity, term, auto_renew, free_trial, status } = purchase;
  return (
    <section class="card" aria-labelledby="bought">
      <h2 id="bought">{texts.title}</h2>
      <Facts
        facts={[
          [texts.plan, plan.name ?? texts.unknownPlan(planName(plan))],
          [texts.room, roomText(plan, quantity)],
          [texts.price, priceText(plan)],
          [texts.term, term && termText(term)],
          [texts.renewal, status === "cancelled" ? undefined : auto_renew ? texts.renews : texts.ends],
          [texts.name, purchase.name],
          [texts.purchaser, purchase.purchaser_email],
          [texts.beneficiary, purchase.beneficiary_email],
        ]}
      />
      {free_trial && <p>{texts.freeTrial}</p>}
      <p class="help">{texts.collected}</p>
    </section>
  );
}
