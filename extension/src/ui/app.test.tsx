import { act, cleanup, fireEvent, render, screen } from "@testing-library/preact";
import { afterEach, expect, test, vi } from "vitest";
import { ApiProblem, OfflineError } from "../api/client.ts";
import type { Auth, AuthState } from "../auth/auth.ts";
import { Connected } from "./app.tsx";
import { emptyApi, formOf, meOf } from "./testing.tsx";
import { texts } from "./texts.ts";

afterEach(cleanup);

/** A sign-in that becomes what the test says. */
function fakeAuth(state: AuthState) {
  const listeners = new Set<(state: AuthState) => void>();
  const auth = {
    state,
    subscribe: (listener: (state: AuthState) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    getToken: async () => "token",
    signIn: vi.fn(async () => become({ kind: "signed_in" })),
  } satisfies Auth;
  function become(next: AuthState) {
    auth.state = next;
    for (const listener of listeners) listener(next);
  }
  return { auth, become };
}

function show(state: AuthState, api = emptyApi()) {
  const { auth, become } = fakeAuth(state);
  render(<Connected frame={formOf().frame} auth={auth} api={api} page={() => <p>the page</p>} />);
  return { auth, become, api };
}

const problem = (status: number, code: string) =>
  new ApiProblem({ type: "about:blank", title: "x", status, code, request_id: "r" });

test("signed in: the page", async () => {
  show({ kind: "signed_in" });
  expect(await screen.findByText("the page")).toBeTruthy();
});

test.each([
  ["none", texts.signIn.none],
  ["cancelled", texts.signIn.cancelled],
  ["popup_blocked", texts.signIn.popupBlocked],
  ["failed", texts.signIn.failed],
] as const)("needs a click (%s): the reason, and a button that signs in at once", async (reason, text) => {
  const { auth } = show({ kind: "needs_click", reason });
  expect(screen.getByText(text)).toBeTruthy();
  fireEvent.click(screen.getByRole("button", { name: texts.signIn.button }));
  expect(auth.signIn).toHaveBeenCalledOnce();
  expect(await screen.findByText("the page")).toBeTruthy();
});

test("signed out later: the page stays, and the button is back", async () => {
  const { become } = show({ kind: "signed_in" });
  await screen.findByText("the page");
  act(() => become({ kind: "needs_click", reason: "none" }));
  expect(screen.getByText(texts.signIn.again)).toBeTruthy();
  expect(screen.getByText("the page")).toBeTruthy();
});

test("an organization that hasn't signed up gets the form", async () => {
  const api = emptyApi();
  api.me.mockRejectedValue(problem(403, "tenant_unknown"));
  show({ kind: "signed_in" }, api);
  expect(await screen.findByRole("heading", { name: texts.signUp.title })).toBeTruthy();
  expect(screen.getByLabelText<HTMLInputElement>(texts.signUp.email).value).toBe("ada@contoso.example");
});

test.each(["user_deactivated", "not_invited", "seat_limit"])(
  "%s is in plain words, with a way on",
  async (code) => {
    const api = emptyApi();
    api.me.mockRejectedValueOnce(problem(code === "seat_limit" ? 402 : 403, code)).mockResolvedValue(meOf());
    show({ kind: "signed_in" }, api);
    expect(await screen.findByText(texts.failure.codes[code] ?? "")).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: texts.tryAgain }));
    expect(await screen.findByText("the page")).toBeTruthy();
  },
);

test("not reached: a message and another try, no endless wait", async () => {
  const api = emptyApi();
  api.me.mockRejectedValueOnce(new OfflineError("x"));
  show({ kind: "signed_in" }, api);
  expect(await screen.findByText(texts.failure.offline)).toBeTruthy();
  expect(screen.queryByText(texts.loading)).toBeNull();
});
