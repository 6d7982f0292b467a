/** The page that the Azure Marketplace opens after a purchase, and again for managing a subscription. */

import { type ComponentChildren, render } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Api, Landing as LandingState } from "../../api/client.ts";
import { type Auth, SignInRequiredError } from "../../auth/auth.ts";
import { followTheme } from "../../frame/theme.ts";
import { speak } from "../../texts/catalogue.ts";
import { textOf } from "../catalogue.ts";
import { Button, FailureNotice, Loading, Notice } from "../controls.tsx";
import { explain, type Failure } from "../failure.ts";
import { useAsync } from "../hooks.ts";
import { type Offer, OfferContext } from "../offer.tsx";
import { SignIn, useAuthState } from "../sign-in.tsx";
import { connectStandalone } from "../standalone.ts";
import { texts as commonTexts } from "../texts.ts";
import { Step, titleOf } from "./steps.tsx";
import { landingTexts as texts } from "./texts.ts";
import "../layout.css";
import "./landing.css";

/** Shows the page for the Marketplace's token, which stays in memory. Undefined: the address had none. */
export function mountLanding(token: string | undefined): void {
  const root = document.getElementById("app");
  if (!root) throw new Error("the document has no element with the id app");
  if (token === undefined) followTheme();
  void speak().then(() => render(token === undefined ? <NoToken /> : <Start token={token} />, root));
}

export function NoToken() {
  return (
    <Page title={texts.noToken.title}>
      <p>{texts.noToken.text}</p>
      <p>{texts.noToken.how}</p>
    </Page>
  );
}

/** Loads the settings. A failure is tried again in place, since a reload would lose the token. */
function Start({ token }: { token: string }) {
  const connection = useAsync(connectStandalone, []);
  if (connection.data) return <Landing {...connection.data} token={token} />;
  const failed = connection.failure && !connection.loading;
  return (
    <Page title={failed ? commonTexts.boot.no_config.title : texts.title}>
      {failed ? (
        <Notice kind="error" actions={<Button onClick={connection.reload}>{commonTexts.tryAgain}</Button>}>
          {commonTexts.boot.no_config.detail}
        </Notice>
      ) : (
        <Loading text={texts.starting} />
      )}
    </Page>
  );
}

/** The heading names the page's state. It gets the focus whenever it changes, so that the new state is read out. */
function Page({ title, children }: { title: string; children: ComponentChildren }) {
  const heading = useRef<HTMLHeadingElement>(null);
  const previous = useRef(title);
  useEffect(() => {
    if (previous.current !== title) heading.current?.focus();
    previous.current = title;
  }, [title]);
  return (
    <div class="frame stack landing">
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {children}
    </div>
  );
}

interface LandingProps {
  auth: Auth;
  api: Pick<Api, "resolveLanding" | "takeSubscription">;
  offer: Offer;
  token: string;
}

export function Landing({ auth, api, offer, token }: LandingProps) {
  const authState = useAuthState(auth);
  const [landing, setLanding] = useState<LandingState>();
  const [failure, setFailure] = useState<Failure>();
  // The server's words about a colleague who has signed up first.
  const [takenDetail, setTakenDetail] = useState("");
  const newest = useRef(0);

  /** Asks what is to be done with the purchase. An answer that a later request has overtaken is ignored. */
  async function resolve() {
    const request = ++newest.current;
    setFailure(undefined);
    try {
      const answer = await api.resolveLanding(token);
      if (request === newest.current) setLanding(answer);
    } catch (error) {
      // Whoever has to sign in again finds the page as it was.
      if (request !== newest.current || error instanceof SignInRequiredError) return;
      setLanding(undefined);
      setFailure(explain(error));
    }
  }
  // The answer depends on the account, which changes by signing in alone.
  useEffect(() => {
    if (authState.kind === "signed_in") void resolve();
  }, [authState.kind]);

  return (
    <Page title={failure ? problemTitle(failure) : landing ? titleOf(landing) : texts.title}>
      {authState.kind === "needs_click" && (
        <SignIn auth={auth} state={authState} first={landing ? commonTexts.signIn.again : texts.signIn} />
      )}
      {authState.kind === "signing_in" && <Loading text={commonTexts.signIn.working} />}
      {authState.kind === "signed_in" && !landing && !failure && <Loading text={texts.resolving} />}
      {failure && authState.kind === "signed_in" && (
        <Problem
          failure={failure}
          onRetry={() => void resolve()}
          onOtherAccount={() => void auth.signIn({ otherAccount: true })}
        />
      )}
      {takenDetail && <Notice kind="info">{takenDetail}</Notice>}
      {landing && (
        <OfferContext.Provider value={offer}>
          <Step
            landing={landing}
            read={() => api.resolveLanding(token)}
            take={(signUp) => api.takeSubscription(token, signUp)}
            onLanding={setLanding}
            onTaken={(detail) => {
              setTakenDetail(detail);
              void resolve();
            }}
            onCheckAgain={() => void resolve()}
            onOtherAccount={() => void auth.signIn({ otherAccount: true })}
          />
        </OfferContext.Provider>
      )}
    </Page>
  );
}

interface ProblemProps {
  failure: Failure;
  onRetry: () => void;
  onOtherAccount: () => void;
}

/** The problems that another account may solve. */
const accountProblems = ["not_the_buyer", "bound_elsewhere"];

function Problem({ failure, onRetry, onOtherAccount }: ProblemProps) {
  const known = textOf(texts.problems, failure.code);
  return (
    <>
      <FailureNotice failure={known ? { ...failure, text: known.text } : failure} onRetry={onRetry}>
        {accountProblems.includes(failure.code ?? "") && (
          <Button kind="primary" onClick={onOtherAccount}>
            {texts.otherAccount}
          </Button>
        )}
      </FailureNotice>
      {failure.retryable && <p class="secondary">{texts.failedHelp}</p>}
    </>
  );
}

function problemTitle({ code }: Failure): string {
  return textOf(texts.problems, code)?.title ?? texts.failed;
}
