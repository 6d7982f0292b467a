/** The steps after an organization has signed up. */

import { formatDateTime } from "./format.ts";
import { isAdmin, useSession } from "./session.ts";
import { texts } from "./texts.ts";
import "./next-steps.css";

/** The extension, by the publisher and the id in its manifest. */
export const extensionAddress = "https://marketplace.visualstudio.com/items?itemName=timetracker.timetracker";

export function NextSteps() {
  const { me } = useSession();
  const { tenant } = me;
  const trial =
    tenant.plan === "trial" && tenant.trial_ends_at
      ? texts.signUpPage.trialUntil(formatDateTime(Date.parse(tenant.trial_ends_at), me.user.time_zone))
      : "";
  return (
    <>
      <h1>{texts.signUpPage.title}</h1>
      <p>{texts.signUpPage.lead(tenant.name, trial)}</p>
      <NextStepList organization={tenant.azure_devops_organization} admin={isAdmin(me)} />
    </>
  );
}

interface NextStepListProps {
  /** The organization of Azure DevOps. */
  organization: string;
  admin: boolean;
}

/** The steps from signing up to the first timer. */
export function NextStepList({ organization, admin }: NextStepListProps) {
  return (
    <ol class="next-steps">
      <li>
        <h2>{texts.signUpPage.install}</h2>
        <p>
          {texts.signUpPage.installDetail(organization)}{" "}
          <a href={extensionAddress} target="_blank" rel="noreferrer">
            {texts.signUpPage.installLink}
          </a>
        </p>
      </li>
      <li>
        <h2>{texts.signUpPage.open}</h2>
        <p>
          {texts.signUpPage.openDetail} <a href={devOpsAddress(organization)}>{texts.signUpPage.openLink}</a>
        </p>
      </li>
      {admin && (
        <li>
          <h2>{texts.signUpPage.invite}</h2>
          <p>{texts.signUpPage.inviteDetail}</p>
        </li>
      )}
    </ol>
  );
}

/** The address of the organization. Without one, Azure DevOps asks for it. */
export function devOpsAddress(organization = ""): string {
  return `https://dev.azure.com/${encodeURIComponent(organization)}`;
}
