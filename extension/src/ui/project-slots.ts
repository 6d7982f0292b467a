/** Which of the categorical colours a project has: by order of first use in the frame, then kept. */

/** How many colours there are. Further projects share the quiet one. */
export const slots = 6;

const taken = new Map<string, number>();

/** The colour's number from 1, as CSS has it in `--tt-p1` and so on; 0 is the quiet one. */
export function projectSlot(key: string): number {
  let slot = taken.get(key);
  if (slot === undefined) {
    slot = taken.size < slots ? taken.size + 1 : 0;
    taken.set(key, slot);
  }
  return slot;
}
