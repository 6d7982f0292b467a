/** The person's sign-in: its states, and the order in which the sources of tokens are tried. */

import {
  AuthError,
  type Configuration,
  createNestablePublicClientApplication,
  createStandardPublicClientApplication,
  InteractionRequiredAuthError,
  ServerError,
} from "@azure/msal-browser";
import { enableNestedAppAuth } from "azure-devops-extension-sdk";
import { withdrawRefusedChannels } from "../frame/channel.ts";
import type { ClientConfig } from "./config.ts";
import { SignInRequiredError } from "./sign-in-required.ts";
import {
  type AuthLibraries,
  type AuthOptions,
  hostTokens,
  msalConfiguration,
  type TokenRequest,
  type TokenSource,
  windowTokens,
} from "./token-source.ts";

export { SignInRequiredError } from "./sign-in-required.ts";
export type { AuthLibraries } from "./token-source.ts";

export interface NeedsClick {
  kind: "needs_click";
  /** `confirm`: the organization wants the person to confirm the sign-in, as with a second factor. */
  reason: "none" | "confirm" | "cancelled" | "popup_blocked" | "failed";
  /** Entra's or MSAL's error code, for a person who asks for help. */
  detail?: string;
}

export type AuthState = { kind: "signing_in" } | { kind: "signed_in" } | NeedsClick;

/** The person's sign-in, as the pages see it. */
export interface Auth {
  readonly state: AuthState;
  /** Calls the listener at every change of the state. Returns what ends it. */
  subscribe(listener: (state: AuthState) => void): () => void;
  /**
   * Returns an access token for the API. It never opens a window. With `claims` the token has what they ask for.
   * @throws SignInRequiredError when only the person can help; the state is `needs_click` then.
   */
  getToken(options?: TokenRequest): Promise<string>;
  /** The API refuses tokens until the person has confirmed the sign-in. The next sign-in asks for the claims. */
  requireConfirmation(claims: string | undefined): void;
  /**
   * Signs in with a window. Call it straight from a click, or the browser blocks the window. With `otherAccount` Entra
   * asks for the account, also when one is signed in.
   */
  signIn(options?: { otherAccount?: boolean }): Promise<void>;
}

const realLibraries: AuthLibraries = {
  enableNestedAppAuth,
  createNestable: createNestablePublicClientApplication,
  createStandard: createStandardPublicClientApplication,
};

/** Starts signing in without a window. When that fails, the state becomes `needs_click`. */
export function createAuth(
  config: ClientConfig,
  options: AuthOptions = {},
  libraries: AuthLibraries = realLibraries,
): Auth {
  withdrawRefusedChannels(); // MSAL opens one as soon as it is made
  return new SourcedAuth(config, options, libraries);
}

/** Tries nested app authentication first, where the host page signs in, and then the tokens of this browser tab. */
class SourcedAuth implements Auth {
  readonly #options: AuthOptions;
  readonly #libraries: AuthLibraries;
  readonly #configuration: Configuration;
  readonly #scopes: string[];
  readonly #listeners = new Set<(state: AuthState) => void>();
  #state: AuthState = { kind: "signing_in" };
  /** What the next sign-in with a window must bring. */
  #claims: string | undefined;
  #source: TokenSource | undefined;
  #ready: Promise<void>;

  constructor(config: ClientConfig, options: AuthOptions, libraries: AuthLibraries) {
    this.#options = options;
    this.#libraries = libraries;
    this.#configuration = msalConfiguration(config, options);
    this.#scopes = [config.scope];
    this.#ready = this.#begin();
  }

  get state(): AuthState {
    return this.#state;
  }

  subscribe(listener: (state: AuthState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async getToken(request: TokenRequest = {}): Promise<string> {
    await this.#ready;
    if (!this.#source) {
      throw new SignInRequiredError("signing in has failed");
    }
    try {
      return await this.#source.silent(request);
    } catch (error) {
      if (!needsPerson(error)) {
        throw error;
      }
      if (request.claims) {
        this.requireConfirmation(request.claims);
      } else if (this.#state.kind === "signed_in") {
        this.#setState({ kind: "needs_click", reason: "none" });
      }
      throw new SignInRequiredError("the person has to sign in again", { cause: error });
    }
  }

  requireConfirmation(claims: string | undefined): void {
    this.#claims = claims;
    if (this.#state.kind === "signed_in") {
      this.#setState({ kind: "needs_click", reason: "confirm" });
    }
  }

  async signIn({ otherAccount = false } = {}): Promise<void> {
    if (!this.#source) {
      this.#setState({ kind: "signing_in" });
      this.#ready = this.#begin();
      await this.#ready;
      return;
    }
    const opened = this.#source.interactive({ otherAccount, claims: this.#claims });
    this.#setState({ kind: "signing_in" });
    try {
      await opened;
      await this.#replaceToken();
      this.#setState({ kind: "signed_in" });
    } catch (error) {
      const next = failureState(error);
      if (next.reason === "failed") {
        // The host may be the cause. With our own window, the next click doesn't fail in the same way.
        await this.#useWindow();
      }
      this.#setState(next);
    }
  }

  async #begin(): Promise<void> {
    if (!this.#options.standalone && (await this.#useHost())) return;
    const refusal = await this.#useWindow();
    if (refusal === undefined) {
      this.#setState({ kind: "signed_in" });
    } else {
      this.#setState(needsPerson(refusal) ? { kind: "needs_click", reason: "none" } : failureState(refusal));
    }
  }

  /**
   * After a confirmed sign-in, gets a token that takes the place of the older one. MSAL keeps one that was asked for with
   * claims beside that, and goes on to give the older one.
   */
  async #replaceToken(): Promise<void> {
    if (!this.#claims) return;
    this.#claims = undefined;
    // Without it the API sends its challenge again.
    await this.#source?.silent({ forceRefresh: true }).catch(() => {});
  }

  /** Tries the host; returns whether it has decided the state. */
  async #useHost(): Promise<boolean> {
    try {
      const host = await hostTokens(this.#libraries, this.#configuration, this.#scopes);
      const refusal = await host.silent().then(
        () => undefined,
        (error: unknown) => error,
      );
      if (refusal === undefined || refusal instanceof InteractionRequiredAuthError) {
        this.#source = host;
        this.#setState(
          refusal === undefined ? { kind: "signed_in" } : { kind: "needs_click", reason: "none" },
        );
        return true;
      }
    } catch {
      // The host does not sign in for extensions, or does not answer.
    }
    return false;
  }

  /** Takes our own window as the source; returns why it gives no token without a click, if it doesn't. */
  async #useWindow(): Promise<unknown> {
    try {
      this.#source = await windowTokens(this.#libraries, this.#configuration, this.#scopes, this.#options);
      await this.#source.silent();
      return undefined;
    } catch (error) {
      return error;
    }
  }

  #setState(next: AuthState): void {
    this.#state = next;
    for (const listener of this.#listeners) {
      listener(next);
    }
  }
}

/** Whether another silent attempt is useless, since Entra has answered and asks for the person. */
function needsPerson(error: unknown): boolean {
  return (
    error instanceof SignInRequiredError ||
    error instanceof InteractionRequiredAuthError ||
    error instanceof ServerError
  );
}

function failureState(error: unknown): NeedsClick {
  const code = error instanceof AuthError ? error.errorCode : error instanceof Error ? error.name : "unknown";
  switch (code) {
    case "user_cancelled":
    case "user_canceled":
    case "access_denied":
      return { kind: "needs_click", reason: "cancelled" };
    case "popup_window_error":
    case "empty_window_error":
      return { kind: "needs_click", reason: "popup_blocked" };
  }
  const entra = error instanceof Error ? /AADSTS\d+/.exec(error.message)?.[0] : undefined;
  return { kind: "needs_click", reason: "failed", detail: entra ?? code };
}
