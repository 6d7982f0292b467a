/** What every frame does before its page is shown: find the host, sign in, find out who one is, or sign up. */

import { type ComponentType, render } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { type Api, createApi, type Me } from "../api/client.ts";
import { type Auth, type AuthState, createAuth } from "../auth/auth.ts";
import { loadConfig } from "../auth/config.ts";
import { type Frame, initFrame, NoHostError } from "../frame/frame.ts";
import { Button, FailureNotice, Loading, Notice } from "./controls.tsx";
import { explain, type Failure } from "./failure.ts";
import { useTimerState } from "./hooks.ts";
import { keepFresh } from "./live.ts";
import { SessionContext } from "./session.ts";
import { SignUpForm } from "./sign-up.tsx";
import { texts } from "./texts.ts";
import { TimerStore } from "./timer-store.ts";
import "./styles.css";

/** Renders the page into the frame. */
export function mount(Page: ComponentType): void {
  const root = document.getElementById("app");
  if (!root) throw new Error("the document has no element with the id app");
  render(<Boot page={Page} />, root);
}

interface Connection {
  frame: Frame;
  auth: Auth;
  api: Api;
}

async function connect(): Promise<Connection> {
  const [frame, config] = await Promise.all([initFrame(), loadConfig()]);
  const auth = createAuth(config, { loginHint: frame.userName });
  return { frame, auth, api: createApi(auth, config) };
}

function Boot({ page }: { page: ComponentType }) {
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

interface ConnectedProps extends Connection {
  page: ComponentType;
}

/** The gates in front of the page. Once passed, the page stays on show when the person is signed out. */
export function Connected({ frame, auth, api, page: Page }: ConnectedProps) {
  const content = useRef<HTMLDivElement>(null);
  const authState = useAuthState(auth);
  const [me, setMe] = useState<Me>();
  const [failure, setFailure] = useState<Failure>();

  useEffect(() => (content.current ? frame.autoResize(content.current) : undefined), [frame]);

  async function loadMe() {
    setFailure(undefined);
    try {
      setMe(await api.me());
    } catch (error) {
      setFailure(explain(error));
    }
  }
  // Who one is changes by signing in alone.
  useEffect(() => {
    if (authState.kind === "signed_in") void loadMe();
  }, [authState.kind]);

  return (
    <div ref={content} class="frame">
      {!me && failure?.code !== "tenant_unknown" && <h1 class="unseen">{texts.product}</h1>}
      {authState.kind === "needs_click" && <SignIn auth={auth} state={authState} again={me !== undefined} />}
      {authState.kind === "signing_in" && <Loading text={texts.signIn.working} />}
      {authState.kind === "signed_in" && !me && !failure && <Loading />}
      {failure?.code === "tenant_unknown" && (
        <SignUpForm
          api={api}
          organization={frame.organization}
          email={frame.userName.includes("@") ? frame.userName : ""}
          onTaken={() => void loadMe()}
          onDone={(signedUp) => {
            setFailure(undefined);
            setMe(signedUp);
          }}
        />
      )}
      {failure && failure.code !== "tenant_unknown" && (
        <FailureNotice failure={{ ...failure, passing: true }} onRetry={() => void loadMe()} />
      )}
      {me && <SignedIn key={me.user.id} frame={frame} api={api} me={me} page={Page} />}
    </div>
  );
}

function useAuthState(auth: Auth): AuthState {
  const [state, setState] = useState(auth.state);
  useEffect(() => {
    setState(auth.state);
    return auth.subscribe(setState);
  }, [auth]);
  return state;
}

interface SignInProps {
  auth: Auth;
  state: Extract<AuthState, { kind: "needs_click" }>;
  /** The person was signed in before. */
  again: boolean;
}

const reasons = {
  none: texts.signIn.none,
  cancelled: texts.signIn.cancelled,
  popup_blocked: texts.signIn.popupBlocked,
  failed: texts.signIn.failed,
};

function SignIn({ auth, state, again }: SignInProps) {
  const text = again && state.reason === "none" ? texts.signIn.again : reasons[state.reason];
  return (
    <Notice
      kind={state.reason === "none" ? "info" : "error"}
      actions={
        // The window opens only straight from the click: nothing may come before signIn().
        <Button kind="primary" onClick={() => void auth.signIn()}>
          {texts.signIn.button}
        </Button>
      }
    >
      {text}
      {state.detail && <span class="reference"> {texts.failure.reference(state.detail)}</span>}
    </Notice>
  );
}

interface SignedInProps {
  frame: Frame;
  api: Api;
  me: Me;
  page: ComponentType;
}

function SignedIn({ frame, api, me, page: Page }: SignedInProps) {
  const timers = useMemo(() => new TimerStore(api), [api]);
  useEffect(() => {
    void timers.refresh();
    return keepFresh(timers);
  }, [timers]);
  return (
    <SessionContext.Provider value={{ frame, api, me, timers }}>
      <Announcements timers={timers} />
      <Page />
    </SessionContext.Provider>
  );
}

/** Reads out what commands did. The running clock is not announced: it would never be silent. */
function Announcements({ timers }: { timers: TimerStore }) {
  const { said } = useTimerState(timers);
  return (
    <p class="unseen" role="status">
      {said}
    </p>
  );
}
