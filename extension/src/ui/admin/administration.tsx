/** The administration, in the hub "Time" and in the organization's settings. */

import { useContext, useState } from "preact/hooks";
import { Notice } from "../controls.tsx";
import { Ending, EndingNotice, useDeletion } from "../ending/ending.tsx";
import { readOnlyReason } from "../failure.ts";
import { formatDateTime } from "../format.ts";
import { useTimerState } from "../hooks.ts";
import { AddressContext } from "../hub/address.ts";
import { WhomToAsk } from "../offer.tsx";
import { PrivacyQueue } from "../privacy/queue.tsx";
import { privacyTexts } from "../privacy/texts.ts";
import { isAdmin, type Session, useSession } from "../session.ts";
import { Tabs } from "../tabs.tsx";
import { teamTexts } from "../team/texts.ts";
import { trialDays } from "../trial.tsx";
import { Activities } from "./activities.tsx";
import { Adjustments } from "./adjustments.tsx";
import { Billing } from "./billing.tsx";
import { CompletedWork } from "./completed-work.tsx";
import { Imports } from "./imports.tsx";
import { Logs } from "./logs.tsx";
import { People } from "./people.tsx";
import { Projects } from "./projects.tsx";
import { Proof } from "./proof.tsx";
import { Retention } from "./retention.tsx";
import { RunningTimers } from "./running-timers.tsx";
import type { Draft } from "./settings-values.ts";
import { SheetSettings } from "./sheet-settings.tsx";
import { TenantSettings } from "./tenant-settings.tsx";
import { adminTexts } from "./texts.ts";

const sections = [
  "people",
  "targets",
  "adjustments",
  "settings",
  "projects",
  "activities",
  "completed",
  "running",
  "imports",
  "logs",
  "billing",
  "privacy",
  "proof",
] as const;
type Section = (typeof sections)[number];

/** The section on show, which the hub keeps in its address. */
function useSection(): [Section, (section: Section) => void] {
  const address = useContext(AddressContext);
  const [own, setOwn] = useState<Section>("people");
  if (!address) return [own, setOwn];
  const named = sections.find((each) => each === address.place.section);
  return [
    named ?? "people",
    (section) => address.go({ section: section === "people" ? undefined : section }),
  ];
}

/** The page in the organization's settings. */
export function AdminPage() {
  const { me } = useSession();
  return (
    <div class="hub">
      <header class="hub-header">
        <h1 tabIndex={-1}>{adminTexts.title}</h1>
      </header>
      {isAdmin(me) ? (
        <Administration />
      ) : (
        <Notice kind="info" title={adminTexts.onlyAdmins}>
          {adminTexts.shouldOpen} <WhomToAsk />
        </Notice>
      )}
    </div>
  );
}

export function Administration() {
  const { me } = useSession();
  const [section, setSection] = useSection();
  const [draft, setDraft] = useState<Draft>({});
  const deletion = useDeletion();
  const unsaved = Object.keys(draft).length > 0;
  return (
    <>
      <PlanLine />
      {me.tenant.status !== "active" && <Notice kind="info">{readOnlyReason(me.tenant.status)}</Notice>}
      <EndingNotice deletion={deletion} />
      <Tabs
        label={adminTexts.sections}
        selected={section}
        onSelect={setSection}
        tabs={[
          { id: "people", text: adminTexts.people },
          { id: "targets", text: teamTexts.settings.tab },
          { id: "adjustments", text: adminTexts.adjustments },
          {
            id: "settings",
            text: unsaved ? `${adminTexts.settings} •` : adminTexts.settings,
            label: unsaved ? adminTexts.tenant.unsavedTab : undefined,
          },
          { id: "projects", text: adminTexts.projects },
          { id: "activities", text: adminTexts.activities },
          { id: "completed", text: adminTexts.completedWork },
          { id: "running", text: adminTexts.running },
          { id: "imports", text: adminTexts.importing },
          { id: "logs", text: adminTexts.logs },
          { id: "billing", text: adminTexts.billing },
          ...(me.user.role === "super_admin"
            ? [{ id: "privacy" as const, text: privacyTexts.queue.tab }]
            : []),
          { id: "proof", text: adminTexts.proofTab },
        ]}
      >
        {section === "people" && <People />}
        {section === "targets" && <SheetSettings />}
        {section === "adjustments" && <Adjustments />}
        {section === "settings" && <TenantSettings draft={draft} onDraft={setDraft} />}
        {section === "projects" && <Projects />}
        {section === "activities" && <Activities />}
        {section === "completed" && <CompletedWork onSettings={() => setSection("settings")} />}
        {section === "running" && <RunningTimers />}
        {section === "imports" && <Imports />}
        {section === "logs" && <Logs />}
        {section === "billing" && <Billing />}
        {section === "privacy" && me.user.role === "super_admin" && (
          <>
            <PrivacyQueue />
            <Retention />
            <Ending deletion={deletion} />
          </>
        )}
        {section === "proof" && <Proof />}
      </Tabs>
    </>
  );
}

function PlanLine() {
  const { me, timers } = useSession();
  useTimerState(timers);
  return <p class="secondary">{planText(me, timers.clock.now())}</p>;
}

function planText({ tenant, user }: Session["me"], now: number): string {
  const texts = adminTexts.plan;
  if (tenant.plan !== "trial") return texts[tenant.plan];
  const end = tenant.trial_ends_at ? formatDateTime(Date.parse(tenant.trial_ends_at), user.time_zone) : "";
  const days = trialDays(tenant, now);
  return days === undefined ? texts.ended(end) : texts.trial(end, days);
}
