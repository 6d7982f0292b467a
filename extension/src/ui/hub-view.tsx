/** The hub "Time": the timer bar in every view, and the parts of the hub. */

import type { FunctionComponent, RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { adminTexts } from "./admin/texts.ts";
import { CorrectClosedContext, Loading } from "./controls.tsx";
import { useMedia } from "./hooks.ts";
import { type Address, AddressContext, useHostAddress } from "./hub/address.ts";
import { AdministrationTab } from "./hub/administration-tab.tsx";
import { HubNav } from "./hub/hub-nav.tsx";
import { MyDataTab } from "./hub/my-data-tab.tsx";
import { MyTime } from "./hub/my-time.tsx";
import { Reports } from "./hub/reports.tsx";
import { hubTexts } from "./hub/texts.ts";
import { UnsavedEdits } from "./hub/unsaved-edits.tsx";
import { KeysHelp } from "./keys-help.tsx";
import { NoticeLink } from "./notice/announcement.tsx";
import { PrivacyReminder } from "./privacy/reminder.tsx";
import { privacyTexts } from "./privacy/texts.ts";
import { isAdmin, type Session, seesTeam, useSession } from "./session.ts";
import { Team } from "./team/team.tsx";
import { teamTexts } from "./team/texts.ts";
import { texts } from "./texts.ts";
import { TimerBar } from "./timer-bar.tsx";
import { WeekStartSetting } from "./week-start-setting.tsx";
import { ZoneProposal } from "./zone-notices.tsx";
import { ZoneSetting } from "./zone-setting.tsx";
import "./hub-view.css";

interface Part {
  /** What the address calls it. */
  id: string;
  text: () => string;
  Page: FunctionComponent;
  /** Who has it; everybody without. */
  isFor?: (me: Session["me"]) => boolean;
}

/** In the order of the tabs. The first one is shown unless the address names another. */
const parts: readonly [Part, ...Part[]] = [
  { id: "time", text: () => texts.hub.myTime, Page: MyTime },
  { id: "reports", text: () => hubTexts.reports, Page: Reports },
  { id: "team", text: () => teamTexts.tab, Page: Team, isFor: seesTeam },
  { id: "data", text: () => privacyTexts.tab, Page: MyDataTab },
  { id: "administration", text: () => adminTexts.tab, Page: AdministrationTab, isFor: isAdmin },
];

export function Hub() {
  const { frame } = useSession();
  const address = useHostAddress(frame);
  return (
    <div class="hub">
      <TimerBar />
      {address ? (
        <AddressContext.Provider value={address}>
          <Parts address={address} />
        </AddressContext.Provider>
      ) : (
        <Loading />
      )}
    </div>
  );
}

function Parts({ address: { place, go } }: { address: Address }) {
  const { me } = useSession();
  const own = parts.filter(({ isFor }) => isFor?.(me) ?? true);
  const part = own.find(({ id }) => id === place.tab) ?? parts[0];
  const select = (id: string) => go({ tab: id === parts[0].id ? undefined : id });
  const correctClosed = isAdmin(me) ? () => go({ tab: "administration", section: "adjustments" }) : undefined;
  const settingsPlace = useRef<HTMLDivElement>(null);
  const narrow = useOnceLeft(useMedia("(max-width: 700px)"), settingsPlace);
  const settings = (
    <div ref={settingsPlace} class="hub-settings">
      <ZoneSetting />
      <WeekStartSetting />
      <KeysHelp />
      <NoticeLink />
    </div>
  );
  return (
    <CorrectClosedContext.Provider value={correctClosed}>
      <HubNav parts={own.map(({ id, text }) => ({ id, text: text() }))} selected={part.id} onSelect={select}>
        {!narrow && settings}
      </HubNav>
      <ZoneProposal />
      <PrivacyReminder />
      <UnsavedEdits />
      <div key={part.id} class="hub-page">
        <part.Page />
      </div>
      {narrow && settings}
    </CorrectClosedContext.Provider>
  );
}

/** What is wanted, once nobody is in the element: what moves to another place of the page loses focus and dialogs. */
function useOnceLeft<Value>(wanted: Value, element: RefObject<HTMLElement | null>): Value {
  const [settled, setSettled] = useState(wanted);
  useLayoutEffect(() => {
    const within = element.current;
    const busy = (focused: EventTarget | null) =>
      within !== null &&
      ((focused instanceof Node && within.contains(focused)) || within.querySelector("dialog") !== null);
    if (!busy(document.activeElement)) {
      setSettled(wanted);
      return;
    }
    const leave = (event: FocusEvent) => {
      if (!busy(event.relatedTarget)) setSettled(wanted);
    };
    within?.addEventListener("focusout", leave);
    return () => within?.removeEventListener("focusout", leave);
  }, [wanted, element]);
  return settled;
}
