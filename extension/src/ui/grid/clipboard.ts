/** Blocks of cells as spreadsheets exchange them: tabs between columns, a line for each row. */

export function writeBlock(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => row.join("\t")).join("\r\n");
}

/** Reads a block. Spreadsheets put quotes around a text with a tab, a line break or a quote in it. */
export function readBlock(text: string): string[][] {
  const rows: string[][] = [[]];
  const cell = /"((?:[^"]|"")*)"(?=\t|\r|\n|$)|[^\t\r\n]*/y;
  for (let at = 0; at <= text.length; ) {
    cell.lastIndex = at;
    const [whole = "", quoted] = cell.exec(text) ?? [];
    rows.at(-1)?.push((quoted === undefined ? whole : quoted.replaceAll('""', '"')).trim());
    at += whole.length;
    const sign = text.startsWith("\r\n", at) ? "\r\n" : (text[at] ?? "");
    if (sign === "") break;
    at += sign.length;
    if (sign === "\t") continue;
    // A line break at the end begins no row.
    if (at >= text.length) break;
    rows.push([]);
  }
  return rows;
}
