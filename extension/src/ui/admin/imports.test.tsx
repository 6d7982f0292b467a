import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { ImportRow } from "../../api/client.ts";
import { emptyApi, importOf, renderInSession } from "../testing.tsx";
import { partsOf, readText, upload } from "./import-file.ts";
import { Imports } from "./imports.tsx";
import { adminTexts } from "./texts.ts";

const texts = adminTexts.imports;

afterEach(cleanup);

describe("a file", () => {
  test.each([
    ["UTF-8", new TextEncoder().encode("a,Zoë 🕰")],
    ["UTF-8 with a mark", new TextEncoder().encode("\ufeffa,Zoë 🕰")],
    ["UTF-16 as spreadsheets save it", new Uint8Array([0xff, 0xfe, ...utf16("a,Zoë 🕰")])],
  ])("in %s is read as a text", async (_, bytes) => {
    expect(await readText(new Blob([bytes]))).toBe("a,Zoë 🕰");
  });

  test("is cut into parts that are short enough and together the file", () => {
    const text = "ab🕰ëñ\n".repeat(50);
    for (let bytes = 6; bytes < 30; bytes++) {
      const parts = partsOf(text, bytes);
      expect(parts.join("")).toBe(text);
      for (const part of parts) {
        expect(new TextEncoder().encode(part).length).toBeLessThanOrEqual(bytes);
        expect(new TextDecoder().decode(new TextEncoder().encode(part))).toBe(part); // no half of a character
      }
    }
  });

  test("is sent part by part, and then looked at", async () => {
    const api = emptyApi();
    const shares: number[] = [];
    await upload(api, { file_name: "x.csv" }, "x".repeat(400_000), (share) => shares.push(share));
    expect(api.putImportPart.mock.calls.map(([, number, text]) => [number, text.length])).toEqual([
      [1, 174_762],
      [2, 174_762],
      [3, 50_476],
    ]);
    expect(api.checkImport).toHaveBeenCalledWith(importOf().id, 3);
    expect(shares.at(-1)).toBe(1);
  });
});

function utf16(text: string): number[] {
  return Array.from({ length: text.length }, (_, i) => text.charCodeAt(i)).flatMap((unit) => [
    unit & 0xff,
    unit >> 8,
  ]);
}

const row: ImportRow = {
  number: 3,
  outcome: "refused",
  person: "zoe@contoso.example",
  work_item_id: "104",
  problem: { code: "person_unknown", message: "…" },
};

async function open(found = importOf()) {
  const api = emptyApi();
  api.listImports.mockResolvedValue({ data: [found], page: {} });
  api.getImport.mockResolvedValue(found);
  api.listImportRows.mockResolvedValue({ data: [row], page: {} });
  await renderInSession(<Imports />, { api });
  fireEvent.click(await screen.findByRole("button", { name: found.file_name }));
  await screen.findByRole("heading", { name: found.file_name });
  return { api };
}

test("what would happen is told before anything is recorded", async () => {
  const { api } = await open();
  expect(await screen.findByText(texts.wouldAdd(2))).toBeTruthy();
  expect(screen.getByText(new RegExp(texts.problems.person_unknown), { selector: "li" })).toBeTruthy();
  fireEvent.click(screen.getByRole("radio", { name: texts.withCount(texts.outcomes.refused, 1) }));
  await waitFor(() =>
    expect(api.listImportRows).toHaveBeenLastCalledWith(
      importOf().id,
      expect.objectContaining({ outcome: "refused" }),
    ),
  );
  const line = within(await screen.findByRole("row", { name: /zoe@contoso\.example/ }));
  expect(line.getByText(texts.problems.person_unknown)).toBeTruthy();
  expect(api.runImport).not.toHaveBeenCalled();
});

test("an import is run once, and followed until it is done", async () => {
  const { api } = await open();
  api.getImport.mockResolvedValue(
    importOf({ state: "done", counts: { new: 0, known: 0, refused: 1, added: 2, removed: 0, kept: 0 } }),
  );
  const run = screen.getByRole("button", { name: texts.run(2) });
  fireEvent.click(run);
  fireEvent.click(run);
  expect(await screen.findByText(texts.added(2))).toBeTruthy();
  expect(api.runImport).toHaveBeenCalledTimes(1);
  expect(screen.getByRole("button", { name: texts.undo })).toBeTruthy();
});

test("an import that goes on by itself is asked for again", async () => {
  const interval = vi.spyOn(globalThis, "setInterval");
  const { api } = await open(importOf({ state: "checking", rows: 500 }));
  expect(screen.getByText(texts.looked(500))).toBeTruthy();
  expect(screen.queryByRole("button", { name: texts.run(2) })).toBeNull();
  api.getImport.mockResolvedValue(importOf());
  await waitFor(() => expect(interval).toHaveBeenCalledWith(expect.anything(), 1500));
  const follow = interval.mock.calls.find(([, ms]) => ms === 1500)?.[0] as () => void;
  follow();
  expect(await screen.findByText(texts.wouldAdd(2))).toBeTruthy();
});

test("a file that can't be read says why", async () => {
  await open(
    importOf({
      state: "failed",
      rows: 0,
      problems: [],
      problem: { code: "import_format_unknown", message: "…" },
    }),
  );
  expect(screen.getByText(texts.problems.import_format_unknown)).toBeTruthy();
  expect(screen.getByRole("button", { name: texts.discard })).toBeTruthy();
});

test("without a file nothing is sent", async () => {
  const api = emptyApi();
  await renderInSession(<Imports />, { api });
  fireEvent.click(await screen.findByRole("button", { name: texts.look }));
  expect(await screen.findByText(texts.chooseFile)).toBeTruthy();
  expect(api.beginImport).not.toHaveBeenCalled();
});
