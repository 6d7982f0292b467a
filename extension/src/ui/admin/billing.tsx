/** The subscription, its months with their statements, and its events, for super_admins. */

import { useEffect } from "preact/hooks";
import { ApiProblem, type BillingPreview, type Subscription } from "../../api/client.ts";
import { FailureNotice, Loading, Notice } from "../controls.tsx";
import { CsvChoice } from "../csv-choice.tsx";
import { Download } from "../download.tsx";
import { Facts } from "../facts.tsx";
import { formatMoney, formatMonth } from "../format.ts";
import { type AsyncState, useAsync } from "../hooks.ts";
import { Plans, WhomToAsk } from "../offer.tsx";
import { planName, priceText, roomText, termText } from "../plan.ts";
import { useSession } from "../session.ts";
import { amountText } from "./amount.ts";
import { BillingEvents } from "./billing-events.tsx";
import { BilledMonths } from "./billing-months.tsx";
import { adminTexts } from "./texts.ts";
import "./billing.css";

const texts = adminTexts.bills;

/** Null where the server refuses with the code, since there is nothing to show. */
async function nullOn<T>(answer: Promise<T>, code: string): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiProblem && error.code === code) return null;
    throw error;
  }
}

export function Billing() {
  const { me } = useSession();
  if (me.user.role === "super_admin") return <Bills />;
  return (
    <Notice kind="info" title={texts.onlySuperAdmins}>
      {texts.shouldSee} <WhomToAsk />
    </Notice>
  );
}

function Bills() {
  const { api, record } = useSession();
  useEffect(() => record("billing_opened", "admin"), []);
  const subscription = useAsync(() => nullOn(api.subscription(), "subscription_not_found"), [api]);
  return (
    <section class="billing" aria-labelledby="billing">
      <div class="card-header">
        <h2 id="billing">{adminTexts.billing}</h2>
        <div class="stepper">
          <CsvChoice />
          <Download
            text={texts.download}
            load={() => api.billingRecordsCsv({})}
            name="billing-records.csv"
            onDone={() => record("csv_downloaded", "admin")}
          />
        </div>
      </div>
      <div class="billing-cards">
        <SoFarCard />
        <SubscriptionCard subscription={subscription} />
      </div>
      <BilledMonths />
      <BillingEvents />
    </section>
  );
}

function SubscriptionCard({ subscription }: { subscription: AsyncState<Subscription | null> }) {
  const { me } = useSession();
  const { data, failure, reload } = subscription;
  return (
    <section class="card" aria-labelledby="subscription" aria-busy={data === undefined && !failure}>
      <h3 id="subscription">{texts.subscription}</h3>
      {failure && <FailureNotice failure={failure} onRetry={reload} />}
      {data === undefined && !failure && <Loading />}
      {data === null && <p>{texts.none[me.tenant.plan]}</p>}
      {data === null && me.tenant.plan === "trial" && <Plans />}
      {data && <SubscriptionFacts subscription={data} />}
    </section>
  );
}

function SubscriptionFacts({ subscription }: { subscription: Subscription }) {
  const { api } = useSession();
  const tenant = useAsync(() => api.tenant(), [api]);
  const { plan, quantity, status, term, auto_renew, read_only, users_at_purchase } = subscription;
  const seats = plan.model === "seats";
  const room = [roomText(plan, quantity), tenant.data && texts.taken(tenant.data.seats.taken)];
  return (
    <>
      <Facts
        facts={[
          [texts.plan, planName(plan)],
          [texts.status, texts.statuses[status]],
          [texts.room, room.filter(Boolean).join(", ")],
          [texts.price, priceText(plan)],
          [texts.term, term && termText(term)],
          [texts.renewal, status === "cancelled" ? undefined : auto_renew ? texts.renews : texts.ends],
          // Nobody was counted for a subscription that has never come into force.
          [texts.atPurchase, users_at_purchase ? texts.usersAtPurchase(users_at_purchase) : undefined],
        ]}
      />
      {status !== "cancelled" && (
        <p class="help">{read_only ? texts.readOnly(seats) : texts.manage(seats)}</p>
      )}
    </>
  );
}

/** What the running month comes to. */
function SoFarCard() {
  const { api, timers } = useSession();
  const preview = useAsync(() => nullOn(api.billingPreview(), "not_billed"), [api]);
  const { data, failure, reload } = preview;
  const month = data?.month ?? new Date(timers.clock.now()).toISOString().slice(0, 7);
  return (
    <section class="card" aria-labelledby="so-far" aria-busy={data === undefined && !failure}>
      <h3 id="so-far">{texts.soFar(formatMonth(month))}</h3>
      {failure && <FailureNotice failure={failure} onRetry={reload} />}
      {data === undefined && !failure && <Loading />}
      {data === null && <p>{texts.notBilled}</p>}
      {data && (
        <>
          <p class="secondary">{texts.charged}</p>
          <p class="amount">{amountText(data)}</p>
          {data.charge_known && data.model === "seats" && (
            <p>{texts.seatsTimesRate(data.billed, formatMoney(data.rate_minor, data.currency))}</p>
          )}
          <Facts
            facts={[
              [texts.counted, String(data.people)],
              [texts.billed, data.model === "metered" ? String(data.billed) : undefined],
              [texts.rate, rateText(data)],
              [texts.base, baseText(data)],
            ]}
          />
          <p class="help">
            {texts.soFarHelp} {chargeHelp(data)}
          </p>
        </>
      )}
    </section>
  );
}

/** How Microsoft charges, where the numbers alone don't say it. */
function chargeHelp({ charge_known, free_trial, model }: BillingPreview): string | undefined {
  if (!charge_known) return texts.unknownHelp;
  if (free_trial) return texts.monthFree;
  return model === "seats" ? texts.seatsHelp : undefined;
}

/** The rate, where it isn't said with the seats. */
function rateText({ model, rate_minor, currency }: BillingPreview): string | undefined {
  return rate_minor && model !== "seats" ? formatMoney(rate_minor, currency) : undefined;
}

function baseText(month: { base_minor: number; included: number; currency: string }): string | undefined {
  if (!month.base_minor) return undefined;
  const base = formatMoney(month.base_minor, month.currency);
  return month.included ? `${base}, ${texts.included(month.included)}` : base;
}
