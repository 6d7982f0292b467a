import { cleanup, fireEvent, screen, waitFor } from "@testing-library/preact";
import { useState } from "preact/hooks";
import { afterEach, expect, test } from "vitest";
import { emptyApi, entryOf, problemOf, renderInSession, serverTime } from "../testing.tsx";
import { useWeekEntries } from "./week-entries.ts";

afterEach(cleanup);

function View({ name }: { name: string }) {
  const { entries, failure } = useWeekEntries("2026-11-16");
  return <p>{`${name}: ${entries?.length ?? "nothing yet"}${failure ? ", failing" : ""}`}</p>;
}

function Views() {
  const [other, setOther] = useState(false);
  return (
    <>
      <button type="button" onClick={() => setOther(!other)}>
        Other view
      </button>
      {other ? <View key="calendar" name="calendar" /> : <View key="grid" name="grid" />}
    </>
  );
}

test("what one view has read the other one shows at once, and reads it again", async () => {
  const api = emptyApi();
  api.listEntries.mockResolvedValue({ data: [entryOf()], page: {}, server_time: serverTime });
  await renderInSession(<Views />, { api });
  await screen.findByText("grid: 1");
  const reads = api.listEntries.mock.calls.length;
  api.listEntries.mockRejectedValue(problemOf(500, "internal"));
  fireEvent.click(screen.getByRole("button"));
  expect(screen.getByText("calendar: 1")).toBeTruthy();
  await screen.findByText("calendar: 1, failing");
  expect(api.listEntries.mock.calls.length).toBe(reads + 1);
});

test("all pages of a week are read, of the caller alone", async () => {
  const api = emptyApi();
  api.listEntries
    .mockResolvedValueOnce({ data: [entryOf()], page: { next_cursor: "more" }, server_time: serverTime })
    .mockResolvedValueOnce({ data: [entryOf({ id: "e2" })], page: {}, server_time: serverTime });
  const { me } = await renderInSession(<View name="grid" />, { api });
  await screen.findByText("grid: 2");
  await waitFor(() => expect(api.listEntries).toHaveBeenCalledTimes(2));
  const query = { user_id: [me.user.id], from: "2026-11-15T23:00:00.000Z", to: "2026-11-22T23:00:00.000Z" };
  expect(api.listEntries).toHaveBeenNthCalledWith(1, expect.objectContaining(query));
  expect(api.listEntries).toHaveBeenNthCalledWith(2, expect.objectContaining({ ...query, cursor: "more" }));
});
