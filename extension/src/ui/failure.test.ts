import { expect, test } from "vitest";
import { ApiProblem, OfflineError } from "../api/client.ts";
import { SignInRequiredError } from "../auth/auth.ts";
import { explain, readOnlyReason } from "./failure.ts";
import { texts } from "./texts.ts";

const problem = (status: number, code: string, detail?: string, field?: string) =>
  new ApiProblem({
    type: "about:blank",
    title: "Title",
    status,
    code,
    request_id: "r1",
    ...(detail && { detail }),
    ...(field && { errors: [{ pointer: "/note", code: field, detail: "…" }] }),
  });

test.each([
  ["not reached", new OfflineError("x"), texts.failure.offline, true],
  ["signed out", new SignInRequiredError("x"), texts.failure.signedOut, true],
  ["a fault of ours", new TypeError("undefined is not a function"), texts.failure.unexpected, true],
  ["trial", problem(402, "trial_expired"), texts.failure.codes.trial_expired, false],
  ["seats", problem(402, "seat_limit"), texts.failure.codes.seat_limit, false],
  ["deactivated", problem(403, "user_deactivated"), texts.failure.codes.user_deactivated, false],
  ["not invited", problem(403, "not_invited"), texts.failure.codes.not_invited, false],
  ["too many", problem(429, "too_many_requests"), texts.failure.tooMany, true],
  ["Microsoft", problem(503, "marketplace_unavailable"), texts.failure.codes.marketplace_unavailable, true],
  ["server", problem(500, "internal"), texts.failure.unavailable, true],
  [
    "unseen characters",
    problem(400, "field_invalid", "Wrong.", "characters"),
    texts.failure.characters,
    false,
  ],
  ["a wrong value", problem(400, "field_invalid", "Wrong.", "too_long"), "Wrong.", false],
  ["stale", problem(412, "stale"), texts.failure.stale, false],
  [
    "a rule",
    problem(422, "interval_overlaps", "Another entry covers this."),
    "Another entry covers this.",
    false,
  ],
])("%s", (_, error, text, retryable) => {
  expect(explain(error)).toMatchObject({ text, retryable });
});

test("only what needs help names its reference", () => {
  expect(explain(problem(500, "internal")).requestId).toBe("r1");
  expect(explain(problem(503, "marketplace_credentials")).requestId).toBe("r1");
  expect(explain(problem(402, "trial_expired")).requestId).toBeUndefined();
});

test.each(["trial_expired", "suspended", "cancelled"] as const)(
  "a tenant that is %s has a reason",
  (status) => {
    expect(readOnlyReason(status)).not.toBe(texts.failure.unexpected);
  },
);
