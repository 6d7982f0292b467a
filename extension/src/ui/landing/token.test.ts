import { beforeEach, expect, test, vi } from "vitest";
import { arrive, tokenOf } from "./token.ts";

test.each<[query: string, token: string | undefined]>([
  ["?token=abc", "abc"],
  ["?token=ab%2Bc%2Fd%3D%3D", "ab+c/d=="],
  // Microsoft's token is base64. A plus that is not encoded stays a plus.
  ["?token=ab+c/d==", "ab+c/d=="],
  ["?token=ab%20c", "ab c"],
  // Decoded exactly once.
  ["?token=ab%252Bc", "ab%2Bc"],
  ["?session=1&token=abc&lang=de", "abc"],
  ["", undefined],
  ["?", undefined],
  ["?token", undefined],
  ["?token=", undefined],
  ["?Token=abc", undefined],
  ["?mytoken=abc", undefined],
  ["?token=abc&token=def", undefined],
  ["?token=ab%", undefined],
  ["?token=ab%E4", undefined],
])("tokenOf %s", (query, token) => {
  expect(tokenOf(query)).toBe(token);
});

/** The page's surroundings at an address; the session storage is the browser's. */
function at(address: string) {
  const { pathname, search } = new URL(address, "https://timetracker.example");
  const [replace, replaceState] = [vi.fn<Location["replace"]>(), vi.fn<History["replaceState"]>()];
  return { location: { pathname, search, replace }, history: { replaceState }, sessionStorage };
}

beforeEach(() => sessionStorage.clear());

test("the page is left for its address without the token, and finds it there once", () => {
  const first = at("/marketplace?session=1&token=ab%2Bc#top");
  expect(arrive(first)).toEqual({ leaving: true });
  expect(first.location.replace.mock.calls).toEqual([["/marketplace"]]);
  expect(first.history.replaceState).not.toHaveBeenCalled();

  const second = at("/marketplace");
  expect(arrive(second)).toEqual({ leaving: false, token: "ab+c" });
  expect(sessionStorage.length).toBe(0);
  expect(arrive(second)).toEqual({ leaving: false, token: undefined });
  expect(second.location.replace).not.toHaveBeenCalled();
});

test("a damaged token leaves the address too, and no older one takes its place", () => {
  arrive(at("/marketplace?token=older"));
  const damaged = at("/marketplace?token=ab%");
  expect(arrive(damaged)).toEqual({ leaving: true });
  expect(damaged.location.replace.mock.calls).toEqual([["/marketplace"]]);
  expect(sessionStorage.length).toBe(0);
});

test("without a storage the token leaves the address at least", () => {
  const refusing = {
    ...at("/marketplace?token=abc"),
    get sessionStorage(): Storage {
      throw new DOMException("denied", "SecurityError");
    },
  };
  expect(arrive(refusing)).toEqual({ leaving: false, token: "abc" });
  expect(refusing.history.replaceState.mock.calls).toEqual([[null, "", "/marketplace"]]);
  expect(refusing.location.replace).not.toHaveBeenCalled();
});
