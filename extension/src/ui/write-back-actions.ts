/** What people can do about time that isn't in Completed Work yet. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { WriteBackAttempt } from "../api/client.ts";
import { SignInRequiredError } from "../auth/sign-in-required.ts";
import { explain, type Failure } from "./failure.ts";
import { useSession } from "./session.ts";
import { useAuthState } from "./sign-in.tsx";

/** An action that is under way, or why it has failed. */
export interface Attempted {
  working: boolean;
  failure: Failure | null;
  dismissFailure: () => void;
}

/**
 * Writes what waits to Azure DevOps. Where the person has to confirm the sign-in first, the page asks for it, and what was
 * wanted goes on by itself afterwards.
 */
export function useAttempt(): Attempted & { attempt: (what?: WriteBackAttempt) => void } {
  const { api, auth, timers } = useSession();
  const signedIn = useAuthState(auth).kind === "signed_in";
  const wanted = useRef<WriteBackAttempt | undefined>(undefined);
  const action = useAction();

  async function send(what: WriteBackAttempt) {
    wanted.current = what;
    try {
      await api.attemptWriteBacks(what);
    } catch (error) {
      if (error instanceof SignInRequiredError) return; // the page asks to sign in
      wanted.current = undefined;
      timers.hoursChanged();
      throw error;
    }
    wanted.current = undefined;
    timers.hoursChanged();
  }

  const wasSignedIn = useRef(signedIn);
  useEffect(() => {
    const what = wanted.current;
    if (signedIn && !wasSignedIn.current && what) action.run(() => send(what));
    wasSignedIn.current = signedIn;
  }, [signedIn]);

  return { ...action, attempt: (what = {}) => action.run(() => send(what)) };
}

/** Runs one thing at a time, and keeps why the last one has failed. */
export function useAction(): Attempted & { run: (act: () => Promise<void>) => void } {
  const [working, setWorking] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);

  async function run(act: () => Promise<void>) {
    if (working) return;
    setWorking(true);
    setFailure(null);
    try {
      await act();
    } catch (error) {
      setFailure(explain(error));
    }
    setWorking(false);
  }

  return { working, failure, dismissFailure: () => setFailure(null), run: (act) => void run(act) };
}
