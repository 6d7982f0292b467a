import { cleanup, fireEvent, render, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { PrivacyRequest } from "../../api/client.ts";
import { ada, choicesOf, emptyApi, privacyRequestOf, problemOf } from "../testing.tsx";
import { Requests } from "./requests.tsx";
import { privacyTexts } from "./texts.ts";

const texts = privacyTexts.requests;

afterEach(cleanup);

function show(requests: PrivacyRequest[] = [], choices = choicesOf()) {
  const api = emptyApi();
  api.myPrivacyRequests.mockResolvedValue({ data: requests, page: {} });
  const [announce, onChanged] = [vi.fn(), vi.fn()];
  render(
    <Requests api={api} zone="Europe/Berlin" announce={announce} choices={choices} onChanged={onChanged} />,
  );
  return { api, announce, onChanged };
}

async function item(requests: PrivacyRequest[]) {
  const shown = show(requests);
  return { ...shown, item: within(await screen.findByRole("listitem")) };
}

describe("a person's requests", () => {
  test("say that there is none, and since when a restriction holds", async () => {
    show([], choicesOf({ restricted_since: "2026-11-20T23:30:00.000Z" }));
    expect(await screen.findByText(texts.none)).toBeTruthy();
    expect(screen.getByText(texts.restrictedSince("2026-11-21"))).toBeTruthy();
  });

  test("say what was asked, until when it is decided, and who decides", async () => {
    const { item: one } = await item([
      privacyRequestOf({ note: "Until the dispute ends", for_operator: true }),
    ]);
    for (const text of [
      privacyTexts.rights.restriction,
      texts.statuses.open,
      texts.asked("2026-11-01"),
      texts.due("2026-12-01"),
      texts.forOperator,
      "Until the dispute ends",
    ]) {
      expect(one.getByText(text)).toBeTruthy();
    }
    expect(one.queryByRole("button", { name: /^Confirmation/ })).toBeNull();
  });

  test("say that nobody has decided in time", async () => {
    const { item: one } = await item([privacyRequestOf({ overdue: true })]);
    expect(one.getByText(texts.overdue).className).toContain("overdue");
    expect(one.queryByText(texts.statuses.open)).toBeNull();
  });

  test("say who has decided and why, and what is kept", async () => {
    const { item: one } = await item([
      privacyRequestOf({
        kind: "erasure",
        status: "done",
        decided_at: "2026-11-10T08:00:00.000Z",
        decided_by: ada,
        reason: "As you wish",
        confirmed: true,
        kept: [{ what: "billing_records", why: "tax_law", until: "2033-12-31T12:00:00.000Z" }],
      }),
    ]);
    for (const text of [
      texts.statuses.done,
      texts.decidedBy("2026-11-10", ada.name),
      texts.kept(texts.keptThings.billing_records, texts.keptReasons.tax_law, "2033-12-31"),
    ]) {
      expect(one.getByText(text)).toBeTruthy();
    }
    expect(one.getByText("As you wish").tagName).toBe("BDI");
    expect(one.queryByRole("button", { name: texts.withdraw })).toBeNull();
  });

  test("say that the operator has decided, and that an erasure is being done", async () => {
    const { item: one } = await item([
      privacyRequestOf({ kind: "erasure", status: "granted", decided_at: "2026-11-10T08:00:00.000Z" }),
    ]);
    expect(one.getByText(texts.erasing)).toBeTruthy();
    expect(one.getByText(texts.byOperator("2026-11-10"))).toBeTruthy();
    expect(one.queryByRole("button")).toBeNull();
  });

  test("are taken back with what was seen of them", async () => {
    const { item: one, api, announce, onChanged } = await item([privacyRequestOf({ etag: '"7"' })]);
    fireEvent.click(one.getByRole("button", { name: texts.withdraw }));
    await waitFor(() => expect(announce).toHaveBeenCalledWith(texts.withdrawn));
    expect(api.withdrawPrivacyRequest).toHaveBeenCalledExactlyOnceWith("q1", '"7"');
    expect(onChanged).toHaveBeenCalled();
    expect(api.myPrivacyRequests).toHaveBeenCalledTimes(2);
  });

  test("in force are ended, and say so", async () => {
    const { item: one, announce } = await item([privacyRequestOf({ status: "granted" })]);
    fireEvent.click(one.getByRole("button", { name: texts.endRestriction }));
    await waitFor(() => expect(announce).toHaveBeenCalledWith(texts.restrictionEnded));
  });

  test("granted and not carried out say by when, and can be taken back", async () => {
    const { item: one, announce } = await item([
      privacyRequestOf({ kind: "correction", status: "accepted", for_operator: true }),
    ]);
    for (const text of [texts.statuses.accepted, texts.doneBy("2026-12-01"), texts.forOperator]) {
      expect(one.getByText(text)).toBeTruthy();
    }
    fireEvent.click(one.getByRole("button", { name: texts.withdraw }));
    await waitFor(() => expect(announce).toHaveBeenCalledWith(texts.withdrawn));
  });

  test("say what was done, and why a restriction has ended", async () => {
    show([
      privacyRequestOf({ id: "q2", kind: "correction", status: "done", outcome: "Tuesday is void" }),
      privacyRequestOf({ status: "done", reason: "While we look", outcome: "Settled" }),
    ]);
    const [corrected, restricted] = await screen.findAllByRole("listitem");
    expect(corrected?.textContent).toContain(`${texts.outcome}: Tuesday is void`);
    expect(restricted?.textContent).toContain(`${texts.ended}: Settled`);
    expect(restricted?.textContent).toContain("While we look");
  });

  test("that were decided meanwhile can't be taken back", async () => {
    const { item: one, api, announce } = await item([privacyRequestOf()]);
    api.withdrawPrivacyRequest.mockRejectedValueOnce(problemOf(409, "already_decided"));
    fireEvent.click(one.getByRole("button", { name: texts.withdraw }));
    expect(await one.findByText(texts.codes.already_decided)).toBeTruthy();
    expect(announce).not.toHaveBeenCalled();
    expect(one.getByRole("button", { name: texts.withdraw })).toHaveProperty("disabled", false);
  });
});

describe("a new request", () => {
  async function open() {
    const shown = show();
    fireEvent.click(await screen.findByRole("button", { name: texts.ask }));
    return shown;
  }
  const choose = (right: keyof typeof privacyTexts.rights) =>
    fireEvent.click(screen.getByRole("radio", { name: privacyTexts.rights[right] }));
  const write = (label: string, value: string) =>
    fireEvent.input(screen.getByLabelText(label), { target: { value } });
  const send = () => fireEvent.click(screen.getByRole("button", { name: texts.send }));

  test("needs a note where the right alone says too little", async () => {
    const { api } = await open();
    expect(document.activeElement).toBe(screen.getAllByRole("radio")[0]);
    write(texts.note, "  ");
    send();
    expect(await screen.findByText(texts.missing)).toBeTruthy();
    expect(api.askPrivacy).not.toHaveBeenCalled();
    write(texts.note, " An hour too much ");
    send();
    await waitFor(() => expect(api.askPrivacy).toHaveBeenCalled());
    expect(api.askPrivacy.mock.calls[0]?.[0]).toEqual({ kind: "correction", note: "An hour too much" });
  });

  test("names what the organization has no switch for, and needs no note then", async () => {
    const { api } = await open();
    choose("objection");
    const about = screen.getByLabelText(texts.about);
    const options = within(about).getAllByRole("option");
    expect(options.map((option) => option.textContent)).toEqual([
      texts.aboutOther,
      texts.processings.team_reports,
    ]);
    fireEvent.change(about, { target: { value: "team_reports" } });
    send();
    await waitFor(() => expect(api.askPrivacy).toHaveBeenCalled());
    expect(api.askPrivacy.mock.calls[0]?.[0]).toEqual({ kind: "objection", processing: "team_reports" });
  });

  test("tells its reference once, and takes the focus there", async () => {
    const { api, announce } = await open();
    // 30 December by UTC, and the 31st in Berlin.
    const request = privacyRequestOf({ kind: "erasure", due_at: "2026-12-30T23:30:00.000Z" });
    api.askPrivacy.mockResolvedValueOnce({ request, reference: "ABCDE-FGHIJ" });
    choose("erasure");
    send();
    const told = await screen.findByText("ABCDE-FGHIJ");
    expect(document.activeElement?.contains(told)).toBe(true);
    expect(api.askPrivacy.mock.calls[0]?.[0]).toEqual({ kind: "erasure" });
    expect(screen.getByText(texts.sent("2026-12-31"))).toBeTruthy();
    expect(announce).toHaveBeenCalledExactlyOnceWith(texts.sent("2026-12-31"));
    fireEvent.click(screen.getByRole("button", { name: texts.ask }));
    expect(screen.queryByText("ABCDE-FGHIJ")).toBeNull();
  });

  test("that is refused stays as it was written, and is another one when it is sent again", async () => {
    const { api } = await open();
    api.askPrivacy.mockRejectedValueOnce(problemOf(409, "request_open"));
    choose("objection");
    write(texts.note, "Not this");
    send();
    expect(await screen.findByText(texts.codes.request_open)).toBeTruthy();
    expect(screen.getByLabelText(texts.note)).toHaveProperty("value", "Not this");
    send();
    await waitFor(() => expect(api.askPrivacy).toHaveBeenCalledTimes(2));
    const [[, first], [, second]] = api.askPrivacy.mock.calls as [[unknown, string], [unknown, string]];
    expect(first).not.toBe(second);
  });

  test("that is given up leaves nothing, and gives the focus back", async () => {
    await open();
    fireEvent.click(screen.getByRole("button", { name: "Cancel" }));
    await waitFor(() => expect(document.activeElement).toBe(screen.getByRole("button", { name: texts.ask })));
    expect(screen.queryByRole("radio")).toBeNull();
  });
});
