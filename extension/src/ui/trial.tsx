import type { Me } from "../api/client.ts";
import { Notice } from "./controls.tsx";
import { readOnlyReason } from "./failure.ts";
import { useTimerState } from "./hooks.ts";
import { isAdmin, useSession } from "./session.ts";
import { texts } from "./texts.ts";

const dayMs = 86_400_000;
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
      {isAdmin(me) && texts.trial.adminHelp}
    </Notice>
  );
}

/** Where plans are bought, with their prices. */
const plansAddress = "https://azuremarketplace.microsoft.com/marketplace/apps?search=TimeTracker";

/** Says why nothing can be recorded, where a plan is bought and what it costs, and who does that. */
export function ReadOnlyNotice() {
  const { me } = useSession();
  const { status } = me.tenant;
  return (
    <Notice kind="info" title={readOnlyReason(status)}>
      {status === "suspended" ? texts.readOnly.suspended : texts.readOnly.plans}{" "}
      {me.user.role !== "super_admin" && `${texts.readOnly.ask} `}
      <a href={plansAddress} target="_blank" rel="noreferrer">
        {texts.readOnly.link}
      </a>
    </Notice>
  );
}
