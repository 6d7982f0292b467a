/** What Microsoft charges, the seats, and who is counted, as far as the caller may know. */

import { Button } from "../controls.tsx";
import { formatMoney, formatMonth, formatNumber } from "../format.ts";
import { useAsync } from "../hooks.ts";
import { useAddress } from "../hub/address.ts";
import { useSession } from "../session.ts";
import { teamTexts as texts } from "./texts.ts";

export function BillingCard() {
  const { api, me } = useSession();
  const { go } = useAddress();
  const isSuper = me.user.role === "super_admin";
  const { data: people } = useAsync(() => api.listUsers({ limit: 1 }), [api]);
  // Who isn't billed has no preview, which is no failure of this page.
  const { data: preview } = useAsync(
    () => (isSuper ? api.billingPreview().catch(() => null) : Promise.resolve(null)),
    [api, isSuper],
  );
  if (!people) return null;
  const { taken, limit } = people.seats;
  const month = preview && formatMonth(preview.month);
  return (
    <section class="team-bill" aria-label={texts.seats}>
      {preview && month && (
        <div>
          <h2>{texts.charges(month)}</h2>
          <p class="team-figure">{formatMoney(preview.total_minor, preview.currency)}</p>
        </div>
      )}
      <div>
        <h2>{texts.seats}</h2>
        <p class="secondary">
          {limit === undefined
            ? texts.seatsTaken(formatNumber(taken))
            : texts.seatsOf(formatNumber(taken), formatNumber(Math.max(0, limit - taken)))}
        </p>
      </div>
      {preview && month && (
        <div>
          <h2>{texts.counted(month, formatNumber(preview.people))}</h2>
          <Button kind="quiet" onClick={() => go({ tab: "administration" })}>
            {texts.bills}
          </Button>
        </div>
      )}
    </section>
  );
}
