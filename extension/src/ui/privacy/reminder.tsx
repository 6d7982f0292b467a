/** Reminds super_admins of requests that are due within a week. */

import { Button, Notice } from "../controls.tsx";
import { useToday } from "../hooks.ts";
import { useAddress } from "../hub/address.ts";
import { useSession } from "../session.ts";
import { daysUntil } from "./queue.tsx";
import { privacyTexts } from "./texts.ts";

const soonDays = 7;

export function PrivacyReminder() {
  const { me, timers } = useSession();
  const { place, go } = useAddress();
  const today = useToday(timers.clock, me.user.time_zone);
  if (!me.privacy_due_at || place.section === "privacy") return null;
  const days = daysUntil(me.privacy_due_at, today, me.user.time_zone);
  if (days > soonDays) return null;
  return (
    <Notice
      kind="review"
      actions={
        <Button onClick={() => go({ tab: "administration", section: "privacy" })}>
          {privacyTexts.queue.open}
        </Button>
      }
    >
      {privacyTexts.queue.reminder(days)}
    </Notice>
  );
}
