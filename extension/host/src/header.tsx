import type { HostConfig, Person } from "./api.ts";
import {
  type NestedAppAuth,
  type Place,
  readPlace,
  type Settings,
  type Theme,
  writePlace,
} from "./settings.ts";

interface HeaderProps {
  config: HostConfig;
  place: Place;
  people: Person[];
  go(change: Partial<Place>): void;
  set(change: Partial<Settings>): void;
}

/** Chooses the project, the signed-in person, and how the host behaves. */
export function Header({ config, place, people, go, set }: HeaderProps) {
  const { settings } = place;
  return (
    <header>
      <p class="sandbox">TimeTracker sandbox — stands in for dev.azure.com</p>
      <div class="bar">
        <Choice
          label="Project"
          value={`${place.organization}/${place.project}`}
          options={config.organizations.flatMap((organization) =>
            organization.projects.map((project) => ({
              value: `${organization.name}/${project.name}`,
              text: `${organization.name} / ${project.name}`,
            })),
          )}
          onChange={(value) => {
            const [organization = "", project = ""] = value.split("/");
            const home = { ...place, organization, project, view: { kind: "items", id: 0 } } as const;
            // Reading the address again chooses somebody who is a member of that organization.
            go(readPlace(config, new URL(writePlace(home), location.href)));
          }}
        />
        <Choice
          label="Signed in as"
          value={settings.person}
          options={people.map(({ upn, name, guest }) => ({
            value: upn,
            text: guest ? `${name} (guest)` : name,
          }))}
          onChange={(person) => set({ person })}
        />
        <Choice<Theme>
          label="Theme"
          value={settings.theme}
          options={[
            { value: "light", text: "Light" },
            { value: "dark", text: "Dark" },
          ]}
          onChange={(theme) => set({ theme })}
        />
        <Choice<NestedAppAuth>
          label="Nested app authentication"
          value={settings.nestedAppAuth}
          options={[
            { value: "on", text: "On" },
            { value: "off", text: "Off" },
            { value: "silent", text: "Never answers" },
          ]}
          onChange={(nestedAppAuth) => set({ nestedAppAuth })}
        />
      </div>
    </header>
  );
}

interface ChoiceProps<T extends string> {
  label: string;
  value: T;
  options: { value: T; text: string }[];
  onChange(value: T): void;
}

function Choice<T extends string>({ label, value, options, onChange }: ChoiceProps<T>) {
  return (
    <label>
      {label}
      <select value={value} onChange={({ currentTarget }) => onChange(currentTarget.value as T)}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.text}
          </option>
        ))}
      </select>
    </label>
  );
}
