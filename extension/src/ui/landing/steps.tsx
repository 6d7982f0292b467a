/** What can be done with the purchase, or the state of the subscription. */

import { useRef, useState } from "preact/hooks";
import { ApiProblem, type Landing, type LandingObstacle, type SignUp } from "../../api/client.ts";
import { textOf } from "../catalogue.ts";
import { Button, FailureNotice, Notice } from "../controls.tsx";
import { explain, type Failure } from "../failure.ts";
import { devOpsAddress, NextStepList } from "../next-steps.tsx";
import { planName } from "../plan.ts";
import { SignUpForm } from "../sign-up.tsx";
import { texts as commonTexts } from "../texts.ts";
import { usePolling } from "./polling.ts";
import { PurchaseCard } from "./purchase.tsx";
import { landingTexts as texts } from "./texts.ts";

/** The obstacles that come from the person's own organization, not from the purchase. */
const organizationObstacles: string[] = [
  "role_required",
  "subscription_exists",
  "seats_in_use",
  "tenant_internal",
  "tenant_removal",
];

/** Whether the obstacle concerns the person's own organization alone, and not the one that the purchase is for. */
function concernsOwnOnly({ obstacle, for_another }: Landing): boolean {
  return for_another && obstacle !== undefined && organizationObstacles.includes(obstacle.code);
}

/** The page's heading, which names the state of the purchase. */
export function titleOf(landing: Landing): string {
  const { step, subscription, organization, obstacle } = landing;
  if (concernsOwnOnly(landing)) return texts.forAnother.title;
  if (obstacle) return textOf(texts.obstacles, obstacle.code)?.title ?? texts.obstacle;
  const plan = planName(subscription.plan);
  switch (step) {
    case "upgrade":
      return texts.upgrade.heading(organization?.name ?? "", plan, organization?.plan === "trial");
    case "none":
      return stateTexts(landing).heading(plan);
    default:
      return texts[step === "sign_up" ? "signUp" : step].heading(plan);
  }
}

/** The texts of a subscription that nothing can be done with here. */
function stateTexts({ in_force, subscription: { status } }: Landing) {
  if (status === "cancelled" && !in_force) return texts.neverInForce;
  return status === "pending" ? texts.unknown : texts[status];
}

interface StepProps {
  landing: Landing;
  /** Reads the state of the purchase again. */
  read: () => Promise<Landing>;
  /** Gives the subscription to the person's organization. */
  take: (signUp?: SignUp) => Promise<Landing>;
  onLanding: (landing: Landing) => void;
  /** A colleague has signed the organization up meanwhile. The detail says who the administrator is. */
  onTaken: (detail: string) => void;
  onCheckAgain: () => void;
  onOtherAccount: () => void;
}

export function Step(props: StepProps) {
  const { landing, read, take, onLanding, onTaken, onCheckAgain, onOtherAccount } = props;
  const { step, subscription, obstacle, for_another } = landing;
  // The organization of Azure DevOps, when it was signed up on this page.
  const [organization, setOrganization] = useState("");
  const takeable = step === "sign_up" || step === "upgrade";
  return (
    <>
      {for_another && (takeable || (obstacle && obstacle.code !== "activation_refused")) && (
        <Notice kind="error">{texts.forAnother.notice(subscription.beneficiary_email, takeable)}</Notice>
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
        <Waiting step={step} read={read} onLanding={onLanding} />
      )}
      {step === "none" && !obstacle && <SubscriptionState landing={landing} />}
      <PurchaseCard purchase={subscription} />
      {step === "sign_up" && (
        <SignUpForm
          signUp={(wanted) => {
            setOrganization(wanted.azure_devops_organization);
            return take(wanted);
          }}
          formTexts={texts.signUp}
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
      {!takeable && !obstacle && <NextLinks organization={organization} />}
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
  const ownOnly = concernsOwnOnly(landing);
  const { code, detail } = obstacle;
  return (
    <>
      {ownOnly ? (
        <p>{texts.forAnother.text}</p>
      ) : (
        <>
          {/* The server's words, which name people and numbers. */}
          <p>{detail}</p>
          <p>{textOf(texts.obstacles, code)?.text}</p>
        </>
      )}
      <div class="actions">
        <Button onClick={onCheckAgain}>{texts.checkAgain}</Button>
        {(ownOnly || code === "role_required") && (
          <Button onClick={onOtherAccount}>{texts.otherAccount}</Button>
        )}
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
  const sending = useRef(false);

  async function start() {
    if (sending.current) return;
    sending.current = true;
    setWorking(true);
    setFailure(undefined);
    try {
      onLanding(await take());
    } catch (error) {
      const refused = explain(error);
      setFailure(refused);
      // The refusal comes from a rule that did not apply when the page was loaded, so the page is out of date.
      if (error instanceof ApiProblem && !refused.retryable) onRefused();
    }
    sending.current = false;
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
  read: () => Promise<Landing>;
  onLanding: (landing: Landing) => void;
}

function Waiting({ step, read, onLanding }: WaitingProps) {
  const [failure, setFailure] = useState<Failure>();
  const ended = failure?.retryable === false;

  async function poll() {
    try {
      onLanding(await read());
      setFailure(undefined);
    } catch (error) {
      setFailure(explain(error));
    }
  }
  usePolling(ended ? undefined : poll);

  return (
    <>
      <p>{texts[step].text}</p>
      <p class="secondary" role="status">
        {texts.waiting[pollingState(failure)]}
      </p>
    </>
  );
}

/** The state of the polling. It tells whether TimeTracker or Microsoft's Marketplace doesn't answer. */
function pollingState(failure: Failure | undefined): keyof typeof texts.waiting {
  if (!failure) return "watching";
  if (!failure.retryable) return "ended";
  return failure.code?.startsWith("marketplace_") ? "silent" : "unreachable";
}

function SubscriptionState({ landing }: { landing: Landing }) {
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
      return <TextWithHelp {...texts.cancelled} />;
    case "suspended":
      return <TextWithHelp {...texts.suspended} />;
    default:
      return <p>{texts.unknown.text}</p>;
  }
}

function TextWithHelp({ text, help }: { text: string; help: string }) {
  return (
    <>
      <p>{text}</p>
      <p>{help}</p>
    </>
  );
}

/** The way from here to the first timer. */
function NextLinks({ organization }: { organization: string }) {
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
