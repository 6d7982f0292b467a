import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { TimeEntry } from "../../api/client.ts";
import { Hub } from "../hub-view.tsx";
import { operationTexts } from "../operations/texts.ts";
import { emptyApi, entryOf, renderInSession, serverTime } from "../testing.tsx";
import { hubTexts } from "./texts.ts";

beforeEach(() => vi.useFakeTimers({ now: Date.parse(serverTime), toFake: ["Date"] }));
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const monday = entryOf({
  id: "mon",
  started_at: "2026-11-16T08:00:00Z",
  stopped_at: "2026-11-16T10:30:00Z",
});
const tuesday = entryOf({
  id: "tue",
  work_item: { ...entryOf().work_item, id: "125", title: "Index names", project: "Storefront" },
  started_at: "2026-11-17T08:00:00Z",
  stopped_at: "2026-11-17T09:45:00Z",
});

async function openList(entries: TimeEntry[]) {
  const api = emptyApi();
  api.listEntries.mockImplementation(async (query) => ({
    data: query?.needs_review ? [] : entries,
    page: {},
    server_time: serverTime,
  }));
  const shown = await renderInSession(<Hub />, { api });
  fireEvent.click(await screen.findByRole("button", { name: hubTexts.week.list }));
  return { ...shown, api };
}

test("entries of the week on different work items are changed together", async () => {
  const { api } = await openList([monday, tuesday]);
  const table = await screen.findByRole("table", { name: /^Entries, 16.*22 November$/u });
  const rows = within(table).getAllByRole("row");
  expect(rows[2]?.textContent).toContain("#125 Index names");
  expect(rows[4]?.textContent).toContain("#104 Show the reference");
  fireEvent.click(within(table).getByRole("checkbox", { name: operationTexts.selection.all }));
  const bar = screen.getByRole("region", { name: operationTexts.selection.region });
  fireEvent.click(within(bar).getByRole("button", { name: operationTexts.bulk.void }));
  await waitFor(() => expect(api.changeEntries).toHaveBeenCalledOnce());
  expect(api.changeEntries.mock.calls[0]?.[0].map(({ id }) => id).sort()).toEqual(["mon", "tue"]);
});

test("an empty week says what will be in it", async () => {
  await openList([]);
  expect(await screen.findByText(hubTexts.list.empty)).toBeTruthy();
});
