import { useState } from "preact/hooks";
import { type Actions, rowsContext } from "./actions.tsx";
import { field, type WorkItem } from "./api.ts";
import { MenuButton } from "./menu.tsx";
import { type Place, writePlace } from "./settings.ts";

interface Props {
  items: WorkItem[];
  place: Place;
  go(change: Partial<Place>): void;
  actions: Actions;
}

/** The id of the one query, which finds every item of the project. */
const queryId = "5c1e7b1c-52f4-44f2-9d7f-4c1f5e0a77aa";

/** Results of a query. The menu of a row is that of all chosen rows, when it is one of them. */
export function Query({ items, place, go, actions }: Props) {
  const [chosen, setChosen] = useState<readonly number[]>([]);
  const choose = (id: number, on: boolean) =>
    setChosen((before) => (on ? [...before, id] : before.filter((each) => each !== id)));
  const rowsOf = (item: WorkItem) =>
    chosen.includes(item.id) ? items.filter(({ id }) => chosen.includes(id)) : [item];

  return (
    <div class="query">
      <table>
        <caption class="visually-hidden">Results of the query</caption>
        <thead>
          <tr>
            <th scope="col">
              <span class="visually-hidden">Chosen</span>
            </th>
            <th scope="col">Number</th>
            <th scope="col">Type</th>
            <th scope="col">Title</th>
            <th scope="col">State</th>
            <th scope="col">
              <span class="visually-hidden">Menu</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <tr key={item.id} aria-selected={chosen.includes(item.id)}>
              <td>
                <input
                  type="checkbox"
                  aria-label={`Choose ${item.id}`}
                  checked={chosen.includes(item.id)}
                  onChange={({ currentTarget }) => choose(item.id, currentTarget.checked)}
                />
              </td>
              <td>{item.id}</td>
              <td>{item.fields[field.type]}</td>
              <th scope="row">
                <a
                  href={writePlace({ ...place, view: { kind: "items", id: item.id } })}
                  onClick={(event) => {
                    event.preventDefault();
                    go({ view: { kind: "items", id: item.id } });
                  }}
                >
                  {item.fields[field.title]}
                </a>
              </th>
              <td>{item.fields[field.state]}</td>
              <td>
                <MenuButton
                  label={`Menu of ${item.id}`}
                  items={() =>
                    actions("query-result-work-item-menu", { ...rowsContext(rowsOf(item)), queryId })
                  }
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
