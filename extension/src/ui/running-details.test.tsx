import { cleanup, fireEvent, screen, waitFor } from "@testing-library/preact";
import { afterEach, expect, test } from "vitest";
import { entryTexts } from "./entry/texts.ts";
import { RunningDetails } from "./running-details.tsx";
import { emptyApi, entryOf, renderInSession } from "./testing.tsx";
import { texts } from "./texts.ts";

afterEach(cleanup);

async function open() {
  const api = emptyApi();
  const { stopped_at: _, ...running } = entryOf({ note: "Reading the log", billable: false });
  api.changeTimer.mockResolvedValue(running);
  await renderInSession(<RunningDetails timer={running} />, { api });
  return { api, running };
}

test("activity, billable and note of the running timer are seen at once", async () => {
  await open();
  const summary = screen.getByRole("button", { name: /Development/u });
  expect(summary.textContent).toContain("Reading the log");
  expect(summary.textContent).toContain(texts.timer.notBillable);
  expect(summary.getAttribute("aria-expanded")).toBe("false");
  expect(screen.queryByLabelText(entryTexts.activity)).toBeNull();
});

test("they are changed in their place", async () => {
  const { api, running } = await open();
  fireEvent.click(screen.getByRole("button", { name: /Development/u }));
  const activity = screen.getByLabelText(entryTexts.activity);
  await screen.findByRole("option", { name: /Meeting/u });
  fireEvent.change(activity, { target: { value: "a2" } });
  await waitFor(() => expect(api.changeTimer).toHaveBeenCalledWith(running.etag, { activity_id: "a2" }));
  const note = screen.getByLabelText(entryTexts.note);
  fireEvent.input(note, { target: { value: "Found it" } });
  fireEvent.blur(note);
  await waitFor(() => expect(api.changeTimer.mock.calls.at(-1)?.[1]).toEqual({ note: "Found it" }));
});

test("Escape closes the fields", async () => {
  await open();
  const summary = screen.getByRole("button", { name: /Development/u });
  fireEvent.click(summary);
  fireEvent.keyDown(screen.getByLabelText(entryTexts.activity), { key: "Escape" });
  expect(summary.getAttribute("aria-expanded")).toBe("false");
});
