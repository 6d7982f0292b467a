/** What the product costs, where a plan is bought, and under which terms: for whoever has no plan. */

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { PageConfig } from "../auth/config.ts";
import { useAsync } from "./hooks.ts";
import { planName, priceText, roomText } from "./plan.ts";
import { isolate } from "./sentence.ts";
import { useSession } from "./session.ts";
import { texts } from "./texts.ts";
import "./offer.css";

export type Offer = Pick<PageConfig, "plans" | "plans_url" | "terms_url" | "privacy_url">;

export const OfferContext = createContext<Offer | undefined>(undefined);

function useOffer(): Offer {
  const offer = useContext(OfferContext);
  if (!offer) throw new Error("this component needs an offer around it");
  return offer;
}

/** The plans with their prices, and the way to buy one. In a narrow place they are folded. */
export function Plans({ folded = false }: { folded?: boolean }) {
  const { plans } = useOffer();
  return (
    <details class="plans" open={!folded}>
      <summary>{texts.offer.plans}</summary>
      <ul class="points">
        {plans.map((plan) => (
          <li key={`${plan.offer_id}/${plan.id}`}>
            <b>{planName(plan)}</b>: {priceText(plan)}.{plan.seat_limit && ` ${roomText(plan, undefined)}.`}
          </li>
        ))}
      </ul>
      <p>
        {texts.offer.bought} <PlansLink />
      </p>
    </details>
  );
}

/** The page where a plan is bought. */
export function PlansLink() {
  return (
    <a href={useOffer().plans_url} target="_blank" rel="noreferrer">
      {texts.offer.buy}
    </a>
  );
}

/** The terms that one accepts by setting up an organization, and what is stored. */
export function Terms() {
  const { terms_url, privacy_url } = useOffer();
  return (
    <p class="help">
      {texts.offer.accept}{" "}
      <a href={terms_url} target="_blank" rel="noreferrer">
        {texts.offer.terms}
      </a>
      {" · "}
      <a href={privacy_url} target="_blank" rel="noreferrer">
        {texts.offer.privacy}
      </a>
    </p>
  );
}

/** Names the super admins of the person's organization. Until they are known, it says who is meant. */
export function WhomToAsk() {
  const { api } = useSession();
  const tenant = useAsync(() => api.tenant(), [api]);
  const names = tenant.data?.super_admins.map(({ name }) => isolate(name)) ?? [];
  if (names.length === 0) return <>{texts.offer.ask}</>;
  const listed = new Intl.ListFormat("en", { type: "disjunction" }).format(names);
  return <>{texts.offer.askNamed(listed, names.length)}</>;
}
