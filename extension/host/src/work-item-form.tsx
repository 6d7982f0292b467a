import { useEffect, useRef, useState } from "preact/hooks";
import {
  createWorkItem,
  type FieldValue,
  field,
  getWorkItem,
  type Person,
  updateWorkItem,
  type WorkItem,
} from "./api.ts";
import type { EmbeddedFrame, Surroundings } from "./embed.ts";
import { ExtensionFrame } from "./extension-frame.tsx";

interface Props {
  /** The item to show, as it was saved last; with id 0 a new one. */
  item: WorkItem;
  people: Person[];
  /** With the services that do not depend on the item. */
  around: Omit<Surroundings, "loaded" | "resized">;
  /** The frames are made anew when this changes. */
  frameKey: string;
  /** The item, as it is stored now. */
  onStored(item: WorkItem): void;
}

const states = ["New", "Active", "Design", "Ready", "Resolved", "Closed"];
const typesWithHours = ["Task", "Bug"];

export function WorkItemForm({ item, people, around, frameKey, onStored }: Props) {
  const [draft, setDraft] = useState(item);
  const [tab, setTab] = useState<"details" | "time">("details");
  const [timeWasOpened, setTimeWasOpened] = useState(false);
  const [message, setMessage] = useState("");
  const shown = useRef(draft);
  const saved = useRef(item);
  const frames = useRef(new Set<EmbeddedFrame>());

  const isNew = draft.id === 0;
  const dirty = isNew || Object.keys(changes(item, draft)).length > 0;

  function notify(event: string, details: object): void {
    for (const frame of frames.current) {
      frame.notify(event, details);
    }
  }

  function show(next: WorkItem): void {
    shown.current = next;
    setDraft(next);
  }

  // The form stays when another item is opened, and with it the frames; they are told by events. They may call
  // the form at any time, also between two renderings, hence the references.
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

  function change(name: string, value: FieldValue): void {
    show({ ...shown.current, fields: { ...shown.current.fields, [name]: value } });
    notify("onFieldChanged", { id: shown.current.id, changedFields: { [name]: value } });
  }

  async function save(): Promise<void> {
    try {
      const { id } = shown.current;
      const stored = id
        ? await updateWorkItem(id, changes(saved.current, shown.current))
        : await createWorkItem(shown.current);
      saved.current = stored;
      show(stored);
      setMessage("Saved.");
      notify("onSaved", { id: stored.id });
      onStored(stored);
    } catch {
      setMessage("Not saved: the sandbox has refused it. Is there a title?");
    }
  }

  async function refresh(): Promise<void> {
    const stored = await getWorkItem(shown.current.id);
    saved.current = stored;
    show(stored);
    setMessage("");
    notify("onRefreshed", { id: stored.id });
    onStored(stored);
  }

  const services = {
    ...around.services,
    "ms.vss-work-web.work-item-form": formService(shown, change, save, refresh),
  };

  function loaded(frame: EmbeddedFrame): void {
    frames.current.add(frame);
    frame.notify("onLoaded", loadedDetails(shown.current));
  }

  function disposed(frame: EmbeddedFrame): void {
    frames.current.delete(frame);
  }

  function openTime(): void {
    setTab("time");
    setTimeWasOpened(true);
  }

  const type = String(draft.fields[field.type]);
  const heading = isNew ? `New ${type}` : `${type} ${draft.id}`;

  return (
    <section class="form" aria-label={heading}>
      <form
        class="form-head"
        data-type={type}
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <h2>{heading}</h2>
        <label class="title">
          Title
          <input
            required
            maxLength={255}
            value={String(draft.fields[field.title] ?? "")}
            onInput={({ currentTarget }) => change(field.title, currentTarget.value)}
          />
        </label>
        <div class="fields">
          <label>
            State
            <select
              value={String(draft.fields[field.state] ?? "New")}
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
          <button type="submit" class="primary" disabled={!dirty}>
            Save
          </button>
          <button type="button" disabled={isNew} onClick={() => void refresh()}>
            Refresh
          </button>
          <span role="status">{message}</span>
        </div>
      </form>
      <div class="tabs">
        <button type="button" aria-pressed={tab === "details"} onClick={() => setTab("details")}>
          Details
        </button>
        <button type="button" aria-pressed={tab === "time"} onClick={openTime}>
          Time
        </button>
      </div>
      <div class="details" hidden={tab !== "details"}>
        <div class="fields">
          {typesWithHours.includes(type) ? (
            <>
              <HoursField label="Completed Work" name={field.completedWork} draft={draft} change={change} />
              <HoursField label="Remaining Work" name={field.remainingWork} draft={draft} change={change} />
            </>
          ) : (
            <p>A {type} has no hours of its own.</p>
          )}
        </div>
        <section class="group" aria-labelledby="group-heading">
          <h3 id="group-heading">TimeTracker</h3>
          <ExtensionFrame
            key={frameKey}
            contribution="group"
            title="TimeTracker on this work item"
            {...around}
            services={services}
            onLoaded={loaded}
            onDisposed={disposed}
          />
        </section>
      </div>
      {timeWasOpened && (
        <div class="time" hidden={tab !== "time"}>
          <ExtensionFrame
            key={frameKey}
            contribution="page"
            title="Time on this work item"
            {...around}
            services={services}
            onLoaded={loaded}
            onDisposed={disposed}
          />
        </div>
      )}
    </section>
  );
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

function loadedDetails({ id }: WorkItem) {
  return { id, isNew: id === 0, isReadOnly: false };
}

/** The fields in which the draft differs. */
function changes(saved: WorkItem, draft: WorkItem): Record<string, FieldValue> {
  return Object.fromEntries(
    Object.entries(draft.fields).filter(([name, value]) => value !== (saved.fields[name] ?? null)),
  );
}

/** IWorkItemFormService for whatever item the form shows when it is asked. */
function formService(
  shown: { current: WorkItem },
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
      case "System.TeamProject":
        return project;
      case field.completedWork:
      case field.remainingWork:
        if (!typesWithHours.includes(String(fields[field.type]))) {
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
