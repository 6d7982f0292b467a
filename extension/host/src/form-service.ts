import { type Fields, type FieldValue, field, type WorkItem, type WorkItemType } from "./api.ts";

/** The form that the service answers for, as it is at the time of a call. */
export interface ActiveForm {
  /** The item as the person sees it. */
  shown: { readonly current: WorkItem };
  /** The item as it was loaded or saved last. */
  saved: { readonly current: WorkItem };
  change(fields: Fields): void;
  /** Rejects with the reason when the item isn't saved. */
  save(): Promise<void>;
  /** Loads the item again. Asks before it drops changes. */
  refresh(): Promise<void>;
  /** Drops the changes, after asking. */
  reset(): Promise<void>;
}

/** As the service is asked for a value: true, or the newer form, for the one that was saved last. */
type Original = boolean | { returnOriginalValue: boolean };

/** The fields in which the draft differs from the item as it was saved. */
export function changes(saved: WorkItem, draft: WorkItem): Fields {
  return Object.fromEntries(
    Object.entries(draft.fields).filter(([name, value]) => value !== (saved.fields[name] ?? null)),
  );
}

/** Whether there is something to save. A new item always has. */
export function isDirty(saved: WorkItem, draft: WorkItem): boolean {
  return draft.id === 0 || Object.keys(changes(saved, draft)).length > 0;
}

/** Azure DevOps' IWorkItemFormService. It answers for the item that the form shows at the time of the call. */
export function formService(form: ActiveForm, types: WorkItemType[]) {
  function read(name: string, original: Original = false): FieldValue {
    const wanted = typeof original === "boolean" ? original : original.returnOriginalValue;
    const { id, rev, project, fields } = (wanted ? form.saved : form.shown).current;
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
    getId: async () => form.shown.current.id,
    getRevision: async () => form.shown.current.rev,
    isNew: async () => form.shown.current.id === 0,
    isDirty: async () => isDirty(form.saved.current, form.shown.current),
    isValid: async () => Boolean(form.shown.current.fields[field.title]),
    getDirtyFields: async () =>
      Object.keys(changes(form.saved.current, form.shown.current)).map((referenceName) => ({
        referenceName,
        name: referenceName
          .split(".")
          .at(-1)
          ?.replace(/(?<=[a-z])(?=[A-Z])/g, " "),
        readOnly: false,
      })),
    getFieldValue: async (name: string, original?: Original) => read(name, original),
    getFieldValues: async (names: string[], original?: Original) =>
      Object.fromEntries(names.map((name) => [name, read(name, original)])),
    setFieldValue: async (name: string, value: FieldValue) => {
      form.change({ [name]: value });
      return true;
    },
    setFieldValues: async (fields: Fields) => {
      form.change(fields);
      return Object.fromEntries(Object.keys(fields).map((name) => [name, true]));
    },
    save: () => form.save(),
    refresh: () => form.refresh(),
    reset: () => form.reset(),
  };
}
