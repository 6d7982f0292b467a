import { useEffect, useState } from "preact/hooks";
import type { Auth, AuthState } from "../auth/auth.ts";
import { Button, Notice } from "./controls.tsx";
import { texts } from "./texts.ts";

/** The state of the sign-in; renders again at each change. */
export function useAuthState(auth: Pick<Auth, "state" | "subscribe">): AuthState {
  const [state, setState] = useState(auth.state);
  useEffect(() => {
    setState(auth.state);
    return auth.subscribe(setState);
  }, [auth]);
  return state;
}

interface SignInProps {
  auth: Pick<Auth, "signIn">;
  state: Extract<AuthState, { kind: "needs_click" }>;
  /** The sentence before anything has failed. */
  first: string;
}

export function SignIn({ auth, state, first }: SignInProps) {
  const messages = {
    none: first,
    confirm: texts.signIn.confirm,
    cancelled: texts.signIn.cancelled,
    popup_blocked: texts.signIn.popupBlocked,
    failed: texts.signIn.failed,
  };
  return (
    <Notice
      kind={state.reason === "none" || state.reason === "confirm" ? "info" : "error"}
      actions={
        // Browsers only allow a window straight from a click, so signIn() comes first.
        <Button kind="primary" onClick={() => void auth.signIn()}>
          {texts.signIn.button}
        </Button>
      }
    >
      {messages[state.reason]}
      {state.detail && <span class="reference"> {texts.failure.reference(state.detail)}</span>}
    </Notice>
  );
}
