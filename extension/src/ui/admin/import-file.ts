/** Reading a file of another product, and sending it in parts. */

import type { Api, Import, NewImport } from "../../api/client.ts";

/** Bytes of a part in UTF-8 at most, as the API takes them. */
const partBytes = 512 * 1024;
/** Bytes of a request that carries a part, in which JSON writes some characters as several. */
const bodyBytes = 1_000_000;
/** The longest file in bytes. */
export const fileBytes = 64_000_000;

/** The text of a file: UTF-8, or UTF-16 where its first bytes say so, as spreadsheets save it. */
export async function readText(file: Blob): Promise<string> {
  const start = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  const [first, second] = start;
  const encoding =
    first === 0xff && second === 0xfe ? "utf-16le" : first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
  return new TextDecoder(encoding).decode(await file.arrayBuffer());
}

/** Cuts a text into parts that are no longer than the bytes, and never within a character. */
export function* partsOf(text: string, bytes = partBytes, body = bodyBytes): Generator<string> {
  for (let from = 0; from < text.length; ) {
    let to = from;
    for (let utf8 = 0, json = 0; to < text.length; to++) {
      const unit = text.charCodeAt(to);
      utf8 += unit < 0x80 ? 1 : unit < 0x800 || isSurrogate(unit) ? 2 : 3;
      json += unit === 0x22 || unit === 0x5c ? 1 : unit < 0x20 ? 5 : 0;
      if (utf8 > bytes || utf8 + json > body) break;
    }
    if (to < text.length && isHighSurrogate(text.charCodeAt(to - 1))) to -= 1;
    yield text.slice(from, to);
    from = to;
  }
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xe000;
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
  let parts = 0;
  let sent = 0;
  for (const part of partsOf(text)) {
    onProgress(sent / text.length);
    await api.putImportPart(begun.id, ++parts, part);
    sent += part.length;
  }
  onProgress(1);
  return api.checkImport(begun.id, parts);
}
