import { cleanup, fireEvent, render, screen, within } from "@testing-library/preact";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { AccessRecord, Api } from "../../../api/client.ts";
import { Accesses } from "./accesses.tsx";

function recordOf(change: Partial<AccessRecord>): AccessRecord {
  return {
    id: "a1",
    hour: "2026-11-20T09:00:00.000Z",
    kind: "report",
    by: { id: "u2", name: "Grace Hopper", role: "admin" },
    everybody: false,
    first_at: "2026-11-20T09:05:00.000Z",
    last_at: "2026-11-20T09:05:00.000Z",
    reads: 1,
    ...change,
  };
}

function show(load: Api["accessRecords"]) {
  render(<Accesses api={{ accessRecords: load } as Api} zone="Europe/Berlin" self="u1" />);
}

afterEach(cleanup);

describe("who read one's data", () => {
  test("says who, what, whose and how often", async () => {
    const records = [
      recordOf({}),
      recordOf({ id: "a2", kind: "list", everybody: true, last_at: "2026-11-20T09:55:00.000Z", reads: 12 }),
      recordOf({ id: "a3", kind: "operator", by: { operator: "tenant show, by Olga" }, everybody: true }),
      recordOf({ id: "a4", by: { id: "u1", name: "Ada Lovelace", role: "super_admin" } }),
    ];
    show(async () => ({ data: records, page: {} }));
    const table = await screen.findByRole("table", { name: "Who read your data" });
    const [, report, list, operator, own] = within(table).getAllByRole("row");
    expect(report?.textContent).toMatch(/10:05.*Grace Hopper.*admin.*A report.*Yours.*1 time$/);
    expect(list?.textContent).toMatch(
      /10:05.* to 10:55.*A list of time.*Everybody's in your organization.*12 times$/,
    );
    expect(operator?.textContent).toContain("An operator of TimeTrackertenant show, by Olga");
    expect(own?.textContent).toContain("Yousuper admin");
    expect(within(table).getAllByText("Grace Hopper")[0]?.tagName).toBe("BDI");
  });

  test("says that nobody did", async () => {
    show(async () => ({ data: [], page: {} }));
    expect(await screen.findByText("Nobody else has read your data.")).toBeTruthy();
  });

  test("goes on to earlier hours", async () => {
    const load = vi.fn<Api["accessRecords"]>(async ({ cursor }) =>
      cursor
        ? { data: [recordOf({ id: "b", kind: "log" })], page: {} }
        : { data: [recordOf({})], page: { next_cursor: "next" } },
    );
    show(load);
    await screen.findByText("A report");
    fireEvent.click(screen.getByRole("button", { name: /next/i }));
    expect(await screen.findByText("A log")).toBeTruthy();
    expect(load).toHaveBeenLastCalledWith({ limit: 25, cursor: "next" });
  });

  test("offers to try again", async () => {
    const load = vi.fn<Api["accessRecords"]>().mockRejectedValueOnce(new Error("down"));
    load.mockResolvedValue({ data: [recordOf({})], page: {} });
    show(load);
    fireEvent.click(await screen.findByRole("button", { name: /again|retry/i }));
    expect(await screen.findByText("A report")).toBeTruthy();
  });
});
