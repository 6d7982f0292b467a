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

/** The form's events. */
export interface WorkItemEvents {
  /** The form shows an item: a first one, another one, or a new one under the number of its first save. */
  onLoaded?(): void;
  onFieldChanged?(changedFields: Record<string, unknown>): void;
  onSaved?(): void;
}

interface LoadedArguments {
  id: number;
}

interface FieldChangedArguments {
  id: number;
  changedFields: Record<string, unknown>;
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
  #events: WorkItemEvents[] = [];
  #loadedId: number | undefined;

  /** The methods that the host calls. */
  readonly listener = {
    onLoaded: ({ id }: LoadedArguments) => {
      this.#loadedId = id;
      this.#notify((events) => events.onLoaded?.());
    },
    onFieldChanged: ({ changedFields }: FieldChangedArguments) =>
      this.#notify((events) => events.onFieldChanged?.(changedFields)),
    onSaved: ({ id }: LoadedArguments) => {
      this.#loadedId = id;
      this.#notify((events) => events.onSaved?.());
    },
    onRefreshed: () => this.#notify((events) => events.onLoaded?.()),
    onReset: () => this.#notify((events) => events.onLoaded?.()),
    onUnloaded: () => {
      this.#loadedId = undefined;
    },
  };

  follow(events: WorkItemEvents): void {
    this.#events.push(events);
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

  #notify(event: (events: WorkItemEvents) => void): void {
    this.#events.forEach(event);
  }
}

function stringOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
