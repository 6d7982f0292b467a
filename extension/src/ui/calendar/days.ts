/**
 * The days of a week as a calendar draws them. Every place is an instant: a day with a change of the clocks has 23 or 25
 * hours, and is drawn so. Before the body's first hour and after its last one, a day can be folded.
 */

import { hourMs } from "../units.ts";
import { addDays, instantsOf, startOfDay } from "../zone.ts";

/** The hours between which a day is always drawn, on the wall clock of the person's zone. */
export const firstHour = 8;
export const lastHour = 18;

export type SectionName = "early" | "body" | "late";

/** A part of a day, from one instant to another, in milliseconds since the epoch. */
export interface Section {
  name: SectionName;
  from: number;
  to: number;
}

export interface CalendarDay {
  /** "2026-11-25" */
  date: string;
  from: number;
  to: number;
  sections: readonly [Section, Section, Section];
}

/** The seven days from the first one, in the zone. */
export function daysFrom(first: string, zone: string): CalendarDay[] {
  return Array.from({ length: 7 }, (_, i) => dayOf(addDays(first, i), zone));
}

export function dayOf(date: string, zone: string): CalendarDay {
  const from = startOfDay(date, zone);
  const to = Math.max(from, startOfDay(addDays(date, 1), zone));
  const bodyFrom = within(wallHour(date, firstHour, zone), from, to);
  const bodyTo = within(wallHour(date, lastHour, zone), bodyFrom, to);
  return {
    date,
    from,
    to,
    sections: [
      { name: "early", from, to: bodyFrom },
      { name: "body", from: bodyFrom, to: bodyTo },
      { name: "late", from: bodyTo, to },
    ],
  };
}

/** The first instant of an hour of the day. Where the clocks skip it, the one to which they jump. */
function wallHour(date: string, hour: number, zone: string): number {
  for (let h = hour; h < 24; h++) {
    const [instant] = instantsOf(`${date}T${String(h).padStart(2, "0")}:00`, zone);
    if (instant !== undefined) return instant;
  }
  return startOfDay(addDays(date, 1), zone);
}

function within(value: number, from: number, to: number): number {
  return Math.min(Math.max(value, from), to);
}

/** How many hours a section is high, over all days: the longest one. Days with less end, or begin, with the body. */
export function hoursOf(days: readonly CalendarDay[], name: SectionName): number {
  return Math.max(0, ...days.map((day) => lengthOf(day, name))) / hourMs;
}

export function sectionOf(day: CalendarDay, name: SectionName): Section {
  return day.sections[name === "early" ? 0 : name === "body" ? 1 : 2];
}

function lengthOf(day: CalendarDay, name: SectionName): number {
  const { from, to } = sectionOf(day, name);
  return to - from;
}

/** The full hours that begin in a section, as instants. */
export function hoursIn({ from, to }: Section): number[] {
  const hours: number[] = [];
  for (let at = from; at < to; at += hourMs) hours.push(at);
  return hours;
}

/** Which parts of the days are drawn to scale beside the body. */
export interface Unfolded {
  early: boolean;
  late: boolean;
}

/** From when to when a day is drawn to scale. */
export function visibleOf(day: CalendarDay, { early, late }: Unfolded): { from: number; to: number } {
  const [first, body, last] = day.sections;
  return { from: early ? first.from : body.from, to: late ? last.to : body.to };
}

/** How an instant of a day becomes a height, and a height an instant. The bodies of all days begin at one height. */
export interface Scale {
  hourPx: number;
  /** The height of what is above the bodies, in pixels. */
  abovePx: number;
}

export function heightOf(day: CalendarDay, instant: number, { hourPx, abovePx }: Scale): number {
  return abovePx + ((instant - sectionOf(day, "body").from) / hourMs) * hourPx;
}

export function instantAt(day: CalendarDay, height: number, { hourPx, abovePx }: Scale): number {
  return sectionOf(day, "body").from + ((height - abovePx) / hourPx) * hourMs;
}
