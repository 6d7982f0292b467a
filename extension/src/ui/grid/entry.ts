/** Entries and their work, as the grid needs them. */

import type { NewTimeEntry, TimeEntry, WorkItem } from "../../api/client.ts";
import { keyOf } from "../switch/choices.ts";
import { type GeneralTime, itemName, projectName, startAgain, type Work } from "../work-item.ts";

/** An activity, by its id. The name is empty until the list of activities has been read. */
export interface RowActivity {
  id: string;
  name: string;
}

/** What a row is about: a work item, or general time of a project, and an activity. */
export interface RowWork {
  /** The same for the same work and activity. */
  key: string;
  /** Absent for general time. */
  item: WorkItem | undefined;
  name: string;
  projectKey: string;
  /** The project's name, with its organization where that isn't one's own. */
  projectIn(organization: string): string;
  activity: RowActivity;
  /** What a new entry is told of its work. */
  input: Omit<NewTimeEntry, "started_at" | "stopped_at" | "reason">;
}

export interface GridEntry {
  id: string;
  etag: string;
  work: RowWork;
  /** In milliseconds since the epoch; without an end it runs. */
  from: number;
  to: number | undefined;
  manual: boolean;
  review: boolean;
  billable: boolean;
  /** Whether a week that was handed in, or the organization's lock, closes it. */
  locked: boolean;
  /** As the API gave it. */
  entry: TimeEntry;
}

const known = new WeakMap<TimeEntry, GridEntry>();

/** The same one for the same entry. */
export function gridEntry(entry: TimeEntry): GridEntry {
  const found = known.get(entry) ?? makeGridEntry(entry);
  known.set(entry, found);
  return found;
}

function makeGridEntry(entry: TimeEntry): GridEntry {
  return {
    id: entry.id,
    etag: entry.etag,
    work: workOf(entry),
    from: Date.parse(entry.started_at),
    to: entry.stopped_at === undefined ? undefined : Date.parse(entry.stopped_at),
    manual: entry.source === "manual",
    review: entry.needs_review,
    billable: entry.billable,
    locked: entry.locked === true,
    entry,
  };
}

/** What is added to a row is billable as what the row has. */
function workOf(entry: TimeEntry): RowWork {
  const { work_item, project, activity, billable } = entry;
  if (work_item) {
    const work = itemWork(work_item, activity);
    return { ...work, input: { ...work.input, billable } };
  }
  const { id, name, organization } = project;
  const work = generalWork({ project_id: id, project: name, organization }, activity);
  return { ...work, input: { ...work.input, billable } };
}

/** A row of general time. */
function generalWork(general: GeneralTime, activity: RowActivity): RowWork {
  return {
    key: `${keyOf(general)} ${activity.id}`,
    item: undefined,
    name: itemName(general),
    ...projectOf(general.organization, general.project),
    activity,
    input: { general: { project_id: general.project_id }, activity_id: activity.id },
  };
}

/** A row of what was chosen. */
export function rowWork(work: Work, activity: RowActivity): RowWork {
  return work.id === undefined ? generalWork(work, activity) : itemWork(work, activity);
}

/** A row of a work item. */
export function itemWork(item: WorkItem, activity: RowActivity): RowWork {
  return {
    key: `${keyOf(item)} ${activity.id}`,
    item,
    name: itemName(item),
    ...projectOf(item.organization, item.project),
    activity,
    input: { ...startAgain(item), activity_id: activity.id },
  };
}

/** The same work of another kind, which decides anew whether it is billable. */
export function withActivity(work: RowWork, activity: RowActivity): RowWork {
  const { billable, ...input } = work.input;
  return {
    ...work,
    key: `${work.key.slice(0, work.key.lastIndexOf(" "))} ${activity.id}`,
    activity,
    input: { ...input, activity_id: activity.id },
  };
}

export function withBillable(work: RowWork, billable: boolean): RowWork {
  return { ...work, input: { ...work.input, billable } };
}

function projectOf(organization: string, project: string) {
  return {
    projectKey: `${organization}/${project}`.toLowerCase(),
    projectIn: (own: string) => projectName(organization, project, own),
  };
}
