import { expect, test } from "vitest";
import { entryOf } from "../testing.tsx";
import { gridEntry } from "./entry.ts";
import { gridModel, withSameRows } from "./model.ts";

const dates = Array.from({ length: 7 }, (_, i) => `2026-11-${16 + i}`);
const modelOf = (...entries: ReturnType<typeof entryOf>[]) =>
  gridModel({
    dates,
    zone: "Europe/Berlin",
    entries: entries.map(gridEntry),
    extra: [],
    now: 0,
    organization: "contoso",
  });
const work = (id: string) => ({ ...entryOf().work_item, id });
const first = entryOf({ started_at: "2026-11-16T08:00:00Z", stopped_at: "2026-11-16T09:00:00Z" });
const second = entryOf({ ...first, id: "e2", work_item: work("125") });

test("a row that shows the same is the same, and one that doesn't is another", () => {
  const before = modelOf(first, second);
  // As it is read again from the server.
  const after = withSameRows(
    modelOf({ ...first }, { ...second, stopped_at: "2026-11-16T09:30:00Z", etag: '"2"' }),
    before,
  );
  const [one, other] = [...before.rows.keys()];
  expect(after.rows.get(one ?? "")).toBe(before.rows.get(one ?? ""));
  expect(after.rows.get(other ?? "")).not.toBe(before.rows.get(other ?? ""));
  expect(after.groups.flatMap(({ rows }) => rows)).toEqual([...after.rows.values()]);
  expect(after.shownMs).toBe(150 * 60_000);
});

test("a row that was closed meanwhile is another one", () => {
  const before = modelOf(first);
  const after = withSameRows(modelOf({ ...first, locked: true }), before);
  expect([...after.rows.values()][0]?.cells[0]?.entries[0]?.locked).toBe(true);
});
