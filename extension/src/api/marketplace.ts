/** Purchases in the Azure Marketplace. */

import type { Schemas } from "./contract.ts";
import type { SignUp } from "./tenant.ts";
import type { Transport } from "./transport.ts";

export type Landing = Schemas["Landing"];
export type LandingObstacle = Schemas["LandingObstacle"];
export type Purchase = Schemas["Purchase"];
export type MarketplacePlan = Schemas["MarketplacePlan"];
export type Term = Schemas["Term"];
export type Subscription = Schemas["Subscription"];

export function marketplaceApi({ json }: Transport) {
  return {
    /** The tenant's subscription, for admins. */
    subscription: (): Promise<Subscription> => json("/marketplace/subscription"),

    // The rest is for people who come from the Marketplace, also before their organization has signed up.
    resolveLanding: (token: string): Promise<Landing> =>
      json("/marketplace/landings", { method: "POST", body: { token } }),
    /** Doing it again changes nothing. */
    takeSubscription: (token: string, signUp?: SignUp): Promise<Landing> =>
      json("/marketplace/subscriptions", {
        method: "POST",
        body: { token, ...(signUp && { sign_up: signUp }) },
      }),
  };
}
