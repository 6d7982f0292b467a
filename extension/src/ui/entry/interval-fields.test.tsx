import { cleanup, fireEvent, screen, waitFor } from "@testing-library/preact";
import { afterEach, expect, test } from "vitest";
import type { TimeEntry } from "../../api/client.ts";
import { entryOf, problemOf } from "../testing.tsx";
import { texts } from "../texts.ts";
import { IntervalFields } from "./entry-editor.tsx";
import { renderFields } from "./fields.testing.tsx";
import { entryTexts } from "./texts.ts";

afterEach(cleanup);

const renderIntervalFields = (entry: TimeEntry) =>
  renderFields(entry, (shown, changes) => (
    <IntervalFields entry={shown} changes={changes} readOnly={false} />
  ));

const mine = entryOf({ started_at: "2026-11-20T08:00:00.000Z", stopped_at: "2026-11-20T09:00:00.000Z" });
const theirs = entryOf({ ...mine, stopped_at: "2026-11-20T09:30:00.000Z", etag: '"2"' });

test.each([
  ["an end", entryTexts.end, "10:15"],
  ["a length", texts.entries.duration, "0:15"],
])("%s that is being typed is a change of the version that it was typed into", async (_, label, value) => {
  const field = () => screen.getByLabelText<HTMLInputElement>(label);
  const { api, readAgain } = await renderIntervalFields(mine);
  fireEvent.input(field(), { target: { value } });
  await readAgain(theirs);
  expect(field().value).toBe(value);
  api.patchEntry.mockRejectedValueOnce(problemOf(412, "stale", { time_entry: theirs }));
  fireEvent.blur(field());
  await waitFor(() => expect(api.patchEntry).toHaveBeenCalled());
  expect(api.patchEntry.mock.calls[0]?.[1]).toBe(mine.etag);
});

test("what was taken back or saved leaves the field to the version that was read last", async () => {
  const end = () => screen.getByLabelText<HTMLInputElement>(entryTexts.end);
  const { readAgain } = await renderIntervalFields(mine);
  fireEvent.input(end(), { target: { value: "10:15" } });
  await readAgain(theirs);
  fireEvent.keyDown(end(), { key: "Escape" });
  expect(end().value).toBe("10:30");
});
