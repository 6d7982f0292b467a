/** What every frame does before its page is shown: find the host, sign in, find out who one is, or sign up. */

import { type ComponentType, render } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { type Api, ApiProblem, createApi, type Me } from "../api/client.ts";
import { type Auth, createAuth } from "../auth/auth.ts";
import { loadConfig } from "../auth/config.ts";
import { type Frame, initFrame, NoHostError } from "../frame/frame.ts";
import { createRecorder } from "./actions.ts";
import { Button, FailureNotice, Loading, Notice } from "./controls.tsx";
import { explain, type Failure } from "./failure.ts";
import { useTimerState } from "./hooks.ts";
import { isJoinCode, JoinGate } from "./join-gate.tsx";
import { keepFresh } from "./live.ts";
import { SessionContext } from "./session.ts";
import { SignIn, useAuthState } from "./sign-in.tsx";
import { SignUpForm } from "./sign-up.tsx";
import { texts } from "./texts.ts";
import { TimerStore } from "./timer-store.ts";
import { TrialBanner } from "./trial.tsx";
import "./layout.css";

/** Renders the page into the frame, or, with another connection, into a document of its own. */
export function mount(Page: ComponentType, connect: () => Promise<Connection> = connectFrame): void {
  const root = document.getElementById("app");
  if (!root) throw new Error("the document has no element with the id app");
  render(<Boot page={Page} connect={connect} />, root);
}

export interface Connection {
  frame: Frame;
  auth: Auth;
  api: Api;
  /** What a page says before sign-in when nothing around it tells where one is. */
  welcome?: { title: string; lead: string };
}

async function connectFrame(): Promise<Connection> {
  const [frame, config] = await Promise.all([initFrame(), loadConfig()]);
  const auth = createAuth(config, { loginHint: frame.userName });
  return { frame, auth, api: createApi(auth, config) };
}

interface BootProps {
  page: ComponentType;
  connect: () => Promise<Connection>;
}

function Boot({ page, connect }: BootProps) {
  const [connection, setConnection] = useState<Connection>();
  const [failure, setFailure] = useState<"no_host" | "no_config">();
  useEffect(() => {
    connect().then(setConnection, (error) =>
      setFailure(error instanceof NoHostError ? "no_host" : "no_config"),
    );
  }, []);

  if (connection) return <Connected {...connection} page={page} />;
  return (
    <div class="frame">
      {!failure && <Loading text={texts.boot.starting} />}
      {failure && (
        <>
          <h1>{texts.boot[failure].title}</h1>
          <p>{texts.boot[failure].detail}</p>
          <div class="actions">
            <Button onClick={() => location.reload()}>{texts.tryAgain}</Button>
          </div>
        </>
      )}
    </div>
  );
}

/** Why `me` was refused, with the server's own words. */
type Refusal = Failure & { detail: string };

interface ConnectedProps extends Connection {
  page: ComponentType;
}

/** The gates in front of the page. Once passed, the page stays on show when the person is signed out. */
export function Connected({ frame, auth, api, welcome, page: Page }: ConnectedProps) {
  const content = useRef<HTMLDivElement>(null);
  const authState = useAuthState(auth);
  const [me, setMe] = useState<Me>();
  const [failure, setFailure] = useState<Refusal>();
  const [taken, setTaken] = useState("");

  useEffect(() => (content.current ? frame.autoResize(content.current) : undefined), [frame]);

  async function loadMe() {
    setFailure(undefined);
    try {
      setMe(await api.me());
    } catch (error) {
      setFailure({ ...explain(error), detail: error instanceof ApiProblem ? error.detail : "" });
    }
  }
  // Who one is changes by signing in alone.
  useEffect(() => {
    if (authState.kind === "signed_in") void loadMe();
  }, [authState.kind]);

  const signsUp = failure?.code === "tenant_unknown" && !me;
  const joins = isJoinCode(failure?.code) ? failure.code : undefined;
  return (
    <div ref={content} class="frame">
      {!me && !signsUp && !joins && (
        <h1 class={welcome ? undefined : "visually-hidden"}>{welcome?.title ?? texts.product}</h1>
      )}
      {welcome && !me && authState.kind === "needs_click" && <p>{welcome.lead}</p>}
      {taken && <Notice kind="info">{taken}</Notice>}
      {authState.kind === "needs_click" && (
        <SignIn auth={auth} state={authState} first={me ? texts.signIn.again : texts.signIn.none} />
      )}
      {authState.kind === "signing_in" && <Loading text={texts.signIn.working} />}
      {authState.kind === "signed_in" && !me && !failure && <Loading />}
      {signsUp && (
        <SignUpForm
          signUp={api.signUp}
          words={texts.signUp}
          organization={frame.organization}
          email={frame.userName.includes("@") ? frame.userName : ""}
          onTaken={(detail) => {
            setTaken(detail);
            void loadMe();
          }}
          onDone={(signedUp) => {
            setFailure(undefined);
            setMe(signedUp);
          }}
        />
      )}
      {joins && failure && (
        <JoinGate api={api} code={joins} detail={failure.detail} onCheckAgain={() => void loadMe()} />
      )}
      {failure && !signsUp && !joins && (
        <FailureNotice failure={{ ...failure, passing: true }} onRetry={() => void loadMe()} />
      )}
      {me && !joins && (
        <SignedIn
          key={me.user.id}
          frame={frame}
          api={api}
          me={me}
          page={Page}
          reloadMe={() => void loadMe()}
        />
      )}
    </div>
  );
}

interface SignedInProps {
  frame: Frame;
  api: Api;
  me: Me;
  page: ComponentType;
  reloadMe: () => void;
}

const actionsOfWork = {
  starting: "timer_started",
  stopping: "timer_stopped",
  discarding: "timer_discarded",
};

function SignedIn({ frame, api, me, page: Page, reloadMe }: SignedInProps) {
  const timers = useMemo(() => new TimerStore(api), [api]);
  useEffect(() => {
    void timers.refresh();
    return keepFresh(timers);
  }, [timers]);
  const record = useMemo(() => createRecorder(api, me, frame.contributionId), [api, me, frame]);
  useEffect(() => {
    timers.onDone = (work) => record(actionsOfWork[work]);
  }, [timers, record]);
  return (
    <SessionContext.Provider value={{ frame, api, me, timers, record, reloadMe }}>
      <Announcements timers={timers} />
      <TrialBanner />
      <Page />
    </SessionContext.Provider>
  );
}

/** Reads out what commands did. The running clock is not announced: it would never be silent. */
function Announcements({ timers }: { timers: TimerStore }) {
  const { said } = useTimerState(timers);
  return (
    <p class="visually-hidden" role="status">
      {said}
    </p>
  );
}
