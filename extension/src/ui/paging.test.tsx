import { act, cleanup, renderHook, waitFor } from "@testing-library/preact";
import { afterEach, expect, test, vi } from "vitest";
import { type Position, usePaging } from "./paging.tsx";

afterEach(cleanup);

/** A list of numbers, in pages of the wanted length. */
function listOf(length: number) {
  return vi.fn(async ({ limit, cursor = "0" }: Position) => {
    const from = Number(cursor);
    const data = Array.from({ length: Math.min(limit, length - from) }, (_, i) => from + i);
    const next = from + limit;
    return { data, page: next < length ? { next_cursor: String(next) } : {} };
  });
}

async function show(load: ReturnType<typeof listOf>, appends: boolean) {
  const { result, rerender } = renderHook(
    ({ query }: { query: object }) => usePaging(load, query, { size: 2, appends }),
    { initialProps: { query: {} } },
  );
  const loaded = () => waitFor(() => expect(result.current.loading).toBe(false));
  await loaded();
  return {
    result,
    async go(step: "next" | "previous") {
      act(() => result.current[step]?.());
      await loaded();
    },
    async query(query: object) {
      rerender({ query });
      await loaded();
    },
  };
}

test("pages replace each other, and lead back", async () => {
  const { result, go } = await show(listOf(5), false);
  expect(result.current).toMatchObject({ items: [0, 1], number: 1, previous: undefined });
  await go("next");
  await go("next");
  expect(result.current).toMatchObject({ items: [4], number: 3, next: undefined });
  await go("previous");
  expect(result.current).toMatchObject({ items: [2, 3], number: 2 });
});

test("another query begins at the first page", async () => {
  const { result, go, query } = await show(listOf(5), false);
  await go("next");
  await query({ search: "x" });
  expect(result.current).toMatchObject({ items: [0, 1], number: 1 });
});

test("pages are added, and another query loads as many lines as were on show", async () => {
  const load = listOf(5);
  const { result, go, query } = await show(load, true);
  await go("next");
  expect(result.current.items).toEqual([0, 1, 2, 3]);
  await query({ changes: 1 });
  expect(load).toHaveBeenLastCalledWith({ limit: 4 });
  expect(result.current.items).toEqual([0, 1, 2, 3]);
  await go("next");
  expect(result.current).toMatchObject({ items: [0, 1, 2, 3, 4], next: undefined });
});

test.each([true, false])("a page that fails is asked for again (added: %s)", async (appends) => {
  const load = listOf(3);
  const { result, go } = await show(load, appends);
  load.mockRejectedValueOnce(new Error("x"));
  await go("next");
  expect(result.current).toMatchObject({ items: [0, 1], failure: { retryable: true } });
  await go("next");
  expect(result.current).toMatchObject({ items: appends ? [0, 1, 2] : [2], number: 2, failure: null });
});
