import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import {
  field,
  type HostConfig,
  listWorkItems,
  type Person,
  type WorkItem,
  type WorkItemType,
} from "./api.ts";
import { ExtensionFrame } from "./extension-frame.tsx";
import { Header } from "./header.tsx";
import { RecycleBin } from "./recycle-bin.tsx";
import { hostServices } from "./services.ts";
import { type Place, readPlace, type Theme, type View, writePlace } from "./settings.ts";
import { themes } from "./theme.ts";
import { WorkItemForm } from "./work-item-form.tsx";
import { WorkItemList } from "./work-item-list.tsx";

const headings: Partial<Record<View["kind"], string>> = { hub: "Boards", admin: "Organization settings" };

export function App({ config }: { config: HostConfig }) {
  const { place, go, set } = usePlace(config);
  const { settings, view } = place;
  useTheme(settings.theme);

  const organization = config.organizations.find(({ name }) => name === place.organization);
  const project = organization?.projects.find(({ name }) => name === place.project);
  const people = config.people.filter(({ directory }) => directory === organization?.directory_id);
  const person = people.find(({ upn }) => upn === settings.person);
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
  return (
    <>
      <Header config={config} place={place} people={people} go={go} set={set} />
      <div class="body">
        <Navigation view={view} go={go} />
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
            <WorkItems place={place} people={people} around={around} frameKey={frameKey} go={go} />
          )}
        </main>
      </div>
    </>
  );
}

/** The place that the address names. Going to another one adds to the browser's history; a setting doesn't. */
function usePlace(config: HostConfig) {
  const [place, setPlace] = useState(() => readPlace(config, new URL(location.href)));
  // Frames keep the go() of the rendering that made them, so it reads the place of the moment.
  const current = useRef(place);
  current.current = place;

  useEffect(() => {
    const back = () => setPlace(readPlace(config, new URL(location.href)));
    window.addEventListener("popstate", back);
    return () => window.removeEventListener("popstate", back);
  }, [config]);

  return {
    place,
    go(change: Partial<Place>): void {
      const next = { ...current.current, ...change };
      history.pushState(null, "", writePlace(next));
      setPlace(next);
    },
    set(change: Partial<Place["settings"]>): void {
      const next = { ...place, settings: { ...place.settings, ...change } };
      history.replaceState(null, "", writePlace(next));
      setPlace(next);
    },
  };
}

function useTheme(theme: Theme): void {
  useEffect(() => {
    const root = document.documentElement;
    root.style.colorScheme = theme;
    for (const [name, value] of Object.entries(themes[theme])) {
      root.style.setProperty(`--${name}`, value);
    }
  }, [theme]);
}

interface NavigationProps {
  view: View;
  go(change: Partial<Place>): void;
}

function Navigation({ view, go }: NavigationProps) {
  const link = (text: string, target: View, current: boolean) => (
    <button type="button" aria-current={current ? "page" : undefined} onClick={() => go({ view: target })}>
      {text}
    </button>
  );
  return (
    <nav aria-label="Boards">
      {link("Work items", { kind: "items", id: 0 }, view.kind !== "hub" && view.kind !== "admin")}
      {link("Time", { kind: "hub" }, view.kind === "hub")}
      {link("Organization settings", { kind: "admin" }, view.kind === "admin")}
    </nav>
  );
}

interface WorkItemsProps {
  place: Place;
  people: Person[];
  around: Parameters<typeof WorkItemForm>[0]["around"];
  frameKey: string;
  go(change: Partial<Place>): void;
}

/** The project's work items, and the form of the opened one. */
function WorkItems({ place, people, around, frameKey, go }: WorkItemsProps) {
  const { view } = place;
  const { person } = around;
  const [items, setItems] = useState<WorkItem[]>();
  useEffect(() => {
    setItems(undefined);
    let current = true;
    void listWorkItems(person, place.organization, place.project).then((list) => current && setItems(list));
    return () => {
      current = false;
    };
  }, [person.upn, place.organization, place.project]);
  const opened = useMemo(
    () => openedItem(place, items, around.config.types),
    [view, items, place.organization, place.project],
  );

  function put(item: WorkItem): void {
    setItems((list = []) =>
      list.some(({ id }) => id === item.id)
        ? list.map((old) => (old.id === item.id ? item : old))
        : [...list, item].sort((a, b) => a.id - b.id),
    );
  }

  function stored(item: WorkItem): void {
    put(item);
    // The form of a new item becomes that of the stored one.
    if (opened?.id === 0) {
      go({ view: { kind: "items", id: item.id } });
    }
  }

  return (
    <div class="work-items">
      <div class="list">
        <WorkItemList items={items} place={place} go={go} />
        <RecycleBin person={person} place={place} count={items?.length ?? 0} onRestored={put} />
      </div>
      {opened ? (
        <WorkItemForm
          key={`${place.organization}/${place.project}`}
          item={opened}
          people={people}
          around={around}
          frameKey={frameKey}
          onStored={stored}
          onDeleted={(id) => {
            setItems((list = []) => list.filter((item) => item.id !== id));
            go({ view: { kind: "items", id: 0 } });
          }}
        />
      ) : (
        items && (
          <p class="notice">
            {view.kind === "items" && view.id
              ? `There is no work item ${view.id} in ${place.project}.`
              : "Open a work item from the list."}
          </p>
        )
      )}
    </div>
  );
}

function openedItem(
  { organization, project, view }: Place,
  items: WorkItem[] | undefined,
  types: WorkItemType[],
) {
  if (view.kind === "new") {
    const state = types.find(({ name }) => name === view.type)?.states[0] ?? "";
    const fields = { [field.type]: view.type, [field.title]: "", [field.state]: state };
    return { id: 0, rev: 0, organization, project, read_only: false, fields };
  }
  return view.kind === "items" ? items?.find(({ id }) => id === view.id) : undefined;
}
