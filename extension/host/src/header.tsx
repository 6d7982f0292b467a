import { useState } from "preact/hooks";
import { type HostConfig, type Person, rename } from "./api.ts";
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
        <details>
          <summary>Rename</summary>
          <Names config={config} place={place} />
        </details>
      </div>
    </header>
  );
}

/** Renames the organization and the project on show, as their administrators do in Azure DevOps. */
function Names({ config, place }: Pick<HeaderProps, "config" | "place">) {
  const organization = config.organizations.find(({ name }) => name === place.organization);
  const project = organization?.projects.find(({ name }) => name === place.project);
  if (!organization || !project) {
    return null;
  }
  // The address has the new name, and a page that is loaded anew has it everywhere.
  const show = (change: Partial<Place>) => location.assign(writePlace({ ...place, ...change }));
  return (
    <>
      <Name
        label="Organization's name"
        name={organization.name}
        onRename={async (name) => {
          await rename("organizations", organization.id, name);
          show({ organization: name });
        }}
      />
      <Name
        label="Project's name"
        name={project.name}
        onRename={async (name) => {
          await rename("projects", project.id, name);
          show({ project: name });
        }}
      />
    </>
  );
}

interface NameProps {
  label: string;
  name: string;
  onRename(name: string): Promise<void>;
}

function Name({ label, name, onRename }: NameProps) {
  const [typed, setTyped] = useState(name);
  const [message, setMessage] = useState("");
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onRename(typed.trim()).catch(() => setMessage("Not renamed: the name is taken, or none."));
      }}
    >
      <label>
        {label}
        <input required value={typed} onInput={({ currentTarget }) => setTyped(currentTarget.value)} />
      </label>
      <button type="submit" disabled={typed.trim() === name}>
        Rename
      </button>
      <span role="status">{message}</span>
    </form>
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
