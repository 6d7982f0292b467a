import { cleanup, fireEvent, screen, waitFor } from "@testing-library/preact";
import { afterEach, expect, test } from "vitest";
import { teamTexts } from "../team/texts.ts";
import { ada, emptyApi, grace, meOf, personOf, renderInSession } from "../testing.tsx";
import { minutesOf, SheetSettings } from "./sheet-settings.tsx";

const texts = teamTexts.settings;

afterEach(cleanup);

test.each([
  ["7:30", 450],
  ["7.5", 450],
  ["7,25", 435],
  ["8", 480],
  ["", 0],
  ["24", 1440],
  ["24:01", undefined],
  ["8h", undefined],
  ["7:60", undefined],
  ["-1", undefined],
])("%s is %s minutes", (text, minutes) => expect(minutesOf(text)).toBe(minutes));

const week = {
  monday: 480,
  tuesday: 480,
  wednesday: 480,
  thursday: 480,
  friday: 480,
  saturday: 0,
  sunday: 0,
};

test("sets the target of everybody, and of one person with their approver", async () => {
  const api = emptyApi();
  const people = [personOf(), personOf({ ...ada, id: "ada" })];
  api.listUsers.mockResolvedValue({ data: people, page: {}, seats: { taken: 2, limit: 5 } });
  api.patchUser.mockResolvedValue(personOf({ etag: '"2"' }));
  api.targets.mockImplementation(async (user_id) => ({
    ...(user_id && { user_id }),
    current: week,
    history: [{ from: "2026-11-02", minutes: week }],
    etag: '"t"',
  }));
  await renderInSession(<SheetSettings />, { api, me: meOf({ role: "admin" }) });
  const friday = await screen.findByLabelText("Fri");
  fireEvent.input(friday, { target: { value: "nine" } });
  expect(await screen.findByText(texts.wrong)).toBeTruthy();
  fireEvent.input(friday, { target: { value: "6,5" } });
  fireEvent.input(screen.getByLabelText(texts.from), { target: { value: "2026-11-30" } });
  fireEvent.click(screen.getByRole("button", { name: texts.save }));
  const wanted = { from: "2026-11-30", minutes: { ...week, friday: 390 } };
  await waitFor(() => expect(api.setTarget).toHaveBeenCalledWith(wanted, '"t"', undefined));

  fireEvent.change(screen.getByLabelText(texts.whose), { target: { value: grace.id } });
  fireEvent.change(await screen.findByLabelText(texts.approver), { target: { value: "ada" } });
  await waitFor(() => expect(api.patchUser).toHaveBeenCalledWith("grace", '"1"', { approver_id: "ada" }));
  fireEvent.click(await screen.findByRole("button", { name: texts.asEverybody }));
  await waitFor(() =>
    expect(api.setTarget).toHaveBeenLastCalledWith(
      expect.objectContaining({ minutes: null }),
      '"t"',
      "grace",
    ),
  );
});
