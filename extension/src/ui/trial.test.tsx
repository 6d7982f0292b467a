import { cleanup, screen } from "@testing-library/preact";
import { afterEach, describe, expect, test, vi } from "vitest";
import manifest from "../../vss-extension.json";
import { createRecorder } from "./actions.ts";
import { extensionAddress } from "./next-steps.tsx";
import { emptyApi, meOf, offer, renderInSession, serverTime } from "./testing.tsx";
import { texts } from "./texts.ts";
import { ReadOnlyNotice, TrialBanner, trialDays } from "./trial.tsx";

afterEach(cleanup);

const dayMs = 86_400_000;
const hourMs = 3_600_000;

function endingIn(ms: number) {
  return { trial_ends_at: new Date(Date.parse(serverTime) + ms).toISOString() };
}

test.each([
  [7 * dayMs + 1, 8],
  [7 * dayMs, 7],
  [hourMs, 1],
  [0, 0],
])("%i ms before the end: %i days", (ms, days) => {
  expect(trialDays(meOf({}, endingIn(ms)).tenant, Date.parse(serverTime))).toBe(days);
});

test("a paid plan and an ended trial have no days", () => {
  const now = Date.parse(serverTime);
  expect(trialDays(meOf({}, { ...endingIn(dayMs), plan: "paid" }).tenant, now)).toBeUndefined();
  expect(trialDays(meOf({}, { ...endingIn(-1), status: "trial_expired" }).tenant, now)).toBeUndefined();
});

describe("the banner", () => {
  test("is not there before the last week", async () => {
    await renderInSession(<TrialBanner />, { me: meOf({ role: "admin" }, endingIn(8 * dayMs)) });
    expect(screen.queryByText(/free trial/)).toBeNull();
  });

  test("tells everybody, and admins what to do", async () => {
    const tenant = endingIn(7 * dayMs - hourMs);
    await renderInSession(<TrialBanner />, { me: meOf({}, tenant) });
    expect(screen.getByText(texts.trial.left(7))).toBeTruthy();
    expect(screen.queryByText(texts.trial.adminHelp)).toBeNull();
    cleanup();
    await renderInSession(<TrialBanner />, { me: meOf({ role: "admin" }, tenant) });
    expect(screen.getByText(texts.trial.adminHelp)).toBeTruthy();
  });
});

describe("what is said when nothing can be recorded", () => {
  const ended = { status: "trial_expired" } as const;

  test("people are told by name whom to ask, what a plan costs, and where one is bought", async () => {
    await renderInSession(<ReadOnlyNotice />, { me: meOf({}, ended) });
    expect(await screen.findByText(/Ask Ada Lovelace or Grace Hopper, super admins/)).toBeTruthy();
    expect(screen.getByText(/US\$9\.00 per user and month/)).toBeTruthy();
    const link = screen.getByRole("link", { name: texts.offer.buy });
    expect(link.getAttribute("href")).toBe(offer.plans_url);
  });

  test("while nobody is known, people are told who is meant", async () => {
    const api = emptyApi();
    api.tenant.mockRejectedValue(new Error("x"));
    await renderInSession(<ReadOnlyNotice narrow />, { api, me: meOf({}, ended) });
    expect(screen.getByText(texts.offer.ask)).toBeTruthy();
    expect(screen.getByRole<HTMLDetailsElement>("group").open).toBe(false);
  });

  test("a super admin isn't sent to somebody else, and a suspended subscription needs no new plan", async () => {
    const { api } = await renderInSession(<ReadOnlyNotice />, {
      me: meOf({ role: "super_admin" }, { status: "suspended" }),
    });
    expect(api.tenant).not.toHaveBeenCalled();
    expect(screen.getByText(new RegExp(texts.readOnly.suspended))).toBeTruthy();
    expect(screen.queryByText(texts.offer.plans)).toBeNull();
  });

  test("the link to the extension is that of its manifest", () => {
    expect(extensionAddress).toBe(
      `https://marketplace.visualstudio.com/items?itemName=${manifest.publisher}.${manifest.id}`,
    );
  });
});

describe("noting actions", () => {
  test("tells the type and the page, and swallows failures", async () => {
    const api = emptyApi();
    api.recordAction.mockRejectedValue(new Error("x"));
    const record = createRecorder(api, meOf(), "timetracker.timetracker.hub");
    record("report_opened");
    record("people_opened", "admin");
    expect(api.recordAction.mock.calls).toEqual([
      [{ type: "report_opened", page: "hub" }],
      [{ type: "people_opened", page: "admin" }],
    ]);
  });

  test("is off when offline, and when nothing can be recorded", () => {
    const api = emptyApi();
    createRecorder(api, meOf({}, { status: "trial_expired" }), "x.hub")("report_opened");
    vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
    createRecorder(api, meOf(), "x.hub")("report_opened");
    expect(api.recordAction).not.toHaveBeenCalled();
  });
});
