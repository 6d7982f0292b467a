import { act, cleanup, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { RecentWorkItem, WorkItem } from "../../api/client.ts";
import { SignInRequiredError } from "../../auth/auth.ts";
import { latestGap } from "../add-time.tsx";
import { entryTexts } from "../entry/texts.ts";
import { chooseSingleKeys } from "../keys.ts";
import { KeysHelp } from "../keys-help.tsx";
import { emptyApi, entryOf, meOf, problemOf, projectOf, renderInSession, serverTime } from "../testing.tsx";
import { texts } from "../texts.ts";
import { TimerBar } from "../timer-bar.tsx";
import { UndoNotice } from "../undo-notice.tsx";

beforeEach(() => {
  HTMLDialogElement.prototype.showModal ??= () => {};
  HTMLElement.prototype.scrollIntoView ??= () => {};
  vi.spyOn(document, "hasFocus").mockReturnValue(true);
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
  vi.restoreAllMocks();
  chooseSingleKeys(true);
});

const itemOf = (id: string, title: string, change: Partial<WorkItem> = {}): WorkItem => ({
  ...entryOf().work_item,
  id,
  title,
  uid: `u${id}`,
  ...change,
});
const refund = itemOf("107", "Refund is sent twice", { type: "Bug", state: "Active", assigned_to: "Grace" });
const payment = itemOf("104", "Show the payment reference", { type: "Task" });
const certificate = itemOf("116", "Rotate the certificate", { type: "Task" });
const { uid: _, ...unknown } = itemOf("131", "Product page is slow");

function apiWith(recent: RecentWorkItem[], mine: WorkItem[] = []) {
  const api = emptyApi();
  api.recentWorkItems.mockImplementation(async () => ({ data: recent }));
  api.searchWorkItems.mockImplementation(async ({ q } = {}) => ({ data: q ? [] : mine }));
  const { stopped_at: _, ...timer } = entryOf();
  api.startTimer.mockResolvedValue({ timer, server_time: serverTime });
  return api;
}

const usual = () =>
  apiWith([
    { work_item: refund, pinned: true },
    { work_item: payment, pinned: false },
    { work_item: certificate, pinned: false },
  ]);

async function show(api = usual(), me = meOf()) {
  return renderInSession(
    <>
      <h1 tabIndex={-1}>Time</h1>
      <TimerBar />
      <KeysHelp />
      <UndoNotice />
    </>,
    { api, me },
  );
}

const field = () => screen.getByRole<HTMLInputElement>("combobox", { name: texts.switch.label });
const press = (key: string, more: object = {}) =>
  fireEvent.keyDown(document.activeElement ?? document.body, { key, ...more });
const options = () =>
  screen.queryAllByRole("option").map((option) => option.querySelector("bdi")?.textContent);
const activeOption = () => document.getElementById(field().getAttribute("aria-activedescendant") ?? "");
const type = (text: string) => fireEvent.input(field(), { target: { value: text } });

async function opened(api = usual(), me = meOf()) {
  const shown = await show(api, me);
  press("/");
  await screen.findAllByRole("option");
  return shown;
}

describe("opening", () => {
  test("the key / goes to the field and opens it, and Esc gives the focus back", async () => {
    await show();
    const heading = screen.getByRole("heading", { name: "Time" });
    heading.focus();
    expect(field().getAttribute("aria-expanded")).toBe("false");
    press("/");
    expect(document.activeElement).toBe(field());
    expect(field().getAttribute("aria-expanded")).toBe("true");
    expect(await screen.findAllByRole("option")).toHaveLength(3);
    expect(document.getElementById(field().getAttribute("aria-controls") ?? "")?.role).toBe("listbox");
    press("Escape");
    expect(screen.queryByRole("listbox")).toBeNull();
    expect(document.activeElement).toBe(heading);
  });

  test("shows pinned, recent and assigned items in groups, with type, state and assignee", async () => {
    const api = usual();
    api.searchWorkItems.mockResolvedValue({ data: [payment, unknown] });
    await opened(api);
    const group = (name: string) => within(screen.getByRole("group", { name }));
    expect(await screen.findByRole("group", { name: texts.switch.groups.mine })).toBeTruthy();
    expect(group(texts.switch.groups.mine).getAllByRole("option")).toHaveLength(1);
    expect(group(texts.switch.groups.recent).getAllByRole("option")).toHaveLength(2);
    const bug = group(texts.switch.groups.pinned).getByRole("option");
    expect(bug.textContent).toMatch(/^Bug #107 Refund is sent twice/);
    expect(bug.textContent).toContain("Active · Grace");
    expect(bug.textContent).toContain(texts.switch.isPinned);
  });

  test("what is known is there without an answer of Azure DevOps, and is read again", async () => {
    const api = usual();
    api.searchWorkItems.mockReturnValue(new Promise(() => {}));
    api.workItems.mockResolvedValue({ data: [{ ...payment, title: "Renamed" }] });
    await opened(api);
    expect(options()).toContain("#107 Refund is sent twice");
    expect(await screen.findByText("#104 Renamed")).toBeTruthy();
    expect(api.workItems).toHaveBeenCalledWith(["u107", "u104", "u116"]);
  });

  test("where nothing may be recorded there is no field", async () => {
    const api = usual();
    await show(api, meOf({}, { status: "trial_expired" }));
    expect(screen.queryByRole("combobox")).toBeNull();
  });

  test("with nothing recorded, it says what will be here", async () => {
    await show(emptyApi());
    press("/");
    expect(await screen.findByText(texts.switch.empty)).toBeTruthy();
  });
});

describe("the keys", () => {
  test("Up and Down go round, Enter starts and closes", async () => {
    const { api } = await opened();
    expect(activeOption()?.textContent).toContain("#107");
    press("ArrowDown");
    expect(activeOption()?.textContent).toContain("#104");
    press("ArrowUp");
    press("ArrowUp");
    expect(activeOption()?.textContent).toContain("#116");
    expect(activeOption()?.getAttribute("aria-selected")).toBe("true");
    press("ArrowDown");
    press("ArrowDown");
    press("Enter");
    await waitFor(() => expect(api.startTimer).toHaveBeenCalledOnce());
    expect(api.startTimer.mock.calls[0]?.[0].work_item).toMatchObject({ id: "104", project: "Payments" });
    expect(screen.queryByRole("listbox")).toBeNull();
    expect(document.activeElement).toBe(field());
  });

  test("where switching is refused, Enter stops first", async () => {
    const api = usual();
    const { stopped_at: _, ...timer } = entryOf();
    api.currentTimer.mockResolvedValue({ timer, server_time: serverTime });
    api.stopTimer.mockResolvedValue(entryOf());
    const me = meOf();
    me.tenant.settings.on_start_while_running = "reject";
    await opened(api, me);
    press("Enter");
    await waitFor(() => expect(api.startTimer).toHaveBeenCalledOnce());
    expect(api.stopTimer).toHaveBeenCalledOnce();
  });

  test("what runs already is not started again", async () => {
    const api = usual();
    const { stopped_at: _, ...timer } = entryOf({ work_item: refund });
    api.currentTimer.mockResolvedValue({ timer, server_time: serverTime });
    await opened(api);
    expect(activeOption()?.textContent).toContain(texts.switch.running);
    press("Enter");
    expect(screen.queryByRole("listbox")).toBeNull();
    expect(api.startTimer).not.toHaveBeenCalled();
  });

  test("P pins on the option, and is a letter while one types; Alt+P pins then too", async () => {
    const { api } = await opened();
    fireEvent.keyDown(field(), { key: "p", code: "KeyP" });
    expect(api.pinWorkItem).not.toHaveBeenCalled();
    press("ArrowDown");
    press("p", { code: "KeyP" });
    await waitFor(() => expect(api.pinWorkItem).toHaveBeenCalledOnce());
    expect(api.pinWorkItem.mock.calls[0]?.[0]).toMatchObject({ id: "104" });
    // The order stays as it is read until the field is opened again.
    await waitFor(() => expect(activeOption()?.textContent).toContain(texts.switch.isPinned));
    expect(options()[1]).toBe("#104 Show the payment reference");
    expect(screen.getByText(texts.switch.pinned("#104 Show the payment reference"))).toBeTruthy();

    type("refund");
    press("p", { code: "KeyP" });
    expect(api.unpinWorkItem).not.toHaveBeenCalled();
    press("π", { code: "KeyP", altKey: true });
    await waitFor(() => expect(api.unpinWorkItem).toHaveBeenCalledWith("u107"));
    fireEvent.click(screen.getByRole("button", { name: texts.undo.button }));
    await waitFor(() => expect(api.pinWorkItem).toHaveBeenCalledTimes(2));
  });

  test("single letters can be switched off", async () => {
    const { api } = await opened();
    press("Escape");
    press("?");
    fireEvent.click(within(screen.getByRole("dialog")).getByLabelText(texts.keys.single));
    fireEvent.click(screen.getByRole("button", { name: texts.keys.close }));
    press("/");
    expect(field().getAttribute("aria-expanded")).toBe("false");
    press("?");
    expect(screen.queryByRole("dialog")).toBeNull();
    field().focus();
    press("ArrowDown");
    press("ArrowDown");
    press("p", { code: "KeyP" });
    expect(api.pinWorkItem).not.toHaveBeenCalled();
  });

  test("Alt+S stops what runs, in the field too", async () => {
    const api = usual();
    const { stopped_at: _, ...timer } = entryOf();
    api.currentTimer.mockResolvedValue({ timer, server_time: serverTime });
    await opened(api);
    press("ß", { code: "KeyS", altKey: true });
    await waitFor(() => expect(api.stopTimer).toHaveBeenCalledOnce());
  });

  test("a letter that is being composed is not taken for a key", async () => {
    const { api } = await opened();
    press("Enter", { isComposing: true });
    expect(api.startTimer).not.toHaveBeenCalled();
    expect(screen.getByRole("listbox")).toBeTruthy();
  });
});

const after = (ms: number) =>
  act(async () => {
    await vi.advanceTimersByTimeAsync(ms);
  });

describe("the pointer", () => {
  test("a click starts, the icons pin and add time, and the buttons below do the same", async () => {
    const { api } = await opened();
    const [, second] = screen.getAllByRole("option");
    fireEvent.click(second?.querySelector('[data-action="pin"]') as Element);
    await waitFor(() => expect(api.pinWorkItem).toHaveBeenCalledOnce());
    expect(api.startTimer).not.toHaveBeenCalled();
    fireEvent.mouseMove(second as Element);
    expect(activeOption()).toBe(second);
    fireEvent.click(screen.getByRole("button", { name: "Add time #104 Show the payment reference" }));
    expect(
      await screen.findByRole("form", { name: texts.switch.addTo("#104 Show the payment reference") }),
    ).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: texts.cancel }));
    fireEvent.click(screen.getAllByRole("option")[2] as Element);
    await waitFor(() => expect(api.startTimer).toHaveBeenCalledOnce());
  });

  test("a press in the list leaves the focus in the field", async () => {
    await opened();
    const [first] = screen.getAllByRole("option");
    expect(fireEvent.mouseDown(first as Element)).toBe(false);
  });
});

describe("searching", () => {
  test("known items match at once, Azure DevOps is asked when the typing pauses, the older search is ended", async () => {
    vi.useFakeTimers();
    const api = usual();
    await show(api);
    press("/");
    await after(0);
    type("ref");
    expect(options()).toEqual(["#107 Refund is sent twice", "#104 Show the payment reference"]);
    const signals: (AbortSignal | undefined)[] = [];
    api.searchWorkItems.mockImplementation((_, signal) => {
      signals.push(signal);
      return new Promise(() => {});
    });
    type("refu");
    await after(250);
    type("page");
    await after(250);
    expect(api.searchWorkItems.mock.calls.slice(1).map(([query]) => query?.q)).toEqual(["refu", "page"]);
    expect(signals.map((signal) => signal?.aborted)).toEqual([true, false]);
    // The list says that it goes on, after a while.
    expect(screen.getByRole("listbox").getAttribute("aria-busy")).toBe("true");
    await after(300);
    expect(screen.getByText(texts.switch.searching)).toBeTruthy();
  });

  test("a number that Azure DevOps has found is started on", async () => {
    const api = usual();
    api.searchWorkItems.mockImplementation(async ({ q } = {}) => ({ data: q === "131" ? [unknown] : [] }));
    await opened(api);
    type("#131");
    expect(activeOption()).toBeNull();
    press("Enter");
    expect(await screen.findByRole("option")).toBeTruthy();
    press("Enter");
    await waitFor(() => expect(api.startTimer).toHaveBeenCalledOnce());
    expect(api.startTimer.mock.calls[0]?.[0].work_item).toMatchObject({ id: "131" });
  });

  test("a number of nothing is not offered", async () => {
    await opened();
    type("999");
    expect(await screen.findByText(texts.switch.noNumber("#999"))).toBeTruthy();
    expect(screen.queryByRole("option")).toBeNull();
  });

  test("@me asks for what is assigned to the person", async () => {
    const api = apiWith([{ work_item: payment, pinned: false }], [unknown]);
    await opened(api);
    type("@me slow");
    await waitFor(() =>
      expect(api.searchWorkItems).toHaveBeenLastCalledWith(
        { q: "slow", mine: true, limit: 20 },
        expect.anything(),
      ),
    );
  });

  test("what arrives doesn't change what Enter takes", async () => {
    const api = usual();
    let answer = (_: { data: WorkItem[] }) => {};
    await opened(api);
    api.searchWorkItems.mockImplementation(() => new Promise((resolve) => (answer = resolve)));
    type("re");
    expect(activeOption()?.textContent).toContain("#107");
    await waitFor(() =>
      expect(api.searchWorkItems).toHaveBeenLastCalledWith(
        expect.objectContaining({ q: "re" }),
        expect.anything(),
      ),
    );
    await act(async () => answer({ data: [itemOf("200", "Remove the old refund")] }));
    expect(await screen.findByText("#200 Remove the old refund")).toBeTruthy();
    expect(activeOption()?.textContent).toContain("#107");
  });
});

describe("Azure DevOps", () => {
  test("doesn't answer: known items are searched, and one sentence says that only these are", async () => {
    const api = usual();
    api.searchWorkItems.mockRejectedValue(problemOf(503, "tracker_unavailable"));
    const stale = { ...payment, stale: true, read_at: "2026-11-21T08:02:00.000Z" };
    api.workItems.mockResolvedValue({
      data: [stale],
      tracker: { code: "tracker_unavailable", message: "down" },
    });
    await opened(api);
    type("104");
    expect(await screen.findByText(new RegExp(texts.switch.down))).toBeTruthy();
    expect(screen.getByText(/as of 09:02/)).toBeTruthy();
    api.searchWorkItems.mockResolvedValue({ data: [] });
    fireEvent.click(screen.getByRole("button", { name: texts.tryAgain }));
    press("Enter");
    await waitFor(() => expect(api.startTimer).toHaveBeenCalledOnce());
  });

  test("is asked again by itself, while the field is open", async () => {
    vi.useFakeTimers();
    const api = usual();
    api.searchWorkItems.mockRejectedValue(problemOf(503, "tracker_unavailable"));
    await show(api);
    press("/");
    await after(0);
    expect(screen.getByText(texts.switch.down)).toBeTruthy();
    api.searchWorkItems.mockResolvedValue({ data: [unknown] });
    await after(15_000);
    expect(screen.queryByText(texts.switch.down)).toBeNull();
    expect(options()).toContain("#131 Product page is slow");
  });

  test("may not be read: says who can change that", async () => {
    const api = usual();
    api.searchWorkItems.mockRejectedValue(problemOf(403, "tracker_consent_required"));
    await opened(api);
    expect(await screen.findByText(texts.switch.consent)).toBeTruthy();
    expect(screen.queryByRole("button", { name: texts.tryAgain })).toBeNull();
  });

  test.each([
    ["before anything is typed", ""],
    ["for what is typed", "page"],
  ])(
    "wants the sign-in confirmed: the button is at hand, and the search %s goes on after it",
    async (_, typed) => {
      const api = usual();
      api.searchWorkItems.mockRejectedValue(new SignInRequiredError("factor"));
      const listeners = new Set<(state: { kind: "signed_in" }) => void>();
      const auth = {
        state: { kind: "needs_click", reason: "confirm" } as const,
        subscribe: (listener: (state: { kind: "signed_in" }) => void) => {
          listeners.add(listener);
          return () => listeners.delete(listener);
        },
        signIn: vi.fn(async () => {
          for (const listener of listeners) listener({ kind: "signed_in" });
        }),
      };
      await renderInSession(<TimerBar />, { api, auth });
      press("/");
      type(typed);
      await waitFor(() => expect(api.searchWorkItems.mock.lastCall?.[0]?.q ?? "").toBe(typed));
      expect(await screen.findByText(new RegExp(texts.switch.confirm))).toBeTruthy();
      api.searchWorkItems.mockResolvedValue({ data: [unknown] });
      const button = screen.getByRole("button", { name: texts.signIn.button });
      button.focus();
      fireEvent.click(button);
      expect(await screen.findByRole("option", { name: /#131/ })).toBeTruthy();
      expect(document.activeElement).toBe(field());
      expect(auth.signIn).toHaveBeenCalledOnce();
    },
  );
});

describe("adding time", () => {
  const fill = (label: string, value: string) =>
    fireEvent.input(screen.getByLabelText(label), { target: { value } });

  test("Ctrl+Enter opens the form with the last hour, adds, and can be undone", async () => {
    const api = usual();
    api.addEntry.mockResolvedValue(entryOf({ id: "e9", elapsed_ms: 5_400_000, etag: '"9"' }));
    const { timers } = await opened(api);
    press("Enter", { ctrlKey: true });
    press("Enter"); // the form is on its way
    const form = within(
      await screen.findByRole("form", { name: texts.switch.addTo("#107 Refund is sent twice") }),
    );
    expect(document.activeElement).toBe(form.getByLabelText(texts.entries.start));
    expect(form.getByLabelText<HTMLInputElement>(texts.entries.start).value).toMatch(/^2026-11-21T09:00/);
    expect(form.getByLabelText<HTMLInputElement>(texts.entries.stop).value).toMatch(/^2026-11-21T10:00/);
    fill(texts.entries.start, "2026-11-21T08:30:00");
    fireEvent.click(form.getByRole("button", { name: texts.switch.add }));
    await waitFor(() => expect(api.addEntry).toHaveBeenCalledOnce());
    expect(api.addEntry.mock.calls[0]?.[0]).toEqual({
      work_item: expect.objectContaining({ id: "107", project: "Payments" }),
      started_at: "2026-11-21T07:30:00.000Z",
      stopped_at: "2026-11-21T09:00:00.000Z",
    });
    await waitFor(() => expect(screen.queryByRole("form")).toBeNull());
    expect(document.activeElement).toBe(field());
    expect(api.startTimer).not.toHaveBeenCalled();
    expect(timers.state.announcement).toBe(texts.switch.added("#107 Refund is sent twice", 5_400_000));
    fireEvent.click(screen.getByRole("button", { name: texts.undo.button }));
    await waitFor(() => expect(api.voidEntry).toHaveBeenCalledWith("e9", '"9"'));
  });

  test("says what the time was for, and whether it is billable", async () => {
    const api = usual();
    api.addEntry.mockResolvedValue(entryOf());
    await opened(api);
    press("Enter", { ctrlKey: true });
    const activity = await screen.findByLabelText(entryTexts.activity);
    await screen.findByRole("option", { name: /Meeting/u });
    fireEvent.change(activity, { target: { value: "a2" } });
    fireEvent.change(screen.getByLabelText(entryTexts.billable), { target: { value: "no" } });
    fill(entryTexts.note, " Stand-up ");
    fireEvent.click(screen.getByRole("button", { name: texts.switch.add }));
    await waitFor(() => expect(api.addEntry).toHaveBeenCalledOnce());
    expect(api.addEntry.mock.calls[0]?.[0]).toMatchObject({
      activity_id: "a2",
      billable: false,
      note: "Stand-up",
    });
  });

  test("Esc goes back to the list, with the focus in the field", async () => {
    await opened();
    press("Enter", { ctrlKey: true });
    await screen.findByRole("form");
    press("Escape");
    expect(screen.queryByRole("form")).toBeNull();
    expect(screen.getByRole("listbox")).toBeTruthy();
    expect(document.activeElement).toBe(field());
  });

  test("old time needs a reason, and a lost answer is not added twice", async () => {
    const api = usual();
    api.addEntry.mockRejectedValueOnce(problemOf(503, "unavailable"));
    await opened(api);
    press("Enter", { ctrlKey: true });
    await screen.findByRole("form");
    fill(texts.entries.start, "2026-11-02T08:30:00");
    fill(texts.entries.stop, "2026-11-02T09:30:00");
    const submit = () => fireEvent.click(screen.getByRole("button", { name: texts.switch.add }));
    submit();
    expect(screen.getByRole("alert").textContent).toBe(texts.switch.reasonOld(14));
    fill(texts.entries.reason, "Was ill");
    submit();
    fireEvent.click(await screen.findByRole("button", { name: texts.tryAgain }));
    await waitFor(() => expect(api.addEntry).toHaveBeenCalledTimes(2));
    const [first, second] = api.addEntry.mock.calls;
    expect(first).toEqual(second);
    expect(first?.[0].reason).toBe("Was ill");
  });

  test("the latest time in which nothing is recorded is proposed", async () => {
    const api = usual();
    const { stopped_at: _, ...timer } = entryOf({ started_at: "2026-11-21T08:30:20.000Z" });
    const before = entryOf({
      started_at: "2026-11-21T07:00:00.000Z",
      stopped_at: "2026-11-21T07:45:10.000Z",
    });
    api.listEntries.mockResolvedValue({ data: [timer, before], page: {}, server_time: serverTime });
    await opened(api);
    press("Enter", { ctrlKey: true });
    const start = await screen.findByLabelText<HTMLInputElement>(texts.entries.start);
    expect(start.value).toBe("2026-11-21T08:45:10");
    expect(screen.getByLabelText<HTMLInputElement>(texts.entries.stop).value).toBe("2026-11-21T09:30:20");
  });

  test.each([
    ["nothing", [], [60, 120]],
    ["an hour ago", [[0, 60]], [60, 120]],
    ["a while ago", [[0, 90]], [90, 120]],
    ["just now", [[40, 119.5]], [-20, 40]],
    [
      "without a gap",
      [
        [80, 120],
        [60, 80],
        [0, 30],
      ],
      [30, 60],
    ],
    [
      "over each other",
      [
        [90, 100],
        [30, 120],
      ],
      [-30, 30],
    ],
  ] as const)("after %s: the gap before it", (_, recorded, gap) => {
    const at = (minutes: number) => Date.parse(serverTime) + (minutes - 120) * 60_000;
    const text = (minutes: number) => new Date(at(minutes)).toISOString();
    const entries = recorded.map(([from, to]) => entryOf({ started_at: text(from), stopped_at: text(to) }));
    expect(latestGap(entries, Date.parse(serverTime) + 20_000)).toEqual(gap.map(at));
  });
});

describe("time without a work item", () => {
  const general = async () => {
    const api = usual();
    api.listProjects.mockResolvedValue({
      data: [
        projectOf({ id: "p1", name: "Payments", general_allowed: true }),
        projectOf({ id: "p2", name: "Storefront", general_allowed: false }),
      ],
      page: {},
    });
    await opened(api);
    const group = within(await screen.findByRole("group", { name: texts.switch.groups.general }));
    expect(group.getAllByRole("option")).toHaveLength(1);
    type("no work item");
    await waitFor(() => expect(activeOption()?.textContent).toContain("No work item"));
    return api;
  };

  test("is started on for a project that allows it", async () => {
    const api = await general();
    expect(screen.queryByRole("button", { name: new RegExp(`${texts.switch.pin} `) })).toBeNull();
    press("Enter");
    await waitFor(() => expect(api.startTimer).toHaveBeenCalledTimes(1));
    expect(api.startTimer.mock.calls[0]?.[0]).toEqual({ general: { project_id: "p1" } });
  });

  test("is added by hand", async () => {
    const api = await general();
    api.addEntry.mockResolvedValue(entryOf());
    press("Enter", { ctrlKey: true });
    const form = await screen.findByRole("form", { name: /No work item/ });
    fireEvent.submit(form);
    await waitFor(() => expect(api.addEntry).toHaveBeenCalledTimes(1));
    expect(api.addEntry.mock.calls[0]?.[0]).toMatchObject({ general: { project_id: "p1" } });
  });
});
