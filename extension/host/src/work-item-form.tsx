import { useEffect, useRef, useState } from "preact/hooks";
import { type Actions, formContext, formServiceId } from "./actions.tsx";
import {
  createWorkItem,
  deleteWorkItem,
  type Fields,
  type FieldValue,
  field,
  getWorkItem,
  type Person,
  type Project,
  updateWorkItem,
  type WorkItem,
} from "./api.ts";
import type { EmbeddedFrame, Surroundings } from "./embed.ts";
import { ExtensionFrame } from "./extension-frame.tsx";
import { changes, formService, isDirty } from "./form-service.ts";
import { MenuButton, type MenuItem } from "./menu.tsx";

interface Props {
  /** The item to show, as it was saved last; with id 0 a new one. */
  item: WorkItem;
  people: Person[];
  /** Its services are those that do not depend on the item. */
  around: Omit<Surroundings, "loaded" | "resized">;
  /** The frames are made anew when this changes. */
  frameKey: string;
  actions: Actions;
  /** Called with the service of this form, and without one when it is closed. */
  onOpen(service: object | undefined): void;
  /** Called with the item as it is stored now. */
  onStored(item: WorkItem): void;
  onDeleted(id: number): void;
}

export function WorkItemForm(props: Props) {
  const { item, people, around, frameKey, actions, onOpen, onStored, onDeleted } = props;
  const [tab, setTab] = useState<"details" | "time">("details");
  const [timeWasOpened, setTimeWasOpened] = useState(false);
  const frames = useFrames();
  const form = useDraft(item, around.person, frames.notify, { onStored, onDeleted });
  const { draft } = form;
  const change = (name: string, value: FieldValue) => form.change({ [name]: value });
  const { types } = around.config;
  const type = types.find(({ name }) => name === draft.fields[field.type]);
  const service = formService(form, types);
  useEffect(() => {
    onOpen(service);
    return () => onOpen(undefined);
  }, []);
  const frame = {
    ...around,
    services: { ...around.services, [formServiceId]: service },
    onLoaded(loaded: EmbeddedFrame) {
      frames.add(loaded);
      loaded.notify("onLoaded", loadedDetails(form.shown.current));
    },
    onDisposed: frames.remove,
  };

  return (
    <section class="form" aria-label={headingOf(draft)}>
      <FormHead
        form={form}
        states={type?.states ?? []}
        people={people}
        projects={around.organization.projects}
        menu={() => actions("work-item-toolbar-menu", formContext(form.shown.current, around.project))}
      />
      <div class="tabs">
        <button type="button" aria-pressed={tab === "details"} onClick={() => setTab("details")}>
          Details
        </button>
        <button
          type="button"
          aria-pressed={tab === "time"}
          onClick={() => {
            setTab("time");
            setTimeWasOpened(true);
          }}
        >
          Time
        </button>
      </div>
      <div class="details" hidden={tab !== "details"}>
        <div class="fields">
          {type?.hours ? (
            <>
              <HoursField
                label="Original Estimate"
                name={field.originalEstimate}
                draft={draft}
                change={change}
              />
              <HoursField label="Completed Work" name={field.completedWork} draft={draft} change={change} />
              <HoursField label="Remaining Work" name={field.remainingWork} draft={draft} change={change} />
            </>
          ) : (
            <p>The type {draft.fields[field.type]} has no hours of its own.</p>
          )}
        </div>
        <section class="group" aria-labelledby="group-heading">
          <h3 id="group-heading">TimeTracker</h3>
          <ExtensionFrame
            key={frameKey}
            contribution="group"
            title="TimeTracker on this work item"
            grows
            {...frame}
          />
        </section>
      </div>
      {timeWasOpened && (
        <div class="time" hidden={tab !== "time"}>
          <ExtensionFrame key={frameKey} contribution="page" title="Time on this work item" {...frame} />
        </div>
      )}
    </section>
  );
}

/** The frames that have loaded, to be told of the form's events. */
function useFrames() {
  const frames = useRef(new Set<EmbeddedFrame>());
  return {
    add: (frame: EmbeddedFrame) => frames.current.add(frame),
    remove: (frame: EmbeddedFrame) => frames.current.delete(frame),
    notify(event: string, details: object): void {
      for (const frame of frames.current) {
        frame.notify(event, details);
      }
    },
  };
}

type Draft = ReturnType<typeof useDraft>;

/** Azure DevOps asks it too, before it drops what was not saved. */
const discardQuestion = "Your changes to this work item are not saved. Discard them?";

/** The item as it is being edited. Frames are told of each change. */
function useDraft(
  item: WorkItem,
  person: Person,
  notify: (event: string, details: object) => void,
  { onStored, onDeleted }: Pick<Props, "onStored" | "onDeleted">,
) {
  const [draft, setDraft] = useState(item);
  const [message, setMessage] = useState("");
  // Frames may call the form at any time, also between two renderings, hence the references.
  const shown = useRef(draft);
  const saved = useRef(item);

  function show(next: WorkItem): void {
    shown.current = next;
    setDraft(next);
  }

  function showStored(stored: WorkItem, event: string, nextMessage: string): void {
    saved.current = stored;
    show(stored);
    setMessage(nextMessage);
    notify(event, { id: stored.id });
    onStored(stored);
  }

  // The form and its frames stay when another item is opened, so events tell the frames.
  useEffect(() => {
    const before = shown.current;
    saved.current = item;
    show(item);
    if (before.id !== item.id) {
      setMessage("");
      notify("onUnloaded", { id: before.id });
      notify("onLoaded", loadedDetails(item));
    }
  }, [item]);

  return {
    draft,
    message,
    shown,
    saved,
    dirty: isDirty(item, draft),
    change(fields: Fields): void {
      show({ ...shown.current, fields: { ...shown.current.fields, ...fields } });
      notify("onFieldChanged", { id: shown.current.id, changedFields: fields });
    },
    /** Rejects with the reason when the item isn't saved, which the form shows, too. */
    async save(): Promise<void> {
      try {
        const { id } = shown.current;
        const stored = id
          ? await updateWorkItem(person, id, changes(saved.current, shown.current), saved.current.rev)
          : await createWorkItem(person, shown.current);
        showStored(stored, "onSaved", "Saved.");
      } catch (error) {
        setMessage(`Not saved: ${reasonOf(error)}`);
        throw error;
      }
    },
    /** Moves the saved item to another project. The page stays in the project that it shows. */
    async move(project: string): Promise<void> {
      const { id } = shown.current;
      showStored(await updateWorkItem(person, id, { [field.project]: project }), "onSaved", "Moved.");
    },
    async refresh(): Promise<void> {
      if (isDirty(saved.current, shown.current) && !confirm(discardQuestion)) return;
      showStored(await getWorkItem(person, shown.current.id), "onRefreshed", "");
    },
    async reset(): Promise<void> {
      if (!isDirty(saved.current, shown.current) || !confirm(discardQuestion)) return;
      show(saved.current);
      setMessage("");
      notify("onReset", { id: saved.current.id });
    },
    async remove(): Promise<void> {
      try {
        await deleteWorkItem(person, shown.current.id);
        onDeleted(shown.current.id);
      } catch (error) {
        setMessage(`Not deleted: ${reasonOf(error)}`);
      }
    },
  };
}

interface HeadProps {
  form: Draft;
  states: string[];
  people: Person[];
  projects: Project[];
  menu: () => MenuItem[];
}

function FormHead({ form, states, people, projects, menu }: HeadProps) {
  const { draft, dirty, message, save, refresh, reset, move, remove } = form;
  const change = (name: string, value: FieldValue) => form.change({ [name]: value });
  return (
    <form
      class="form-head"
      data-type={draft.fields[field.type]}
      onSubmit={(event) => {
        event.preventDefault();
        void save().catch(() => {}); // the form shows why
      }}
    >
      <h2>{headingOf(draft)}</h2>
      <label class="title">
        Title
        <input
          required
          maxLength={255}
          readOnly={draft.read_only}
          value={String(draft.fields[field.title] ?? "")}
          onInput={({ currentTarget }) => change(field.title, currentTarget.value)}
        />
      </label>
      <div class="fields">
        <label>
          State
          <select
            disabled={draft.read_only}
            value={String(draft.fields[field.state] ?? "")}
            onChange={({ currentTarget }) => change(field.state, currentTarget.value)}
          >
            {states.map((state) => (
              <option key={state}>{state}</option>
            ))}
          </select>
        </label>
        <label>
          Assigned to
          <select
            disabled={draft.read_only}
            value={String(draft.fields[field.assignedTo] ?? "")}
            onChange={({ currentTarget }) => change(field.assignedTo, currentTarget.value || null)}
          >
            <option value="">Nobody</option>
            {people.map(({ upn, name }) => (
              <option key={upn} value={upn}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label>
          Item's project
          <select
            value={draft.project}
            disabled={dirty || draft.read_only}
            onChange={({ currentTarget }) => void move(currentTarget.value)}
          >
            {projects.map(({ id, name }) => (
              <option key={id}>{name}</option>
            ))}
          </select>
        </label>
        <button type="submit" class="primary" disabled={!dirty || draft.read_only}>
          Save
        </button>
        <button type="button" disabled={draft.id === 0} onClick={() => void refresh()}>
          Refresh
        </button>
        <button type="button" disabled={!dirty || draft.id === 0} onClick={() => void reset()}>
          Undo changes
        </button>
        <button type="button" disabled={draft.id === 0 || draft.read_only} onClick={() => void remove()}>
          Delete
        </button>
        <MenuButton label="Menu of this work item" items={menu} />
        <span role="status">
          {draft.read_only ? "You may read this work item, and not change it." : message}
        </span>
      </div>
    </form>
  );
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function headingOf({ id, fields }: WorkItem): string {
  const type = String(fields[field.type]);
  return id === 0 ? `New ${type}` : `${type} ${id}`;
}

interface HoursProps {
  label: string;
  name: string;
  draft: WorkItem;
  change(name: string, value: FieldValue): void;
}

function HoursField({ label, name, draft, change }: HoursProps) {
  return (
    <label>
      {label}
      <input
        type="number"
        readOnly={draft.read_only}
        min="0"
        step="0.25"
        value={draft.fields[name] ?? ""}
        onInput={({ currentTarget }) =>
          change(name, Number.isNaN(currentTarget.valueAsNumber) ? null : currentTarget.valueAsNumber)
        }
      />
    </label>
  );
}

function loadedDetails({ id, read_only }: WorkItem) {
  return { id, isNew: id === 0, isReadOnly: read_only };
}
