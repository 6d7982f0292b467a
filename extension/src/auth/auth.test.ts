import {
  type AccountInfo,
  BrowserAuthError,
  type Configuration,
  EventHandler,
  InteractionRequiredAuthError,
  type IPublicClientApplication,
  ServerError,
} from "@azure/msal-browser";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type AuthLibraries, type AuthState, createAuth, SignInRequiredError } from "./auth.ts";

const config = {
  authority: "https://idp.test/organizations",
  known_authorities: ["idp.test"],
  spa_client_id: "client",
  redirect_uri: new URL("redirect.html", document.baseURI).href,
  scope: "api://timetracker/Time.ReadWrite",
  api_base: "/api/v1",
};

const never = () => new Promise<never>(() => {});
const ada = { username: "ada@contoso.example", homeAccountId: "ada" } as AccountInfo;
const grace = { username: "grace@contoso.example", homeAccountId: "grace" } as AccountInfo;
const interactionRequired = () =>
  new InteractionRequiredAuthError("consent_required", "", "AADSTS65001: consent");

/** An MSAL that has what it is given, and otherwise no account. */
function msal(given: object): IPublicClientApplication {
  const accounts: AccountInfo[] = [];
  return {
    getAllAccounts: () => accounts,
    getActiveAccount: () => null,
    setActiveAccount: () => {},
    acquireTokenSilent: async () => ({ accessToken: "silent" }),
    acquireTokenPopup: async () => ({ accessToken: "window", account: ada }),
    ...given,
  } as unknown as IPublicClientApplication;
}

const hostWithoutNestedAppAuth = { enableNestedAppAuth: () => Promise.reject(new Error("not available")) };

function libraries(given: Partial<AuthLibraries>): AuthLibraries {
  return {
    enableNestedAppAuth: async () => {},
    createNestable: async () => msal({}),
    createStandard: async () => msal({}),
    ...given,
  };
}

function start(given: Partial<AuthLibraries>, loginHint = ada.username) {
  const auth = createAuth(config, { loginHint }, libraries(given));
  const states: AuthState[] = [];
  auth.subscribe((state) => states.push(state));
  return { auth, states };
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

it("on a page of our own asks no host, and needs no relay", async () => {
  const enableNestedAppAuth = vi.fn(never);
  const createStandard = vi.fn(async () => msal({ getActiveAccount: () => ada }));
  const auth = createAuth(config, { standalone: true }, libraries({ enableNestedAppAuth, createStandard }));
  await expect(auth.getToken()).resolves.toBe("silent");
  expect(enableNestedAppAuth).not.toHaveBeenCalled();
  expect(createStandard).toHaveBeenCalledWith(
    expect.objectContaining({ auth: expect.not.objectContaining({ popupRelayUri: expect.anything() }) }),
  );
});

describe("without a click", () => {
  it("signs in where the browser refuses channels, which MSAL opens wherever there are any", async () => {
    vi.stubGlobal(
      "BroadcastChannel",
      class {
        constructor() {
          throw new DOMException("The operation is insecure.", "SecurityError");
        }
      },
    );
    const createNestable = async () => {
      new EventHandler();
      return msal({});
    };
    const { auth } = start({ createNestable, createStandard: never });
    await expect(auth.getToken()).resolves.toBe("silent");
    vi.unstubAllGlobals();
  });

  it("signs in by the host", async () => {
    const { auth, states } = start({ createStandard: never });
    expect(auth.state).toEqual({ kind: "signing_in" });
    await expect(auth.getToken()).resolves.toBe("silent");
    expect(states).toEqual([{ kind: "signed_in" }]);
  });

  it("asks for a click when the host needs the person", async () => {
    const { auth } = start({
      createNestable: async () => msal({ acquireTokenSilent: () => Promise.reject(interactionRequired()) }),
      createStandard: never,
    });
    await expect(auth.getToken()).rejects.toBeInstanceOf(SignInRequiredError);
    expect(auth.state).toEqual({ kind: "needs_click", reason: "none" });
  });

  it.each<[string, Partial<AuthLibraries>]>([
    ["does not sign in for extensions", hostWithoutNestedAppAuth],
    ["never greets", { enableNestedAppAuth: never }],
    ["greets and then keeps silent", { createNestable: never }],
    ["never gives the token", { createNestable: async () => msal({ acquireTokenSilent: never }) }],
    [
      "has a lasting error",
      {
        createNestable: async () =>
          msal({
            acquireTokenSilent: () => Promise.reject(new ServerError("invalid_client", "", "no such app")),
          }),
      },
    ],
  ])("takes the tokens of this tab when the host %s", async (_, host) => {
    const { auth } = start({ ...host, createStandard: async () => msal({ getAllAccounts: () => [ada] }) });
    const token = auth.getToken();
    await vi.advanceTimersByTimeAsync(30_000);
    await expect(token).resolves.toBe("silent");
    expect(auth.state).toEqual({ kind: "signed_in" });
  });

  it("asks for a click, within seconds, when neither way works", async () => {
    const { auth } = start({ enableNestedAppAuth: never });
    await vi.advanceTimersByTimeAsync(3_000);
    expect(auth.state).toEqual({ kind: "needs_click", reason: "none" });
  });

  it("takes the account that the host names", async () => {
    const acquireTokenSilent = vi.fn(async () => ({ accessToken: "silent" }));
    const { auth } = start(
      {
        ...hostWithoutNestedAppAuth,
        createStandard: async () =>
          msal({ acquireTokenSilent, getAllAccounts: () => [ada, grace], getActiveAccount: () => ada }),
      },
      "Grace@contoso.example",
    );
    await auth.getToken();
    expect(acquireTokenSilent).toHaveBeenLastCalledWith(expect.objectContaining({ account: grace }));
  });

  it("says so when MSAL can't even start", async () => {
    const { auth } = start({
      ...hostWithoutNestedAppAuth,
      createStandard: () => Promise.reject(new BrowserAuthError("crypto_nonexistent", "")),
    });
    await expect(auth.getToken()).rejects.toBeInstanceOf(SignInRequiredError);
    expect(auth.state).toEqual({ kind: "needs_click", reason: "failed", detail: "crypto_nonexistent" });
  });
});

describe("with a click", () => {
  it("opens the window before anything else", async () => {
    const opened = vi.fn(async () => ({ account: ada }));
    const { auth } = start({
      ...hostWithoutNestedAppAuth,
      createStandard: async () => msal({ acquireTokenPopup: opened }),
    });
    await vi.advanceTimersByTimeAsync(0);
    const signedIn = auth.signIn();
    expect(opened).toHaveBeenCalledOnce();
    expect(auth.state).toEqual({ kind: "signing_in" });
    await signedIn;
    expect(auth.state).toEqual({ kind: "signed_in" });
  });

  it("asks which account to take only when another one is wanted", async () => {
    const opened = vi.fn(async (_: object) => ({ account: ada }));
    const { auth } = start({
      ...hostWithoutNestedAppAuth,
      createStandard: async () => msal({ acquireTokenPopup: opened }),
    });
    await vi.advanceTimersByTimeAsync(0);
    await auth.signIn();
    await auth.signIn({ otherAccount: true });
    expect(opened.mock.calls.map(([request]) => "prompt" in request && request.prompt)).toEqual([
      false,
      "select_account",
    ]);
  });

  it("gives MSAL the pages of this site, and keeps tokens in sessionStorage", async () => {
    const createStandard = vi.fn(async (_: Configuration) => msal({}));
    start({ ...hostWithoutNestedAppAuth, createStandard });
    await vi.advanceTimersByTimeAsync(0);
    expect(createStandard.mock.calls[0]?.[0]).toMatchObject({
      auth: {
        redirectUri: new URL("redirect.html", document.baseURI).href,
        popupRelayUri: new URL("relay.html", document.baseURI).href,
      },
      cache: { cacheLocation: "sessionStorage" },
    });
  });

  it("opens no window under another name than the registered one", async () => {
    const createStandard = vi.fn(async (_: Configuration) => msal({}));
    const elsewhere = { ...config, redirect_uri: "https://time.example/ext/redirect.html" };
    const auth = createAuth(elsewhere, {}, libraries({ ...hostWithoutNestedAppAuth, createStandard }));
    await vi.advanceTimersByTimeAsync(0);
    expect(auth.state).toEqual({ kind: "needs_click", reason: "failed", detail: "wrong_address" });
    expect(createStandard).not.toHaveBeenCalled();
  });

  it.each<[string, Error, AuthState]>([
    ["closes it", new BrowserAuthError("user_cancelled", ""), { kind: "needs_click", reason: "cancelled" }],
    [
      "declines",
      new ServerError("access_denied", "", "declined"),
      { kind: "needs_click", reason: "cancelled" },
    ],
    [
      "has a popup blocker",
      new BrowserAuthError("popup_window_error", ""),
      { kind: "needs_click", reason: "popup_blocked" },
    ],
    [
      "is refused by Entra",
      new ServerError("invalid_request", "", "AADSTS50011: wrong address"),
      { kind: "needs_click", reason: "failed", detail: "AADSTS50011" },
    ],
    [
      "takes too long",
      new BrowserAuthError("timed_out", ""),
      { kind: "needs_click", reason: "failed", detail: "timed_out" },
    ],
  ])("says why, when the person %s, and can be tried again", async (_, error, state) => {
    const acquireTokenPopup = vi.fn().mockRejectedValueOnce(error).mockResolvedValueOnce({ account: ada });
    const { auth } = start({
      ...hostWithoutNestedAppAuth,
      createStandard: async () => msal({ acquireTokenPopup }),
    });
    await vi.advanceTimersByTimeAsync(0);
    await auth.signIn();
    expect(auth.state).toEqual(state);
    await auth.signIn();
    expect(auth.state).toEqual({ kind: "signed_in" });
  });

  it("opens our own window at the second click when the host has failed at the first", async () => {
    const ours = vi.fn(async () => ({ account: ada }));
    const { auth } = start({
      createNestable: async () =>
        msal({ acquireTokenSilent: () => Promise.reject(interactionRequired()), acquireTokenPopup: never }),
      createStandard: async () => msal({ acquireTokenPopup: ours }),
    });
    await vi.advanceTimersByTimeAsync(0);
    const first = auth.signIn();
    await vi.advanceTimersByTimeAsync(300_000);
    await first;
    expect(auth.state).toMatchObject({ kind: "needs_click", reason: "failed" });
    expect(ours).not.toHaveBeenCalled();
    await auth.signIn();
    expect(ours).toHaveBeenCalledOnce();
    expect(auth.state).toEqual({ kind: "signed_in" });
  });
});

describe("when the organization asks for a second factor", () => {
  const claims = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}';
  const secondFactor = () =>
    new InteractionRequiredAuthError("interaction_required", "", "AADSTS50076: factor");

  it.each<[string, (msal: object) => Partial<AuthLibraries>]>([
    ["the host", (given) => ({ createNestable: async () => msal(given) })],
    [
      "our own window",
      (given) => ({
        ...hostWithoutNestedAppAuth,
        createStandard: async () => msal({ ...given, getAllAccounts: () => [ada] }),
      }),
    ],
  ])("asks for a click, and %s asks for the claims once", async (_, librariesWith) => {
    const acquireTokenSilent = vi.fn(async (request: { claims?: string }) => {
      if (request.claims) throw secondFactor();
      return { accessToken: "silent" };
    });
    const acquireTokenPopup = vi.fn(async (_: { claims?: string }) => ({ account: ada }));
    const { auth } = start(librariesWith({ acquireTokenSilent, acquireTokenPopup }));
    await auth.getToken();
    await expect(auth.getToken({ forceRefresh: true, claims })).rejects.toBeInstanceOf(SignInRequiredError);
    expect(auth.state).toEqual({ kind: "needs_click", reason: "confirm" });
    // Everything else goes on meanwhile.
    await expect(auth.getToken()).resolves.toBe("silent");

    await auth.signIn();
    expect(auth.state).toEqual({ kind: "signed_in" });
    // MSAL would go on to give the token from before.
    expect(acquireTokenSilent).toHaveBeenLastCalledWith(expect.objectContaining({ forceRefresh: true }));
    await auth.signIn();
    expect(acquireTokenPopup.mock.calls.map(([request]) => request.claims)).toEqual([claims, undefined]);
  });

  it("asks again for the claims after the person has cancelled", async () => {
    const acquireTokenPopup = vi
      .fn<(request: { claims?: string }) => Promise<{ account: AccountInfo }>>()
      .mockRejectedValueOnce(new BrowserAuthError("user_cancelled", ""))
      .mockResolvedValue({ account: ada });
    const { auth } = start({
      ...hostWithoutNestedAppAuth,
      createStandard: async () => msal({ acquireTokenPopup, getAllAccounts: () => [ada] }),
    });
    await auth.getToken();
    auth.requireConfirmation(claims);
    await auth.signIn();
    expect(auth.state).toEqual({ kind: "needs_click", reason: "cancelled" });
    await auth.signIn();
    expect(acquireTokenPopup.mock.calls.map(([request]) => request.claims)).toEqual([claims, claims]);
  });
});

describe("later", () => {
  it("asks for a click when Entra no longer renews the token", async () => {
    const acquireTokenSilent = vi
      .fn()
      .mockResolvedValueOnce({ accessToken: "first" })
      .mockRejectedValue(new ServerError("invalid_grant", "", "AADSTS700084: expired"));
    const { auth } = start({
      ...hostWithoutNestedAppAuth,
      createStandard: async () => msal({ acquireTokenSilent, getAllAccounts: () => [ada] }),
    });
    await expect(auth.getToken({ forceRefresh: true })).rejects.toBeInstanceOf(SignInRequiredError);
    expect(acquireTokenSilent).toHaveBeenLastCalledWith(expect.objectContaining({ forceRefresh: true }));
    expect(auth.state).toEqual({ kind: "needs_click", reason: "none" });
  });

  it("stays signed in when only the network fails", async () => {
    const offline = new BrowserAuthError("no_network_connectivity", "");
    const acquireTokenSilent = vi
      .fn()
      .mockResolvedValueOnce({ accessToken: "first" })
      .mockRejectedValueOnce(offline)
      .mockResolvedValueOnce({ accessToken: "second" });
    const { auth } = start({
      ...hostWithoutNestedAppAuth,
      createStandard: async () => msal({ acquireTokenSilent, getAllAccounts: () => [ada] }),
    });
    await expect(auth.getToken()).rejects.toBe(offline);
    expect(auth.state).toEqual({ kind: "signed_in" });
    await expect(auth.getToken()).resolves.toBe("second");
  });

  it("tells nobody who no longer listens", async () => {
    const { auth } = start({});
    const listener = vi.fn();
    auth.subscribe(listener)();
    await auth.getToken();
    expect(listener).not.toHaveBeenCalled();
  });
});
