/**
 * As what lengths are shown, so that everybody can add up what they see. The time policy has the rule, and its vectors
 * are the tests. Lengths are whole milliseconds.
 */

import { minuteMs } from "./units.ts";

/**
 * The parts of a whole as they are shown: whole units, which add up to the whole. That is their sum cut to the unit, or
 * what it is shown as where it is itself a part of something. Corrections of closed time may be negative.
 */
export function shownParts(
  parts: readonly number[],
  unit = minuteMs,
  whole = shownWhole(parts, unit),
): number[] {
  const shown = parts.map((ms) => cut(ms, unit));
  const lost = parts.map((ms, i) => ms - (shown[i] ?? 0));
  const lacking = (whole - sumOf(shown)) / unit;
  const sign = Math.sign(lacking);
  const byLoss = parts.map((_, i) => i).sort((a, b) => sign * ((lost[b] ?? 0) - (lost[a] ?? 0)) || a - b);
  for (const i of byLoss.slice(0, Math.abs(lacking))) shown[i] = (shown[i] ?? 0) + sign * unit;
  return shown;
}

/** The whole of the parts, cut to the unit. */
export function shownWhole(parts: readonly number[], unit = minuteMs): number {
  return cut(sumOf(parts), unit);
}

/** Cuts towards nothing, which has no sign. */
function cut(ms: number, unit: number): number {
  return Math.trunc(ms / unit) * unit || 0;
}

function sumOf(lengths: readonly number[]): number {
  return lengths.reduce((sum, ms) => sum + ms, 0);
}

/** The start and, unless it runs, the stop of an entry. */
export interface Interval {
  started_at: string;
  stopped_at?: string;
}

/** Whether the times of an entry must have seconds, so that its length is their difference. */
export function needsSeconds({ started_at, stopped_at }: Interval): boolean {
  return stopped_at === undefined || [started_at, stopped_at].some((at) => Date.parse(at) % minuteMs !== 0);
}

/** The difference of two instants as they are shown, cut to the minute or to the second. */
export function shownLength(from: number, to: number, seconds: boolean): number {
  const unit = seconds ? 1_000 : minuteMs;
  return cut(to, unit) - cut(from, unit);
}
