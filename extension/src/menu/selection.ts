/** What a menu of Azure DevOps says of the work items that it was opened on. */

/** What is known of the chosen work items. */
export interface Selection {
  /** The numbers of saved work items, each once. */
  ids: number[];
  /** A work item without a number is among them, since it was never saved. */
  unsaved: boolean;
  /** Of the one item; empty where the menu doesn't say it. */
  type: string;
  /** The name of the one item's project; empty where the menu doesn't say it. */
  project: string;
}

/** The numbers of the items, by the name in the context: one or several. */
const idNames = ["workItemId", "id", "workItemIds", "ids"] as const;
/** A context within a context within a list is as deep as any menu goes. */
const deepest = 3;

/**
 * Reads the context that a menu gives to its action. No contract describes it. Seen are `workItemId` with
 * `workItemTypeName` on the form, `workItemIds` with `workItemTypeNames` and `workItemProjects` (project names by number)
 * in queries and backlogs, and `id` with `workItemType` on cards. What isn't understood is left out.
 */
export function readSelection(context: unknown): Selection {
  const numbers = numbersIn(context, deepest);
  const ids = [...new Set(numbers.filter((id) => id > 0))];
  const [only] = ids;
  const one = ids.length === 1 && only !== undefined;
  return {
    ids,
    // Azure DevOps numbers items that were never saved 0, or downwards from -1.
    unsaved: numbers.some((id) => id <= 0) || (isRecord(context) && context.isNew === true),
    type: one ? firstText(context, ["workItemTypeName", "workItemType", "workItemTypeNames"]) : "",
    project: one ? projectOf(context, only) : "",
  };
}

function numbersIn(value: unknown, depth: number): number[] {
  if (depth === 0) return [];
  if (Array.isArray(value)) return value.flatMap((each) => numbersIn(each, depth - 1));
  if (!isRecord(value)) return [];
  return idNames.flatMap((name) => [value[name]].flat()).flatMap(numberOf);
}

/** A number, also one that is written as a text. Ids of queries and teams are GUIDs, and no numbers. */
function numberOf(value: unknown): number[] {
  const id = typeof value === "string" && /^-?\d+$/.test(value) ? Number(value) : value;
  return Number.isSafeInteger(id) ? [id as number] : [];
}

function firstText(context: unknown, names: string[]): string {
  const record = firstRecord(context);
  const found = names.flatMap((name) => [record[name]].flat()).find((value) => typeof value === "string");
  return typeof found === "string" ? found : "";
}

function projectOf(context: unknown, id: number): string {
  const { workItemProjects } = firstRecord(context);
  const listed = Array.isArray(workItemProjects) ? workItemProjects[0] : undefined;
  const named = listed ?? (isRecord(workItemProjects) ? workItemProjects[id] : undefined);
  return typeof named === "string" ? named : firstText(context, ["currentProjectName"]);
}

function firstRecord(context: unknown): Record<string, unknown> {
  const first = Array.isArray(context) ? context[0] : context;
  return isRecord(first) ? first : {};
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
