/** What was recorded: on a day, and for a project. Time under review is apart. */

import type { Placed } from "./blocks.ts";

export interface Sums {
  ms: number;
  reviewMs: number;
}

/** The time between two instants. */
export function sumsOf(span: { from: number; to: number }, placed: readonly Placed[]): Sums {
  const sums = { ms: 0, reviewMs: 0 };
  for (const { entry, from, to } of placed) {
    const part = Math.min(to, span.to) - Math.max(from, span.from);
    if (part <= 0) continue;
    if (entry.needs_review) sums.reviewMs += part;
    else sums.ms += part;
  }
  return sums;
}
