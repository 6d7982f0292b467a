/** How long the address of a file lasts, for browsers that read it late or ask where to save it. */
const revokeAfterMs = 60_000;

/** Gives the person a file, as a download. */
export function saveFile(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // Safari begins to read the address after the click has ended.
  setTimeout(() => URL.revokeObjectURL(url), revokeAfterMs);
}
