/** As what lengths are shown of which a part is shown too, such as hours and what is billable of them. */

import { shownParts } from "./shown.ts";
import { minuteMs } from "./units.ts";

interface Within {
  lengths: readonly number[];
  parts: readonly number[];
}

/**
 * Lengths, and of each a part of it. Both add up to what is shown of their whole, and neither a part nor the rest of a length
 * is off by a unit. So no part is more than its length. The time policy has the rule, and its vectors are the tests.
 */
export function shownWithin({ lengths, parts }: Within, whole: number, wholePart: number): Within {
  const shown = shownParts(lengths, minuteMs, whole);
  // Corrections are apportioned each by themselves.
  if (parts.some((part, i) => part < 0 || part > (lengths[i] ?? 0)))
    return { lengths: shown, parts: shownParts(parts, minuteMs, wholePart) };
  const fitting = new Fitting(lengths, parts, shown);
  while (fitting.sum("least") > wholePart && fitting.move("least", -minuteMs, 0));
  while (fitting.sum("most") < wholePart && fitting.move("most", 0, minuteMs));
  return { lengths: shown, parts: fitting.fill(wholePart) ?? shownParts(parts, minuteMs, wholePart) };
}

class Fitting {
  private readonly order: readonly number[];
  private readonly backwards: readonly number[];

  constructor(
    private readonly lengths: readonly number[],
    private readonly parts: readonly number[],
    private readonly shown: number[],
  ) {
    this.order = byLoss(lengths);
    this.backwards = [...this.order].reverse();
  }

  /** The least that a part can be shown as, where its length is shown as this. */
  private least(i: number, shown: number): number {
    const [length = 0, part = 0] = [this.lengths[i], this.parts[i]];
    return Math.max(down(part), shown - up(length - part));
  }

  private most(i: number, shown: number): number {
    const [length = 0, part = 0] = [this.lengths[i], this.parts[i]];
    return Math.min(up(part), shown - down(length - part));
  }

  sum(bound: "least" | "most"): number {
    return this.shown.reduce((sum, shown, i) => sum + this[bound](i, shown), 0);
  }

  /**
   * Takes a unit from the length that has lost the least and gives it to the one that has lost the most. The bound changes
   * as said in both.
   */
  move(bound: "least" | "most", taken: number, given: number): boolean {
    const at = (i: number) => this.shown[i] ?? 0;
    const change = (i: number, by: number) => this[bound](i, at(i) + by) - this[bound](i, at(i));
    const to = this.order.find((i) => at(i) < (this.lengths[i] ?? 0) && change(i, minuteMs) === given);
    const from = this.backwards.find((i) => at(i) > (this.lengths[i] ?? 0) && change(i, -minuteMs) === taken);
    if (to === undefined || from === undefined) return false;
    this.shown[to] = at(to) + minuteMs;
    this.shown[from] = at(from) - minuteMs;
    return true;
  }

  /** The parts: each as the least it can be; units that are lacking go to those that have lost the most. */
  fill(whole: number): number[] | undefined {
    const shown = this.shown.map((length, i) => this.least(i, length));
    let lacking = whole - shown.reduce((sum, ms) => sum + ms, 0);
    for (const i of byLoss(this.parts)) {
      const least = shown[i] ?? 0;
      if (lacking <= 0 || least >= this.most(i, this.shown[i] ?? 0)) continue;
      shown[i] = least + minuteMs;
      lacking -= minuteMs;
    }
    return lacking === 0 ? shown : undefined;
  }
}

/** Those that have lost the most first; of equal ones, the first. */
function byLoss(lengths: readonly number[]): number[] {
  const lost = lengths.map((ms) => ms - down(ms));
  return lengths.map((_, i) => i).sort((a, b) => (lost[b] ?? 0) - (lost[a] ?? 0) || a - b);
}

function down(ms: number): number {
  return Math.floor(ms / minuteMs) * minuteMs;
}

function up(ms: number): number {
  return Math.ceil(ms / minuteMs) * minuteMs;
}
