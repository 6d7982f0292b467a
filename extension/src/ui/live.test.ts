import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { keepFresh } from "./live.ts";
import type { TimerStore } from "./timer-store.ts";

/** The browser's channel between frames of one origin. Every frame but the sender gets a message. */
class FakeChannel {
  static all = new Set<FakeChannel>();
  onmessage: ((event: { data: unknown }) => void) | null = null;
  constructor(readonly name: string) {
    FakeChannel.all.add(this);
  }
  postMessage(data: unknown) {
    for (const other of FakeChannel.all) {
      if (other !== this && other.name === this.name) other.onmessage?.({ data });
    }
  }
  close() {
    FakeChannel.all.delete(this);
  }
}

/** What browsers do where a frame may keep nothing. */
class RefusedChannel {
  constructor() {
    throw new DOMException("The operation is insecure.", "SecurityError");
  }
}

function fakeStore() {
  return { refresh: vi.fn(async () => {}), changedElsewhere: vi.fn(async () => {}), onChange: () => {} };
}

let store: ReturnType<typeof fakeStore>;
let stop: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("BroadcastChannel", FakeChannel);
  store = fakeStore();
  stop = keepFresh(store as unknown as TimerStore);
});
afterEach(() => {
  stop();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test.each([
  ["focus", () => window.dispatchEvent(new Event("focus"))],
  ["pageshow", () => window.dispatchEvent(new Event("pageshow"))],
  ["online", () => window.dispatchEvent(new Event("online"))],
  ["visibilitychange", () => document.dispatchEvent(new Event("visibilitychange"))],
  ["a minute", () => vi.advanceTimersByTime(60_000)],
])("%s reads the timer again", (_, happen) => {
  happen();
  expect(store.refresh).toHaveBeenCalledOnce();
});

test("nobody looks, nothing is read", () => {
  vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
  vi.advanceTimersByTime(600_000);
  expect(store.refresh).not.toHaveBeenCalled();
});

test("a change in one frame reaches the others at once", () => {
  const other = fakeStore();
  const stopOther = keepFresh(other as unknown as TimerStore);
  store.onChange();
  expect(other.changedElsewhere).toHaveBeenCalledOnce();
  expect(store.changedElsewhere).not.toHaveBeenCalled();
  stopOther();
});

test("afterwards it is silent", () => {
  stop();
  window.dispatchEvent(new Event("focus"));
  vi.advanceTimersByTime(600_000);
  expect(store.refresh).not.toHaveBeenCalled();
});

test("a browser that refuses channels leaves the other ways", () => {
  vi.stubGlobal("BroadcastChannel", RefusedChannel);
  const alone = fakeStore();
  const stopAlone = keepFresh(alone as unknown as TimerStore);
  window.dispatchEvent(new Event("focus"));
  expect(alone.refresh).toHaveBeenCalledOnce();
  alone.onChange();
  stopAlone();
});
