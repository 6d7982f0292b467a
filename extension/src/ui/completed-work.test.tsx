import { act, cleanup, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type CompletedWork, OfflineError, type WriteBack } from "../api/client.ts";
import type { AuthState } from "../auth/auth.ts";
import { SignInRequiredError } from "../auth/sign-in-required.ts";
import { partsOf } from "./completed-work.tsx";
import { Group } from "./group-view.tsx";
import { ItemPage } from "./item-view.tsx";
import {
  emptyApi,
  entryOf,
  formOf,
  meOf,
  noTime,
  problemOf,
  renderInSession,
  serverTime,
} from "./testing.tsx";
import { texts as allTexts } from "./texts.ts";
import { UndoNotice } from "./undo-notice.tsx";

const texts = allTexts.completedWork;

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const item = { ...entryOf().work_item, uid: "u104" };
const settings = { ...meOf().tenant.settings, write_back: true };
const me = meOf({}, { settings });

const written: CompletedWork = {
  state: "written",
  hours: 11.5,
  written_hours: 9,
  others_hours: 2.5,
  waiting_ms: 0,
  revision: 7,
  read_at: serverTime,
  written_at: "2026-11-21T08:34:00.000Z",
};
const waiting: CompletedWork = { ...written, state: "waiting", waiting_ms: 4_500_000 };
const unavailable = { code: "tracker_unavailable", message: "Azure DevOps doesn't answer." };

/** An API that answers with one state after the other; the last one stays. */
function apiWith(...states: CompletedWork[]) {
  const api = emptyApi();
  let next = 0;
  api.workItemTime.mockImplementation(async () => {
    const completed_work = states[Math.min(next++, states.length - 1)] as CompletedWork;
    return { ...noTime, work_item: item, completed_work };
  });
  return api;
}

const spaces = (text: string | null | undefined) => text?.replace(/\s+/g, " ").trim();

describe("parts", () => {
  test.each([
    [
      { hours: 11.5, written_hours: 9 },
      { own: 9, others: 2.5 },
    ],
    [
      { hours: 2.333333, written_hours: 1.33 },
      { own: 1.33, others: 1 },
    ],
    [
      { hours: 0.3, written_hours: 0.1 },
      { own: 0.1, others: 0.2 },
    ],
    [
      { hours: 4, written_hours: 9 },
      { own: 9, others: -5 },
    ],
    [{ written_hours: 9 }, undefined],
  ])("of %j", (completed, parts) => {
    expect(partsOf({ state: "written", waiting_ms: 0, ...completed })).toEqual(parts);
  });
});

describe("the item's page", () => {
  async function line(completed: CompletedWork) {
    await renderInSession(<ItemPage />, { api: apiWith(completed), me });
    const region = await screen.findByRole("region", { name: /Completed Work/ });
    return { region, status: spaces(within(region).getByRole("status").textContent) };
  }

  test("says whose hours Completed Work has", async () => {
    const { region, status } = await line(written);
    expect(spaces(within(region).getByRole("heading").textContent)).toBe("Completed Work 11.5 h");
    expect(spaces(within(region).getByRole("img").getAttribute("aria-label"))).toBe(
      "9 h from here, 2.5 h by others in Azure DevOps",
    );
    expect(status).toBe("written 09:34");
    expect(within(region).queryByRole("button")).toBeNull();
  });

  test.each([
    ["never read", { state: "nothing", written_hours: 0, waiting_ms: 0 }, texts.unread],
    [
      "without a value",
      { state: "nothing", written_hours: 0, waiting_ms: 0, read_at: serverTime },
      texts.none,
    ],
    ["lowered by somebody", { ...written, hours: 4 }, "9 h came from here; it was lowered in Azure DevOps."],
    ["not written", { ...written, state: "off" }, texts.off],
    [
      "waiting",
      { ...waiting, problem: unavailable, next_try_at: "2026-11-21T13:20:00.000Z" },
      "1.25 h waiting. Azure DevOps doesn't answer. Next try 14:20.",
    ],
    ["to be taken back", { ...waiting, waiting_ms: -900_000 }, "0.25 h to take back, waiting."],
    [
      "refused",
      {
        ...waiting,
        state: "refused",
        problem: { code: "tracker_refused", message: "The item is closed." },
      },
      "1.25 h refused. Azure DevOps says: The item is closed.",
    ],
  ] satisfies [string, CompletedWork, string][])("one that is %s", async (_, completed, text) => {
    const { region } = await line(completed);
    expect(spaces(region.textContent)).toContain(text);
  });

  test.each([
    ["was never read", undefined, 1],
    ["is old", "2026-11-21T08:44:00.000Z", 1],
    ["is fresh", "2026-11-21T08:46:00.000Z", 0],
  ])("an item that %s is read again so many times", async (_, read_at, times) => {
    const { read_at: __, ...unread } = written;
    const api = apiWith({ ...unread, ...(read_at && { read_at }) }, { ...written, hours: 13 });
    await renderInSession(<ItemPage />, { api, me });
    await screen.findByText(times > 0 ? /^13/ : /^11.5/);
    expect(api.workItems.mock.calls).toEqual(Array(times).fill([["u104"]]));
  });

  test("what was refused is left out, and nothing else", async () => {
    const refused: CompletedWork = {
      ...waiting,
      state: "refused",
      problem: { code: "work_item_read_only", message: "No." },
    };
    const api = apiWith(refused, { ...written, state: "nothing" });
    const row = (id: string, uid: string): WriteBack => ({
      id,
      entry_id: `e${id}`,
      work_item: { ...item, uid },
      waiting_ms: 1,
      attempts: 1,
    });
    api.listWriteBacks.mockResolvedValue([row("w1", "u104"), row("w2", "another")]);
    await renderInSession(
      <>
        <ItemPage />
        <UndoNotice />
      </>,
      { api, me },
    );
    const button = await screen.findByRole("button", { name: texts.leaveOut });
    button.focus();
    fireEvent.click(button);
    await waitFor(() => expect(screen.queryByRole("button", { name: texts.leaveOut })).toBeNull());
    expect(api.leaveOutWriteBack.mock.calls).toEqual([["w1"]]);
    expect(document.activeElement?.tagName).toBe("H2");
    expect(spaces((await screen.findByText(/is left out/)).textContent)).toBe(
      "1.25 h is left out of Completed Work.",
    );
  });

  test("what waits is tried now, and a failure says why", async () => {
    const api = apiWith({ ...waiting, problem: unavailable });
    api.attemptWriteBacks.mockRejectedValueOnce(new OfflineError("no"));
    await renderInSession(<ItemPage />, { api, me });
    fireEvent.click(await screen.findByRole("button", { name: texts.tryNow }));
    expect(await screen.findByText(allTexts.failure.offline)).toBeTruthy();
    api.workItemTime.mockResolvedValue({ ...noTime, work_item: item, completed_work: written });
    fireEvent.click(screen.getByRole("button", { name: texts.tryNow }));
    await waitFor(() => expect(screen.queryByRole("button", { name: texts.tryNow })).toBeNull());
    expect(api.attemptWriteBacks).toHaveBeenLastCalledWith({ work_item_uid: "u104" });
  });

  test("a sign-in that has to be confirmed comes first, and then it is tried by itself", async () => {
    const problem = { code: "interaction_required", message: "Sign in." };
    const api = apiWith({ ...waiting, problem });
    api.attemptWriteBacks.mockRejectedValueOnce(new SignInRequiredError("confirm"));
    let listener = (_: AuthState) => {};
    const auth = {
      state: { kind: "signed_in" } as AuthState,
      subscribe: (next: typeof listener) => {
        listener = next;
        return () => {};
      },
      signIn: async () => {},
    };
    await renderInSession(<ItemPage />, { api, me, auth });
    fireEvent.click(await screen.findByRole("button", { name: texts.tryNow }));
    await act(async () => listener({ kind: "needs_click", reason: "confirm" }));
    expect(api.attemptWriteBacks).toHaveBeenCalledOnce();
    await act(async () => listener({ kind: "signed_in" }));
    await waitFor(() => expect(api.attemptWriteBacks).toHaveBeenCalledTimes(2));
  });
});

describe("the group", () => {
  test("has the hours in few words", async () => {
    await renderInSession(<Group />, { api: apiWith(written), me });
    await waitFor(() =>
      expect(spaces(screen.getByRole("status").textContent)).toBe("Completed Work 11.5 h, written 09:34"),
    );
  });

  test("says nothing where nothing is written", async () => {
    await renderInSession(<Group />, { api: apiWith({ ...written, state: "off" }) });
    await screen.findByText(allTexts.item.everybody);
    expect(screen.queryByText(/Completed Work/)).toBeNull();
  });

  test("tells the hours that the item had when the timer was started", async () => {
    const { stopped_at: _, ...running } = entryOf({ existing_hours: 11.5 });
    const api = apiWith(written);
    api.currentTimer.mockResolvedValue({ timer: running, server_time: serverTime });
    await renderInSession(<Group />, { api, me });
    expect(spaces((await screen.findByText(/^Running since/)).textContent)).toContain(
      "Completed Work was 11.5 h.",
    );
  });
});

describe("reading again", () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: Date.parse(serverTime) });
  });
  // Pages render between the steps.
  const pass = async (ms: number, step = 100) => {
    for (let passed = 0; passed <= ms; passed += step)
      await act(async () => void (await vi.advanceTimersByTimeAsync(step)));
  };

  test("goes on until all is written", async () => {
    const api = apiWith(waiting, waiting, written);
    await renderInSession(<Group />, { api, me });
    await pass(0);
    expect(api.workItemTime).toHaveBeenCalledTimes(1);
    await pass(1_200);
    expect(api.workItemTime).toHaveBeenCalledTimes(2);
    await pass(2_200);
    expect(api.workItemTime).toHaveBeenCalledTimes(3);
    await pass(50_000);
    expect(api.workItemTime).toHaveBeenCalledTimes(3);
  });

  test("waits for the next try, unless that is far", async () => {
    const near = { ...waiting, next_try_at: "2026-11-21T09:00:20.000Z" };
    const far = { ...waiting, next_try_at: "2026-11-21T09:10:00.000Z" };
    const api = apiWith(near, far);
    await renderInSession(<Group />, { api, me });
    await pass(0);
    await pass(20_000);
    expect(api.workItemTime).toHaveBeenCalledTimes(1);
    await pass(1_100);
    expect(api.workItemTime).toHaveBeenCalledTimes(2);
    await pass(660_000, 5_000);
    expect(api.workItemTime).toHaveBeenCalledTimes(2);
  });

  test("ends after a while, and a hidden page reads nothing", async () => {
    const api = apiWith(waiting);
    await renderInSession(<Group />, { api, me });
    await pass(0);
    for (let i = 0; i < 20; i++) await pass(30_000);
    expect(api.workItemTime).toHaveBeenCalledTimes(7);
    cleanup();
    vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
    const hidden = apiWith(waiting);
    await renderInSession(<Group />, { api: hidden, me });
    await pass(0);
    await pass(5_000);
    expect(hidden.workItemTime).toHaveBeenCalledTimes(1);
  });
});

describe("the form", () => {
  const later: CompletedWork = {
    ...written,
    hours: 12.75,
    revision: 8,
    written_at: "2026-11-21T09:00:01.000Z",
  };

  const shownOf = ({ state, hours }: CompletedWork) =>
    state === "written" ? new RegExp(`^${hours}`) : new RegExp(state);

  /** Shows the group on a form at revision 7; then the API tells another state. */
  async function showThen(next: CompletedWork, before: CompletedWork = written, dirty = false) {
    const { frame, form, show } = formOf();
    form.isDirty.mockResolvedValue(dirty);
    const api = apiWith(before, next);
    const session = await renderInSession(
      <>
        <Group />
        <UndoNotice />
      </>,
      { api, me, frame },
    );
    await screen.findByText(shownOf(before));
    await act(() => session.timers.changedElsewhere());
    await waitFor(() => expect(api.workItemTime.mock.calls.length).toBeGreaterThan(1));
    await screen.findByText(shownOf(next));
    return { ...session, form, show };
  }

  test("without changes is refreshed once the time was written", async () => {
    const { form } = await showThen(later);
    await waitFor(() => expect(form.refresh).toHaveBeenCalledOnce());
    expect(screen.queryByText(/Completed Work is now/)).toBeNull();
  });

  test.each([
    ["nothing was written", written, { ...later, written_at: written.written_at ?? "" }],
    ["it shows what was written already", written, { ...later, revision: 7 }],
    ["it was opened after the writing", later, later],
  ])("is left alone when %s", async (_, before, next) => {
    const { form, api, timers } = await showThen(next, before);
    // With another rendering all is done that this one brings about.
    const completed_work = { ...next, hours: 13 };
    api.workItemTime.mockResolvedValue({ ...noTime, work_item: item, completed_work });
    await act(() => timers.changedElsewhere());
    await screen.findByText(/^13/);
    expect(form.isDirty).not.toHaveBeenCalled();
  });

  test("with changes is not touched: the person is asked, and keeps them", async () => {
    const { form, show } = await showThen(later, written, true);
    expect(spaces((await screen.findByText(/Completed Work is now/)).textContent)).toBe(
      "Completed Work is now 12.75 h in Azure DevOps.",
    );
    expect(form.refresh).not.toHaveBeenCalled();
    fireEvent.click(screen.getByRole("button", { name: texts.form.keep }));
    await waitFor(() => expect(form.refreshAndKeep).toHaveBeenCalledOnce());
    show({ revision: 8 });
    await waitFor(() => expect(screen.queryByText(/Completed Work is now/)).toBeNull());
    expect(screen.getByText(texts.form.kept)).toBeTruthy();
  });

  test("what can't be kept is given back in words", async () => {
    const { form, show } = await showThen(later, written, true);
    form.refreshAndKeep.mockResolvedValue([
      { name: "Completed Work", value: 14 },
      { name: "Assigned To", value: { displayName: "Grace Hopper" } },
      { name: "Description", value: "" },
    ]);
    fireEvent.click(await screen.findByRole("button", { name: texts.form.keep }));
    const list = await screen.findByRole("region", { name: texts.form.given });
    show({ revision: 8 });
    expect(
      within(list)
        .getAllByRole("listitem")
        .map(({ textContent }) => textContent),
    ).toEqual([
      "Completed Work: you had 14",
      "Assigned To: you had Grace Hopper",
      "Description: you had nothing",
    ]);
  });

  test("stays as it is when the person wants that, or doesn't let it refresh", async () => {
    const { form } = await showThen(later, written, true);
    form.refreshAndKeep.mockResolvedValue(undefined);
    fireEvent.click(await screen.findByRole("button", { name: texts.form.keep }));
    await waitFor(() => expect(form.refreshAndKeep).toHaveBeenCalled());
    expect(screen.getByText(/Completed Work is now/)).toBeTruthy();
    form.refreshAndKeep.mockRejectedValue(new Error("no answer"));
    fireEvent.click(await screen.findByRole("button", { name: texts.form.keep }));
    expect((await screen.findByRole("alert")).textContent).toContain(texts.form.failed);
    fireEvent.click(screen.getByRole("button", { name: texts.form.later }));
    expect(screen.queryByText(/Completed Work is now/)).toBeNull();
  });

  test("that could not be refreshed is refreshed by the person", async () => {
    const { frame, form } = formOf();
    form.refresh.mockRejectedValueOnce(new Error("no answer"));
    const { timers } = await renderInSession(<Group />, { api: apiWith(written, later), me, frame });
    await screen.findByText(/11.5/);
    await act(() => timers.changedElsewhere());
    fireEvent.click(await screen.findByRole("button", { name: texts.form.refresh }));
    await waitFor(() => expect(form.refreshAndKeep).toHaveBeenCalledOnce());
    await waitFor(() => expect(screen.queryByText(/Completed Work is now/)).toBeNull());
  });

  test("that was saved or refreshed meanwhile is not asked about any more", async () => {
    const { show } = await showThen(later, written, true);
    await screen.findByText(/Completed Work is now/);
    show({ revision: 8 });
    await waitFor(() => expect(screen.queryByText(/Completed Work is now/)).toBeNull());
  });

  test("leaving out what is in doubt is refused in words", async () => {
    const refused: CompletedWork = {
      ...waiting,
      state: "refused",
      problem: { code: "tracker_refused", message: "Closed." },
    };
    const { api } = await showThen(refused, refused);
    api.listWriteBacks.mockRejectedValue(problemOf(409, "write_in_doubt", { detail: "Nobody knows yet." }));
    fireEvent.click(await screen.findByRole("button", { name: texts.leaveOut }));
    expect(await screen.findByText("Nobody knows yet.")).toBeTruthy();
  });
});
