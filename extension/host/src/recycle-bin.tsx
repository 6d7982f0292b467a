import { useEffect, useState } from "preact/hooks";
import { field, listDeleted, type Person, restoreWorkItem, type WorkItem } from "./api.ts";
import type { Place } from "./settings.ts";

interface Props {
  person: Person;
  place: Place;
  /** It is read again when this changes. */
  count: number;
  onRestored(item: WorkItem): void;
}

/** The project's deleted work items, which can be restored. */
export function RecycleBin({ person, place: { organization, project }, count, onRestored }: Props) {
  const [open, setOpen] = useState(false);
  const [items, setItems] = useState<WorkItem[]>();
  useEffect(() => {
    let current = true;
    if (open) {
      void listDeleted(person, organization, project).then((list) => current && setItems(list));
    }
    return () => {
      current = false;
    };
  }, [open, count, person.upn, organization, project]);
  return (
    <details class="recycle-bin" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>Recycle bin</summary>
      {items?.length === 0 && <p>It is empty.</p>}
      <ul>
        {items?.map(({ id, fields }) => (
          <li key={id}>
            <span class="kind">
              {fields[field.type]} {id}
            </span>
            <span>{fields[field.title]}</span>
            <button type="button" onClick={async () => onRestored(await restoreWorkItem(person, id))}>
              Restore {id}
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}
