import { act, cleanup, fireEvent, screen, waitFor } from "@testing-library/preact";
import { afterEach, expect, test, vi } from "vitest";
import type { WriteBack } from "../api/client.ts";
import { PendingWrites } from "./pending-writes.tsx";
import { emptyApi, entryOf, meOf, renderInSession, serverTime } from "./testing.tsx";
import { texts as allTexts } from "./texts.ts";

const texts = allTexts.completedWork;

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const me = meOf({}, { settings: { ...meOf().tenant.settings, write_back: true } });

const row = (id: string, change: Partial<WriteBack> = {}): WriteBack => ({
  id,
  entry_id: `e-${id}`,
  work_item: { ...entryOf().work_item, uid: "u104" },
  waiting_ms: 4_500_000,
  attempts: 1,
  problem: { code: "tracker_unavailable", message: "Azure DevOps doesn't answer." },
  next_try_at: "2026-11-21T09:20:00.000Z",
  ...change,
});

function apiWith(...rows: WriteBack[]) {
  const api = emptyApi();
  api.listWriteBacks.mockResolvedValue(rows);
  return api;
}

const spaces = (text: string | null | undefined) => text?.replace(/\s+/g, " ").trim();

test("nothing is said while nothing waits, or nothing is written", async () => {
  const api = apiWith();
  await renderInSession(<PendingWrites />, { api, me });
  await waitFor(() => expect(api.listWriteBacks).toHaveBeenCalled());
  expect(screen.queryByRole("region")).toBeNull();
  cleanup();
  const off = apiWith(row("1"));
  await renderInSession(<PendingWrites />, { api: off });
  expect(off.listWriteBacks).not.toHaveBeenCalled();
});

test("what waits and what is refused, with the reasons", async () => {
  const moved = { entry_id: "moved" };
  const refused = { code: "tracker_refused", message: "The item is closed." };
  const api = apiWith(
    row("1"),
    row("2", moved),
    row("3", { ...moved, waiting_ms: -900_000 }),
    row("4", { waiting_ms: 600_000, problem: refused }),
  );
  await renderInSession(<PendingWrites />, { api, me });
  expect(spaces((await screen.findByRole("status")).textContent)).toBe(
    "2 entries wait for Azure DevOps: 2:15. Azure DevOps has refused 1 entry: 0:10.",
  );
  expect(screen.queryByRole("listitem")).toBeNull();
  fireEvent.click(screen.getByRole("button", { name: texts.pending.show }));
  const lines = screen.getAllByRole("listitem").map(({ textContent }) => spaces(textContent));
  expect(lines[0]).toContain("1:15#104 Show the referenceAzure DevOps doesn't answer. Next try 10:20.");
  expect(lines[2]).toContain("\u22120:15");
  expect(lines[3]).toContain("Azure DevOps says: The item is closed.");
});

test("an item is opened from the list", async () => {
  const { frame } = await renderInSession(<PendingWrites />, { api: apiWith(row("1")), me });
  fireEvent.click(await screen.findByRole("button", { name: texts.pending.show }));
  fireEvent.click(screen.getByRole("button", { name: "#104 Show the reference" }));
  expect(frame.openWorkItem).toHaveBeenCalledWith(104);
});

test("all of it is tried now, and the line goes with the focus to the heading", async () => {
  const api = apiWith(row("1"));
  const { timers } = await renderInSession(
    <>
      <h1 tabIndex={-1}>Time</h1>
      <PendingWrites />
    </>,
    { api, me },
  );
  const button = await screen.findByRole("button", { name: texts.tryNow });
  const told = vi.spyOn(timers, "onChange");
  button.focus();
  api.listWriteBacks.mockResolvedValue([]);
  fireEvent.click(button);
  await waitFor(() => expect(screen.queryByRole("region")).toBeNull());
  expect(api.attemptWriteBacks).toHaveBeenCalledWith({});
  expect(told).toHaveBeenCalledOnce(); // a form in another tab follows
  await waitFor(() => expect(document.activeElement?.tagName).toBe("H1"));
});

test("one is left out, and the others stay", async () => {
  const api = apiWith(row("1"), row("2"));
  const { timers } = await renderInSession(<PendingWrites />, { api, me });
  fireEvent.click(await screen.findByRole("button", { name: texts.pending.show }));
  api.listWriteBacks.mockResolvedValue([row("2")]);
  const [first] = screen.getAllByRole("button", { name: /^Leave it out/ });
  first?.focus();
  fireEvent.click(first as HTMLElement);
  await waitFor(() => expect(screen.getAllByRole("listitem")).toHaveLength(1));
  expect(api.leaveOutWriteBack).toHaveBeenCalledWith("1");
  expect(timers.state.announcement).toBe("#104 Show the reference: left out of Completed Work.");
  await waitFor(() => expect(document.activeElement?.tagName).toBe("H2"));
});

test("what was just recorded is not told of while its first try is on the way", async () => {
  vi.useFakeTimers({ now: Date.parse(serverTime) });
  const { problem: _, ...fresh } = row("1", { attempts: 0 });
  const api = apiWith(fresh);
  await renderInSession(<PendingWrites />, { api, me });
  // Pages render between the steps.
  const pass = async (ms: number) => {
    for (let passed = 0; passed <= ms; passed += 100)
      await act(async () => void (await vi.advanceTimersByTimeAsync(100)));
  };
  await pass(0);
  await pass(4_400);
  expect(api.listWriteBacks).toHaveBeenCalledTimes(3);
  expect(screen.queryByRole("region")).toBeNull();
  // No try came.
  await pass(10_200);
  expect(screen.getByRole("region")).toBeTruthy();
  await pass(60_000);
  expect(api.listWriteBacks).toHaveBeenCalledTimes(4);
});
