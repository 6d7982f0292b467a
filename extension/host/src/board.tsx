import { type Actions, cardContext } from "./actions.tsx";
import { field, type WorkItem, type WorkItemType } from "./api.ts";
import { MenuButton } from "./menu.tsx";

interface Props {
  items: WorkItem[];
  types: WorkItemType[];
  actions: Actions;
}

/** A board with a column for each state that an item is in, in the order in which items go through them. */
export function Board({ items, types, actions }: Props) {
  const states = [...new Set(types.flatMap((type) => type.states))].filter((state) =>
    items.some(({ fields }) => fields[field.state] === state),
  );
  return (
    <div class="board">
      {states.map((state) => (
        <section key={state} aria-label={state}>
          <h2>{state}</h2>
          <ul>
            {items
              .filter(({ fields }) => fields[field.state] === state)
              .map((item) => (
                <li key={item.id} class="card" data-type={item.fields[field.type]}>
                  <span class="kind">
                    {item.fields[field.type]} {item.id}
                  </span>
                  <span>{item.fields[field.title]}</span>
                  <MenuButton
                    label={`Menu of ${item.id}`}
                    items={() => actions("backlog-board-card-item-menu", cardContext(item))}
                  />
                </li>
              ))}
          </ul>
        </section>
      ))}
    </div>
  );
}
