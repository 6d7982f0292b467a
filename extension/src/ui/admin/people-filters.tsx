import type { UsersQuery } from "../../api/client.ts";
import { Field, SearchField } from "../controls.tsx";
import { adminTexts } from "./texts.ts";
import "./list.css";

const texts = adminTexts.list;

export type PeopleFilter = Record<"search" | "role" | "status" | "auth_provider" | "external", string>;
export const noFilter: PeopleFilter = { search: "", role: "", status: "", auth_provider: "", external: "" };

/** The filter as the API takes it; an empty value is no filter. */
export function queryOf(filter: PeopleFilter): UsersQuery {
  return Object.fromEntries(
    Object.entries({ ...filter, search: filter.search.trim() }).filter(([, value]) => value !== ""),
  );
}

interface PeopleFiltersProps {
  filter: PeopleFilter;
  onChange: (filter: PeopleFilter) => void;
}

export function PeopleFilters({ filter, onChange }: PeopleFiltersProps) {
  function choice(name: keyof PeopleFilter, label: string, options: Record<string, string>) {
    return (
      <Field label={label}>
        {(attributes) => (
          <select
            {...attributes}
            value={filter[name]}
            onChange={(event) => onChange({ ...filter, [name]: event.currentTarget.value })}
          >
            <option value="">{adminTexts.all}</option>
            {Object.entries(options).map(([value, text]) => (
              <option key={value} value={value}>
                {text}
              </option>
            ))}
          </select>
        )}
      </Field>
    );
  }

  return (
    <fieldset class="filters">
      <legend class="visually-hidden">{texts.filters}</legend>
      <SearchField
        label={texts.find}
        value={filter.search}
        onChange={(search) => onChange({ ...filter, search })}
      />
      {choice("role", texts.role, adminTexts.roles)}
      {choice("status", texts.status, adminTexts.statuses)}
      {choice("auth_provider", texts.provider, adminTexts.providers)}
      {choice("external", texts.external, { true: texts.externalOnly, false: texts.internalOnly })}
    </fieldset>
  );
}
