/** What somebody can do with what they bought, or how it stands. */

import { useRef, useState } from "preact/hooks";
import { ApiProblem, type Landing, type SignUp } from "../../api/client.ts";
import { Button, FailureNotice, Notice } from "../controls.tsx";
import { explain, type Failure } from "../failure.ts";
import { devOpsAddress, NextStepList } from "../next-steps.tsx";
import { planName } from "../plan.ts";
import { SignUpForm } from "../sign-up.tsx";
import { texts as commonTexts } from "../texts.ts";
import { useGentlePolling } from "./polling.ts";
import { PurchaseCard } from "./purchase.tsx";
import { landingTexts as texts } from "./texts.ts";

/** The page's heading: it says in which state the purchase is. */
export function titleOf({ step, subscription, organization, obstacle }: Landing): string {
  if (obstacle) return texts.obstacles[obstacle.code]?.title ?? texts.obstacle;
  const plan = planName(subscription.plan);
  switch (step) {
    case "sign_up":
      return texts.signUp.heading(plan);
    case "upgrade":
      return texts.upgrade.heading(organization?.name ?? "", plan, organization?.plan === "trial");
    case "activating":
      return texts.activating.heading(plan);
    case "none":
      return standing(subscription.status).heading(plan);
  }
}

function standing(status: Landing["subscription"]["status"]) {
  return status === "pending" ? texts.unknown : texts[status];
}

interface StepProps {
  landing: Landing;
  /** Looks up again what was bought. */
  ask: () => Promise<Landing>;
  /** Gives the subscription to the person's organization. */
  take: (signUp?: SignUp) => Promise<Landing>;
  onLanding: (landing: Landing) => void;
  /** A colleague has signed the organization up meanwhile; the detail says who the administrator is. */
  onTaken: (detail: string) => void;
  onCheckAgain: () => void;
  onOtherAccount: () => void;
}

export function Step(props: StepProps) {
  const { landing, ask, take, onLanding, onTaken, onCheckAgain, onOtherAccount } = props;
  const { step, subscription, obstacle, for_another } = landing;
  // Of Azure DevOps, when it was signed up here.
  const [organization, setOrganization] = useState("");
  const free = step === "sign_up" || step === "upgrade";
  return (
    <>
      {obstacle && <Obstacle {...obstacle} onCheckAgain={onCheckAgain} onOtherAccount={onOtherAccount} />}
      {free && for_another && (
        <Notice kind="error">{texts.forAnother(subscription.beneficiary_email)}</Notice>
      )}
      {step === "activating" && <Activating ask={ask} onLanding={onLanding} />}
      {step === "none" && !obstacle && <Standing subscription={subscription} />}
      <PurchaseCard purchase={subscription} />
      {step === "sign_up" && (
        <SignUpForm
          signUp={(wanted) => {
            setOrganization(wanted.azure_devops_organization);
            return take(wanted);
          }}
          words={texts.signUp}
          headingLevel="h2"
          organization=""
          currency={subscription.plan.currency}
          email={for_another ? subscription.purchaser_email : subscription.beneficiary_email}
          onTaken={onTaken}
          onDone={onLanding}
        />
      )}
      {step === "upgrade" && (
        <Upgrade landing={landing} take={take} onLanding={onLanding} onRefused={onCheckAgain} />
      )}
      {!free && !obstacle && <Onwards organization={organization} />}
    </>
  );
}

interface ObstacleProps {
  code: string;
  /** The server's words; they name people and numbers. */
  detail: string;
  onCheckAgain: () => void;
  onOtherAccount: () => void;
}

function Obstacle({ code, detail, onCheckAgain, onOtherAccount }: ObstacleProps) {
  return (
    <>
      <p>{detail}</p>
      <p>{texts.obstacles[code]?.text}</p>
      <div class="actions">
        <Button onClick={onCheckAgain}>{texts.checkAgain}</Button>
        {code === "role_required" && <Button onClick={onOtherAccount}>{texts.otherAccount}</Button>}
      </div>
    </>
  );
}

interface UpgradeProps {
  landing: Landing;
  take: () => Promise<Landing>;
  onLanding: (landing: Landing) => void;
  onRefused: () => void;
}

function Upgrade({ landing, take, onLanding, onRefused }: UpgradeProps) {
  const { plan, status } = landing.subscription;
  const [failure, setFailure] = useState<Failure>();
  const [working, setWorking] = useState(false);
  const under = useRef(false);

  async function start() {
    if (under.current) return;
    under.current = true;
    setWorking(true);
    setFailure(undefined);
    try {
      onLanding(await take());
    } catch (error) {
      const refused = explain(error);
      setFailure(refused);
      // A rule stands in the way that did not when the page was loaded: what it says may be out of date.
      if (error instanceof ApiProblem && !refused.passing) onRefused();
    }
    under.current = false;
    setWorking(false);
  }

  return (
    <>
      <p>{status === "pending" ? texts.upgrade.pending : texts.upgrade.active}</p>
      {failure && <FailureNotice failure={failure} onRetry={() => void start()} />}
      <div class="actions">
        <Button kind="primary" disabled={working} onClick={() => void start()}>
          {working ? texts.upgrade.working : texts.upgrade.submit(planName(plan))}
        </Button>
      </div>
    </>
  );
}

interface ActivatingProps {
  ask: () => Promise<Landing>;
  onLanding: (landing: Landing) => void;
}

function Activating({ ask, onLanding }: ActivatingProps) {
  const [trouble, setTrouble] = useState<Failure>();
  const ended = trouble?.passing === false;

  async function look() {
    try {
      onLanding(await ask());
      setTrouble(undefined);
    } catch (error) {
      setTrouble(explain(error));
    }
  }
  useGentlePolling(ended ? undefined : look);

  const { activating } = texts;
  return (
    <>
      <p>{activating.text}</p>
      <p class="secondary" role="status">
        {ended ? activating.ended : trouble ? activating.unreachable : activating.watching}
      </p>
    </>
  );
}

function Standing({ subscription }: Pick<Landing, "subscription">) {
  const { status, term } = subscription;
  switch (status) {
    case "subscribed":
      return (
        <>
          <p>{texts.subscribed.since(term?.starts_at)}</p>
          <p>{texts.subscribed.manage}</p>
        </>
      );
    case "suspended":
    case "cancelled":
      return (
        <>
          <p>{texts[status].text}</p>
          <p>{texts[status].help}</p>
        </>
      );
    default:
      return <p>{texts.unknown.text}</p>;
  }
}

/** Where to go from here. */
function Onwards({ organization }: { organization: string }) {
  if (!organization) {
    return (
      <p>
        <a href={devOpsAddress()}>{commonTexts.signUpPage.openLink}</a>
      </p>
    );
  }
  return (
    <section aria-labelledby="next">
      <h2 id="next">{texts.next}</h2>
      <NextStepList organization={organization} admin />
    </section>
  );
}
