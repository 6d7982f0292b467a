/** What somebody can do with what they bought, or how it stands. */

import { useRef, useState } from "preact/hooks";
import { ApiProblem, type Landing, type LandingObstacle, type SignUp } from "../../api/client.ts";
import { Button, FailureNotice, Notice } from "../controls.tsx";
import { explain, type Failure } from "../failure.ts";
import { devOpsAddress, NextStepList } from "../next-steps.tsx";
import { planName } from "../plan.ts";
import { SignUpForm } from "../sign-up.tsx";
import { texts as commonTexts } from "../texts.ts";
import { useGentlePolling } from "./polling.ts";
import { PurchaseCard } from "./purchase.tsx";
import { landingTexts as texts } from "./texts.ts";

/** Of the obstacles those that the person's own organization has, not the purchase. */
const ofTheOrganization = ["role_required", "subscription_exists", "seats_in_use", "tenant_internal"];

/** Whether what stands in the way does not for the organization that the purchase was made for. */
function onlyHere({ obstacle, for_another }: Landing): boolean {
  return for_another && obstacle !== undefined && ofTheOrganization.includes(obstacle.code);
}

/** The page's heading: it says in which state the purchase is. */
export function titleOf(landing: Landing): string {
  const { step, subscription, organization, obstacle } = landing;
  if (onlyHere(landing)) return texts.forAnother.title;
  if (obstacle) return texts.obstacles[obstacle.code]?.title ?? texts.obstacle;
  const plan = planName(subscription.plan);
  switch (step) {
    case "upgrade":
      return texts.upgrade.heading(organization?.name ?? "", plan, organization?.plan === "trial");
    case "none":
      return standing(landing).heading(plan);
    default:
      return texts[step === "sign_up" ? "signUp" : step].heading(plan);
  }
}

function standing({ in_force, subscription: { status } }: Landing) {
  if (status === "cancelled" && !in_force) return texts.neverInForce;
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
      {for_another && (free || (obstacle && obstacle.code !== "activation_refused")) && (
        <Notice kind="error">{texts.forAnother.notice(subscription.beneficiary_email, free)}</Notice>
      )}
      {obstacle && (
        <Obstacle
          landing={landing}
          obstacle={obstacle}
          onCheckAgain={onCheckAgain}
          onOtherAccount={onOtherAccount}
        />
      )}
      {(step === "queued" || step === "activating") && (
        <Waiting step={step} ask={ask} onLanding={onLanding} />
      )}
      {step === "none" && !obstacle && <Standing landing={landing} />}
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
  landing: Landing;
  obstacle: LandingObstacle;
  onCheckAgain: () => void;
  onOtherAccount: () => void;
}

function Obstacle({ landing, obstacle, onCheckAgain, onOtherAccount }: ObstacleProps) {
  const here = onlyHere(landing);
  const { code, detail } = obstacle;
  return (
    <>
      {here ? (
        <p>{texts.forAnother.text}</p>
      ) : (
        <>
          {/* The server's words; they name people and numbers. */}
          <p>{detail}</p>
          <p>{texts.obstacles[code]?.text}</p>
        </>
      )}
      <div class="actions">
        <Button onClick={onCheckAgain}>{texts.checkAgain}</Button>
        {(here || code === "role_required") && <Button onClick={onOtherAccount}>{texts.otherAccount}</Button>}
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

interface WaitingProps {
  step: "queued" | "activating";
  ask: () => Promise<Landing>;
  onLanding: (landing: Landing) => void;
}

function Waiting({ step, ask, onLanding }: WaitingProps) {
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

  return (
    <>
      <p>{texts[step].text}</p>
      <p class="secondary" role="status">
        {texts.waiting[watch(trouble)]}
      </p>
    </>
  );
}

/** How asking again goes: of whom it is that there is no answer. */
function watch(trouble: Failure | undefined): keyof typeof texts.waiting {
  if (!trouble) return "watching";
  if (!trouble.passing) return "ended";
  return trouble.code?.startsWith("marketplace_") ? "silent" : "unreachable";
}

function Standing({ landing }: { landing: Landing }) {
  const { subscription, in_force, organization, for_another } = landing;
  const { status, term, plan } = subscription;
  switch (status) {
    case "subscribed":
      return (
        <>
          <p>{texts.subscribed.since(term?.starts_at)}</p>
          <p>{texts.subscribed.manage(plan.model === "seats")}</p>
        </>
      );
    case "cancelled":
      if (!in_force) {
        return (
          <>
            <p>{texts.neverInForce.text}</p>
            {!for_another && <p>{texts.neverInForce.help(organization?.name)}</p>}
          </>
        );
      }
      return <Explained {...texts.cancelled} />;
    case "suspended":
      return <Explained {...texts.suspended} />;
    default:
      return <p>{texts.unknown.text}</p>;
  }
}

function Explained({ text, help }: { text: string; help: string }) {
  return (
    <>
      <p>{text}</p>
      <p>{help}</p>
    </>
  );
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
