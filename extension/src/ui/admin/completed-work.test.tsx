import { act, cleanup, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, expect, test, vi } from "vitest";
import type { CompletedWorkItem, Me } from "../../api/client.ts";
import type { AuthState } from "../../auth/auth.ts";
import { SignInRequiredError } from "../../auth/auth.ts";
import { formatHours } from "../format.ts";
import { completedWorkOf, emptyApi, meOf, problemOf, renderInSession } from "../testing.tsx";
import { CompletedWork } from "./completed-work.tsx";
import { adminTexts } from "./texts.ts";

const texts = adminTexts.completed;
const about = adminTexts.list.about;
const correct104 = { name: about(texts.correct, "#104 Show the reference") };

afterEach(cleanup);

const settings = { ...meOf().tenant.settings, write_back: true };
const admin = meOf({ role: "admin" }, { settings });
const right = completedWorkOf({ written_ms: 4_800_000, waiting_ms: 0, written_hours: 1.33, differs: false });

async function open(data: CompletedWorkItem[], { me = admin, page = {} }: { me?: Me; page?: object } = {}) {
  const api = emptyApi();
  api.listCompletedWork.mockResolvedValue({ data, page: {}, ...page });
  const onSettings = vi.fn<() => void>();
  const session = await renderInSession(<CompletedWork onSettings={onSettings} />, { api, me });
  await waitFor(() => expect(screen.queryByText(texts.asking)).toBeNull());
  return { ...session, api, onSettings };
}

/** Texts as the queries read them. */
const plain = (text: string) => text.replaceAll("\u00a0", " ");

/** The cells of an item's row, without its heading. */
const cells = () =>
  within(screen.getAllByRole("row")[1] as HTMLElement)
    .getAllByRole("cell")
    .map(({ textContent }) => plain(textContent.trim()));

test("a row has what was recorded, added, entered by others, and what Azure DevOps says", async () => {
  const { api } = await open([completedWorkOf()]);
  expect(cells()).toEqual(["1:20", "1 h", "4.5 h", "5.5 h", texts.toAdd("0:20"), texts.correct]);
  expect(api.listCompletedWork).toHaveBeenCalledWith({ limit: 100 });
});

test.each<[string, Partial<CompletedWorkItem>, string]>([
  ["nothing differs", { waiting_ms: 0, differs: false }, ""],
  ["a few seconds wait", { waiting_ms: 9_000 }, texts.toAdd(texts.underAMinute)],
  ["a voided entry waits", { waiting_ms: -5_400_000 }, texts.toTake("1:30")],
  ["its owner has left it out", { left_out_ms: 1_200_000 }, texts.leftOut("0:20")],
  ["its owner has left it in", { waiting_ms: -60_000, left_out_ms: -60_000 }, texts.leftIn("0:01")],
  ["a part was left out", { left_out_ms: 600_000 }, texts.toAdd("0:10") + texts.leftOut("0:10")],
  ["somebody has lowered it", { waiting_ms: 0, missing_hours: 0.75 }, texts.missing(formatHours(0.75))],
  [
    "a rule refuses it",
    { problem: { code: "tracker_refused", message: "TF401320: Closed." } },
    texts.toAdd("0:20") + texts.lastTry(texts.refused("Closed.")),
  ],
  [
    "the item is read-only",
    { problem: { code: "work_item_read_only", message: "no" } },
    texts.toAdd("0:20") + texts.lastTry(texts.problems.work_item_read_only),
  ],
  [
    "a newer server has another reason",
    { problem: { code: "new", message: "So." } },
    texts.toAdd("0:20") + texts.lastTry("So."),
  ],
])("when %s, the row says so", async (_, change, difference) => {
  await open([completedWorkOf(change)]);
  expect(cells()[4]).toBe(plain(difference));
});

test("an item that Azure DevOps doesn't show can't be set right", async () => {
  await open([completedWorkOf({ hidden: true, stale: true })]);
  expect(cells()[4]).toContain(texts.hidden);
  expect(screen.queryByRole("button", correct104)).toBeNull();
});

test("setting right says exactly what was done, and the row is as it is now", async () => {
  const { api, timers } = await open([completedWorkOf({ missing_hours: 0.5 })]);
  const done = { added_hours: 0.33, restored_hours: 0.5 };
  api.correctCompletedWork.mockResolvedValueOnce({ ...done, item: { ...right, hours: 6.33 } });
  const button = screen.getByRole("button", correct104);
  button.focus();
  fireEvent.click(button);
  await screen.findByText(plain(texts.done(done)));
  expect(api.correctCompletedWork).toHaveBeenCalledWith("w104");
  expect(cells()).toEqual(["1:20", "1.33 h", "4.5 h", "6.33 h", plain(texts.done(done)), ""]);
  expect(timers.state.announcement).toContain(texts.done(done));
  expect(document.activeElement).toBe(screen.getByRole("heading", { name: adminTexts.completedWork }));
  expect(api.listCompletedWork).toHaveBeenCalledTimes(1);
});

test("what could be done in part says what has kept the rest", async () => {
  const { api } = await open([completedWorkOf()]);
  const problem = { code: "tracker_refused", message: "TF401320: Closed." };
  const item = completedWorkOf({ waiting_ms: 600_000 });
  api.correctCompletedWork.mockResolvedValueOnce({ added_hours: 0.17, restored_hours: 0, problem, item });
  fireEvent.click(screen.getByRole("button", correct104));
  expect((await screen.findByRole("alert")).textContent).toBe(texts.refused("Closed."));
  expect(cells()[4]).toBe(`0.17 h added.${texts.toAdd("0:10")}${texts.refused("Closed.")}`);
  expect(screen.getByRole("button", correct104)).toBeTruthy();
});

test("what was done is told in hours with their direction", () => {
  expect(texts.done({ added_hours: 0, restored_hours: 0 })).toBe("It was right already.");
  expect(plain(texts.done({ added_hours: -1.5, restored_hours: 0 }))).toBe("1.5 h taken away.");
  expect(plain(texts.done({ added_hours: 0.25, restored_hours: 2 }))).toBe(
    "Raised by 2 h to what was added before. 0.25 h added.",
  );
});

test.each<[string, Error, string]>([
  ["a rule", problemOf(422, "tracker_refused", { detail: "TF401320: Closed." }), texts.refused("Closed.")],
  ["a permission", problemOf(403, "work_item_read_only"), texts.problems.work_item_read_only],
  ["an outage", problemOf(503, "tracker_unavailable"), texts.problems.tracker_unavailable],
  ["no consent", problemOf(403, "tracker_consent_required"), texts.problems.tracker_consent_required],
  ["an item that is gone", problemOf(404, "work_item_not_found"), texts.problems.work_item_not_found],
])("%s that refuses the correction is a sentence in its row", async (_, error, sentence) => {
  const { api } = await open([completedWorkOf()]);
  api.correctCompletedWork.mockRejectedValueOnce(error);
  fireEvent.click(screen.getByRole("button", correct104));
  expect((await screen.findByRole("alert")).textContent).toBe(sentence);
  // It can be tried again.
  fireEvent.click(screen.getByRole("button", correct104));
  await waitFor(() => expect(screen.queryByRole("alert")).toBeNull());
});

test("one item is set right at a time", async () => {
  const other = completedWorkOf({}, { uid: "w105", id: "105" });
  const { api } = await open([completedWorkOf(), other]);
  let finish = (_: Awaited<ReturnType<typeof api.correctCompletedWork>>) => {};
  api.correctCompletedWork.mockReturnValueOnce(new Promise((resolve) => (finish = resolve)));
  fireEvent.click(screen.getByRole("button", correct104));
  await screen.findByText(texts.correcting);
  const next = screen.getByRole("button", { name: about(texts.correct, "#105 Show the reference") });
  fireEvent.click(next);
  expect(api.correctCompletedWork).toHaveBeenCalledTimes(1);
  await act(() => finish({ added_hours: 0, restored_hours: 0, item: right }));
  await waitFor(() => expect(next.getAttribute("aria-disabled")).not.toBe("true"));
});

test("the filter asks for what differs, from the first page, and forgets what was done", async () => {
  const { api } = await open([completedWorkOf()], { page: { page: { next_cursor: "c1" } } });
  api.correctCompletedWork.mockResolvedValueOnce({ added_hours: 0.33, restored_hours: 0, item: right });
  fireEvent.click(screen.getByRole("button", correct104));
  await screen.findByText(plain(texts.done({ added_hours: 0.33, restored_hours: 0 })));
  api.listCompletedWork.mockResolvedValue({ data: [], page: {} });
  fireEvent.click(screen.getByLabelText(texts.onlyDifferences));
  expect(await screen.findByText(texts.noDifference)).toBeTruthy();
  expect(api.listCompletedWork).toHaveBeenLastCalledWith({ differs: true, limit: 100 });
  expect(screen.queryByRole("table")).toBeNull();
});

test("a page without differences leads on to the next one", async () => {
  const { api } = await open([], { page: { page: { next_cursor: "c1" } } });
  expect(screen.getByText(texts.noneHere)).toBeTruthy();
  fireEvent.click(screen.getByRole("button", { name: "Next" }));
  await waitFor(() => expect(api.listCompletedWork).toHaveBeenLastCalledWith({ limit: 100, cursor: "c1" }));
});

test("an empty list says what will be in it", async () => {
  await open([]);
  expect(screen.getByText(texts.empty)).toBeTruthy();
});

test("where Azure DevOps doesn't answer, the list has the hours that were read last, and their time", async () => {
  const stale = completedWorkOf({ stale: true, read_at: "2026-11-21T08:30:00.000Z" });
  const { hours: _hours, others_hours: _others, read_at: _read, ...unread } = stale;
  const tracker = { code: "tracker_unavailable", message: "no" };
  const { api } = await open([stale, { ...unread, work_item: { ...stale.work_item, uid: "w2" } }], {
    page: { tracker },
  });
  expect(screen.getByText(/^Azure DevOps doesn't answer/)).toBeTruthy();
  expect(cells()[3]).toBe(`5.5 h ${texts.asOf("21 Nov 2026, 09:30")}`);
  expect(screen.getByText(texts.neverRead)).toBeTruthy();
  api.listCompletedWork.mockResolvedValue({ data: [completedWorkOf()], page: {} });
  fireEvent.click(screen.getByRole("button", { name: adminTexts.tryAgain }));
  await waitFor(() => expect(screen.queryByText(/^Azure DevOps doesn't answer/)).toBeNull());
});

test("an item of another organization is named with it", async () => {
  const here = completedWorkOf();
  const elsewhere = { ...here.work_item, uid: "w2", organization: "fabrikam", project: "Robotics" };
  await open([here, { ...here, work_item: elsewhere }]);
  expect(screen.getByText(here.work_item.project)).toBeTruthy();
  expect(screen.getByText("fabrikam/Robotics")).toBeTruthy();
});

test("a missing consent says who can give it", async () => {
  await open([completedWorkOf()], { page: { tracker: { code: "tracker_consent_required", message: "no" } } });
  expect(screen.getByText(/^Your organization has not agreed/)).toBeTruthy();
});

test("while write-back is off, nothing can be set right, and a super admin finds the setting", async () => {
  const me = meOf({ role: "super_admin" });
  const { onSettings } = await open([completedWorkOf()], { me });
  expect(screen.queryByRole("button", correct104)).toBeNull();
  expect(screen.getByText(texts.off)).toBeTruthy();
  fireEvent.click(screen.getByRole("button", { name: texts.openSettings }));
  expect(onSettings).toHaveBeenCalled();
});

test("an admin is told who can turn write-back on", async () => {
  await open([completedWorkOf()], { me: meOf({ role: "admin" }) });
  expect(screen.getByText(texts.offAsk)).toBeTruthy();
  expect(screen.queryByRole("button", { name: texts.openSettings })).toBeNull();
});

test("without a plan everything can be read and nothing set right", async () => {
  await open([completedWorkOf()], { me: meOf({ role: "admin" }, { settings, status: "trial_expired" }) });
  expect(cells()[3]).toBe("5.5 h");
  expect(screen.queryByRole("button", correct104)).toBeNull();
});

test("a list that fails can be asked for again", async () => {
  const api = emptyApi();
  api.listCompletedWork.mockRejectedValueOnce(problemOf(500, "internal"));
  await renderInSession(<CompletedWork onSettings={() => {}} />, { api, me: admin });
  await screen.findByRole("alert");
  fireEvent.click(screen.getByRole("button", { name: adminTexts.tryAgain }));
  expect(await screen.findByText(texts.empty)).toBeTruthy();
});

test("after the sign-in was confirmed, Azure DevOps is asked again", async () => {
  const api = emptyApi();
  let state: AuthState = { kind: "signed_in" };
  let tell = (_: AuthState) => {};
  const auth = {
    get state() {
      return state;
    },
    subscribe: (listener: (state: AuthState) => void) => {
      tell = listener;
      return () => {};
    },
    signIn: async () => {},
  };
  const becomes = (next: AuthState) => {
    state = next;
    tell(next);
  };
  api.listCompletedWork.mockRejectedValue(new SignInRequiredError());
  await renderInSession(<CompletedWork onSettings={() => {}} />, { api, me: admin, auth });
  await screen.findByRole("alert");
  await act(() => becomes({ kind: "needs_click", reason: "confirm" }));
  api.listCompletedWork.mockResolvedValue({ data: [completedWorkOf()], page: {} });
  await act(() => becomes({ kind: "signed_in" }));
  expect(await screen.findByRole("table")).toBeTruthy();
  expect(screen.queryByRole("alert")).toBeNull();
});
