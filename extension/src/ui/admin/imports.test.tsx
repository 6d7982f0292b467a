import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { ImportRow } from "../../api/client.ts";
import { AddressContext, type Place } from "../hub/address.ts";
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
      const parts = [...partsOf(text, bytes)];
      expect(parts.join("")).toBe(text);
      for (const part of parts) {
        expect(new TextEncoder().encode(part).length).toBeLessThanOrEqual(bytes);
        expect(new TextDecoder().decode(new TextEncoder().encode(part))).toBe(part); // no half of a character
      }
    }
  });

  test.each(['"', "\\", "\n", "\u0001", "🕰", "\u2028"])(
    "of %j alone fits the limit of a request",
    (character) => {
      const text = character.repeat(900_000);
      let length = 0;
      for (const part of partsOf(text)) {
        length += part.length;
        expect(new TextEncoder().encode(part).length).toBeLessThanOrEqual(512 * 1024);
        expect(new TextEncoder().encode(JSON.stringify({ text: part })).length).toBeLessThanOrEqual(
          1024 * 1024,
        );
      }
      expect(length).toBe(text.length);
    },
  );

  test("is sent part by part, and then looked at", async () => {
    const api = emptyApi();
    const shares: number[] = [];
    await upload(api, { file_name: "x.csv" }, "x".repeat(1_200_000), (share) => shares.push(share));
    expect(api.putImportPart.mock.calls.map(([, number, text]) => [number, text.length])).toEqual([
      [1, 524_288],
      [2, 524_288],
      [3, 151_424],
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
  const opener = await screen.findByRole("button", { name: found.file_name });
  opener.focus();
  fireEvent.click(opener);
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
  const { api } = await open(
    importOf({ state: "checking", rows: 500, progress: { done: 500, total: 1000 } }),
  );
  expect(screen.getByText(texts.looked(500, 1000))).toBeTruthy();
  const bar = screen.getByRole<HTMLProgressElement>("progressbar", { name: texts.states.checking });
  expect([bar.value, bar.max, bar.getAttribute("aria-valuetext")]).toEqual([
    500,
    1000,
    texts.looked(500, 1000),
  ]);
  expect(screen.getAllByRole("status").map(({ textContent }) => textContent)).toContain(texts.share(0.5));
  expect(screen.queryByRole("button", { name: texts.run(2) })).toBeNull();
  api.getImport.mockResolvedValue(importOf());
  await waitFor(() => expect(interval).toHaveBeenCalledWith(expect.anything(), 1500));
  const follow = interval.mock.calls.find(([, ms]) => ms === 1500)?.[0] as () => void;
  follow();
  expect(await screen.findByText(texts.wouldAdd(2))).toBeTruthy();
});

test("an import is there again after the page was loaded anew", async () => {
  const api = emptyApi();
  const found = importOf({ state: "running", progress: { done: 99, total: 100 } });
  api.listImports.mockResolvedValue({ data: [found], page: {} });
  api.getImport.mockResolvedValue(found);
  const go = vi.fn();
  const load = (place: Place) =>
    renderInSession(
      <AddressContext.Provider value={{ place, go }}>
        <Imports />
      </AddressContext.Provider>,
      { api },
    );
  await load({});
  const cell = await screen.findByText(texts.share(0.99));
  expect(cell.textContent).toBe("99%");
  fireEvent.click(screen.getByRole("button", { name: found.file_name }));
  expect(go).toHaveBeenCalledWith({ import: found.id });
  cleanup();
  await load({ import: found.id });
  expect(await screen.findByRole("progressbar", { name: texts.states.running })).toBeTruthy();
});

test("before the rows are counted, nobody is told how far it is", async () => {
  await open(importOf({ state: "checking", rows: 0 }));
  expect(screen.getByRole("progressbar", { name: texts.states.checking }).hasAttribute("value")).toBe(false);
  expect(screen.getByText(texts.counting)).toBeTruthy();
});

test("what goes on is stopped, and goes on again", async () => {
  const running = importOf({ state: "running", progress: { done: 1, total: 3 } });
  const { api } = await open(running);
  expect(screen.getByText(texts.recorded(1, 3))).toBeTruthy();
  const counts = { new: 2, known: 0, refused: 0, added: 1, removed: 0, kept: 0 };
  api.getImport.mockResolvedValue(importOf({ state: "stopped", counts, etag: '"f1.5"' }));
  fireEvent.click(screen.getByRole("button", { name: texts.stop }));
  expect(await screen.findByText(texts.stopped(1, 2))).toBeTruthy();
  expect(api.stopImport).toHaveBeenCalledWith(running.id, running.etag);
  expect(screen.getByRole("button", { name: texts.undo })).toBeTruthy();
  fireEvent.click(screen.getByRole("button", { name: texts.run(2) }));
  await waitFor(() => expect(api.runImport).toHaveBeenCalledWith(running.id, '"f1.5"'));
});

test("a file is given up while it is looked at", async () => {
  const checking = importOf({ state: "checking", rows: 500 });
  const { api } = await open(checking);
  fireEvent.click(screen.getByRole("button", { name: texts.cancel }));
  await waitFor(() => expect(api.discardImport).toHaveBeenCalledWith(checking.id, checking.etag));
  expect(await screen.findByRole("button", { name: texts.look })).toBeTruthy();
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

test("the focus goes to the heading when what had it is gone", async () => {
  const { api } = await open();
  const heading = screen.getByRole("heading", { name: adminTexts.importing });
  await waitFor(() => expect(document.activeElement).toBe(heading));
  api.getImport.mockResolvedValue(
    importOf({ state: "done", counts: { new: 0, known: 0, refused: 1, added: 2, removed: 0, kept: 0 } }),
  );
  const run = screen.getByRole("button", { name: texts.run(2) });
  run.focus();
  fireEvent.click(run);
  await screen.findByText(texts.added(2));
  await waitFor(() => expect(document.activeElement).toBe(heading));
  const back = screen.getByRole("button", { name: texts.back });
  back.focus();
  fireEvent.click(back);
  await screen.findByLabelText(texts.file);
  await waitFor(() => expect(document.activeElement).toBe(heading));
});

test("a file's times are those of the zone that was chosen", async () => {
  const api = emptyApi();
  await renderInSession(<Imports />, { api });
  fireEvent.change(await screen.findByLabelText(texts.zone), { target: { value: "Asia/Tokyo" } });
  const input = screen.getByLabelText(texts.file);
  Object.defineProperty(input, "files", { value: [new File(["a"], "toggl.csv")] });
  fireEvent.change(input);
  fireEvent.click(screen.getByRole("button", { name: texts.look }));
  await waitFor(() =>
    expect(api.beginImport).toHaveBeenCalledWith({ file_name: "toggl.csv", time_zone: "Asia/Tokyo" }),
  );
});
