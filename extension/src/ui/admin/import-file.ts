/** Reading a file of another product, and sending it in parts. */

import type { Api, Import, NewImport } from "../../api/client.ts";

/** Bytes of a part in UTF-8 at most, as the API takes them. */
const partBytes = 512 * 1024;
/** The longest file in bytes. */
export const fileBytes = 64 * 1024 * 1024;

/** The text of a file: UTF-8, or UTF-16 where its first bytes say so, as spreadsheets save it. */
export async function readText(file: Blob): Promise<string> {
  const start = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  const [first, second] = start;
  const encoding =
    first === 0xff && second === 0xfe ? "utf-16le" : first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
  return new TextDecoder(encoding).decode(await file.arrayBuffer());
}

/** Cuts a text into parts that are no longer than the bytes, and never within a character. */
export function partsOf(text: string, bytes = partBytes): string[] {
  const parts: string[] = [];
  // A UTF-16 unit is at most three bytes in UTF-8.
  const units = Math.floor(bytes / 3);
  for (let from = 0; from < text.length; ) {
    let to = Math.min(from + units, text.length);
    if (to < text.length && isHighSurrogate(text.charCodeAt(to - 1))) to -= 1;
    parts.push(text.slice(from, to));
    from = to;
  }
  return parts;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}

/** Sends a file and has its rows looked at. `onProgress` is told the share that was sent, from 0 to 1. */
export async function upload(
  api: Pick<Api, "beginImport" | "putImportPart" | "checkImport">,
  options: NewImport,
  text: string,
  onProgress: (share: number) => void,
): Promise<Import> {
  const begun = await api.beginImport(options);
  const parts = partsOf(text);
  for (const [index, part] of parts.entries()) {
    onProgress(index / parts.length);
    await api.putImportPart(begun.id, index + 1, part);
  }
  onProgress(1);
  return api.checkImport(begun.id, parts.length);
}
