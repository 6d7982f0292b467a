import { expect, it } from "vitest";
import { monthValues, readSettings, writeSettings } from "./settings.ts";

const first = { grouping: "project", month: "this" };

it.each<[string, string | null | undefined, object]>([
  ["nothing", null, first],
  ["nothing at all", undefined, first],
  ["an empty text", "", first],
  ["what is no JSON", "{grouping", first],
  ["null", "null", first],
  ["a text", '"user"', first],
  ["a list", '["user"]', first],
  ["one setting", '{"grouping":"user"}', { ...first, grouping: "user" }],
  ["both", '{"grouping":"user","month":"last"}', { grouping: "user", month: "last" }],
  ["values that nobody knows", '{"grouping":"client","month":7}', first],
  ["settings that nobody knows", '{"colour":"red","month":"last"}', { ...first, month: "last" }],
])("a dashboard that has kept %s", (_, data, expected) => {
  const kept = data === undefined ? undefined : { data };
  expect(readSettings(monthValues, kept)).toEqual(expected);
});

it("reads what it writes", () => {
  const settings = { grouping: "user", month: "last" } as const;
  expect(readSettings(monthValues, writeSettings(settings))).toEqual(settings);
});
