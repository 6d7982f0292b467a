import {
  AuthError,
  CacheLookupPolicy,
  type Configuration,
  createNestablePublicClientApplication,
  createStandardPublicClientApplication,
  InteractionRequiredAuthError,
  type IPublicClientApplication,
  ServerError,
} from "@azure/msal-browser";
import { enableNestedAppAuth } from "azure-devops-extension-sdk";
import { builtFile } from "./built-file.ts";
import type { ClientConfig } from "./config.ts";
import { withTimeLimit } from "./time-limit.ts";

export interface NeedsClick {
  kind: "needs_click";
  reason: "none" | "cancelled" | "popup_blocked" | "failed";
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
   * Returns an access token for the API. It never opens a window.
   * @throws SignInRequiredError when only the person can help; the state is `needs_click` then.
   */
  getToken(options?: { forceRefresh?: boolean }): Promise<string>;
  /**
   * Signs in with a window. Call it straight from a click, or the browser blocks the window. With `otherAccount` the
   * person is asked which account to take, also when one is signed in.
   */
  signIn(options?: { otherAccount?: boolean }): Promise<void>;
}

/** There is no token until the person signs in. */
export class SignInRequiredError extends Error {
  override readonly name = "SignInRequiredError";
}

/** The redirect page could not answer this one: browsers keep pages of different origins apart. */
class WrongAddressError extends Error {
  override readonly name = "wrong_address";
}

/** The libraries that a test replaces. */
export interface AuthLibraries {
  enableNestedAppAuth(): Promise<void>;
  createNestable(configuration: Configuration): Promise<IPublicClientApplication>;
  createStandard(configuration: Configuration): Promise<IPublicClientApplication>;
}

const libraries: AuthLibraries = {
  enableNestedAppAuth,
  createNestable: createNestablePublicClientApplication,
  createStandard: createStandardPublicClientApplication,
};

/** How long the host may take to say whether it signs in for us, and to give a token it has. MSAL waits for ever. */
const hostGreetingMs = 2_500;
const hostTokenMs = 8_000;
/** How long a person may take in a sign-in window: a second factor, a changed password. */
const personMs = 300_000;

/** One way to get tokens: by the host page, or by our own window. */
interface Way {
  silent(forceRefresh: boolean): Promise<string>;
  /** Opens the window before it returns. */
  interactive(otherAccount: boolean): Promise<void>;
}

/**
 * Starts signing in without a window: first by nested app authentication, where the host page signs in on our
 * behalf, then from the tokens of this browser tab. When neither works, the state becomes `needs_click`.
 *
 * `loginHint` is the name the host page gives the person. It is a hint only: it selects among accounts that are
 * signed in, and fills in a form.
 *
 * A `standalone` page has no host and is its own top-level site: it asks no host, and its window answers directly.
 */
export function createAuth(
  config: ClientConfig,
  options: { loginHint?: string; standalone?: boolean } = {},
  { enableNestedAppAuth, createNestable, createStandard }: AuthLibraries = libraries,
): Auth {
  const scopes = [config.scope];
  const msalConfig: Configuration = {
    auth: {
      clientId: config.spa_client_id,
      authority: config.authority,
      knownAuthorities: config.known_authorities,
      redirectUri: config.redirect_uri,
      // A window that we open ourselves can't answer by BroadcastChannel: browsers partition the channel by the
      // top-level site, and ours is Azure DevOps. The relay page answers by postMessage.
      ...(!options.standalone && { popupRelayUri: builtFile("relay.html") }),
    },
    cache: { cacheLocation: "sessionStorage" },
    system: { popupBridgeTimeout: personMs },
  };

  let state: AuthState = { kind: "signing_in" };
  let way: Way | undefined;
  const listeners = new Set<(state: AuthState) => void>();

  function become(next: AuthState): void {
    state = next;
    for (const listener of listeners) {
      listener(next);
    }
  }

  async function byHost(): Promise<Way> {
    await withTimeLimit(enableNestedAppAuth(), hostGreetingMs);
    const msal = await withTimeLimit(createNestable(msalConfig), hostGreetingMs);
    return {
      async silent(forceRefresh) {
        const result = await withTimeLimit(msal.acquireTokenSilent({ scopes, forceRefresh }), hostTokenMs);
        return result.accessToken;
      },
      async interactive(otherAccount) {
        await withTimeLimit(msal.acquireTokenPopup({ scopes, ...promptFor(otherAccount) }), personMs);
      },
    };
  }

  async function byWindow(): Promise<Way> {
    if (new URL(config.redirect_uri).origin !== location.origin) {
      throw new WrongAddressError(`open this page at ${new URL(config.redirect_uri).origin}`);
    }
    const msal = await createStandard(msalConfig);
    return {
      async silent(forceRefresh) {
        const hint = options.loginHint?.toLowerCase();
        const account =
          msal.getAllAccounts().find(({ username }) => username.toLowerCase() === hint) ??
          msal.getActiveAccount();
        if (!account) {
          throw new SignInRequiredError("nobody has signed in in this tab");
        }
        const result = await msal.acquireTokenSilent({
          scopes,
          account,
          forceRefresh,
          // The third possibility, a hidden frame of Entra, needs cookies that browsers don't send from here.
          cacheLookupPolicy: CacheLookupPolicy.AccessTokenAndRefreshToken,
        });
        return result.accessToken;
      },
      async interactive(otherAccount) {
        const result = await msal.acquireTokenPopup({
          scopes,
          ...promptFor(otherAccount),
          ...(options.loginHint && { loginHint: options.loginHint }),
          // Azure DevOps may have destroyed the frame that opened the last window before it was closed.
          overrideInteractionInProgress: true,
        });
        msal.setActiveAccount(result.account);
      },
    };
  }

  /** Takes the window's way; returns why it can't go without a click, if so. */
  async function takeWindow(): Promise<unknown> {
    try {
      way = await byWindow();
      await way.silent(false);
      return undefined;
    } catch (error) {
      return error;
    }
  }

  /** Tries the host's way; returns whether it has decided the state. */
  async function takeHost(): Promise<boolean> {
    try {
      const host = await byHost();
      const refused = await host.silent(false).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (refused === undefined || refused instanceof InteractionRequiredAuthError) {
        way = host;
        become(refused === undefined ? { kind: "signed_in" } : { kind: "needs_click", reason: "none" });
        return true;
      }
    } catch {
      // The host does not sign in for extensions, or does not answer.
    }
    return false;
  }

  async function begin(): Promise<void> {
    if (!options.standalone && (await takeHost())) return;
    const refused = await takeWindow();
    if (refused === undefined) {
      become({ kind: "signed_in" });
    } else {
      become(needsPerson(refused) ? { kind: "needs_click", reason: "none" } : failure(refused));
    }
  }

  let ready = begin();

  return {
    get state() {
      return state;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async getToken({ forceRefresh = false } = {}) {
      await ready;
      if (!way) {
        throw new SignInRequiredError("signing in has failed");
      }
      try {
        return await way.silent(forceRefresh);
      } catch (error) {
        if (!needsPerson(error)) {
          throw error;
        }
        if (state.kind === "signed_in") {
          become({ kind: "needs_click", reason: "none" });
        }
        throw new SignInRequiredError("the person has to sign in again", { cause: error });
      }
    },
    async signIn({ otherAccount = false } = {}) {
      if (!way) {
        become({ kind: "signing_in" });
        ready = begin();
        await ready;
        return;
      }
      const opened = way.interactive(otherAccount);
      become({ kind: "signing_in" });
      try {
        await opened;
        become({ kind: "signed_in" });
      } catch (error) {
        const next = failure(error);
        if (next.reason === "failed") {
          // If the host is to blame, the next click is not to fail the same way.
          await takeWindow();
        }
        become(next);
      }
    },
  };
}

/** Without it, Entra takes the account that is signed in and asks nothing. */
function promptFor(otherAccount: boolean): { prompt?: "select_account" } {
  return otherAccount ? { prompt: "select_account" } : {};
}

/** Whether asking again without a window is pointless: Entra has answered, and wants the person. */
function needsPerson(error: unknown): boolean {
  return (
    error instanceof SignInRequiredError ||
    error instanceof InteractionRequiredAuthError ||
    error instanceof ServerError
  );
}

function failure(error: unknown): NeedsClick {
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
