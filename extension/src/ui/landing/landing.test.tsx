import { act, cleanup, fireEvent, render, screen, waitFor } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Landing as LandingState, OfflineError } from "../../api/client.ts";
import type { Auth, AuthState } from "../../auth/auth.ts";
import { emptyApi, landingOf, offer, problemOf, team } from "../testing.tsx";
import { texts as commonTexts } from "../texts.ts";
import { Landing, NoToken } from "./landing.tsx";
import { waitBefore } from "./polling.ts";
import { landingTexts as texts } from "./texts.ts";

afterEach(cleanup);

function authOf(first: AuthState) {
  let state = first;
  const listeners = new Set<(state: AuthState) => void>();
  const become = (next: AuthState) => {
    state = next;
    for (const listener of listeners) listener(next);
  };
  return {
    become,
    get state() {
      return state;
    },
    subscribe(listener: (state: AuthState) => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    getToken: vi.fn<Auth["getToken"]>(),
    requireConfirmation: vi.fn<Auth["requireConfirmation"]>(),
    signIn: vi.fn<Auth["signIn"]>(async () => become({ kind: "signed_in" })),
  };
}

function show(api = emptyApi(), state: AuthState = { kind: "signed_in" }) {
  const auth = authOf(state);
  const { container } = render(<Landing auth={auth} api={api} offer={offer} token="ab+c" />);
  return { auth, api, container };
}

const heading = (name: string) => screen.findByRole("heading", { level: 1, name });
const click = (name: string) => fireEvent.click(screen.getByRole("button", { name }));

test("without a token: how to get here again", () => {
  render(<NoToken />);
  expect(screen.getByRole("heading", { name: texts.noToken.title })).toBeTruthy();
  expect(screen.queryByRole("button")).toBeNull();
});

test("nothing is asked before the sign-in; then the state's heading has the focus", async () => {
  const { auth, api } = show(emptyApi(), { kind: "needs_click", reason: "none" });
  expect(screen.getByText(texts.signIn)).toBeTruthy();
  expect(api.resolveLanding).not.toHaveBeenCalled();
  click(commonTexts.signIn.button);
  const title = await heading(texts.upgrade.heading("Contoso", "Team", true));
  expect(auth.signIn).toHaveBeenCalledOnce();
  expect(api.resolveLanding.mock.calls).toEqual([["ab+c"]]);
  await waitFor(() => expect(document.activeElement).toBe(title));
});

test("what was bought, in plain words, and the token nowhere in the page", async () => {
  const { container } = show();
  expect(await screen.findByText("20 seats")).toBeTruthy();
  expect(screen.getByText(/^US\$9\.00 per user and month/)).toBeTruthy();
  expect(screen.getByText("1 month")).toBeTruthy();
  expect(screen.getByText(texts.bought.renews)).toBeTruthy();
  expect(screen.getAllByText("ada@contoso.example")).toHaveLength(2);
  expect(container.innerHTML).not.toContain("ab+c");
});

test("after another account has signed in, a late answer about the first one is ignored", async () => {
  const api = emptyApi();
  const obstacle = { code: "role_required", detail: "Ask Ada." } as const;
  api.resolveLanding.mockResolvedValueOnce(landingOf({ step: "none", obstacle }));
  const { auth } = show(api);
  await heading(texts.obstacles.role_required.title);

  let answer: (landing: LandingState) => void = () => {};
  api.resolveLanding.mockReturnValueOnce(new Promise((resolve) => (answer = resolve)));
  click(texts.checkAgain);
  api.resolveLanding.mockResolvedValue(landingOf({ step: "upgrade" }));
  act(() => auth.become({ kind: "signing_in" }));
  act(() => auth.become({ kind: "signed_in" }));
  await screen.findByRole("button", { name: texts.upgrade.submit("Team") });
  await act(async () => answer(landingOf({ step: "none", obstacle })));
  expect(screen.getByRole("button", { name: texts.upgrade.submit("Team") })).toBeTruthy();
});

describe("an organization that uses TimeTracker", () => {
  const start = texts.upgrade.submit("Team");

  test("takes the subscription once, however often the button is pressed", async () => {
    const api = emptyApi();
    api.takeSubscription.mockResolvedValue(landingOf({ step: "activating" }));
    show(api);
    const button = await screen.findByRole("button", { name: start });
    fireEvent.click(button);
    fireEvent.click(button);
    expect(await heading(texts.activating.heading("Team"))).toBeTruthy();
    expect(screen.getByText(texts.activating.text)).toBeTruthy();
    expect(api.takeSubscription.mock.calls).toEqual([["ab+c", undefined]]);
  });

  test("not reached: the token is kept for trying again", async () => {
    const api = emptyApi();
    api.takeSubscription.mockRejectedValueOnce(new OfflineError("x"));
    api.takeSubscription.mockResolvedValue(landingOf({ step: "activating" }));
    show(api);
    fireEvent.click(await screen.findByRole("button", { name: start }));
    fireEvent.click(await screen.findByRole("button", { name: commonTexts.tryAgain }));
    expect(await heading(texts.activating.heading("Team"))).toBeTruthy();
  });

  test("somebody was invited meanwhile: the obstacle is shown", async () => {
    const api = emptyApi();
    api.takeSubscription.mockRejectedValue(problemOf(409, "seats_in_use", { detail: "21 people" }));
    show(api);
    const button = await screen.findByRole("button", { name: start });
    const obstacle = { code: "seats_in_use", detail: "21 people, 20 seats." };
    api.resolveLanding.mockResolvedValue(landingOf({ step: "none", obstacle }));
    fireEvent.click(button);
    expect(await heading(texts.obstacles.seats_in_use.title)).toBeTruthy();
    expect(screen.getByText("21 people, 20 seats.")).toBeTruthy();
    expect(screen.queryByRole("button", { name: start })).toBeNull();
  });

  test("bought for another one: a warning before it is taken", async () => {
    const api = emptyApi();
    api.resolveLanding.mockResolvedValue(landingOf({ for_another: true }));
    show(api);
    expect(await screen.findByText(texts.forAnother.notice("ada@contoso.example", true))).toBeTruthy();
    expect(screen.getByRole("button", { name: start })).toBeTruthy();
  });

  test("Microsoft doesn't take the request: said so, and nothing is called active", async () => {
    const api = emptyApi();
    api.takeSubscription.mockResolvedValue(landingOf({ step: "queued" }));
    show(api);
    fireEvent.click(await screen.findByRole("button", { name: start }));
    expect(await heading(texts.queued.heading("Team"))).toBeTruthy();
    expect(screen.getByText(texts.queued.text)).toBeTruthy();
    expect(screen.queryByText(texts.activating.text)).toBeNull();
  });

  test("Microsoft doesn't answer: the purchase is safe, and it can be tried again", async () => {
    const api = emptyApi();
    api.takeSubscription.mockRejectedValueOnce(problemOf(503, "marketplace_unavailable"));
    show(api);
    fireEvent.click(await screen.findByRole("button", { name: start }));
    const text = commonTexts.failure.codes.marketplace_unavailable;
    expect((await screen.findByRole("alert")).textContent).toContain(text);
    click(commonTexts.tryAgain);
    await waitFor(() => expect(api.takeSubscription).toHaveBeenCalledTimes(2));
  });
});

describe("a partner whose own organization is in the way", () => {
  const forAnother = (code: string) =>
    landingOf(
      { step: "none", for_another: true, obstacle: { code, detail: "Change your own." } },
      { beneficiary_email: "frances@fabrikam.example" },
    );

  test.each(["role_required", "subscription_exists", "seats_in_use", "tenant_internal"] as const)(
    "%s: the customer sets it up, and nothing is to be changed",
    async (code) => {
      const api = emptyApi();
      api.resolveLanding.mockResolvedValue(forAnother(code));
      const { auth } = show(api);
      expect(await heading(texts.forAnother.title)).toBeTruthy();
      expect(screen.getByText(texts.forAnother.notice("frances@fabrikam.example", false))).toBeTruthy();
      expect(screen.getByText(texts.forAnother.text)).toBeTruthy();
      expect(screen.queryByText("Change your own.")).toBeNull();
      expect(screen.queryByText(texts.obstacles[code].text)).toBeNull();
      click(texts.otherAccount);
      expect(auth.signIn).toHaveBeenCalledWith({ otherAccount: true });
    },
  );

  test.each(["offer_foreign", "plan_unknown", "subscription_suspended"] as const)(
    "%s: is of the purchase itself",
    async (code) => {
      const api = emptyApi();
      api.resolveLanding.mockResolvedValue(forAnother(code));
      show(api);
      expect(await heading(texts.obstacles[code].title)).toBeTruthy();
      expect(screen.getByText(texts.forAnother.notice("frances@fabrikam.example", false))).toBeTruthy();
      expect(screen.getByText("Change your own.")).toBeTruthy();
    },
  );

  test("a refused activation: it is its own organization's by then", async () => {
    const api = emptyApi();
    api.resolveLanding.mockResolvedValue(forAnother("activation_refused"));
    show(api);
    expect(await heading(texts.obstacles.activation_refused.title)).toBeTruthy();
    expect(screen.queryByRole("alert")).toBeNull();
  });
});

describe("a new organization", () => {
  async function fill(api: ReturnType<typeof emptyApi>) {
    api.resolveLanding.mockResolvedValueOnce(landingOf({ step: "sign_up" }));
    show(api);
    const type = (label: string, value: string) =>
      fireEvent.input(screen.getByLabelText(label), { target: { value } });
    expect(await screen.findByLabelText(commonTexts.signUp.email)).toHaveProperty(
      "value",
      "ada@contoso.example",
    );
    type(commonTexts.signUp.name, "Contoso");
    type(commonTexts.signUp.devops, "contoso-dev");
    // The plan has its currency.
    expect(screen.queryByLabelText(commonTexts.signUp.currency)).toBeNull();
    click(texts.signUp.submit);
  }

  test("is signed up with the subscription, and told what is next", async () => {
    const api = emptyApi();
    api.takeSubscription.mockResolvedValue(landingOf({ step: "none" }, { status: "subscribed" }));
    await fill(api);
    expect(await heading(texts.subscribed.heading("Team"))).toBeTruthy();
    expect(api.takeSubscription).toHaveBeenCalledWith(
      "ab+c",
      expect.objectContaining({ name: "Contoso", slug: "contoso", azure_devops_organization: "contoso-dev" }),
    );
    expect(screen.getByRole("link", { name: commonTexts.signUpPage.openLink }).getAttribute("href")).toBe(
      "https://dev.azure.com/contoso-dev",
    );
  });

  test("a colleague has signed it up meanwhile: who that was, and the way on", async () => {
    const api = emptyApi();
    const detail = "Contoso has signed up already. Its administrator is grace@contoso.example.";
    api.takeSubscription.mockRejectedValue(problemOf(409, "directory_taken", { detail }));
    await fill(api);
    expect(await screen.findByText(detail)).toBeTruthy();
    expect(await heading(texts.upgrade.heading("Contoso", "Team", true))).toBeTruthy();
  });
});

describe("a known subscription", () => {
  test.each([
    ["subscribed", texts.subscribed.heading("Team"), texts.subscribed.since("2026-11-10T00:00:00Z")],
    ["suspended", texts.suspended.heading("Team"), texts.suspended.text],
    ["cancelled", texts.cancelled.heading("Team"), texts.cancelled.text],
    ["unknown", texts.unknown.heading("Team"), texts.unknown.text],
  ] as const)("%s: says so, and has no button", async (status, title, text) => {
    const api = emptyApi();
    const term = { unit: "P1M", starts_at: "2026-11-10T00:00:00Z" };
    api.resolveLanding.mockResolvedValue(landingOf({ step: "none", in_force: true }, { status, term }));
    show(api);
    expect(await heading(title)).toBeTruthy();
    expect(screen.getByText(text)).toBeTruthy();
    expect(screen.queryByRole("button")).toBeNull();
    expect(screen.getByRole("link").getAttribute("href")).toBe("https://dev.azure.com/");
  });

  test.each([
    ["seats", team, true],
    ["a price a month", { ...team, name: "Site", model: "flat" as const }, false],
  ])("active with %s: what is changed in the Marketplace", async (_, plan, seats) => {
    const api = emptyApi();
    api.resolveLanding.mockResolvedValue(
      landingOf({ step: "none", in_force: true }, { plan, status: "subscribed" }),
    );
    show(api);
    expect(await screen.findByText(texts.subscribed.manage(seats))).toBeTruthy();
  });

  test.each([
    ["an organization on trial", { name: "Contoso", plan: "trial" as const }, "Contoso"],
    ["an organization with another plan", { name: "Contoso", plan: "paid" as const }, "Contoso"],
    ["an organization that has not signed up", undefined, undefined],
  ])("cancelled before it was in force, %s: all is as before", async (_, organization, name) => {
    const api = emptyApi();
    const { organization: _own, ...landing } = landingOf({ step: "none" }, { status: "cancelled" });
    api.resolveLanding.mockResolvedValue({ ...landing, ...(organization && { organization }) });
    show(api);
    expect(await heading(texts.neverInForce.heading("Team"))).toBeTruthy();
    expect(screen.getByText(texts.neverInForce.text)).toBeTruthy();
    expect(screen.getByText(texts.neverInForce.help(name))).toBeTruthy();
    expect(screen.queryByText(texts.cancelled.help)).toBeNull();
  });

  test("cancelled before it was in force, bought for another: nothing to do here", async () => {
    const api = emptyApi();
    api.resolveLanding.mockResolvedValue(
      landingOf({ step: "none", for_another: true }, { status: "cancelled" }),
    );
    show(api);
    expect(await heading(texts.neverInForce.heading("Team"))).toBeTruthy();
    expect(screen.queryByText(texts.neverInForce.help("Contoso"))).toBeNull();
  });

  test.each(Object.entries(texts.obstacles))("in the way: %s", async (code, { title, text }) => {
    const api = emptyApi();
    api.resolveLanding.mockResolvedValue(
      landingOf({ step: "none", obstacle: { code, detail: "Ask Ada." } }, { plan: { ...team, id: "x" } }),
    );
    show(api);
    expect(await heading(title)).toBeTruthy();
    expect(screen.getByText(text)).toBeTruthy();
    expect(screen.getByText("Ask Ada.")).toBeTruthy();
    click(texts.checkAgain);
    await waitFor(() => expect(api.resolveLanding).toHaveBeenCalledTimes(2));
  });
});

describe("a refusal", () => {
  test.each(["not_the_buyer", "bound_elsewhere"] as const)(
    "%s: another account can be chosen",
    async (code) => {
      const api = emptyApi();
      api.resolveLanding.mockRejectedValueOnce(problemOf(403, code));
      const { auth } = show(api);
      expect(await heading(texts.problems[code].title)).toBeTruthy();
      click(texts.otherAccount);
      expect(auth.signIn).toHaveBeenCalledWith({ otherAccount: true });
    },
  );

  test("an expired link can't be tried again", async () => {
    const api = emptyApi();
    api.resolveLanding.mockRejectedValue(problemOf(422, "marketplace_token_invalid"));
    show(api);
    expect(await heading(texts.problems.marketplace_token_invalid.title)).toBeTruthy();
    expect(screen.queryByRole("button")).toBeNull();
  });

  test.each(["marketplace_unavailable", "marketplace_credentials"] as const)(
    "%s: said so, and trying again uses the same token",
    async (code) => {
      const api = emptyApi();
      api.resolveLanding.mockRejectedValueOnce(problemOf(503, code));
      show(api);
      expect(await heading(texts.failed)).toBeTruthy();
      expect(screen.getByRole("alert").textContent).toContain(commonTexts.failure.codes[code]);
      click(commonTexts.tryAgain);
      expect(await heading(texts.upgrade.heading("Contoso", "Team", true))).toBeTruthy();
      expect(api.resolveLanding.mock.calls).toEqual([["ab+c"], ["ab+c"]]);
    },
  );
});

describe.each(["queued", "activating"] as const)("while it is %s", (step) => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const pass = (ms: number) =>
    act(async () => {
      await vi.advanceTimersByTimeAsync(ms);
    });

  async function wait() {
    const api = emptyApi();
    api.resolveLanding.mockResolvedValue(landingOf({ step }));
    show(api);
    await pass(0);
    expect(screen.getByRole("heading", { level: 1, name: texts[step].heading("Team") })).toBeTruthy();
    api.resolveLanding.mockClear();
    return api;
  }

  test("it asks every five seconds until it is done, and then no more", async () => {
    const api = await wait();
    await pass(4_999);
    expect(api.resolveLanding).not.toHaveBeenCalled();
    await pass(1);
    expect(api.resolveLanding).toHaveBeenCalledTimes(1);
    api.resolveLanding.mockResolvedValue(
      landingOf({ step: "none", in_force: true }, { status: "subscribed" }),
    );
    await pass(5_000);
    const title = screen.getByRole("heading", { level: 1, name: texts.subscribed.heading("Team") });
    expect(document.activeElement).toBe(title);
    await pass(600_000);
    expect(api.resolveLanding).toHaveBeenCalledTimes(2);
  });

  test("a page that nobody sees asks nothing, and asks at once when it is seen again", async () => {
    const api = await wait();
    const visibility = vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
    await pass(600_000);
    expect(api.resolveLanding).not.toHaveBeenCalled();
    visibility.mockReturnValue("visible");
    fireEvent(document, new Event("visibilitychange"));
    await pass(0);
    expect(api.resolveLanding).toHaveBeenCalledTimes(1);
    fireEvent(document, new Event("visibilitychange"));
    await pass(0);
    expect(api.resolveLanding).toHaveBeenCalledTimes(1);
  });

  test("trouble is told, and passes", async () => {
    const api = await wait();
    api.resolveLanding.mockRejectedValueOnce(new OfflineError("x"));
    await pass(5_000);
    expect(screen.getByText(texts.waiting.unreachable)).toBeTruthy();
    api.resolveLanding.mockRejectedValueOnce(problemOf(503, "marketplace_unavailable"));
    await pass(5_000);
    expect(screen.getByText(texts.waiting.silent)).toBeTruthy();
    await pass(5_000);
    expect(screen.getByText(texts.waiting.watching)).toBeTruthy();
  });

  test("an expired link ends it", async () => {
    const api = await wait();
    api.resolveLanding.mockRejectedValue(problemOf(422, "marketplace_token_invalid"));
    await pass(5_000);
    expect(screen.getByText(texts.waiting.ended)).toBeTruthy();
    await pass(600_000);
    expect(api.resolveLanding).toHaveBeenCalledTimes(1);
  });
});

test("it asks ever more slowly", () => {
  expect([0, 11, 12, 27, 28, 1_000].map(waitBefore)).toEqual([5_000, 5_000, 15_000, 15_000, 60_000, 60_000]);
});
