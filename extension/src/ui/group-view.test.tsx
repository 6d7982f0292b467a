import { cleanup, fireEvent, screen, waitFor } from "@testing-library/preact";
import { afterEach, describe, expect, test, vi } from "vitest";
import { OfflineError } from "../api/client.ts";
import { Group } from "./group-view.tsx";
import { emptyApi, entryOf, formOf, grace, meOf, noTime, renderInSession, serverTime } from "./testing.tsx";
import { texts } from "./texts.ts";

afterEach(cleanup);

const running = (item: string) => {
  const { stopped_at: _, ...entry } = entryOf({
    id: `on-${item}`,
    started_at: "2026-11-21T08:00:00.000Z",
    work_item: { ...entryOf().work_item, id: item },
  });
  return entry;
};

test("Start sends what the form says about the item", async () => {
  const api = emptyApi();
  api.startTimer.mockResolvedValue({ timer: running("104"), server_time: serverTime });
  await renderInSession(<Group />, { api });
  fireEvent.click(await screen.findByRole("button", { name: texts.timer.start }));
  expect(api.startTimer).toHaveBeenCalledWith(
    {
      work_item: {
        tracker: "azure_devops",
        organization: "contoso",
        organization_guid: "organization-guid",
        project: "Payments",
        project_guid: "project-guid",
        id: "104",
        title: "Show the reference",
        type: "Task",
      },
      existing_hours: 11.5,
    },
    expect.any(String),
  );
});

test("the item's own timer: the clock from the server's instant, and Stop", async () => {
  const api = emptyApi();
  api.currentTimer.mockResolvedValue({ timer: running("104"), server_time: serverTime });
  await renderInSession(<Group />, { api });
  expect(await screen.findByRole("button", { name: texts.timer.stop })).toBeTruthy();
  expect(screen.getByRole("timer").textContent).toBe("1:00:00");
  expect(screen.queryByRole("button", { name: texts.timer.start })).toBeNull();
});

describe("the item's own timer, started before", () => {
  const known = { ...entryOf().work_item, uid: "u1", site_id: "s1" };
  const { stopped_at: _, ...timer } = entryOf({ id: "running", work_item: known });

  test.each([
    ["the item was moved to another project", { project: "Storefront" }],
    ["its project was renamed", { project: "Billing" }],
    ["its project's name is in another case", { project: "PAYMENTS" }],
  ])("shows Stop after %s", async (_, change) => {
    const api = emptyApi();
    api.currentTimer.mockResolvedValue({ timer, server_time: serverTime });
    api.workItemTime.mockReturnValue(new Promise(() => {}));
    await renderInSession(<Group />, { api, frame: formOf(change).frame });
    expect(await screen.findByRole("button", { name: texts.timer.stop })).toBeTruthy();
  });

  test("shows Stop after the organization was renamed, which the server knows", async () => {
    const api = emptyApi();
    api.currentTimer.mockResolvedValue({ timer, server_time: serverTime });
    api.workItemTime.mockResolvedValue({ work_item: known, ...noTime });
    const { frame } = formOf();
    frame.context.organization.name = "contoso-ltd";
    await renderInSession(<Group />, { api, frame });
    expect(await screen.findByRole("button", { name: texts.timer.stop })).toBeTruthy();
    expect(api.workItemTime).toHaveBeenCalledWith({
      organization: "contoso-ltd",
      organization_guid: "organization-guid",
      project: "Payments",
      project_guid: "project-guid",
      id: "104",
    });
  });

  test("offers to switch on the item with the same number in another organization", async () => {
    const api = emptyApi();
    api.currentTimer.mockResolvedValue({ timer, server_time: serverTime });
    const other = { ...known, uid: "u2", site_id: "s2", organization: "fabrikam" };
    api.workItemTime.mockResolvedValue({ work_item: other, ...noTime });
    const { frame } = formOf();
    frame.context.organization.name = "fabrikam";
    await renderInSession(<Group />, { api, frame });
    expect(await screen.findByRole("button", { name: texts.timer.switchHere })).toBeTruthy();
  });
});

test("another item's timer: it says what runs, and switches", async () => {
  const api = emptyApi();
  api.currentTimer.mockResolvedValue({ timer: running("101"), server_time: serverTime });
  api.startTimer.mockResolvedValue({ timer: running("104"), server_time: serverTime });
  await renderInSession(<Group />, { api });
  fireEvent.click(await screen.findByRole("button", { name: texts.timer.switchHere }));
  expect(screen.getByText(/#101 Show the reference/)).toBeTruthy();
  expect(api.startTimer).toHaveBeenCalledOnce();
});

describe("another item's timer", () => {
  async function show(around: Parameters<typeof renderInSession>[1] = {}) {
    const api = emptyApi();
    api.currentTimer.mockResolvedValue({ timer: running("101"), server_time: serverTime });
    api.stopTimer.mockResolvedValue(entryOf({ id: "on-101" }));
    const session = await renderInSession(<Group />, { api, ...around });
    await screen.findByRole("button", { name: texts.timer.stopThere });
    return session;
  }

  test("can be stopped from here, without a switch", async () => {
    const { api } = await show();
    fireEvent.click(screen.getByRole("button", { name: texts.timer.stopThere }));
    await waitFor(() => expect(api.stopTimer).toHaveBeenCalledWith("on-101", expect.any(String)));
    expect(api.startTimer).not.toHaveBeenCalled();
  });

  test("is a click away", async () => {
    const { frame } = await show();
    fireEvent.click(screen.getByRole("button", { name: "#101 Show the reference" }));
    expect(frame.openWorkItem).toHaveBeenCalledWith(101);
  });

  test("says so where Azure DevOps doesn't open it", async () => {
    const { frame } = formOf();
    vi.mocked(frame.openWorkItem).mockRejectedValue(new Error("no such service"));
    const { timers } = await show({ frame });
    fireEvent.click(screen.getByRole("button", { name: "#101 Show the reference" }));
    await waitFor(() => expect(timers.state.announcement).toBe(texts.item.notOpened("101")));
  });

  test("in another organization, it opens there", async () => {
    const { frame } = formOf();
    frame.context.organization.name = "fabrikam";
    await show({ frame });
    expect(screen.getByRole<HTMLAnchorElement>("link", { name: "#101 Show the reference" }).href).toBe(
      "https://dev.azure.com/contoso/Payments/_workitems/edit/101",
    );
  });

  test("after the trial it can be stopped, and nothing started", async () => {
    await show({ me: meOf({}, { status: "trial_expired" }) });
    expect(screen.getByRole("button", { name: texts.timer.stopThere }).getAttribute("aria-disabled")).toBe(
      "false",
    );
    expect(screen.queryByRole("button", { name: texts.timer.switchHere })).toBeNull();
    expect(screen.getByText(texts.failure.codes.trial_expired ?? "")).toBeTruthy();
  });
});

describe("the server is not reached", () => {
  test("a stop waits: the clock stands, and the page says that the timer goes on", async () => {
    const api = emptyApi();
    api.currentTimer.mockResolvedValue({ timer: running("104"), server_time: serverTime });
    api.stopTimer.mockRejectedValue(new OfflineError("x"));
    await renderInSession(<Group />, { api });
    fireEvent.click(await screen.findByRole("button", { name: texts.timer.stop }));
    const notice = await screen.findByRole("alert");
    expect(notice.textContent).toBe(
      `${texts.offline.title}${texts.offline.stop("10:00")} ${texts.offline.keepTab}`,
    );
    expect(screen.getByRole("timer").className).not.toContain("running");
    expect(screen.getByRole("button", { name: texts.timer.stopping }).getAttribute("aria-disabled")).toBe(
      "true",
    );

    fireEvent.click(screen.getByRole("button", { name: texts.offline.keepRunning }));
    expect(await screen.findByRole("button", { name: texts.timer.stop })).toBeTruthy();
    expect(screen.queryByRole("alert")).toBeNull();
  });

  test("a start waits: it can be stopped, and what waits is listed in its order", async () => {
    const api = emptyApi();
    api.startTimer.mockRejectedValue(new OfflineError("x"));
    await renderInSession(<Group />, { api });
    fireEvent.click(await screen.findByRole("button", { name: texts.timer.start }));
    await screen.findByText(texts.offline.start("10:00"), { exact: false });
    expect(screen.getByRole("timer").textContent).toBe("0:00:00");
    fireEvent.click(screen.getByRole("button", { name: texts.timer.stop }));
    await waitFor(() => expect(screen.getAllByRole("listitem")).toHaveLength(2));
    expect(screen.getAllByRole("listitem").map(({ textContent }) => textContent)).toEqual([
      texts.offline.pressedStart("10:00", "#104 Show the reference"),
      texts.offline.pressedStop("10:00", "#104 Show the reference"),
    ]);
    expect(screen.getByRole("button", { name: texts.timer.start })).toBeTruthy();
  });

  test("once it was sent, one click cuts the entry to the time of pressing", async () => {
    const api = emptyApi();
    const entry = entryOf({ started_at: "2026-11-21T08:00:00.000Z", stopped_at: "2026-11-21T09:00:21.000Z" });
    api.currentTimer.mockResolvedValue({ timer: running("104"), server_time: serverTime });
    api.stopTimer.mockResolvedValue(entry);
    api.entry.mockResolvedValue(entry);
    const { timers } = await renderInSession(<Group />, { api });
    fireEvent.click(await screen.findByRole("button", { name: texts.timer.stop }));
    fireEvent.click(await screen.findByRole("button", { name: texts.late.cutTo("10:00:00") }));
    await waitFor(() =>
      expect(api.patchEntry).toHaveBeenCalledWith("e1", '"1"', {
        stopped_at: expect.stringMatching(/^2026-11-21T09:00:00/),
        reason: texts.late.reason,
      }),
    );
    expect(screen.queryByText(texts.late.title)).toBeNull();
    expect(timers.state.announcement).toBe(texts.late.corrected("#104 Show the reference"));
  });
});

test("a tenant that rejects: the button stops first", async () => {
  const api = emptyApi();
  api.currentTimer.mockResolvedValue({ timer: running("101"), server_time: serverTime });
  api.stopTimer.mockResolvedValue(entryOf());
  api.startTimer.mockResolvedValue({ timer: running("104"), server_time: serverTime });
  const settings = { ...meOf().tenant.settings, on_start_while_running: "reject" as const };
  await renderInSession(<Group />, { api, me: meOf({}, { settings }) });
  fireEvent.click(await screen.findByRole("button", { name: texts.timer.stopAndStart }));
  await waitFor(() => expect(api.startTimer).toHaveBeenCalledOnce());
  expect(api.stopTimer).toHaveBeenCalledWith("on-101", expect.any(String));
});

test("a tenant that isn't active says why, and can't start", async () => {
  const api = emptyApi();
  await renderInSession(<Group />, { api, me: meOf({}, { status: "trial_expired" }) });
  expect(await screen.findByText(texts.failure.codes.trial_expired ?? "")).toBeTruthy();
  expect(screen.queryByRole("button", { name: texts.timer.start })).toBeNull();
});

test("a tenant that isn't active can stop its timer, and then has no button", async () => {
  const api = emptyApi();
  api.currentTimer.mockResolvedValue({ timer: running("104"), server_time: serverTime });
  api.stopTimer.mockResolvedValue({ ...running("104"), stopped_at: serverTime, elapsed_ms: 1000 });
  await renderInSession(<Group />, { api, me: meOf({}, { status: "trial_expired" }) });
  const stop = await screen.findByRole("button", { name: texts.timer.stop });
  stop.focus();
  api.currentTimer.mockResolvedValue({ server_time: serverTime });
  fireEvent.click(stop);
  await waitFor(() => expect(screen.queryByRole("button", { name: /^Sto|^Start/ })).toBeNull());
  expect(document.activeElement).toBe(screen.getByRole("heading", { name: texts.item.groupTitle }));
});

describe("the item on the form", () => {
  test("a new one has to be saved first, and then has a button", async () => {
    const form = formOf({ id: 0, isNew: true });
    await renderInSession(<Group />, { frame: form.frame });
    expect(await screen.findByText(texts.item.saveFirst)).toBeTruthy();
    form.show({ id: 140, isNew: false });
    expect(await screen.findByRole("button", { name: texts.timer.start })).toBeTruthy();
  });

  test("the group follows when the form shows another one", async () => {
    const api = emptyApi();
    api.currentTimer.mockResolvedValue({ timer: running("104"), server_time: serverTime });
    const form = formOf();
    await renderInSession(<Group />, { api, frame: form.frame });
    await screen.findByRole("button", { name: texts.timer.stop });
    form.show({ id: 105 });
    await screen.findByRole("button", { name: texts.timer.switchHere });
    await waitFor(() =>
      expect(api.workItemTime).toHaveBeenLastCalledWith(expect.objectContaining({ id: "105" })),
    );
  });

  test("one that can't be read is a message with a way on", async () => {
    const form = formOf();
    vi.spyOn(form.frame, "workItem").mockRejectedValueOnce(new Error("no answer"));
    await renderInSession(<Group />, { frame: form.frame });
    fireEvent.click(await screen.findByRole("button", { name: texts.tryAgain }));
    expect(await screen.findByRole("button", { name: texts.timer.start })).toBeTruthy();
  });
});

test("sums include what runs now, and others are named", async () => {
  const api = emptyApi();
  api.currentTimer.mockResolvedValue({ timer: running("104"), server_time: serverTime });
  api.workItemTime.mockResolvedValue({
    ...noTime,
    work_item: entryOf().work_item,
    own_today_ms: 60_000,
    own_ms: 3_600_000,
    total_ms: 7_200_000,
    running: [
      { user: { id: "ada", name: "Ada Lovelace" }, started_at: "2026-11-20T22:00:00.000Z" },
      { user: grace, started_at: "2026-11-21T08:30:00.000Z" },
    ],
  });
  await renderInSession(<Group />, { api });
  await screen.findByText(/Grace Hopper is on it too/);
  const sums = screen.getAllByRole("definition").map((sum) => sum.textContent);
  // Ada's timer began at 23:00 the day before, in her zone: ten hours of its eleven are today's.
  expect(sums).toEqual(["10:01", "12:00", "13:30"]);
});

test("an item that Azure DevOps has not shown has the caller's time alone", async () => {
  const api = emptyApi();
  const time = { ...noTime, work_item: entryOf().work_item, own_ms: 3_600_000, total_ms: 3_600_000 };
  api.workItemTime.mockResolvedValue({ ...time, only_own: true });
  await renderInSession(<Group />, { api });
  expect(await screen.findByText(texts.item.onlyOwn)).toBeTruthy();
  expect(screen.getAllByRole("term").map((term) => term.textContent)).toEqual([
    texts.item.today,
    texts.item.own,
  ]);
});

describe("time under review", () => {
  const waiting = entryOf({ needs_review: true, work_item: { ...entryOf().work_item, uid: "u1" } });

  /** An item on which the caller and somebody else have time under review. */
  function underReview(own: number) {
    const api = emptyApi();
    api.workItemTime.mockResolvedValue({
      ...noTime,
      work_item: waiting.work_item,
      own_ms: 3_600_000,
      total_ms: 7_200_000,
      own_needs_review_ms: own,
      needs_review_ms: own + 600_000,
    });
    api.listEntries.mockResolvedValue({ data: [waiting], page: {}, server_time: serverTime });
    return api;
  }

  test("is apart from the sums, and the group says which entry waits", async () => {
    const api = underReview(waiting.elapsed_ms);
    await renderInSession(<Group />, { api });
    expect(
      await screen.findByText(texts.entries.waits("Fri, 20 Nov 2026, 09:00:12 – 10:30:40"), { exact: false }),
    ).toBeTruthy();
    expect(screen.getByText("1:30:28")).toBeTruthy();
    expect(screen.getByText(texts.entries.review, { exact: false })).toBeTruthy();
    const sums = screen.getAllByRole("definition").map((sum) => sum.textContent);
    expect(sums).toEqual(["0:00", "1:00", "2:00", "1:40"]);
    expect(screen.getByText(texts.reviewApart)).toBeTruthy();
    expect(api.listEntries).toHaveBeenCalledWith({ work_item_id: "u1", needs_review: true, limit: 3 });
    fireEvent.click(screen.getByRole("button", { name: texts.entries.confirm }));
    await waitFor(() => expect(api.patchEntry).toHaveBeenCalledWith("e1", '"1"', { needs_review: false }));
  });

  test("of others asks nothing of the caller", async () => {
    const api = underReview(0);
    await renderInSession(<Group />, { api });
    expect(await screen.findByText(texts.item.underReview)).toBeTruthy();
    expect(api.listEntries).not.toHaveBeenCalled();
    expect(screen.queryByRole("button", { name: texts.entries.confirm })).toBeNull();
  });

  test("that can't be changed any more is named without buttons", async () => {
    const api = underReview(waiting.elapsed_ms);
    await renderInSession(<Group />, { api, me: meOf({}, { status: "suspended" }) });
    expect(await screen.findByText("1:30:28")).toBeTruthy();
    expect(screen.queryByRole("button", { name: texts.entries.confirm })).toBeNull();
    expect(screen.getByText(texts.entries.reviewLater, { exact: false })).toBeTruthy();
    expect(screen.queryByText(texts.entries.review, { exact: false })).toBeNull();
  });
});
