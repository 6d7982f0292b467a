import { act, cleanup, fireEvent, render, screen } from "@testing-library/preact";
import { afterEach, describe, expect, test, vi } from "vitest";
import { type Me, OfflineError } from "../api/client.ts";
import type { Auth, AuthState } from "../auth/auth.ts";
import { Connected } from "./app.tsx";
import { useToday } from "./hooks.ts";
import { useSession } from "./session.ts";
import { emptyApi, formOf, meOf, offer, problemOf, serverTime } from "./testing.tsx";
import { texts } from "./texts.ts";

afterEach(() => {
  cleanup();
  sessionStorage.clear();
  vi.useRealTimers();
});

const pass = (ms: number) =>
  act(async () => {
    await vi.advanceTimersByTimeAsync(ms);
  });

/** A sign-in whose state the test sets. */
function fakeAuth(state: AuthState) {
  const listeners = new Set<(state: AuthState) => void>();
  const auth = {
    state,
    subscribe: (listener: (state: AuthState) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    getToken: async () => "token",
    requireConfirmation: () => {},
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
  render(
    <Connected frame={formOf().frame} auth={auth} api={api} offer={offer} page={() => <p>the page</p>} />,
  );
  return { auth, become, api };
}

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

describe("what somebody pressed while the server was not reached,", () => {
  /** Signs in again, and gives what answers who that is. */
  async function pressAndSignInAgain() {
    vi.useFakeTimers();
    const api = emptyApi();
    api.startTimer.mockRejectedValue(new OfflineError("not reached"));
    const { auth, become } = fakeAuth({ kind: "signed_in" });
    const Page = () => {
      const { timers } = useSession();
      const body = { work_item: { tracker: "azure_devops", project: "Payments", id: "104" } } as const;
      return (
        <button type="button" onClick={() => void timers.start(body)}>
          start
        </button>
      );
    };
    render(<Connected frame={formOf().frame} auth={auth} api={api} offer={offer} page={Page} />);
    await pass(0);
    fireEvent.click(screen.getByText("start"));
    await pass(0);
    expect(api.startTimer).toHaveBeenCalledOnce();

    let answer: (me: Me) => void = () => {};
    api.me.mockReturnValueOnce(new Promise((resolve) => (answer = resolve)));
    act(() => become({ kind: "needs_click", reason: "none" }));
    act(() => become({ kind: "signed_in" }));
    await pass(300_000);
    expect(api.startTimer).toHaveBeenCalledOnce();
    return { api, answer };
  }

  test("isn't sent for somebody else who signs in", async () => {
    const { api, answer } = await pressAndSignInAgain();
    await act(async () => answer(meOf({ id: "grace" })));
    await pass(300_000);
    expect(api.startTimer).toHaveBeenCalledOnce();
  });

  test("is sent once it is known that they have signed in again", async () => {
    const { api, answer } = await pressAndSignInAgain();
    await act(async () => answer(meOf()));
    await pass(0);
    expect(api.startTimer).toHaveBeenCalledTimes(2);
  });
});

describe("whoever is erased while their page is open", () => {
  const gone = problemOf(403, "not_joined");

  test("is told so, and comes back by nothing but their click", async () => {
    vi.useFakeTimers();
    const api = emptyApi();
    show({ kind: "signed_in" }, api);
    await pass(0);
    expect(screen.getByText("the page")).toBeTruthy();
    api.currentTimer.mockRejectedValue(gone);
    await pass(60_000);
    expect(screen.getByRole("heading", { name: texts.join.titles.not_joined })).toBeTruthy();
    expect(screen.getByRole("alert").textContent).toBe(texts.join.gone);
    expect(screen.queryByText("the page")).toBeNull();

    const reads = api.currentTimer.mock.calls.length;
    await act(async () => {
      window.dispatchEvent(new Event("focus"));
      document.dispatchEvent(new Event("visibilitychange"));
    });
    await pass(600_000);
    expect(api.me).toHaveBeenCalledOnce();
    expect(api.currentTimer).toHaveBeenCalledTimes(reads);

    api.currentTimer.mockResolvedValue({ server_time: serverTime });
    api.me.mockResolvedValue(meOf({ id: "ada-again" }));
    fireEvent.click(screen.getByRole("button", { name: texts.join.anew }));
    await pass(0);
    expect(api.me).toHaveBeenLastCalledWith({});
    expect(screen.getByText("the page")).toBeTruthy();
  });

  test("doesn't join by what the page asks again, such as after a change of their own", async () => {
    const api = emptyApi();
    const { auth } = fakeAuth({ kind: "signed_in" });
    const Page = () => {
      const { reloadMe } = useSession();
      return (
        <button type="button" onClick={reloadMe}>
          change
        </button>
      );
    };
    render(<Connected frame={formOf().frame} auth={auth} api={api} offer={offer} page={Page} />);
    const change = await screen.findByText("change");
    api.me.mockRejectedValue(gone);
    fireEvent.click(change);
    expect(await screen.findByText(texts.join.gone)).toBeTruthy();
    expect(api.me.mock.calls).toEqual([[{}], [{ join: false }]]);
  });
});

test("somebody else signs in: a late answer about the first person is ignored", async () => {
  const api = emptyApi();
  let answer: (me: Me) => void = () => {};
  api.me
    .mockReturnValueOnce(new Promise((resolve) => (answer = resolve)))
    .mockResolvedValue(meOf({ name: "Grace" }));
  const { auth, become } = fakeAuth({ kind: "signed_in" });
  const Page = () => <p>{useSession().me.user.name}</p>;
  render(<Connected frame={formOf().frame} auth={auth} api={api} offer={offer} page={Page} />);
  act(() => become({ kind: "needs_click", reason: "none" }));
  act(() => become({ kind: "signed_in" }));
  await screen.findByText("Grace");
  await act(async () => answer(meOf({ name: "Ada" })));
  expect(screen.getByText("Grace")).toBeTruthy();
});

test("the page begins with the server's day, before the first answer about the timer", async () => {
  const api = emptyApi();
  api.currentTimer.mockReturnValue(new Promise(() => {}));
  const { auth } = fakeAuth({ kind: "signed_in" });
  const Page = () => {
    const { me, timers } = useSession();
    return <p>today is {useToday(timers.clock, me.user.time_zone)}</p>;
  };
  render(<Connected frame={formOf().frame} auth={auth} api={api} offer={offer} page={Page} />);
  expect(await screen.findByText(`today is ${serverTime.slice(0, 10)}`)).toBeTruthy();
});

test("in a zone that the browser doesn't know, the page is shown in one that it knows", async () => {
  const api = emptyApi();
  api.me.mockResolvedValue(
    meOf({ time_zone: "America/Newtown", own_time_zone: "America/Newtown", utc_offset_minutes: -180 }),
  );
  const { auth } = fakeAuth({ kind: "signed_in" });
  const Page = () => <p>the page in {useSession().me.user.time_zone}</p>;
  render(<Connected frame={formOf().frame} auth={auth} api={api} offer={offer} page={Page} />);
  expect(await screen.findByText("the page in Etc/GMT+3")).toBeTruthy();
  expect(screen.getByText(texts.zone.unknown("America/Newtown", "UTC−03:00"))).toBeTruthy();
});

test("an organization that hasn't signed up gets the form", async () => {
  const api = emptyApi();
  api.me.mockRejectedValue(problemOf(403, "tenant_unknown"));
  show({ kind: "signed_in" }, api);
  expect(await screen.findByRole("heading", { name: texts.signUp.title })).toBeTruthy();
  expect(screen.getByLabelText<HTMLInputElement>(texts.signUp.email).value).toBe("ada@contoso.example");
});

describe("not let in:", () => {
  test.each([
    ["user_deactivated", 403],
    ["not_invited", 403],
    ["join_requested", 403],
    ["seat_limit", 402],
  ] as const)("%s says why, and can be checked again", async (code, status) => {
    const api = emptyApi();
    api.me
      .mockRejectedValueOnce(problemOf(status, code, { detail: "Ask ada@contoso.example." }))
      .mockResolvedValue(meOf());
    show({ kind: "signed_in" }, api);
    expect(await screen.findByRole("heading", { name: texts.join.titles[code] })).toBeTruthy();
    const text = code === "seat_limit" ? texts.join.seats : "Ask ada@contoso.example.";
    expect(screen.getByText(text)).toBeTruthy();
    expect(screen.queryByRole("button", { name: texts.join.ask })).toBeNull();
    fireEvent.click(screen.getByRole("button", { name: texts.join.again }));
    expect(await screen.findByText("the page")).toBeTruthy();
  });

  test.each([
    ["trial_expired", true],
    ["tenant_cancelled", true],
    ["tenant_suspended", false],
  ] as const)(
    "%s says whom to ask, and where a plan is bought when one is missing",
    async (code, missing) => {
      const api = emptyApi();
      api.me.mockRejectedValue(problemOf(402, code));
      show({ kind: "signed_in" }, api);
      await screen.findByRole("button", { name: texts.tryAgain });
      const address = screen.queryByRole("link", { name: texts.offer.buy })?.getAttribute("href");
      expect(address).toBe(missing ? offer.plans_url : undefined);
      expect(screen.getByText(texts.offer.ask)).toBeTruthy();
    },
  );

  test("by request: asking says who will decide", async () => {
    const api = emptyApi();
    api.me.mockRejectedValue(problemOf(403, "join_by_request", { detail: "Ask to join." }));
    show({ kind: "signed_in" }, api);
    fireEvent.click(await screen.findByRole("button", { name: texts.join.ask }));
    expect(await screen.findByText(texts.join.waits("Contoso", "ada@contoso.example"))).toBeTruthy();
    expect(screen.getByRole("heading", { name: texts.join.titles.join_requested ?? "" })).toBeTruthy();
    expect(screen.queryByRole("button", { name: texts.join.ask })).toBeNull();
  });
});

test("a colleague signed up first: who that was, and the way to join", async () => {
  const api = emptyApi();
  api.me
    .mockRejectedValueOnce(problemOf(403, "tenant_unknown"))
    .mockRejectedValue(problemOf(403, "join_by_request", { detail: "Ask to join." }));
  const detail = "Contoso has signed up already. Its administrator is ada@contoso.example.";
  api.signUp.mockRejectedValue(problemOf(409, "directory_taken", { detail }));
  show({ kind: "signed_in" }, api);
  fireEvent.input(await screen.findByLabelText(texts.signUp.name), { target: { value: "Contoso" } });
  fireEvent.click(screen.getByRole("button", { name: texts.signUp.submit }));
  expect(await screen.findByRole("button", { name: texts.join.ask })).toBeTruthy();
  expect(screen.getByText(detail)).toBeTruthy();
});

test("a token that the server refuses: the person can sign in again", async () => {
  const api = emptyApi();
  api.me.mockRejectedValueOnce(problemOf(401, "token_invalid"));
  const { auth, become } = show({ kind: "signed_in" }, api);
  auth.signIn.mockImplementation(async () => {
    become({ kind: "signing_in" });
    become({ kind: "signed_in" });
  });
  expect(await screen.findByText(texts.failure.signedOut)).toBeTruthy();
  fireEvent.click(screen.getByRole("button", { name: texts.signIn.button }));
  expect(auth.signIn).toHaveBeenCalledOnce();
});

test("not reached: a message and another try, no endless wait", async () => {
  const api = emptyApi();
  api.me.mockRejectedValueOnce(new OfflineError("x"));
  show({ kind: "signed_in" }, api);
  expect(await screen.findByText(texts.failure.offline)).toBeTruthy();
  expect(screen.queryByText(texts.loading)).toBeNull();
});
