import { cleanup, fireEvent, screen, waitFor } from "@testing-library/preact";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { ApiProblem, type TimeEntry } from "../api/client.ts";
import { EntryTable, reasonNeeded } from "./entries.tsx";
import { fromInstant, toInstant } from "./interval-form.tsx";
import {
  ada,
  emptyApi,
  entryOf,
  grace,
  historyOf,
  meOf,
  problemOf,
  renderInSession,
  serverTime,
} from "./testing.tsx";
import { texts } from "./texts.ts";

beforeAll(() => {
  // The test's DOM has no modal dialogs.
  HTMLDialogElement.prototype.showModal = function () {
    this.open = true;
  };
});
afterEach(cleanup);

const table = (entry = entryOf()) => <EntryTable entries={[entry]} caption="Entries" showWho />;
const click = (name: RegExp | string) => fireEvent.click(screen.getByRole("button", { name }));
const more = (name: RegExp) => {
  click(/^More/);
  click(name);
};
const fill = (label: string, value: string) =>
  fireEvent.input(screen.getByLabelText(label), { target: { value } });

test("a row says when, what for, who, how long and from where", async () => {
  await renderInSession(table(entryOf({ needs_review: true })));
  const cells = screen.getAllByRole("row").map((row) => row.textContent.replace(/\s/g, " "));
  expect(cells.slice(1)).toEqual([
    "Fri 20 November1:30:28 under review",
    "ALAda Lovelace09:00:12 – 10:30:40DevelopmentbillableUnder review1:30:28Confirm",
  ]);
  expect(screen.getByText("1:30:28").title).toBe("1 h 30 min 27.655 s");
});

test("an entry across midnight names both days", async () => {
  await renderInSession(table(entryOf({ stopped_at: "2026-11-20T23:10:00.000Z" })));
  expect(screen.getByText("Fri 20 Nov, 09:00:12 – Sat 21 Nov, 00:10:00")).toBeTruthy();
});

const minutes = entryOf({
  id: "e2",
  started_at: "2026-11-20T12:00:00.000Z",
  stopped_at: "2026-11-20T12:45:00.000Z",
  elapsed_ms: 2_700_000,
});

test("full minutes are written without seconds", async () => {
  await renderInSession(table(minutes));
  expect(screen.getByText("13:00–13:45")).toBeTruthy();
  expect(screen.getAllByText("0:45")).toHaveLength(2);
});

test("one entry with seconds gives seconds to all of the list", async () => {
  await renderInSession(<EntryTable entries={[entryOf(), minutes]} caption="Entries" />);
  expect(screen.getByText("13:00:00 – 13:45:00")).toBeTruthy();
  expect(screen.getByText("0:45:00")).toBeTruthy();
});

test("entries stand below their day, with what they come to; time under review is apart", async () => {
  const hour = (id: string, from: string, change: Partial<TimeEntry> = {}) =>
    entryOf({
      id,
      started_at: `2026-11-${from}:00.000Z`,
      stopped_at: new Date(Date.parse(`2026-11-${from}:00.000Z`) + 3_600_000).toISOString(),
      ...change,
    });
  const entries = [
    hour("a", "20T12:00"),
    hour("b", "20T09:00", { needs_review: true }),
    hour("c", "20T08:00", { voided_at: serverTime }),
    // After midnight in Berlin.
    hour("d", "18T23:30"),
    hour("e", "18T20:00", { note: "Layout", billable: false, source: "manual" }),
  ];
  const heads = () =>
    screen
      .getAllByRole("rowheader")
      .map((head) => `${head.textContent} ${head.nextElementSibling?.textContent}`);
  await renderInSession(<EntryTable entries={entries} caption="Entries" />);
  expect(heads()).toEqual([
    "Fri 20 November1:00 under review 1:00",
    "Thu 19 November 1:00",
    "Wed 18 November 1:00",
  ]);
  expect(screen.getByText("Layout").closest("tr")?.textContent).toContain("not billableLayoutadded by hand");
  // Of a day that goes on below, nobody knows the sum yet.
  cleanup();
  await renderInSession(<EntryTable entries={entries} caption="Entries" more />);
  expect(heads().at(-1)).toBe("Wed 18 November ");
});

test("the focus stays at the entry when what was open below it is closed", async () => {
  const api = emptyApi();
  await renderInSession(table(), { api });
  click(/^More/);
  const voids = screen.getByRole("button", { name: /^Void/ });
  voids.focus();
  fireEvent.click(voids);
  await waitFor(() => expect(document.activeElement?.getAttribute("aria-label")).toMatch(/^More/));
});

describe("what one may do", () => {
  test.each([
    ["one's own", entryOf(), "user", true],
    ["another's as a user", entryOf({ user: grace }), "user", false],
    ["another's as an admin", entryOf({ user: grace }), "admin", true],
  ] as const)("%s", async (_, entry, role, allowed) => {
    await renderInSession(table(entry), { me: meOf({ role }) });
    expect(screen.queryAllByRole("button", { name: /^Correct/ })).toHaveLength(allowed ? 1 : 0);
    click(/^More/);
    expect(screen.getAllByRole("button", { name: /^History/ })).toHaveLength(1);
    expect(screen.queryAllByRole("button", { name: /^Void/ })).toHaveLength(allowed ? 1 : 0);
  });

  test("nothing is changed while the tenant isn't active", async () => {
    await renderInSession(table(), { me: meOf({}, { status: "suspended" }) });
    expect(screen.queryByRole("button", { name: /^Correct/ })).toBeNull();
  });
});

describe("correct", () => {
  test("sends only the instant that was changed, with the entity tag", async () => {
    const { api, timers } = await renderInSession(table());
    click(/^Correct/);
    fill(texts.entries.stop, "2026-11-20T10:15");
    click(texts.entries.save);
    await waitFor(() =>
      expect(api.patchEntry).toHaveBeenCalledWith("e1", '"1"', { stopped_at: "2026-11-20T09:15:00.000Z" }),
    );
    expect(timers.state.announcement).toBe(texts.entries.corrected);
  });

  test.each([
    ["the stop before the start", "2026-11-20T08:00", texts.entries.order],
    ["more than 24 hours", "2026-11-21T09:30", texts.entries.tooLong],
    ["nothing changed", "2026-11-20T10:30:40", texts.entries.unchanged],
    ["nothing entered", "", texts.entries.enterTime],
  ])("%s is refused before it is sent", async (_, stop, text) => {
    const { api } = await renderInSession(table());
    click(/^Correct/);
    fill(texts.entries.stop, stop);
    click(texts.entries.save);
    expect(await screen.findByText(text)).toBeTruthy();
    expect(api.patchEntry).not.toHaveBeenCalled();
  });

  test("another person's entry needs a reason", async () => {
    const { api } = await renderInSession(table(entryOf({ user: grace })), { me: meOf({ role: "admin" }) });
    click(/^Correct/);
    fill(texts.entries.stop, "2026-11-20T10:15");
    click(texts.entries.save);
    expect(api.patchEntry).not.toHaveBeenCalled();
    fill(texts.entries.reason, "She forgot");
    click(texts.entries.save);
    await waitFor(() =>
      expect(api.patchEntry).toHaveBeenCalledWith(
        "e1",
        '"1"',
        expect.objectContaining({ reason: "She forgot" }),
      ),
    );
  });

  test("a typed second in which another entry ends or begins means its exact instant", async () => {
    const api = emptyApi();
    const other = entryOf({
      id: "e2",
      started_at: "2026-11-20T09:31:10.900Z",
      stopped_at: "2026-11-20T07:30:45.250Z",
    });
    api.listEntries.mockResolvedValue({ data: [entryOf(), other], page: {}, server_time: serverTime });
    await renderInSession(table(), { api });
    click(/^Correct/);
    fill(texts.entries.start, "2026-11-20T08:30:45");
    fill(texts.entries.stop, "2026-11-20T10:31:10");
    click(texts.entries.save);
    await waitFor(() =>
      expect(api.patchEntry).toHaveBeenCalledWith("e1", '"1"', {
        started_at: "2026-11-20T07:30:45.250Z",
        stopped_at: "2026-11-20T09:31:10.900Z",
      }),
    );
    expect(api.listEntries).toHaveBeenCalledWith({
      user_id: ["ada"],
      from: "2026-11-20T07:30:45.000Z",
      to: "2026-11-20T07:30:46.000Z",
    });
  });

  test("the entry that is in the way is named, and a click opens its work item", async () => {
    const api = emptyApi();
    const other = entryOf({
      started_at: "2026-11-20T10:00:00.000Z",
      stopped_at: "2026-11-20T11:30:45.000Z",
      work_item: { ...entryOf().work_item, id: "107", title: "Retry" },
    });
    api.patchEntry.mockRejectedValue(problemOf(422, "interval_overlaps", { time_entry: other }));
    const { frame } = await renderInSession(table(), { api });
    click(/^Correct/);
    fill(texts.entries.stop, "2026-11-20T11:15");
    click(texts.entries.save);
    const when = "Fri, 20 Nov 2026, 11:00:00 – 12:30:45";
    expect(await screen.findByText(texts.entries.overlaps("#107 Retry", when))).toBeTruthy();
    click(texts.entries.open("107"));
    expect(frame.openWorkItem).toHaveBeenCalledWith(107);
  });

  test("somebody was faster: it says so and shows the entry as it is now", async () => {
    const api = emptyApi();
    api.patchEntry.mockRejectedValue(
      new ApiProblem({ type: "about:blank", title: "x", status: 412, code: "stale", request_id: "r" }),
    );
    const { timers } = await renderInSession(table(), { api });
    click(/^Correct/);
    fill(texts.entries.stop, "2026-11-20T10:15");
    click(texts.entries.save);
    expect(await screen.findByText(texts.failure.stale)).toBeTruthy();
    expect(timers.state.changes).toBe(1);
  });
});

test("confirm an entry under review", async () => {
  const { api } = await renderInSession(table(entryOf({ needs_review: true })));
  click(/^Confirm/);
  await waitFor(() => expect(api.patchEntry).toHaveBeenCalledWith("e1", '"1"', { needs_review: false }));
});

test("void acts at once, since it can be undone", async () => {
  const { api } = await renderInSession(table());
  more(/^Void/);
  await waitFor(() => expect(api.voidEntry).toHaveBeenCalledWith("e1", '"1"', undefined));
  expect(screen.queryByRole("dialog")).toBeNull();
});

test("void asks for a reason that it needs", async () => {
  const { api } = await renderInSession(table(entryOf({ user: grace })), { me: meOf({ role: "admin" }) });
  more(/^Void/);
  expect(api.voidEntry).not.toHaveBeenCalled();
  fill(texts.entries.reason, "Twice");
  click(texts.entries.voidConfirm);
  await waitFor(() => expect(api.voidEntry).toHaveBeenCalledWith("e1", '"1"', "Twice"));
});

describe("undo", () => {
  const takenBackByGrace = {
    id: "c1",
    operation: { id: "o1", kind: "change" },
    changed_at: serverTime,
    changed_by: grace,
    field: "voided_at",
    old: serverTime,
    new: "",
  } as const;

  test.each([
    ["confirmed", /^Confirm/, texts.entries.confirmed, texts.undo.confirmed],
    ["voided", /^Void/, texts.entries.voided, texts.undo.voided],
  ] as const)("an entry that was %s", async (_, button, done, undone) => {
    const api = emptyApi();
    const changed = entryOf({ etag: '"2"' });
    api.patchEntry.mockResolvedValue(changed);
    api.voidEntry.mockResolvedValue(changed);
    const { timers } = await renderInSession(table(entryOf({ needs_review: true })), { api });
    if (done === texts.entries.voided) click(/^More/);
    click(button);
    await waitFor(() => expect(timers.state.announcement).toBe(done));
    await timers.undo();
    expect(api.undoEntry).toHaveBeenCalledWith("e1", '"2"');
    expect(timers.state).toMatchObject({ announcement: undone, undo: null });
  });

  test("the history goes on to offer it, after the notice", async () => {
    const api = emptyApi();
    const operation = { id: "o1", kind: "change" } as const;
    const change = {
      id: "c1",
      operation,
      changed_at: serverTime,
      field: "stopped_at",
      old: serverTime,
    } as const;
    api.history.mockResolvedValue(
      historyOf({ ...change, changed_by: { id: "ada", name: "Ada" }, new: "2026-11-20T09:30:00.000Z" }),
    );
    await renderInSession(table(), { api });
    more(/^History/);
    fireEvent.click(await screen.findByRole("button", { name: texts.entries.putBack }));
    await waitFor(() => expect(api.undoEntry).toHaveBeenCalledWith("e1", '"1"', undefined));
  });

  test("another person's change is put back with a reason, where one is needed", async () => {
    const api = emptyApi();
    api.history.mockResolvedValue(historyOf(takenBackByGrace));
    await renderInSession(table(entryOf({ user: grace })), { api, me: meOf({ role: "admin" }) });
    more(/^History/);
    fireEvent.click(await screen.findByRole("button", { name: texts.entries.putBack }));
    expect(api.undoEntry).not.toHaveBeenCalled();
    fill(texts.entries.reason, "It was right");
    fireEvent.click(screen.getAllByRole("button", { name: texts.entries.putBack }).at(-1) as HTMLElement);
    await waitFor(() => expect(api.undoEntry).toHaveBeenCalledWith("e1", '"1"', "It was right"));
  });

  test("who may not change the entry, can't put it back", async () => {
    const api = emptyApi();
    api.history.mockResolvedValue(historyOf(takenBackByGrace));
    await renderInSession(table(entryOf({ user: grace })), { api });
    more(/^History/);
    await screen.findByText("Restored.");
    expect(screen.queryByRole("button", { name: texts.entries.putBack })).toBeNull();
  });
});

test("history", async () => {
  const api = emptyApi();
  api.history.mockResolvedValue(
    historyOf({
      id: "c1",
      operation: { id: "o1", kind: "change" },
      changed_at: serverTime,
      changed_by: grace,
      field: "stopped_at",
      old: "2026-11-20T18:00:00.000Z",
      new: "2026-11-20T09:30:00.000Z",
      reason: "Forgotten",
    }),
  );
  await renderInSession(table(), { api });
  more(/^History/);
  expect(await screen.findByText("End moved from 20 Nov 2026, 19:00 to 20 Nov 2026, 10:30.")).toBeTruthy();
  expect(screen.getByText("Reason: Forgotten")).toBeTruthy();
});

test("the history of an entry that was added says why, and nothing can be put back", async () => {
  const api = emptyApi();
  api.history.mockResolvedValue(
    historyOf({
      id: "c1",
      operation: { id: "o1", kind: "add" },
      changed_at: serverTime,
      changed_by: ada,
      field: "source",
      old: "",
      new: "manual",
      reason: "Forgot",
    }),
  );
  await renderInSession(table(), { api });
  more(/^History/);
  expect(await screen.findByText("Recorded by hand.")).toBeTruthy();
  expect(screen.getByText("Reason: Forgot")).toBeTruthy();
  expect(screen.queryByRole("button", { name: texts.entries.putBack })).toBeNull();
});

test("reasonNeeded counts the edit window from the stop", () => {
  const stop = Date.parse("2026-11-01T00:00:00.000Z");
  const entry = entryOf({ stopped_at: new Date(stop).toISOString() });
  const window = 14 * 86_400_000;
  expect(reasonNeeded(entry, meOf(), stop + window)).toBeUndefined();
  expect(reasonNeeded(entry, meOf(), stop + window + 1)).toBe(texts.entries.reasonOld(14));
});

describe("an edited time", () => {
  const zone = "Europe/Berlin";
  const second = Date.parse("2026-10-25T01:30:20.500Z");

  test("left alone keeps its seconds, also in the second pass of a repeated hour", () => {
    expect(fromInstant(second, zone)).toMatchObject({ local: "2026-10-25T02:30:20", pass: 1 });
    expect(toInstant(fromInstant(second, zone), zone)).toBe(second);
  });

  test("without its seconds, as browsers write zeros, means the same instant", () => {
    const full = Date.parse("2026-10-25T12:30:00.250Z");
    const { local } = fromInstant(full, zone);
    expect(local).toBe("2026-10-25T13:30:00");
    expect(toInstant({ original: full, local: "2026-10-25T13:30", pass: 0 }, zone)).toBe(full);
  });

  test("the other pass is an hour earlier, to the second", () => {
    expect(toInstant({ ...fromInstant(second, zone), pass: 0 }, zone)).toBe(
      Date.parse("2026-10-25T00:30:20.000Z"),
    );
  });

  test("in a skipped hour means nothing", () => {
    expect(toInstant({ original: 0, local: "2026-03-29T02:30", pass: 0 }, zone)).toBeUndefined();
  });
});
