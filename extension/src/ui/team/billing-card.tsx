/** What Microsoft charges, the seats, and who is counted, as far as the caller may know. */

import { ApiProblem, type BillingPreview } from "../../api/client.ts";
import { Button, FailureNotice } from "../controls.tsx";
import { formatMoney, formatMonth, formatNumber, formatUtcDay } from "../format.ts";
import { useAsync } from "../hooks.ts";
import { useAddress } from "../hub/address.ts";
import { isolate } from "../sentence.ts";
import { useSession } from "../session.ts";
import { SeatMeter } from "./seat-meter.tsx";
import { teamTexts as texts } from "./texts.ts";

/** How many people are named of those counted. */
const namedPeople = 12;

/** The card of admins. Only super_admins see what is charged, and who is counted for it. */
export function BillingCard() {
  const { api, me } = useSession();
  const isSuper = me.user.role === "super_admin";
  const people = useAsync(() => api.listUsers({ limit: 1 }), [api]);
  const invited = useAsync(() => api.listUsers({ status: "invited", limit: largestCount }), [api]);
  const preview = useAsync(
    () => (isSuper ? nullIfNotBilled(api.billingPreview()) : Promise.resolve(null)),
    [api, isSuper],
  );
  const failed = [people, invited, preview].find(({ failure }) => failure);
  if (failed?.failure) return <FailureNotice failure={failed.failure} onRetry={failed.reload} />;
  if (!people.data || !invited.data || preview.data === undefined) return null;
  const { taken, limit } = people.data.seats;
  const bill = preview.data;
  return (
    <section class="team-bill" aria-label={texts.seats}>
      {bill && <Charges bill={bill} />}
      <div>
        <h2>{texts.seats}</h2>
        <SeatMeter taken={taken} invited={invited.data.data.length} limit={limit} />
      </div>
      {bill && <Counted bill={bill} />}
    </section>
  );
}

/** More than anybody has seats for whom invitations wait. */
const largestCount = 500;

/** Who isn't billed has no preview, which is no failure of this page. */
async function nullIfNotBilled(answer: Promise<BillingPreview>): Promise<BillingPreview | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404) return null;
    throw error;
  }
}

function Charges({ bill }: { bill: BillingPreview }) {
  const { api } = useSession();
  const subscription = useAsync(() => api.subscription(), [api]);
  const { model, billed, rate_minor, base_minor, currency } = bill;
  const ends = subscription.data?.auto_renew ? subscription.data.term?.ends_at : undefined;
  const terms = [
    model === "seats" && texts.seatsTimes(billed, formatNumber(billed), formatMoney(rate_minor, currency)),
    model === "flat" && texts.flat(formatMoney(base_minor, currency)),
    model === "metered" &&
      texts.metered(
        formatMoney(base_minor, currency),
        formatNumber(billed),
        formatMoney(rate_minor, currency),
      ),
    ends && texts.renews(formatUtcDay(ends)),
  ].filter((text): text is string => typeof text === "string");
  return (
    <div>
      <h2>{texts.charges(formatMonth(bill.month))}</h2>
      <p class="team-figure">
        {bill.charge_known ? formatMoney(bill.total_minor, currency) : texts.chargeUnknown}
      </p>
      {bill.charge_known && <p class="secondary">{terms.join(", ")}</p>}
    </div>
  );
}

function Counted({ bill }: { bill: BillingPreview }) {
  const { api } = useSession();
  const { go } = useAddress();
  const { month, people } = bill;
  const names = useAsync(() => namesOf(api, month), [api, month]);
  const shown = (names.data ?? []).slice(0, namedPeople);
  return (
    <div>
      <h2>{texts.counted(formatMonth(month), formatNumber(people))}</h2>
      {shown.length > 0 && (
        <p class="secondary">
          {shown.map(isolate).join(", ")}
          {people > shown.length && ` ${texts.andMore(formatNumber(people - shown.length))}`}
        </p>
      )}
      <Button kind="quiet" onClick={() => go({ tab: "administration", section: "billing" })}>
        {texts.bills}
      </Button>
      <p class="help">{texts.noInvoice}</p>
    </div>
  );
}

type Api = ReturnType<typeof useSession>["api"];

/** Who has time in a month of UTC, as billing counts it. */
async function namesOf(api: Api, month: string): Promise<string[]> {
  const from = `${month}-01`;
  const [year = 0, number = 0] = month.split("-").map(Number);
  const to = new Date(Date.UTC(year, number, 1)).toISOString().slice(0, 10);
  const { rows } = await api.report({ from, to, time_zone: "UTC", group_by: "user" });
  return rows.flatMap(({ user }) => (user ? [user.name] : []));
}
