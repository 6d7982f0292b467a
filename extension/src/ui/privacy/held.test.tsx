import { cleanup, fireEvent, render, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, expect, test, vi } from "vitest";
import type { HeldData } from "../../api/client.ts";
import { saveFile } from "../save-file.ts";
import { emptyApi, problemOf } from "../testing.tsx";
import { Held } from "./held.tsx";
import { privacyTexts } from "./texts.ts";

vi.mock("../save-file.ts", () => ({ saveFile: vi.fn() }));

const texts = privacyTexts.held;

afterEach(() => {
  cleanup();
  vi.mocked(saveFile).mockClear();
});

function heldOf(change: Partial<HeldData>): HeldData {
  return {
    record_set: "time_entries",
    fields: ["note"],
    class: "personal",
    purpose: "recording",
    retention: "with_tenant",
    erasure: "for_totals",
    ...change,
  };
}

function show(...held: HeldData[]) {
  const api = emptyApi();
  api.heldData.mockResolvedValue({ data: held });
  const announce = vi.fn();
  render(<Held api={api} zone="UTC" announce={announce} />);
  return { api, announce };
}

test("what is held has a row for each purpose, and says each thing once", async () => {
  show(
    heldOf({}),
    heldOf({ class: "content", erasure: "redacted" }),
    heldOf({
      record_set: "billing_records",
      purpose: "billing",
      retention: "seven_years",
      erasure: "kept_by_law",
    }),
    heldOf({ record_set: "timer_events", retention: "as_logs" }),
  );
  const table = within(await screen.findByRole("table", { name: texts.title }));
  const [, recording, billing, ...more] = table.getAllByRole("row");
  expect(more).toEqual([]);
  const cells = (row: HTMLElement | undefined) =>
    [...(row?.children ?? [])].map((cell) =>
      [...cell.querySelectorAll(".held-each")].map((each) => each.textContent),
    );
  const sets = privacyTexts.recordSets;
  expect(cells(recording)).toEqual([
    [
      `${sets.time_entries} (${texts.classes.personal}, ${texts.classes.content})`,
      `${sets.timer_events} (${texts.classes.personal})`,
    ],
    [texts.retentions.with_tenant, texts.retentions.as_logs],
    [texts.erasures.for_totals, texts.erasures.redacted],
  ]);
  expect(cells(billing)?.[2]).toEqual([texts.erasures.kept_by_law]);
});

test("all of it is downloaded", async () => {
  const { api, announce } = show(heldOf({}));
  const file = new Blob(["zip"]);
  api.myData.mockResolvedValueOnce(file);
  fireEvent.click(screen.getByRole("button", { name: texts.download }));
  await waitFor(() => expect(announce).toHaveBeenCalledExactlyOnceWith(texts.downloaded));
  expect(saveFile).toHaveBeenCalledExactlyOnceWith(file, "timetracker-my-data.zip");
});

test("a failure is told, and can be tried again", async () => {
  const { api, announce } = show(heldOf({}));
  api.myData.mockRejectedValueOnce(problemOf(503, "unavailable"));
  fireEvent.click(screen.getByRole("button", { name: texts.download }));
  const alert = within(await screen.findByRole("alert"));
  expect(announce).not.toHaveBeenCalled();
  fireEvent.click(alert.getByRole("button", { name: /again/i }));
  await waitFor(() => expect(announce).toHaveBeenCalled());
});
