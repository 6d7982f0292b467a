import { expect, test, vi } from "vitest";
import { takeToken } from "./token.ts";

const origin = "https://timetracker.example";

test.each<[address: string, token: string | undefined]>([
  ["/marketplace?token=abc", "abc"],
  ["/marketplace?token=ab%2Bc%2Fd%3D%3D", "ab+c/d=="],
  // Microsoft's token is base64. A plus that was not encoded is still a plus, and never a blank.
  ["/marketplace?token=ab+c/d==", "ab+c/d=="],
  ["/marketplace?token=ab%20c", "ab c"],
  // Decoded exactly once.
  ["/marketplace?token=ab%252Bc", "ab%2Bc"],
  ["/marketplace?session=1&token=abc&lang=de", "abc"],
  ["/marketplace?token=abc#top", "abc"],
  ["/marketplace", undefined],
  ["/marketplace?", undefined],
  ["/marketplace?token", undefined],
  ["/marketplace?token=", undefined],
  ["/marketplace?Token=abc", undefined],
  ["/marketplace?mytoken=abc", undefined],
  ["/marketplace#token=abc", undefined],
  ["/marketplace#?token=abc", undefined],
  ["/marketplace?token=abc&token=def", undefined],
  ["/marketplace?token=ab%", undefined],
  ["/marketplace?token=ab%E4", undefined],
])("takeToken at %s", (address, token) => {
  const replaceState = vi.fn<History["replaceState"]>();
  expect(takeToken(new URL(address, origin), { replaceState })).toBe(token);
  expect(replaceState.mock.calls).toEqual([[null, "", "/marketplace"]]);
});

test("the browser's address and history keep nothing of it", () => {
  history.pushState(null, "", "/marketplace?token=secret#secret");
  const before = history.length;
  expect(takeToken(location, history)).toBe("secret");
  expect(location.href).not.toContain("secret");
  expect(history.length).toBe(before);
});
