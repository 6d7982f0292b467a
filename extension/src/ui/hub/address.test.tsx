import { act, cleanup, fireEvent, screen } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Frame } from "../../frame/frame.ts";
import { Hub } from "../hub-view.tsx";
import { reportTexts } from "../report/texts.ts";
import { formOf, meOf, renderInSession, serverTime } from "../testing.tsx";
import { readPlace, writePlace } from "./address.ts";
import { hubTexts } from "./texts.ts";

beforeEach(() => vi.useFakeTimers({ now: Date.parse(serverTime), toFake: ["Date"] }));

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

test("a place is written the same in any order, and read back", () => {
  const text = writePlace({ week: "2026-11-16", tab: "time", q: "a b&c=d" });
  expect(text).toBe(writePlace({ q: "a b&c=d", tab: "time", week: "2026-11-16" }));
  expect(readPlace(text)).toEqual({ q: "a b&c=d", tab: "time", week: "2026-11-16" });
});

/** A host page at an address, whose Back can be pressed. */
function hostAt(text: string) {
  let listener: (text: string) => void = () => {};
  const address = {
    write: vi.fn<NonNullable<Frame["address"]>["write"]>(async () => {}),
    link: async (text: string) => `https://dev.azure.com/contoso/Payments/_apps/hub/hub#${text}`,
    follow: (called: (text: string) => void) => {
      listener = called;
      called(text);
    },
  };
  return {
    frame: { ...formOf().frame, address },
    address,
    becomes: (next: string) => act(() => listener(next)),
  };
}

// Intl writes thin spaces around the dash.
const title = async () =>
  (await screen.findByRole("heading", { level: 1 })).textContent?.replace(/\s/gu, " ");

describe("the hub's address", () => {
  test("names the week and the part that are shown after a reload", async () => {
    await renderInSession(<Hub />, { frame: hostAt("week=2026-11-12").frame });
    expect(await title()).toBe("9 – 15 November");
    cleanup();
    await renderInSession(<Hub />, { frame: hostAt("tab=reports").frame });
    expect(await title()).toBe(reportTexts.title.project);
  });

  test("nothing that it might say breaks the hub", async () => {
    const nonsense = "week=2026-13-99&tab=nowhere&view=sideways";
    await renderInSession(<Hub />, { frame: hostAt(nonsense).frame, me: meOf() });
    expect(await title()).toBe("16 – 22 November");
  });

  test("a part that isn't the person's is not shown", async () => {
    await renderInSession(<Hub />, { frame: hostAt("tab=administration").frame });
    expect(await title()).toBe("16 – 22 November");
  });

  test("takes each step, so that Back goes through them", async () => {
    const host = hostAt("");
    await renderInSession(<Hub />, { frame: host.frame });
    fireEvent.click(await screen.findByRole("button", { name: hubTexts.week.before }));
    expect(host.address.write).toHaveBeenLastCalledWith("week=2026-11-09", "push");
    fireEvent.keyDown(document.body, { key: "[" });
    expect(host.address.write).toHaveBeenLastCalledWith("week=2026-11-02", "push");
    fireEvent.keyDown(document.body, { key: "]" });
    host.becomes("week=2026-10-19");
    expect(await title()).toBe("19 – 25 October");
    fireEvent.click(screen.getByRole("button", { name: hubTexts.week.this }));
    expect(host.address.write).toHaveBeenLastCalledWith("", "push");
  });

  test("a year that isn't this one is named", async () => {
    await renderInSession(<Hub />, { frame: hostAt("week=2025-12-29").frame });
    expect(await title()).toBe("29 December 2025 – 4 January 2026");
  });
});
