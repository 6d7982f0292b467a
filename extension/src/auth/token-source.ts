/** The two sources of tokens: the host page, which signs in on our behalf, and MSAL with a window of our own. */

import { CacheLookupPolicy, type Configuration, type IPublicClientApplication } from "@azure/msal-browser";
import { builtFile } from "./built-file.ts";
import type { ClientConfig } from "./config.ts";
import { SignInRequiredError } from "./sign-in-required.ts";
import { withTimeLimit } from "./time-limit.ts";

export interface TokenRequest {
  forceRefresh?: boolean | undefined;
  /** What the token must have, as the API's challenge says it. */
  claims?: string | undefined;
}

export interface TokenSource {
  /** Gives a token without a window. */
  silent(request?: TokenRequest): Promise<string>;
  /** Signs in with a window, which is open when this returns. */
  interactive(request: { otherAccount: boolean; claims: string | undefined }): Promise<void>;
}

/** The libraries that a test replaces. */
export interface AuthLibraries {
  enableNestedAppAuth(): Promise<void>;
  createNestable(configuration: Configuration): Promise<IPublicClientApplication>;
  createStandard(configuration: Configuration): Promise<IPublicClientApplication>;
}

export interface AuthOptions {
  /** The person's name by the host page. It selects among signed-in accounts and fills in a form, and proves nothing. */
  loginHint?: string;
  /** The page has no host and is its own top-level site, so that its window can answer directly. */
  standalone?: boolean;
}

/** How long the host may take to tell whether it signs in for us, and to give a token. MSAL has no limit. */
const hostGreetingMs = 2_500;
const hostTokenMs = 8_000;
/** How long a person may take in a sign-in window: a second factor, a changed password. */
const personMs = 300_000;

export function msalConfiguration(config: ClientConfig, { standalone }: AuthOptions): Configuration {
  return {
    auth: {
      clientId: config.spa_client_id,
      authority: config.authority,
      knownAuthorities: config.known_authorities,
      redirectUri: config.redirect_uri,
      // The popup relay opens nothing but https, so a page in a frame needs the authority itself.
      ...(standalone &&
        config.authority_metadata && { authorityMetadata: JSON.stringify(config.authority_metadata) }),
      // Browsers partition the BroadcastChannel by the top-level site, which is Azure DevOps here. A window of our own
      // therefore can't answer by it, and the relay page answers by postMessage.
      ...(!standalone && { popupRelayUri: builtFile("relay.html") }),
    },
    cache: { cacheLocation: "sessionStorage" },
    system: { popupBridgeTimeout: personMs },
  };
}

/** Rejects when the host does not sign in for extensions, or does not answer. */
export async function hostTokens(
  { enableNestedAppAuth, createNestable }: AuthLibraries,
  configuration: Configuration,
  scopes: string[],
): Promise<TokenSource> {
  await withTimeLimit(enableNestedAppAuth(), hostGreetingMs);
  const msal = await withTimeLimit(createNestable(configuration), hostGreetingMs);
  return {
    async silent({ forceRefresh = false, claims } = {}) {
      const request = { scopes, forceRefresh, ...(claims && { claims }) };
      const result = await withTimeLimit(msal.acquireTokenSilent(request), hostTokenMs);
      return result.accessToken;
    },
    async interactive({ otherAccount, claims }) {
      const request = { scopes, ...promptFor(otherAccount), ...(claims && { claims }) };
      await withTimeLimit(msal.acquireTokenPopup(request), personMs);
    },
  };
}

/** The page has another origin than the redirect page, so browsers keep that page's answer from it. */
class WrongAddressError extends Error {
  override readonly name = "wrong_address";
}

export async function windowTokens(
  { createStandard }: AuthLibraries,
  configuration: Configuration,
  scopes: string[],
  { loginHint }: AuthOptions,
): Promise<TokenSource> {
  const { origin } = new URL(configuration.auth.redirectUri ?? "");
  if (origin !== location.origin) {
    throw new WrongAddressError(`open this page at ${origin}`);
  }
  const msal = await createStandard(configuration);
  return {
    async silent({ forceRefresh = false, claims } = {}) {
      const hint = loginHint?.toLowerCase();
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
        ...(claims && { claims }),
        // The third source, a hidden frame of Entra, needs cookies that browsers don't send from here.
        cacheLookupPolicy: CacheLookupPolicy.AccessTokenAndRefreshToken,
      });
      return result.accessToken;
    },
    async interactive({ otherAccount, claims }) {
      const result = await msal.acquireTokenPopup({
        scopes,
        ...promptFor(otherAccount),
        ...(loginHint && { loginHint }),
        ...(claims && { claims }),
        // Azure DevOps may have destroyed the frame of the last window before that window was closed.
        overrideInteractionInProgress: true,
      });
      msal.setActiveAccount(result.account);
    },
  };
}

/** Without a prompt, Entra takes the account that is signed in. */
function promptFor(otherAccount: boolean): { prompt?: "select_account" } {
  return otherAccount ? { prompt: "select_account" } : {};
}
