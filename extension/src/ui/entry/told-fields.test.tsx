import { act, cleanup, fireEvent, screen, waitFor } from "@testing-library/preact";
import { useState } from "preact/hooks";
import { afterEach, expect, test } from "vitest";
import type { TimeEntry } from "../../api/client.ts";
import { emptyApi, entryOf, problemOf, renderInSession } from "../testing.tsx";
import { EntryNotices } from "./notices.tsx";
import { entryTexts } from "./texts.ts";
import { ToldFields } from "./told-fields.tsx";
import { useEntryChanges } from "./use-entry-changes.ts";

afterEach(cleanup);

let readAgain: (entry: TimeEntry) => void;

function Fields({ first }: { first: TimeEntry }) {
  const [entry, setEntry] = useState(first);
  readAgain = setEntry;
  const changes = useEntryChanges(entry);
  return (
    <>
      <EntryNotices changes={changes} />
      <ToldFields entry={changes.shownOf(entry)} changes={changes} readOnly={false} />
    </>
  );
}

const noteField = () => screen.getByLabelText<HTMLTextAreaElement>(entryTexts.note);

test("a note that is being typed stays when the entry is read again, and both versions are shown", async () => {
  const mine = entryOf({ note: "Before" });
  const theirs = entryOf({ note: "Theirs", etag: '"2"' });
  const api = emptyApi();
  await renderInSession(<Fields first={mine} />, { api });
  fireEvent.input(noteField(), { target: { value: "Mine" } });
  await act(() => readAgain(theirs));
  expect(noteField().value).toBe("Mine");

  api.patchEntry.mockRejectedValueOnce(problemOf(412, "stale", { time_entry: theirs }));
  fireEvent.blur(noteField());
  await waitFor(() => expect(api.patchEntry).toHaveBeenCalledWith("e1", '"1"', { note: "Mine" }));
  expect(await screen.findByText(/“Mine”/)).toBeTruthy();
  expect(screen.getByText(/“Theirs”/)).toBeTruthy();
});
