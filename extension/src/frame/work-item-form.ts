import { getService } from "azure-devops-extension-sdk";

/** The work item on the form, as the person sees it, saved or not. */
export interface WorkItemContext {
  /** 0 for a new item that was never saved. */
  id: number;
  isNew: boolean;
  title: string;
  type: string;
  project: string;
  /** The Completed Work field, in hours; absent where the item's type has no such field. */
  completedWorkHours?: number;
}

interface LoadedArguments {
  id: number;
}

/** The part of Azure DevOps' IWorkItemFormService that is used here. */
interface FormService {
  getId(): Promise<number>;
  isNew(): Promise<boolean>;
  getFieldValues(names: string[]): Promise<Record<string, unknown>>;
  getFieldValue(name: string): Promise<unknown>;
}

const formServiceId = "ms.vss-work-web.work-item-form";
const titleField = "System.Title";
const typeField = "System.WorkItemType";
const projectField = "System.TeamProject";
const completedWorkField = "Microsoft.VSTS.Scheduling.CompletedWork";

const noFields: Record<string, unknown> = {};

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
    const form = await getService<FormService>(formServiceId);
    const [id, isNew, fields, completed] = await Promise.all([
      form.getId(),
      form.isNew(),
      // What they say is only shown, and a timer needs none of it.
      form.getFieldValues([titleField, typeField, projectField]).catch(() => noFields),
      form.getFieldValue(completedWorkField).catch(() => undefined),
    ]);
    // With two forms open, the service may answer for the one in the background, where no timer must be started
    // (microsoft/azure-devops-extension-sdk issue 86).
    if (this.#loadedId !== undefined && this.#loadedId !== id) {
      throw new Error(`the form service answers for work item ${id} instead of ${this.#loadedId}`);
    }
    return {
      id,
      isNew,
      title: stringOf(fields[titleField]),
      type: stringOf(fields[typeField]),
      project: stringOf(fields[projectField]),
      ...(typeof completed === "number" && { completedWorkHours: completed }),
    };
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }
}

function stringOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
