import { getService } from "azure-devops-extension-sdk";

/** The work item on the form, as the person sees it, saved or not. */
export interface WorkItemContext {
  /** 0 for a new item that was never saved. */
  id: number;
  isNew: boolean;
  /** The revision of Azure DevOps that the form shows; absent where it doesn't tell. */
  revision?: number;
  title: string;
  type: string;
  project: string;
  /** The Completed Work field, in hours; absent where the item's type has no such field. */
  completedWorkHours?: number;
}

/** A field that was changed and isn't saved. */
export interface ChangedField {
  name: string;
  /** What was typed or chosen. */
  value: unknown;
}

/** What the form around the frame can be told to do. */
export type FormActions = Pick<WorkItemForm, "isDirty" | "refresh" | "refreshAndKeep">;

interface LoadedArguments {
  id: number;
}

/** The part of Azure DevOps' WorkItemField that is used here. */
interface DirtyField {
  referenceName: string;
  name?: string;
}

/** The part of Azure DevOps' IWorkItemFormService that is used here. */
interface FormService {
  getId(): Promise<number>;
  getRevision(): Promise<number>;
  isNew(): Promise<boolean>;
  isDirty(): Promise<boolean>;
  getDirtyFields(): Promise<DirtyField[]>;
  getFieldValues(names: string[], options?: { returnOriginalValue: boolean }): Promise<Values>;
  getFieldValue(name: string): Promise<unknown>;
  setFieldValues(values: Values): Promise<Record<string, boolean>>;
  /** Asks the person before it drops changes. */
  refresh(): Promise<void>;
}

type Values = Record<string, unknown>;

const formServiceId = "ms.vss-work-web.work-item-form";
const titleField = "System.Title";
const typeField = "System.WorkItemType";
const projectField = "System.TeamProject";
const completedWorkField = "Microsoft.VSTS.Scheduling.CompletedWork";

const noFields: Values = {};

/** The work item form around the frame. */
export class WorkItemForm {
  readonly #listeners = new Set<() => void>();
  #loadedId: number | undefined;

  /** The methods that the host calls. */
  readonly listener = {
    onLoaded: ({ id }: LoadedArguments) => {
      this.#loadedId = id;
      this.#notify();
    },
    onFieldChanged: () => this.#notify(),
    onSaved: ({ id }: LoadedArguments) => {
      this.#loadedId = id; // a new item has a number from its first save on
      this.#notify();
    },
    onRefreshed: () => this.#notify(),
    onReset: () => this.#notify(),
    onUnloaded: () => {
      this.#loadedId = undefined;
    },
  };

  /** Calls the listener when the form shows another item, or another state of its item. Returns what ends it. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async read(): Promise<WorkItemContext> {
    const form = await this.#service();
    const [isNew, revision, fields, completed] = await Promise.all([
      form.isNew(),
      form.getRevision().catch(() => undefined),
      // What they say is only shown, and a timer needs none of it.
      form.getFieldValues([titleField, typeField, projectField]).catch(() => noFields),
      form.getFieldValue(completedWorkField).catch(() => undefined),
    ]);
    const id = await this.#checkedId(form);
    return {
      id,
      isNew,
      ...(revision !== undefined && { revision }),
      title: stringOf(fields[titleField]),
      type: stringOf(fields[typeField]),
      project: stringOf(fields[projectField]),
      ...(typeof completed === "number" && { completedWorkHours: completed }),
    };
  }

  /** Whether the form has changes that aren't saved. */
  async isDirty(): Promise<boolean> {
    const form = await this.#service();
    await this.#checkedId(form);
    return form.isDirty();
  }

  /** Has the form load the item again. Azure DevOps asks the person before it drops changes. */
  async refresh(): Promise<void> {
    const form = await this.#service();
    await this.#checkedId(form);
    await form.refresh();
  }

  /**
   * Has the form load the item again, and fills in again what was changed and isn't saved. What somebody else has
   * changed meanwhile stays as they have it. Gives the fields that were not filled in; undefined when the person has
   * refused to refresh.
   */
  async refreshAndKeep(): Promise<ChangedField[] | undefined> {
    const form = await this.#service();
    const id = await this.#checkedId(form);
    const fields = await form.getDirtyFields();
    const names = fields.map(({ referenceName }) => referenceName);
    const [typed, before] = await Promise.all([
      form.getFieldValues(names),
      form.getFieldValues(names, { returnOriginalValue: true }),
    ]);
    await form.refresh();
    if (await form.isDirty().catch(() => false)) return undefined;
    const fill = async () => {
      const [shownId, after] = await Promise.all([form.getId(), form.getFieldValues(names)]);
      const own = names.filter((name) => JSON.stringify(before[name]) === JSON.stringify(after[name]));
      if (shownId !== id || own.length === 0) return {};
      return form.setFieldValues(Object.fromEntries(own.map((name) => [name, typed[name]])));
    };
    // What can't be filled in is at least not lost.
    const filled: Record<string, boolean> = await fill().catch(() => ({}));
    return fields
      .filter(({ referenceName }) => !filled[referenceName])
      .map(({ referenceName, name }) => ({ name: name || referenceName, value: typed[referenceName] }));
  }

  #service(): Promise<FormService> {
    return getService<FormService>(formServiceId);
  }

  /**
   * The number of the item that the service answers for. With two forms open, that may be the one in the background,
   * where nothing must be done (microsoft/azure-devops-extension-sdk issue 86).
   */
  async #checkedId(form: FormService): Promise<number> {
    const id = await form.getId();
    if (this.#loadedId !== undefined && this.#loadedId !== id) {
      throw new Error(`the form service answers for work item ${id} instead of ${this.#loadedId}`);
    }
    return id;
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }
}

function stringOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
