import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, expect, test } from "vitest";
import { Hub } from "../hub-view.tsx";
import {
  ada,
  adjustmentOf,
  emptyApi,
  entryOf,
  formOf,
  grace,
  meOf,
  personOf,
  problemOf,
  projectOf,
  renderInSession,
} from "../testing.tsx";
import { texts as commonTexts } from "../texts.ts";
import { UndoNotice } from "../undo-notice.tsx";
import { signedLengthOf } from "./adjustment-dialog.tsx";
import { Adjustments } from "./adjustments.tsx";
import { adminTexts } from "./texts.ts";

const texts = adminTexts.adjustment;

afterEach(cleanup);

test.each([
  ["+1:30", 90],
  ["-0:45", -45],
  ["−0:45", -45],
  ["– 1,5", -90],
  ["1:30", 90],
  ["24", 1440],
  ["-24:01", undefined],
  ["--1", undefined],
  ["+", undefined],
  ["0:00", undefined],
  ["", undefined],
  ["an hour", undefined],
])("%s is %s minutes", (text, minutes) =>
  expect(signedLengthOf(text)).toBe(minutes === undefined ? undefined : minutes * 60_000),
);

async function open(api = emptyApi(), me = meOf({ role: "admin" })) {
  api.listUsers.mockResolvedValue({
    data: [
      personOf({ ...ada }),
      personOf(),
      { ...personOf({ id: "new", name: "Nobody Yet" }), first_sign_in_at: "" },
    ],
    page: {},
    seats: { taken: 2, limit: 5 },
  });
  api.listProjects.mockResolvedValue({ data: [projectOf({ id: "p1", name: "Payments" })], page: {} });
  await renderInSession(
    <>
      <Adjustments />
      <UndoNotice />
    </>,
    { api, me },
  );
  await waitFor(() => expect(api.listUsers).toHaveBeenCalled());
  return api;
}

const type = (label: string, value: string) => {
  const field = within(screen.getByRole("dialog", { hidden: true })).getByLabelText(label, {
    selector: "select, input:not([type=radio])",
  });
  const event = field instanceof HTMLSelectElement ? fireEvent.change : fireEvent.input;
  event(field, { target: { value } });
};
const press = (name: string) => fireEvent.click(screen.getByRole("button", { name, hidden: true }));

test("makes an adjustment, and Undo is its opposite", async () => {
  const api = await open();
  expect(await screen.findByText(texts.empty)).toBeTruthy();
  press(texts.new);
  await screen.findByRole("option", { name: "Payments", hidden: true });
  press(texts.make);
  for (const fault of [texts.personNeeded, texts.dayNeeded, texts.projectNeeded, texts.lengthWrong])
    expect(await screen.findByText(fault)).toBeTruthy();
  expect(api.adjust).not.toHaveBeenCalled();
  type(texts.person, grace.id);
  type(texts.corrects, "2026-11-09");
  type(texts.onProject, "p1");
  type(texts.activity, "a2");
  type(texts.billable, "no");
  type(texts.length, "-0:45");
  type(commonTexts.entries.reason, " Counted twice. ");
  press(texts.make);
  await waitFor(() =>
    expect(api.adjust).toHaveBeenCalledWith(
      {
        user_id: grace.id,
        for_day: "2026-11-09",
        project_id: "p1",
        activity_id: "a2",
        billable: false,
        ms: -2_700_000,
        reason: "Counted twice.",
      },
      expect.any(String),
    ),
  );
  fireEvent.click(await screen.findByRole("button", { name: commonTexts.undo.button }));
  await waitFor(() => expect(api.reverseAdjustment).toHaveBeenCalledWith("d1", texts.undoReason));
  await waitFor(() => expect(api.listAdjustments.mock.calls.length).toBe(3));
});

test("tells who made which and why, and takes one back for a reason", async () => {
  const api = emptyApi();
  const old = adjustmentOf({ id: "d0", ms: -2_700_000, reversed_by: "d2" });
  const opposite = adjustmentOf({ id: "d2", ms: 2_700_000, reverses: "d0" });
  api.listAdjustments.mockResolvedValue({ data: [adjustmentOf(), opposite, old], page: {} });
  await open(api);
  const [, first, second, third] = await screen.findAllByRole("row");
  expect(first?.textContent).toMatch(
    /Grace Hopper.*Payments.*\+1:30.*The visit was forgotten\..*Ada Lovelace/,
  );
  expect(second?.textContent).toContain(texts.isReversal);
  expect(third?.textContent).toContain("−0:45");
  expect(third?.textContent).toContain(texts.isReversed);
  const buttons = screen.getAllByRole("button", { name: /^Take back/ });
  expect(buttons).toHaveLength(1);
  if (buttons[0]) fireEvent.click(buttons[0]);
  press(texts.reverse);
  expect(await screen.findByRole("alert", { hidden: true })).toBeTruthy();
  expect(api.reverseAdjustment).not.toHaveBeenCalled();
  type(commonTexts.entries.reason, "It was right.");
  press(texts.reverse);
  await waitFor(() => expect(api.reverseAdjustment).toHaveBeenCalledWith("d1", "It was right."));
  fireEvent.click(await screen.findByRole("button", { name: commonTexts.undo.button }));
  await waitFor(() => expect(api.adjust).toHaveBeenCalled());
  expect(api.adjust.mock.calls[0]?.[0]).toMatchObject({ project_id: "p1", ms: 5_400_000, user_id: grace.id });
});

test("lists one person's", async () => {
  const api = await open();
  await screen.findByRole("option", { name: "Grace Hopper" });
  expect(screen.queryByRole("option", { name: "Nobody Yet" })).toBeNull();
  fireEvent.change(screen.getByLabelText(texts.whose), { target: { value: grace.id } });
  await waitFor(() =>
    expect(api.listAdjustments).toHaveBeenLastCalledWith({ user_id: grace.id, limit: expect.any(Number) }),
  );
});

test.each([
  ["admin", true],
  ["user", false],
] as const)("a refusal for closed time leads %s here: %s", async (role, leads) => {
  const api = emptyApi();
  const review = entryOf({ needs_review: true });
  api.listEntries.mockImplementation(async (query) => ({
    data: query?.needs_review ? [review] : [],
    page: {},
    server_time: review.started_at,
  }));
  api.patchEntry.mockRejectedValue(problemOf(422, "period_locked", { detail: "The week is handed in." }));
  const address = {
    write: async () => {},
    link: async () => "",
    follow: (called: (text: string) => void) => called(""),
  };
  await renderInSession(<Hub />, { api, me: meOf({ role }), frame: { ...formOf().frame, address } });
  fireEvent.click(await screen.findByRole("button", { name: /^Keep/ }));
  await screen.findByText(/The week is handed in\./);
  const way = screen.queryByRole("button", { name: commonTexts.correctClosed });
  expect(way !== null).toBe(leads);
  if (!way) return;
  fireEvent.click(way);
  expect(await screen.findByRole("heading", { name: texts.title })).toBeTruthy();
});
