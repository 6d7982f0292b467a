import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { initFrame, NoHostError } from "./frame.ts";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("says at once that there is no host when the page is not in a frame", async () => {
  await expect(initFrame()).rejects.toBeInstanceOf(NoHostError);
});

it("says within seconds that the page around does not answer", async () => {
  vi.stubGlobal("parent", { postMessage: () => {} });
  const frame = expect(initFrame()).rejects.toBeInstanceOf(NoHostError);
  await vi.advanceTimersByTimeAsync(5_000);
  await frame;
});
