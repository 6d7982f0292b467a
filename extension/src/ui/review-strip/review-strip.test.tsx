import { cleanup, fireEvent, screen, waitFor } from "@testing-library/preact";
import { afterEach, expect, test, vi } from "vitest";
import { emptyApi, entryOf, meOf, problemOf, renderInSession, serverTime } from "../testing.tsx";
import { ReviewStrip } from "./review-strip.tsx";

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const review = (id: string, change = {}) =>
  entryOf({
    id,
    started_at: "2026-11-20T15:05:00.000Z",
    stopped_at: "2026-11-21T01:05:00.000Z",
    elapsed_ms: 36_000_000,
    needs_review: true,
    ...change,
  });

/** An API with entries under review, which are put right by whatever is done to them. */
function apiWith(...entries: ReturnType<typeof review>[]) {
  const api = emptyApi();
  let left = entries;
  const done = (id: string) => {
    left = left.filter((entry) => entry.id !== id);
    return {
      ...entries.find((entry) => entry.id === id),
      needs_review: false,
      etag: '"2"',
    } as (typeof entries)[0];
  };
  api.listEntries.mockImplementation(async () => ({ data: left, page: {}, server_time: serverTime }));
  api.patchEntry.mockImplementation(async (id) => done(id));
  api.voidEntry.mockImplementation(async (id) => done(id));
  return api;
}

const keys = () => [...document.querySelectorAll(".key")].map(({ textContent }) => textContent);
const strip = () => screen.findByRole("region", { name: "To review" });

test("the last change is offered first, and cuts", async () => {
  const api = apiWith(review("a"));
  api.lastChange.mockResolvedValue({ changed_at: "2026-11-20T16:42:00.000Z" });
  const { timers } = await renderInSession(<ReviewStrip />, { api });
  await waitFor(() => expect(keys()).toEqual(["1", "2", "3", "4"]));
  const cut = await screen.findByRole("button", { name: /^Cut to (17:42|5:42 PM) 1:37/ });
  fireEvent.click(cut);
  await waitFor(() => expect(screen.queryByRole("region", { name: "To review" })).toBeNull());
  expect(api.patchEntry).toHaveBeenCalledWith("a", '"1"', { stopped_at: "2026-11-20T16:42:00.000Z" });
  await timers.undo();
  expect(api.undoEntry).toHaveBeenCalledWith("a", '"2"');
});

test("without Azure DevOps the other fixes are there, and it says why", async () => {
  const api = apiWith(review("a"));
  api.lastChange.mockResolvedValue({ tracker: { code: "tracker_unavailable", message: "It is down." } });
  await renderInSession(<ReviewStrip />, { api });
  expect((await strip()).textContent).toContain("ran 10:00 and stopped by itself.");
  await screen.findByText(/It is down\./);
  expect(screen.queryByRole("button", { name: /^Cut to \d/ })).toBeNull();
  for (const name of [/^Keep 10:00/, /^Cut to…/, /^Void/]) screen.getByRole("button", { name });
});

test("keys: J and K go on, digits fix, and the focus goes to the next entry's first fix", async () => {
  const api = apiWith(review("a"), review("b"), review("c"));
  await renderInSession(<ReviewStrip />, { api });
  await strip();
  await screen.findByText("1 of 3");
  const press = (key: string) => fireEvent.keyDown(document.activeElement ?? document.body, { key });
  press("j");
  await screen.findByText("2 of 3");
  press("k");
  press("k");
  await screen.findByText("3 of 3");
  press("4"); // without a last change there are three fixes
  expect(api.voidEntry).not.toHaveBeenCalled();
  await waitFor(() => expect(keys()).toEqual(["1", "2", "3"]));
  press("1");
  await screen.findByText("2 of 2");
  expect(api.patchEntry).toHaveBeenCalledWith("c", '"1"', { needs_review: false });
  await waitFor(() => expect(document.activeElement?.textContent).toContain("Keep 10:00"));
  await waitFor(() => expect(keys()).toEqual(["1", "2", "3"]));
  press("3");
  await waitFor(() => expect(screen.queryByText("2 of 2")).toBeNull());
  expect(api.voidEntry).toHaveBeenCalledWith("b", '"1"', undefined);
  await waitFor(() => expect(keys()).toEqual(["1", "2", "3"]));
  press("2");
  expect(document.activeElement?.getAttribute("aria-label")).toBe("New end");
  press("2"); // typed into the field
  expect(api.patchEntry).toHaveBeenCalledTimes(1);
});

test("cut to a time that is typed, also after midnight", async () => {
  const api = apiWith(review("a"));
  await renderInSession(<ReviewStrip />, { api });
  fireEvent.click(await screen.findByRole("button", { name: /^Cut to…/ }));
  const end = screen.getByLabelText("New end");
  fireEvent.input(end, { target: { value: "" } });
  fireEvent.submit(end.closest("form") as HTMLFormElement);
  await screen.findByRole("alert");
  // It stopped at 02:05, and a cut makes nothing longer.
  fireEvent.input(end, { target: { value: "02:30" } });
  fireEvent.submit(end.closest("form") as HTMLFormElement);
  await screen.findByText("Choose a time within the entry.");
  expect(api.patchEntry).not.toHaveBeenCalled();
  fireEvent.input(end, { target: { value: "00:30" } });
  fireEvent.submit(end.closest("form") as HTMLFormElement);
  await waitFor(() =>
    expect(api.patchEntry).toHaveBeenCalledWith("a", '"1"', { stopped_at: "2026-11-20T23:30:00.000Z" }),
  );
});

test("another entry in the way is named, with its times as the person reads them", async () => {
  const api = apiWith(review("a"));
  const other = entryOf({ started_at: "2026-11-20T16:00:00.000Z", stopped_at: "2026-11-20T17:00:00.000Z" });
  api.patchEntry.mockRejectedValue(problemOf(422, "interval_overlaps", { time_entry: other }));
  await renderInSession(<ReviewStrip />, { api });
  fireEvent.click(await screen.findByRole("button", { name: /^Keep/ }));
  expect(
    await screen.findByText(/Another entry covers .*: #104 .*, Fri, 20 Nov 2026, 17:00–18:00\./),
  ).toBeTruthy();
});

test("what somebody else has changed shows both versions, and one's own can be kept", async () => {
  const api = apiWith(review("a"));
  const theirs = review("a", { stopped_at: "2026-11-20T17:05:00.000Z", etag: '"7"' });
  const keep = api.patchEntry.getMockImplementation();
  api.patchEntry.mockRejectedValueOnce(problemOf(412, "stale", { time_entry: theirs }));
  await renderInSession(<ReviewStrip />, { api });
  fireEvent.click(await screen.findByRole("button", { name: /^Keep 10:00/ }));
  await screen.findByText(/was changed elsewhere meanwhile/);
  if (keep) api.patchEntry.mockImplementation(keep);
  fireEvent.click(screen.getByRole("button", { name: "Keep mine" }));
  await waitFor(() => expect(api.patchEntry).toHaveBeenLastCalledWith("a", '"7"', { needs_review: false }));
});

test("what is refused is as it was, with the reason", async () => {
  const api = apiWith(review("a"));
  api.patchEntry.mockRejectedValueOnce(problemOf(422, "period_locked", { detail: "The week is handed in." }));
  await renderInSession(<ReviewStrip />, { api });
  fireEvent.click(await screen.findByRole("button", { name: /^Keep 10:00/ }));
  await screen.findByText(/The week is handed in\./);
  await strip();
});

test("an old entry asks for a reason first", async () => {
  const old = { started_at: "2026-10-01T08:00:00.000Z", stopped_at: "2026-10-01T18:00:00.000Z" };
  const api = apiWith(review("a", old));
  await renderInSession(<ReviewStrip />, { api });
  fireEvent.click(await screen.findByRole("button", { name: /^Keep 10:00/ }));
  const reason = await screen.findByLabelText("Reason");
  expect(api.patchEntry).not.toHaveBeenCalled();
  fireEvent.input(reason, { target: { value: "Forgotten" } });
  fireEvent.submit(reason.closest("form") as HTMLFormElement);
  await waitFor(() =>
    expect(api.patchEntry).toHaveBeenCalledWith("a", '"1"', { needs_review: false, reason: "Forgotten" }),
  );
});

test("after the trial nothing is offered", async () => {
  const api = apiWith(review("a"));
  await renderInSession(<ReviewStrip />, { api, me: meOf({}, { status: "trial_expired" }) });
  expect((await strip()).textContent).toContain("when time can be recorded again");
  expect(screen.queryByRole("button", { name: /^Keep/ })).toBeNull();
});

test("closed time stays as it is: what counts of it does so on an open day", async () => {
  const api = apiWith(
    review("a", {
      locked: true,
      started_at: "2026-10-20T15:05:00.000Z",
      stopped_at: "2026-10-21T01:05:00.000Z",
    }),
  );
  api.entry.mockImplementation(async (id) => review(id, { locked: true, settled: true }));
  const { timers } = await renderInSession(<ReviewStrip />, { api });
  expect((await strip()).textContent).toContain("Its time is closed.");
  fireEvent.click(screen.getByRole("button", { name: /^Keep 10:00/ }));
  await waitFor(() => expect(api.settleEntry).toHaveBeenCalledWith("a", 36_000_000, expect.any(String)));
  expect(api.patchEntry).not.toHaveBeenCalled();
  await waitFor(() => expect(screen.queryByRole("region", { name: "To review" })).toBeNull());
  await timers.undo();
  expect(api.reverseAdjustment).toHaveBeenCalledWith("d1", expect.any(String));
});

test("of closed time nothing may count, too", async () => {
  const api = apiWith(review("a", { locked: true }));
  await renderInSession(<ReviewStrip />, { api });
  fireEvent.click(await screen.findByRole("button", { name: /^Count nothing/ }));
  await waitFor(() => expect(api.settleEntry).toHaveBeenCalledWith("a", 0, expect.any(String)));
  expect(api.voidEntry).not.toHaveBeenCalled();
});
