import { type FieldValue, field, type WorkItem, type WorkItemType } from "./api.ts";

/** Azure DevOps' IWorkItemFormService. It answers for the item that the form shows at the time of the call. */
export function formService(
  shown: { current: WorkItem },
  types: WorkItemType[],
  change: (name: string, value: FieldValue) => void,
  save: () => Promise<void>,
  refresh: () => Promise<void>,
) {
  function read(name: string): FieldValue {
    const { id, rev, project, fields } = shown.current;
    switch (name) {
      case "System.Id":
        return id;
      case "System.Rev":
        return rev;
      case field.project:
        return project;
      case field.originalEstimate:
      case field.completedWork:
      case field.remainingWork:
        if (!types.find((type) => type.name === fields[field.type])?.hours) {
          throw new Error(`A ${fields[field.type]} has no field ${name}.`);
        }
    }
    return fields[name] ?? null;
  }

  return {
    hasActiveWorkItem: async () => true,
    getId: async () => shown.current.id,
    getRevision: async () => shown.current.rev,
    isNew: async () => shown.current.id === 0,
    isValid: async () => Boolean(shown.current.fields[field.title]),
    getFieldValue: async (name: string) => read(name),
    getFieldValues: async (names: string[]) => Object.fromEntries(names.map((name) => [name, read(name)])),
    setFieldValue: async (name: string, value: FieldValue) => {
      change(name, value);
      return true;
    },
    save,
    refresh,
  };
}
