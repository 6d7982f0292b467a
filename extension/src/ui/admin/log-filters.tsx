import { useId, useState } from "preact/hooks";
import { beginning } from "../beginning.ts";
import { Field } from "../controls.tsx";
import { useAsync, useDebounced } from "../hooks.ts";
import { useSession } from "../session.ts";
import type { LogFilter } from "./log-lines.ts";
import { adminTexts } from "./texts.ts";

const texts = adminTexts.log;

interface Faults {
  to?: string | undefined;
}

/** The values that can't be sent, each with the reason. */
export function faultsOf({ from, to }: LogFilter): Faults {
  const reversed = from !== "" && to !== "" && from > to;
  return { to: reversed ? texts.badRange : undefined };
}

interface LogFiltersProps {
  filter: LogFilter;
  faults: Faults;
  onChange: (filter: LogFilter) => void;
}

export function LogFilters({ filter, faults, onChange }: LogFiltersProps) {
  return (
    <fieldset class="filters">
      <legend class="visually-hidden">{adminTexts.list.filters}</legend>
      <Field label={texts.from}>
        {(attributes) => (
          <input
            {...attributes}
            type="date"
            value={filter.from}
            onInput={(event) => onChange({ ...filter, from: event.currentTarget.value })}
          />
        )}
      </Field>
      <Field label={texts.to} error={faults.to}>
        {(attributes) => (
          <input
            {...attributes}
            type="date"
            value={filter.to}
            onInput={(event) => onChange({ ...filter, to: event.currentTarget.value })}
          />
        )}
      </Field>
      <PersonField onChoose={(userId) => onChange({ ...filter, userId })} />
      <TypeField filter={filter} onChange={onChange} />
    </fieldset>
  );
}

/** The types of a log in words; administrative changes are not filtered by type. */
const typesOf = { timers: texts.events, actions: texts.actions, audit: undefined };

function TypeField({ filter, onChange }: Omit<LogFiltersProps, "faults">) {
  const types = typesOf[filter.kind];
  if (!types) return null;
  return (
    <Field label={texts.type}>
      {(attributes) => (
        <select
          {...attributes}
          value={filter.type}
          onChange={(event) => onChange({ ...filter, type: event.currentTarget.value })}
        >
          <option value="">{adminTexts.all}</option>
          {Object.entries(types).map(([value, text]) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

const typingMs = 300;
const suggestions = 20;

/** Chooses one of the tenant's people, by typing a part of the name. */
function PersonField({ onChoose }: { onChoose: (userId: string) => void }) {
  const { api } = useSession();
  const [text, setText] = useState("");
  const list = useId();
  const search = useDebounced(text.trim(), typingMs);
  const found = useAsync(
    async () =>
      search ? (await api.listUsers({ search: beginning(search, 100), limit: suggestions })).data : [],
    [api, search],
  );
  // Two people may have the same name, but never the same address.
  const nameOf = (person: { name: string; email: string }) =>
    person.email && person.email !== person.name ? `${person.name}, ${person.email}` : person.name;
  const idByName = new Map((found.data ?? []).map((person) => [nameOf(person), person.id]));

  return (
    <Field label={texts.person} help={texts.personHelp}>
      {(attributes) => (
        <>
          <input
            {...attributes}
            list={list}
            autocomplete="off"
            value={text}
            onInput={(event) => {
              const value = event.currentTarget.value;
              setText(value);
              onChoose(idByName.get(value) ?? "");
            }}
          />
          <datalist id={list}>
            {[...idByName.keys()].map((name) => (
              <option key={name} value={name} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}
