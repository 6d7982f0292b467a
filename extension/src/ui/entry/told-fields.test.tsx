import { cleanup, fireEvent, screen, waitFor } from "@testing-library/preact";
import { afterEach, expect, test } from "vitest";
import { entryOf, problemOf } from "../testing.tsx";
import { renderFields } from "./fields.testing.tsx";
import { entryTexts } from "./texts.ts";
import { ToldFields } from "./told-fields.tsx";

afterEach(cleanup);

const noteField = () => screen.getByLabelText<HTMLTextAreaElement>(entryTexts.note);

test("a note that is being typed stays when the entry is read again, and both versions are shown", async () => {
  const mine = entryOf({ note: "Before" });
  const theirs = entryOf({ note: "Theirs", etag: '"2"' });
  const { api, readAgain } = await renderFields(mine, (entry, changes) => (
    <ToldFields entry={entry} changes={changes} readOnly={false} />
  ));
  fireEvent.input(noteField(), { target: { value: "Mine" } });
  await readAgain(theirs);
  expect(noteField().value).toBe("Mine");

  api.patchEntry.mockRejectedValueOnce(problemOf(412, "stale", { time_entry: theirs }));
  fireEvent.blur(noteField());
  await waitFor(() => expect(api.patchEntry).toHaveBeenCalledWith("e1", '"1"', { note: "Mine" }));
  expect(await screen.findByText(/“Mine”/)).toBeTruthy();
  expect(screen.getByText(/“Theirs”/)).toBeTruthy();
});
