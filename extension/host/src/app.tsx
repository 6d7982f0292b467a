import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { field, type HostConfig, listWorkItems, type Project, type WorkItem } from "./api.ts";
import { ExtensionFrame } from "./extension-frame.tsx";
import {
  type NestedAppAuth,
  type Place,
  readPlace,
  type Settings,
  type Theme,
  type View,
  writePlace,
} from "./settings.ts";
import { themes } from "./theme.ts";
import { WorkItemForm } from "./work-item-form.tsx";

const headings: Partial<Record<View["kind"], string>> = { hub: "Boards", admin: "Organization settings" };
const newTypes = ["Task", "Bug", "User Story", "Issue"];

export function App({ config }: { config: HostConfig }) {
  const [place, setPlace] = useState(() => readPlace(config, new URL(location.href)));
  const [items, setItems] = useState<WorkItem[]>();
  const { settings, view } = place;
  // Frames call go() with what it was when they were made.
  const here = useRef(place);
  here.current = place;

  useEffect(() => {
    const back = () => setPlace(readPlace(config, new URL(location.href)));
    window.addEventListener("popstate", back);
    return () => window.removeEventListener("popstate", back);
  }, [config]);

  function go(change: Partial<Place>): void {
    const next = { ...here.current, ...change };
    history.pushState(null, "", writePlace(next));
    setPlace(next);
  }

  function set(change: Partial<Settings>): void {
    const next = { ...place, settings: { ...settings, ...change } };
    history.replaceState(null, "", writePlace(next));
    setPlace(next);
  }

  useEffect(() => {
    const root = document.documentElement;
    root.style.colorScheme = settings.theme;
    for (const [name, value] of Object.entries(themes[settings.theme])) {
      root.style.setProperty(`--${name}`, value);
    }
  }, [settings.theme]);

  useEffect(() => {
    setItems(undefined);
    let current = true;
    void listWorkItems(place.organization, place.project).then((list) => current && setItems(list));
    return () => {
      current = false;
    };
  }, [place.organization, place.project]);

  const organization = config.organizations.find(({ name }) => name === place.organization);
  const project = organization?.projects.find(({ name }) => name === place.project);
  const people = config.people.filter(({ directory }) => directory === organization?.directory_id);
  const person = people.find(({ upn }) => upn === settings.person);

  const opened = useMemo<WorkItem | undefined>(() => {
    if (view.kind === "new") {
      return {
        id: 0,
        rev: 0,
        organization: place.organization,
        project: place.project,
        fields: { [field.type]: view.type, [field.title]: "", [field.state]: "New" },
      };
    }
    return view.kind === "items" ? items?.find(({ id }) => id === view.id) : undefined;
  }, [view, items, place.organization, place.project]);

  if (!organization || !project || !person) {
    return <p class="notice">Nobody is a member of this organization.</p>;
  }

  const around = {
    config,
    organization,
    project,
    person,
    nestedAppAuth: settings.nestedAppAuth,
    theme: () => settings.theme,
    services: hostServices(project, go),
  };
  // A frame is signed in as one person in one way.
  const frameKey = [organization.name, project.name, person.upn, settings.nestedAppAuth].join(" ");

  function stored(item: WorkItem): void {
    setItems((list = []) =>
      list.some(({ id }) => id === item.id)
        ? list.map((old) => (old.id === item.id ? item : old))
        : [...list, item],
    );
    if (here.current.view.kind === "new") {
      go({ view: { kind: "items", id: item.id } });
    }
  }

  return (
    <>
      <header>
        <p class="sandbox">TimeTracker sandbox — stands in for dev.azure.com</p>
        <div class="bar">
          <Choice
            label="Project"
            value={`${organization.name}/${project.name}`}
            options={config.organizations.flatMap((o) =>
              o.projects.map((p) => ({ value: `${o.name}/${p.name}`, text: `${o.name} / ${p.name}` })),
            )}
            onChange={(value) => {
              const [organizationName = "", projectName = ""] = value.split("/");
              const next = { ...place, organization: organizationName, project: projectName };
              const home = { kind: "items", id: 0 } as const;
              // Who is signed in may not be known over there.
              go(readPlace(config, new URL(writePlace({ ...next, view: home }), location.href)));
            }}
          />
          <Choice
            label="Signed in as"
            value={settings.person}
            options={people.map(({ upn, name, guest }) => ({
              value: upn,
              text: guest ? `${name} (guest)` : name,
            }))}
            onChange={(value) => set({ person: value })}
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
      <div class="body">
        <nav aria-label="Boards">
          <button
            type="button"
            aria-current={view.kind === "hub" || view.kind === "admin" ? undefined : "page"}
            onClick={() => go({ view: { kind: "items", id: 0 } })}
          >
            Work items
          </button>
          <button
            type="button"
            aria-current={view.kind === "hub" ? "page" : undefined}
            onClick={() => go({ view: { kind: "hub" } })}
          >
            Time
          </button>
          <button
            type="button"
            aria-current={view.kind === "admin" ? "page" : undefined}
            onClick={() => go({ view: { kind: "admin" } })}
          >
            Organization settings
          </button>
        </nav>
        <main>
          {/* A hub shows its own heading. */}
          <h1 class={headings[view.kind] ? "visually-hidden" : ""}>{headings[view.kind] ?? "Work items"}</h1>
          {view.kind === "hub" || view.kind === "admin" ? (
            <ExtensionFrame
              key={`${view.kind} ${frameKey}`}
              contribution={view.kind}
              title="TimeTracker"
              {...around}
            />
          ) : (
            <div class="work-items">
              <div class="list">
                <div class="new">
                  {newTypes.map((type) => (
                    <button key={type} type="button" onClick={() => go({ view: { kind: "new", type } })}>
                      New {type}
                    </button>
                  ))}
                </div>
                {items ? (
                  <WorkItemList items={items} place={place} go={go} />
                ) : (
                  <p role="status">Loading work items…</p>
                )}
              </div>
              {opened ? (
                <WorkItemForm
                  key={`${organization.name}/${project.name}`}
                  item={opened}
                  people={people}
                  around={around}
                  frameKey={frameKey}
                  onStored={stored}
                />
              ) : (
                items && (
                  <p class="notice">
                    {view.kind === "items" && view.id
                      ? `There is no work item ${view.id} in ${project.name}.`
                      : "Open a work item from the list."}
                  </p>
                )
              )}
            </div>
          )}
        </main>
      </div>
    </>
  );
}

function WorkItemList({
  items,
  place,
  go,
}: {
  items: WorkItem[];
  place: Place;
  go(change: Partial<Place>): void;
}) {
  const { view } = place;
  return (
    <ul>
      {items.map(({ id, fields }) => (
        <li key={id}>
          <a
            href={writePlace({ ...place, view: { kind: "items", id } })}
            aria-current={view.kind === "items" && view.id === id ? "page" : undefined}
            data-type={fields[field.type]}
            onClick={(event) => {
              if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) {
                return;
              }
              event.preventDefault();
              go({ view: { kind: "items", id } });
            }}
          >
            <span class="kind">
              {fields[field.type]} {id} · {fields[field.state]}
            </span>
            <span class="title">{fields[field.title]}</span>
          </a>
        </li>
      ))}
    </ul>
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

/** The host's services that do not depend on a work item. */
function hostServices(project: Project, go: (change: Partial<Place>) => void) {
  return {
    "ms.vss-work-web.work-item-form-navigation-service": {
      openWorkItem: async (id: number) => go({ view: { kind: "items", id } }),
      openNewWorkItem: async (type: string) => go({ view: { kind: "new", type } }),
    },
    "ms.vss-tfs-web.tfs-page-data-service": {
      getProject: async () => project,
    },
    "ms.vss-features.location-service": {
      getServiceLocation: async () => `${location.origin}/`,
    },
  };
}
