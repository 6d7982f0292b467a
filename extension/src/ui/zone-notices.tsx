/** What pages say of the time zone without being asked. */

import { useRef, useState } from "preact/hooks";
import { Button, FailureNotice, Notice } from "./controls.tsx";
import { explain, type Failure } from "./failure.ts";
import { useFocusHandover } from "./focus.ts";
import { useSetZone } from "./own-zone.ts";
import { useSession } from "./session.ts";
import { texts } from "./texts.ts";
import { zoneName } from "./zone.ts";
import { proposedZone, wantedZone } from "./zone-names.ts";

/** Says in which zone times are shown, where it isn't the one that they should be shown in. */
export function OtherZoneNotice() {
  const { me } = useSession();
  const wanted = wantedZone(me);
  if (wanted === me.user.time_zone) return null;
  return <Notice kind="info">{texts.zone.unknown(wanted, zoneName(me.user.time_zone))}</Notice>;
}

/** Proposes the browser's zone to somebody who has not decided. It is asked once; keeping the zone is an answer too. */
export function ZoneProposal() {
  const { me, timers } = useSession();
  const [proposed] = useState(() => proposedZone(me, timers.clock.now()));
  if (!proposed || me.user.time_zone_chosen || me.tenant.status !== "active") return null;
  return <Proposal proposed={proposed} />;
}

function Proposal({ proposed }: { proposed: string }) {
  const { me } = useSession();
  const setZone = useSetZone();
  const [working, setWorking] = useState(false);
  const [failure, setFailure] = useState<Failure>();
  const region = useRef<HTMLElement>(null);
  useFocusHandover(region);

  async function answer(zone: string) {
    if (working) return;
    setWorking(true);
    setFailure(undefined);
    try {
      await setZone(zone);
    } catch (error) {
      setFailure(explain(error));
      setWorking(false);
    }
  }

  const now = me.user.time_zone;
  return (
    <section ref={region} aria-label={texts.zone.label}>
      <Notice
        kind="info"
        actions={
          <>
            <Button disabled={working} onClick={() => void answer(proposed)}>
              {texts.zone.use(proposed)}
            </Button>
            <Button disabled={working} onClick={() => void answer(now)}>
              {texts.zone.keep(now)}
            </Button>
          </>
        }
      >
        {texts.zone.differs(proposed, now)}
      </Notice>
      {failure && <FailureNotice failure={failure} onDismiss={() => setFailure(undefined)} />}
    </section>
  );
}
