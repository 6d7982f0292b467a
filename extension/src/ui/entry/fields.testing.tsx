/** The frame of tests of an entry's fields: they show an entry, which is read again meanwhile. */

import { act } from "@testing-library/preact";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { TimeEntry } from "../../api/client.ts";
import { emptyApi, renderInSession } from "../testing.tsx";
import { EntryNotices } from "./notices.tsx";
import { type EntryChanges, useEntryChanges } from "./use-entry-changes.ts";

type FieldsOf = (entry: TimeEntry, changes: EntryChanges) => ComponentChildren;

function Frame({
  first,
  fields,
  onSet,
}: {
  first: TimeEntry;
  fields: FieldsOf;
  onSet: (set: (e: TimeEntry) => void) => void;
}) {
  const [entry, setEntry] = useState(first);
  onSet(setEntry);
  const changes = useEntryChanges(entry);
  return (
    <>
      <EntryNotices changes={changes} />
      {fields(changes.shownOf(entry), changes)}
    </>
  );
}

/** Renders the fields below what is said of changes. `readAgain` shows another version. */
export async function renderFields(first: TimeEntry, fields: FieldsOf) {
  const api = emptyApi();
  let set = (_: TimeEntry) => {};
  await renderInSession(
    <Frame
      first={first}
      fields={fields}
      onSet={(setEntry) => {
        set = setEntry;
      }}
    />,
    { api },
  );
  return { api, readAgain: (entry: TimeEntry) => act(() => set(entry)) };
}
