import { type Actions, rowsContext } from "./actions.tsx";
import { field, type WorkItem } from "./api.ts";
import { MenuButton } from "./menu.tsx";
import { type Place, writePlace } from "./settings.ts";

const newTypes = ["Task", "Bug", "User Story", "Issue"];

interface WorkItemListProps {
  /** Undefined while they are being loaded. */
  items: WorkItem[] | undefined;
  place: Place;
  go(change: Partial<Place>): void;
  actions: Actions;
}

export function WorkItemList({ items, place, go, actions }: WorkItemListProps) {
  return (
    <>
      <div class="new">
        {newTypes.map((type) => (
          <button key={type} type="button" onClick={() => go({ view: { kind: "new", type } })}>
            New {type}
          </button>
        ))}
      </div>
      {items ? (
        <ul>
          {items.map((item) => (
            <li key={item.id}>
              <WorkItemLink item={item} place={place} go={go} />
              <MenuButton
                label={`Menu of ${item.id}`}
                items={() => actions("work-item-context-menu", rowsContext([item]))}
              />
            </li>
          ))}
        </ul>
      ) : (
        <p role="status">Loading work items…</p>
      )}
    </>
  );
}

function WorkItemLink({
  item: { id, fields },
  place,
  go,
}: Omit<WorkItemListProps, "items" | "actions"> & { item: WorkItem }) {
  const view = { kind: "items", id } as const;
  const current = place.view.kind === "items" && place.view.id === id;
  return (
    <a
      href={writePlace({ ...place, view })}
      aria-current={current ? "page" : undefined}
      data-type={fields[field.type]}
      onClick={(event) => {
        // The browser opens a new tab or window by itself.
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) {
          return;
        }
        event.preventDefault();
        go({ view });
      }}
    >
      <span class="kind">
        {fields[field.type]} {id} · {fields[field.state]}
      </span>
      <span class="title">{fields[field.title]}</span>
    </a>
  );
}
