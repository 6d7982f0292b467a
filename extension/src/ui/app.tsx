/** What every frame does before it shows its page: it finds the host, signs in and reads who the person is. */

import { type ComponentType, render } from "preact";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { type Api, ApiProblem, createApi, type Me } from "../api/client.ts";
import { type Auth, type AuthState, createAuth } from "../auth/auth.ts";
import { loadConfig } from "../auth/config.ts";
import { type Frame, initFrame, NoHostError } from "../frame/frame.ts";
import { speak } from "../texts/catalogue.ts";
import { createRecorder } from "./actions.ts";
import { Button, FailureNotice, Loading, Notice, SignInContext } from "./controls.tsx";
import { explain, type Failure, isPlanMissing, isReadOnly } from "./failure.ts";
import { isJoinCode, isNotJoined } from "./join-code.ts";
import { JoinGate } from "./join-gate.tsx";
import { keepFresh } from "./live.ts";
import { NoticeAnnouncement } from "./notice/announcement.tsx";
import { type Offer, OfferContext, Plans } from "./offer.tsx";
import { Outbox, tabStorage } from "./outbox.ts";
import { adoptOwnPages } from "./own-pages.ts";
import { SessionContext } from "./session.ts";
import { SignIn, useAuthState } from "./sign-in.tsx";
import { SignUpForm } from "./sign-up.tsx";
import { texts } from "./texts.ts";
import { TimerStore } from "./timer-store.ts";
import { TrialBanner } from "./trial.tsx";
import { UndoNotice } from "./undo-notice.tsx";
import { useKeepTab } from "./waiting.ts";
import { inKnownZone } from "./zone-names.ts";
import { OtherZoneNotice } from "./zone-notices.tsx";
import "./layout.css";

/** Renders the page into the frame, or with another connection into a page of our own. */
export function mount(Page: ComponentType, connect = () => connectFrame()): void {
  const root = document.getElementById("app");
  if (!root) throw new Error("the document has no element with the id app");
  void speak().then(() => render(<Boot page={Page} connect={connect} />, root));
}

export interface Connection {
  frame: Frame;
  auth: Auth;
  api: Api;
  offer: Offer;
  /** The sentences before sign-in, on a page that has nothing around it. */
  welcome?: { title: string; lead: string };
  /** A widget has no room for what pages tell everybody. */
  widget?: boolean;
}

/** Connects with the page of Azure DevOps, which calls the widget if there is one. */
export async function connectFrame(widget?: object): Promise<Connection> {
  const [frame, config] = await Promise.all([initFrame(widget), loadConfig()]);
  const auth = createAuth(config, { loginHint: frame.userName });
  return { frame, auth, api: createApi(auth, config), offer: config, widget: widget !== undefined };
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

interface ConnectedProps extends Connection {
  page: ComponentType;
}

/** The gates in front of the page. Once passed, the page stays visible when the person is signed out. */
export function Connected({ frame, auth, api, offer, welcome, widget, page: Page }: ConnectedProps) {
  const content = useRef<HTMLDivElement>(null);
  useEffect(() => (content.current ? frame.autoResize(content.current) : undefined), [frame]);
  const authState = useAuthState(auth);
  const caller = useCaller(api, authState);
  const { me, askedAt, refusal, load } = caller;
  const [takenDetail, setTakenDetail] = useState("");

  const signIn = useCallback(() => void auth.signIn(), [auth]);
  const signsUp = refusal?.code === "tenant_unknown" && !me;
  const joinCode = isJoinCode(refusal?.code) ? refusal.code : undefined;
  const shown = (
    <div ref={content} class="frame">
      {!me && !signsUp && !joinCode && (
        <h1 class={welcome ? undefined : "visually-hidden"}>{welcome?.title ?? texts.product}</h1>
      )}
      {welcome && !me && authState.kind === "needs_click" && <p>{welcome.lead}</p>}
      {takenDetail && <Notice kind="info">{takenDetail}</Notice>}
      {authState.kind === "needs_click" && (
        <SignIn auth={auth} state={authState} first={me ? texts.signIn.again : texts.signIn.none} />
      )}
      {welcome && !me && authState.kind === "needs_click" && <Plans />}
      {authState.kind === "signing_in" && <Loading text={texts.signIn.working} />}
      {authState.kind === "signed_in" && !me && !refusal && <Loading />}
      {signsUp && (
        <SignUpForm
          signUp={api.signUp}
          formTexts={texts.signUp}
          organization={frame.context.organization.name}
          email={frame.userName.includes("@") ? frame.userName : ""}
          onTaken={(detail) => {
            setTakenDetail(detail);
            load();
          }}
          onDone={caller.accept}
        />
      )}
      {joinCode && refusal && (
        <JoinGate api={api} code={joinCode} detail={refusal.detail} onCheckAgain={load} />
      )}
      {refusal && !signsUp && !joinCode && (
        <FailureNotice failure={{ ...refusal, retryable: true }} onRetry={load} />
      )}
      {refusal && !me && isReadOnly(refusal.code) && <p>{texts.offer.ask}</p>}
      {refusal && !me && isPlanMissing(refusal.code) && <Plans />}
      {me && !joinCode && (
        <SignedIn
          key={me.user.id}
          frame={frame}
          api={api}
          auth={auth}
          me={me}
          askedAt={askedAt}
          unsure={caller.unsure}
          widget={widget === true}
          page={Page}
          reloadMe={load}
          onNotJoined={caller.refuse}
        />
      )}
    </div>
  );
  return (
    <SignInContext.Provider value={signIn}>
      <OfferContext.Provider value={offer}>{shown}</OfferContext.Provider>
    </SignInContext.Provider>
  );
}

/** Why the server has not told who the caller is, with its own words. */
type Refusal = Failure & { detail: string };

interface Caller {
  me: Me;
  /** When they were asked for, by performance.now(), where the answer tells the server's time. */
  askedAt?: number;
  /** The sign-in of which they are the person. */
  signedIn: AuthState;
}

/**
 * Reads who the caller is, after each sign-in and whenever it may have changed. An answer that a later request has
 * overtaken is ignored. Whoever was known and is erased meanwhile joins again only when they say so.
 */
function useCaller(api: Api, authState: AuthState) {
  const [caller, setCaller] = useState<Caller>();
  const [refusal, setRefusal] = useState<Refusal>();
  const newest = useRef(0);

  async function read() {
    const request = ++newest.current;
    setRefusal(undefined);
    try {
      const askedAt = performance.now();
      const me = inKnownZone(await api.me(caller ? { join: false } : {}));
      if (request !== newest.current) return;
      adoptOwnPages(me);
      setCaller({ me, askedAt, signedIn: authState });
    } catch (error) {
      if (request !== newest.current) return;
      refuse({ ...explain(error), detail: error instanceof ApiProblem ? error.detail : "" });
    }
  }
  function refuse(refused: Refusal) {
    setRefusal(refused);
    if (isNotJoined(refused)) setCaller(undefined);
  }
  useEffect(() => {
    if (authState.kind === "signed_in") void read();
  }, [authState]);

  return {
    ...caller,
    refusal,
    // Somebody else may have signed in.
    unsure: authState.kind === "signed_in" && caller?.signedIn !== authState,
    load: () => void read(),
    refuse: (failure: Failure) => refuse({ ...failure, detail: "" }),
    accept(signedUp: Me) {
      setRefusal(undefined);
      // The answer may be one that was given before. It doesn't tell the time.
      setCaller({ me: inKnownZone(signedUp), signedIn: authState });
    },
  };
}

interface SignedInProps {
  frame: Frame;
  api: Api;
  auth: Auth;
  me: Me;
  askedAt: number | undefined;
  /** It isn't known yet whether the person is the one who has signed in last. */
  unsure: boolean;
  widget: boolean;
  page: ComponentType;
  reloadMe: () => void;
  /** The person is no user any more. */
  onNotJoined: (failure: Failure) => void;
}

/** The types under which finished commands are recorded. */
const actionTypes = {
  starting: "timer_started",
  stopping: "timer_stopped",
  discarding: "timer_discarded",
} as const;

function SignedIn(props: SignedInProps) {
  const { frame, api, auth, me, askedAt, unsure, widget, page: Page, reloadMe, onNotJoined } = props;
  const timers = useMemo(() => {
    const outbox = new Outbox(tabStorage(), me.user.id);
    const store = new TimerStore(api, { outbox, startsLastMs: me.tenant.settings.auto_stop_after_ms });
    // The page begins with the server's day, whatever the machine's clock says.
    if (askedAt !== undefined) store.clock.sync(me.server_time, askedAt);
    return store;
  }, [api, me.user.id]);
  useEffect(() => {
    const stopListening = timers.subscribe(() => {
      const failure = [timers.state.readFailure, timers.state.failure].find(isNotJoined);
      if (failure) onNotJoined(failure);
    });
    void timers.refresh();
    const stop = keepFresh(timers);
    return () => {
      stopListening();
      stop();
      timers.close();
    };
  }, [timers]);
  useLayoutEffect(() => timers.hold(unsure), [timers, unsure]);
  useKeepTab(timers);
  const record = useMemo(() => createRecorder(api, me, frame.contributionId), [api, me, frame]);
  useEffect(() => {
    timers.onDone = (command) => record(actionTypes[command]);
  }, [timers, record]);
  return (
    <SessionContext.Provider value={{ frame, api, auth, me, timers, record, reloadMe }}>
      {!widget && <NoticeAnnouncement />}
      {!widget && <TrialBanner />}
      {!widget && <OtherZoneNotice />}
      <Page />
      <UndoNotice />
    </SessionContext.Provider>
  );
}
