import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, describe, expect, test } from "vitest";
import type { PrivacyRequest } from "../../api/client.ts";
import { ada, emptyApi, grace, meOf, privacyRequestOf, problemOf, renderInSession } from "../testing.tsx";
import { daysUntil, PrivacyQueue } from "./queue.tsx";
import { privacyTexts } from "./texts.ts";

const texts = privacyTexts.queue;
const linus = { id: "linus", name: "Linus Bergström" };
const decideOn = (name: string) =>
  `${texts.decide}: ${texts.decideOn(privacyTexts.rights.restriction, name)}`;

afterEach(cleanup);

async function show(...requests: PrivacyRequest[]) {
  const api = emptyApi();
  api.listPrivacyRequests.mockResolvedValue({ data: requests, page: {} });
  const session = await renderInSession(<PrivacyQueue />, { api, me: meOf({ role: "super_admin" }) });
  if (requests.length > 0) await screen.findByRole("table", { name: texts.caption });
  return session;
}

const rows = () => screen.getAllByRole("row").slice(1);
const save = () => fireEvent.click(screen.getByRole("button", { name: texts.save }));
const write = (value: string) => fireEvent.input(screen.getByLabelText(texts.reason), { target: { value } });

test("days are those of the person's zone", () => {
  expect(daysUntil("2026-11-28T23:30:00.000Z", "2026-11-21", "Europe/Berlin")).toBe(8);
  expect(daysUntil("2026-11-28T23:30:00.000Z", "2026-11-21", "UTC")).toBe(7);
  expect(daysUntil("2026-11-19T12:00:00.000Z", "2026-11-21", "UTC")).toBe(-2);
});

describe("the queue of requests", () => {
  test("says that nothing waits, or that there was nothing", async () => {
    const { api } = await show();
    expect(await screen.findByText(texts.noneOpen)).toBeTruthy();
    expect(api.listPrivacyRequests.mock.lastCall?.[0]).toMatchObject({ waiting: true });
    fireEvent.click(screen.getByText(texts.all));
    expect(await screen.findByText(texts.none)).toBeTruthy();
    expect(api.listPrivacyRequests.mock.lastCall?.[0]).not.toHaveProperty("waiting");
  });

  test("has first what is due first, and tells what is overdue", async () => {
    await show(
      privacyRequestOf({ id: "q2", user: linus, due_at: "2026-11-23T08:00:00.000Z" }),
      privacyRequestOf({ due_at: "2026-11-20T08:00:00.000Z", overdue: true }),
    );
    expect(rows().map((row) => within(row).getByRole("rowheader").textContent)).toEqual([
      grace.name,
      linus.name,
    ]);
    expect(screen.getByText(texts.inDays(-1)).className).toContain("overdue");
    expect(screen.getByText(texts.inDays(2)).className).not.toContain("overdue");
  });

  test("leaves one's own request to somebody else", async () => {
    await show(privacyRequestOf({ user: ada }), privacyRequestOf({ id: "q2" }));
    expect(screen.getByText(texts.own)).toBeTruthy();
    expect(screen.getAllByRole("button", { name: new RegExp(`^${texts.decide}:`) })).toHaveLength(1);
  });

  test("says whom nobody here decides on", async () => {
    await show(privacyRequestOf({ user: ada, for_operator: true }));
    expect(screen.getByText(privacyTexts.requests.forOperator)).toBeTruthy();
    expect(screen.queryByText(texts.own)).toBeNull();
  });
});

describe("what people carry out", () => {
  const correction = { kind: "correction", by_people: true } as const;

  test("can be told with the decision, and not with a refusal", async () => {
    const { api } = await show(privacyRequestOf(correction));
    fireEvent.click(screen.getByRole("button", { name: new RegExp(`^${texts.decide}:`) }));
    const done = (value: string) =>
      fireEvent.input(screen.getByLabelText(texts.outcomeOptional), { target: { value } });
    done(" Tuesday is void ");
    fireEvent.click(screen.getByRole("radio", { name: texts.refuse }));
    expect(screen.queryByLabelText(texts.outcomeOptional)).toBeNull();
    fireEvent.click(screen.getByRole("radio", { name: texts.grant }));
    save();
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(api.decidePrivacyRequest.mock.lastCall?.[2]).toEqual({ grant: true, outcome: "Tuesday is void" });
  });

  test("waits until somebody says what was done", async () => {
    const { api, timers } = await show(
      privacyRequestOf({
        ...correction,
        status: "accepted",
        etag: '"2"',
        due_at: "2026-11-23T08:00:00.000Z",
      }),
    );
    const [row] = rows();
    if (!row) throw new Error("no row");
    for (const text of [
      texts.inDays(2),
      privacyTexts.requests.statuses.accepted,
      privacyTexts.requests.doneBy("2026-11-23"),
    ]) {
      expect(within(row).getByText(text)).toBeTruthy();
    }
    fireEvent.click(screen.getByRole("button", { name: new RegExp(`^${texts.complete}:`) }));
    const dialog = within(screen.getByRole("dialog"));
    const complete = () => fireEvent.click(dialog.getByRole("button", { name: texts.complete }));
    complete();
    expect(await screen.findByText(texts.outcomeRequired)).toBeTruthy();
    fireEvent.input(dialog.getByLabelText(texts.outcome), { target: { value: "Tuesday is void" } });
    complete();
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(api.completePrivacyRequest).toHaveBeenCalledExactlyOnceWith("q1", '"2"', "Tuesday is void");
    expect(timers.state.announcement).toBe(texts.completed(grace.name));
  });

  test("is nothing where the product ends it by itself", async () => {
    await show(privacyRequestOf({ kind: "objection", processing: "team_reports" }));
    fireEvent.click(screen.getByRole("button", { name: new RegExp(`^${texts.decide}:`) }));
    expect(screen.getByText(texts.grantingProcessing.team_reports)).toBeTruthy();
    expect(screen.queryByLabelText(texts.outcomeOptional)).toBeNull();
  });
});

describe("a decision", () => {
  test("grants, with a reason or without, and is told", async () => {
    const { api, timers } = await show(privacyRequestOf({ etag: '"3"', note: "Until May" }));
    fireEvent.click(screen.getByRole("button", { name: decideOn(grace.name) }));
    const dialog = within(screen.getByRole("dialog"));
    expect(dialog.getByText("Until May").tagName).toBe("BDI");
    expect(dialog.getByText(texts.granting.restriction)).toBeTruthy();
    save();
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(api.decidePrivacyRequest).toHaveBeenCalledExactlyOnceWith("q1", '"3"', { grant: true });
    expect(api.listPrivacyRequests).toHaveBeenCalledTimes(2);
    expect(timers.state.announcement).toBe(texts.decided(grace.name));
  });

  test("refuses for a reason alone", async () => {
    const { api } = await show(privacyRequestOf());
    fireEvent.click(screen.getByRole("button", { name: decideOn(grace.name) }));
    fireEvent.click(screen.getByRole("radio", { name: texts.refuse }));
    write("  ");
    save();
    expect(await screen.findByText(texts.reasonRequired)).toBeTruthy();
    expect(api.decidePrivacyRequest).not.toHaveBeenCalled();
    write(" It was agreed ");
    save();
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(api.decidePrivacyRequest.mock.lastCall?.[2]).toEqual({ grant: false, reason: "It was agreed" });
  });

  test("that comes second keeps the reason, and shows the first once it is closed", async () => {
    const { api } = await show(privacyRequestOf());
    api.decidePrivacyRequest.mockRejectedValueOnce(problemOf(409, "already_decided"));
    fireEvent.click(screen.getByRole("button", { name: decideOn(grace.name) }));
    write("It was agreed");
    save();
    expect(await screen.findByText(privacyTexts.requests.codes.already_decided)).toBeTruthy();
    expect(screen.getByLabelText(texts.reason)).toHaveProperty("value", "It was agreed");
    api.listPrivacyRequests.mockResolvedValue({ data: [], page: {} });
    fireEvent.click(screen.getByRole("button", { name: "Cancel" }));
    expect(await screen.findByText(texts.noneOpen)).toBeTruthy();
  });

  test("ends a restriction in force, for a reason", async () => {
    const { api } = await show(
      privacyRequestOf({
        status: "granted",
        etag: '"4"',
        decided_at: "2026-11-10T08:00:00.000Z",
        decided_by: ada,
      }),
    );
    fireEvent.click(screen.getByRole("button", { name: new RegExp(`^${texts.end}:`) }));
    const dialog = within(screen.getByRole("dialog"));
    expect(dialog.queryByRole("radio")).toBeNull();
    const end = () =>
      fireEvent.click(dialog.getByRole("button", { name: privacyTexts.requests.endRestriction }));
    end();
    expect(await screen.findByText(texts.reasonRequired)).toBeTruthy();
    write("Settled");
    end();
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(api.completePrivacyRequest).toHaveBeenCalledExactlyOnceWith("q1", '"4"', "Settled");
  });
});
