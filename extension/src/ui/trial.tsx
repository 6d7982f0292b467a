import type { Me } from "../api/client.ts";
import { Notice } from "./controls.tsx";
import { readOnlyReason } from "./failure.ts";
import { useTimerState } from "./hooks.ts";
import { Plans, PlansLink, WhomToAsk } from "./offer.tsx";
import { isAdmin, useSession } from "./session.ts";
import { texts } from "./texts.ts";
import { dayMs } from "./units.ts";

/** The days are counted down from day 23 of 30 on. */
const trialDaysShown = 7;

/** The days that are left of a running trial, begun ones included; undefined without one. */
export function trialDays(tenant: Me["tenant"], now: number): number | undefined {
  if (tenant.plan !== "trial" || tenant.status !== "active" || !tenant.trial_ends_at) return undefined;
  return Math.max(0, Math.ceil((Date.parse(tenant.trial_ends_at) - now) / dayMs));
}

/** Tells everybody about the trial's last week, and admins what they can do. */
export function TrialBanner() {
  const { me, timers } = useSession();
  useTimerState(timers);
  const days = trialDays(me.tenant, timers.clock.now());
  if (days === undefined || days > trialDaysShown) return null;
  return (
    <Notice kind="info" title={texts.trial.left(days)}>
      {isAdmin(me) && (
        <>
          {texts.trial.adminHelp} <PlansLink />
        </>
      )}
    </Notice>
  );
}

/** Says why nothing can be recorded, what a plan costs and where it is bought, and who does that. */
export function ReadOnlyNotice({ narrow = false }: { narrow?: boolean }) {
  const { me } = useSession();
  const { status } = me.tenant;
  const suspended = status === "suspended";
  const asks = me.user.role !== "super_admin";
  return (
    <Notice
      kind="info"
      title={readOnlyReason(status)}
      actions={suspended ? undefined : <Plans folded={narrow} />}
    >
      {(suspended || asks) && (
        <>
          {suspended && `${texts.readOnly.suspended} `}
          {asks && <WhomToAsk />}
        </>
      )}
    </Notice>
  );
}
