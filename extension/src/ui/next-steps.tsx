/** The page of our own where an organization is signed up: what is left to do after it. */

import { formatDateTime } from "./format.ts";
import { isAdmin, useSession } from "./session.ts";
import { texts } from "./texts.ts";

export function NextSteps() {
  const { me } = useSession();
  const { tenant } = me;
  const link = `https://dev.azure.com/${encodeURIComponent(tenant.azure_devops_organization)}`;
  const trial =
    tenant.plan === "trial" && tenant.trial_ends_at
      ? texts.signUpPage.trialUntil(formatDateTime(Date.parse(tenant.trial_ends_at), me.user.time_zone))
      : "";
  return (
    <>
      <h1>{texts.signUpPage.title}</h1>
      <p>{texts.signUpPage.lead(tenant.name, trial)}</p>
      <ol class="next-steps">
        <li>
          <h2>{texts.signUpPage.install}</h2>
          <p>{texts.signUpPage.installDetail(tenant.azure_devops_organization)}</p>
        </li>
        <li>
          <h2>{texts.signUpPage.open}</h2>
          <p>
            {texts.signUpPage.openDetail} <a href={link}>{texts.signUpPage.openLink}</a>
          </p>
        </li>
        {isAdmin(me) && (
          <li>
            <h2>{texts.signUpPage.invite}</h2>
            <p>{texts.signUpPage.inviteDetail}</p>
          </li>
        )}
      </ol>
    </>
  );
}
