import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ServerClock } from "./clock.ts";

const serverStart = "2026-11-21T08:00:00.000Z";
const server = Date.parse(serverStart);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date", "performance"] });
  vi.setSystemTime("2026-11-21T08:00:00Z");
});
afterEach(() => vi.useRealTimers());

/** A clock that asks for the time in vain. */
function newClock() {
  const onDisturbed = vi.fn();
  return { clock: new ServerClock(onDisturbed), onDisturbed };
}

describe("sync", () => {
  test("adds half the round trip", () => {
    const { clock } = newClock();
    const sent = performance.now();
    vi.advanceTimersByTime(400);
    clock.sync(serverStart, sent);
    expect(clock.now()).toBe(server + 200);
    vi.advanceTimersByTime(5_000);
    expect(clock.now()).toBe(server + 5_200);
  });

  test("does not care what the local clock says", () => {
    const { clock } = newClock();
    vi.setSystemTime("2031-01-01T00:00:00Z");
    clock.sync(serverStart, performance.now());
    expect(clock.now()).toBe(server);
  });

  test("a slow answer doesn't spoil a good estimate", () => {
    const { clock } = newClock();
    clock.sync(serverStart, performance.now());
    const sent = performance.now();
    vi.advanceTimersByTime(3_000);
    clock.sync("2026-11-21T08:00:00.100Z", sent);
    expect(clock.now()).toBe(server + 3_000);
  });

  test("an answer that contradicts the estimate replaces it", () => {
    const { clock } = newClock();
    clock.sync(serverStart, performance.now());
    clock.sync("2026-11-21T08:10:00.000Z", performance.now());
    expect(clock.now()).toBe(server + 600_000);
  });
});

describe("estimate", () => {
  test("counts the time of a sleep, over which the clock stands still", () => {
    const { clock } = newClock();
    clock.sync(serverStart, performance.now());
    vi.advanceTimersByTime(1_000);
    expect(clock.estimate()).toBe(server + 1_000);
    vi.setSystemTime("2026-11-21T09:00:01Z");
    expect(clock.estimate()).toBe(server + 3_601_000);
    expect(clock.now()).toBe(server + 1_000);
  });
});

describe("disturbed", () => {
  test("time that merely passes disturbs nothing", () => {
    const { clock } = newClock();
    clock.sync(serverStart, performance.now());
    vi.advanceTimersByTime(3_600_000);
    expect(clock.disturbed()).toBe(false);
  });

  test("sleep does, and the next answer heals it", () => {
    const { clock } = newClock();
    clock.sync(serverStart, performance.now());
    vi.setSystemTime("2026-11-21T09:00:00Z"); // performance.now() stood still
    expect(clock.disturbed()).toBe(true);
    clock.sync("2026-11-21T09:00:00.000Z", performance.now());
    expect(clock.disturbed()).toBe(false);
    expect(clock.now()).toBe(server + 3_600_000);
  });

  test("so does a clock set back", () => {
    const { clock } = newClock();
    clock.sync(serverStart, performance.now());
    vi.setSystemTime("2026-11-21T07:00:00Z");
    expect(clock.disturbed()).toBe(true);
    expect(clock.now()).toBe(server);
  });
});

describe("follow", () => {
  test("ticks at full seconds of the elapsed time", () => {
    const { clock, onDisturbed } = newClock();
    clock.sync(serverStart, performance.now());
    const heard: number[] = [];
    const stop = clock.follow(server - 10_250, (elapsed) => heard.push(elapsed));
    expect(heard).toEqual([10_250]);
    vi.advanceTimersByTime(749);
    expect(heard).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(heard).toEqual([10_250, 11_000]);
    vi.advanceTimersByTime(2_000);
    expect(heard).toEqual([10_250, 11_000, 12_000, 13_000]);
    stop();
    vi.advanceTimersByTime(5_000);
    expect(heard).toHaveLength(4);
    expect(onDisturbed).not.toHaveBeenCalled();
  });

  test("never shows less than nothing", () => {
    const { clock } = newClock();
    clock.sync(serverStart, performance.now());
    const heard: number[] = [];
    clock.follow(server + 50, (elapsed) => heard.push(elapsed))();
    expect(heard).toEqual([0]);
  });

  test("asks the server once after sleep", () => {
    const { clock, onDisturbed } = newClock();
    clock.sync(serverStart, performance.now());
    const stop = clock.follow(server, () => {});
    vi.setSystemTime("2026-11-21T12:00:00Z");
    vi.advanceTimersByTime(3_000);
    expect(onDisturbed).toHaveBeenCalledOnce();
    clock.sync("2026-11-21T12:00:03.000Z", performance.now());
    vi.setSystemTime("2026-11-21T18:00:00Z");
    vi.advanceTimersByTime(1_000);
    expect(onDisturbed).toHaveBeenCalledTimes(2);
    stop();
  });
});
