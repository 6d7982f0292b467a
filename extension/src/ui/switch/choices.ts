/** What the switch field offers: which items, in which groups and order, for what was typed. */

import type { RecentWorkItem, WorkItem } from "../../api/client.ts";
import { type GeneralTime, itemName, sameItem, type Work } from "../work-item.ts";

/** What was typed, as it is searched by. */
export interface Wanted {
  /** Only items that are assigned to the person. */
  mine: boolean;
  /** The number of an item. */
  number?: string;
  /** All of them stand in the title; in lower case. */
  words: string[];
  /** What Azure DevOps is asked for; empty for nothing but `mine`. */
  q: string;
}

const me = /(^|\s)@me(?=\s|$)/giu;
const numberAlone = /^#?(\d{1,10})$/;

/** Reads what was typed: a number, words, or "@me" alone or beside them. */
export function wantedBy(typed: string): Wanted {
  const mine = typed.search(me) >= 0;
  const q = typed.replace(me, " ").trim().replace(/\s+/gu, " ");
  const number = numberAlone.exec(q)?.[1];
  return { mine, q: number ?? q, words: lower(q).split(" ").filter(Boolean), ...(number && { number }) };
}

/** Whether anything was typed that narrows the choice. */
export function isEmpty({ mine, q }: Wanted): boolean {
  return !mine && q === "";
}

/** The fewest letters that Azure DevOps is asked for. A number may have one digit. */
const shortestSearch = 2;

/** Whether Azure DevOps is asked, or the words are too short to find anything in particular. */
export function isSearched(wanted: Wanted): boolean {
  return wanted.mine || wanted.number !== undefined || wanted.q.length >= shortestSearch;
}

const lower = (text: string) => text.normalize("NFC").toLocaleLowerCase();

/** Whether an item that is known already is one of those wanted. `person` is the caller's name. */
export function matches(item: Work, wanted: Wanted, person: string): boolean {
  if (item.id === undefined) return !wanted.mine && hasWords(itemName(item), wanted);
  if (wanted.mine && item.assigned_to !== person) return false;
  if (wanted.number !== undefined && item.id.startsWith(wanted.number)) return true;
  return hasWords(item.title ?? "", wanted);
}

function hasWords(name: string, { words }: Wanted): boolean {
  const text = lower(name);
  return words.every((word) => text.includes(word));
}

export type GroupId = "pinned" | "recent" | "general" | "mine" | "found";

export interface Choice {
  /** The same for an item however it was found. */
  key: string;
  item: Work;
  group: GroupId;
}

export interface Group {
  id: GroupId;
  choices: Choice[];
}

/** What is known to choose from. Absent is what hasn't been read. */
export interface Known {
  recent: readonly RecentWorkItem[];
  /** Projects that allow time without a work item. */
  general: readonly GeneralTime[];
  /** What is assigned to the person. */
  mine: readonly WorkItem[];
  /** What Azure DevOps has found for what is typed. */
  found: readonly WorkItem[];
}

/** So many recent items are shown before anything is typed, so that what is assigned is in sight below. */
const recentShown = 8;
/** So many projects without a work item are. */
const generalShown = 5;

/** The groups that have anything to choose. What Azure DevOps finds comes last, so that it moves nothing when it comes. */
export function groupsOf(known: Known, wanted: Wanted, person: string): Group[] {
  const empty = isEmpty(wanted);
  const taken: Work[] = [];
  const group = (id: GroupId, items: readonly Work[], limit = Number.POSITIVE_INFINITY): Group => {
    const choices: Choice[] = [];
    for (const item of items) {
      if (choices.length >= limit) break;
      if (taken.some((other) => sameWork(other, item))) continue;
      taken.push(item);
      choices.push({ key: keyOf(item), item, group: id });
    }
    return { id, choices };
  };
  const recent = known.recent.filter(({ work_item }) => matches(work_item, wanted, person));
  const listed = (pinned: boolean) =>
    recent.filter((each) => each.pinned === pinned).map(({ work_item }) => work_item);
  const groups = [
    group("pinned", listed(true)),
    group("recent", listed(false), empty ? recentShown : undefined),
    group(
      "general",
      known.general.filter((each) => matches(each, wanted, person)),
      empty ? generalShown : undefined,
    ),
    ...(empty ? [group("mine", known.mine)] : [group(wanted.mine ? "mine" : "found", known.found)]),
  ];
  return groups.filter(({ choices }) => choices.length > 0);
}

/** Whether both are the same work item, or general time of the same project. */
export function sameWork(a: Work, b: Work): boolean {
  if (a.id === undefined || b.id === undefined) {
    return a.id === undefined && b.id === undefined && a.project_id === b.project_id;
  }
  return sameItem(a, b);
}

/** What stands for an item in the list. A number is of one item in an organization. */
export function keyOf(work: Work): string {
  return work.id === undefined
    ? `general/${work.project_id}`
    : `${work.organization.toLowerCase()}/${work.id}`;
}

/**
 * What Enter takes before anybody has moved: the first work item, and for a number the item with that very number. Time
 * without one is taken where there is nothing else.
 */
export function firstChoice(choices: readonly Choice[], wanted: Wanted): Choice | undefined {
  if (wanted.number === undefined) {
    return choices.find(({ group }) => group !== "general") ?? choices[0];
  }
  const number = String(Number(wanted.number));
  return choices.find(({ item }) => item.id === number);
}
