import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { ActionFrames, type Actions, useActions } from "./actions.tsx";
import {
  field,
  type HostConfig,
  listWorkItems,
  type Person,
  type WorkItem,
  type WorkItemType,
} from "./api.ts";
import { Board } from "./board.tsx";
import { Dashboard } from "./dashboard.tsx";
import { ExtensionFrame } from "./extension-frame.tsx";
import { Header } from "./header.tsx";
import { PageBanner, PageDialog, PageToast, usePageServices } from "./page-services.tsx";
import { Query } from "./query.tsx";
import { RecycleBin } from "./recycle-bin.tsx";
import { hostServices } from "./services.ts";
import { type Place, readPlace, type Theme, type View, writePlace } from "./settings.ts";
import { themes } from "./theme.ts";
import { WorkItemForm } from "./work-item-form.tsx";
import { WorkItemList } from "./work-item-list.tsx";

const headings: Record<View["kind"], string> = {
  items: "Work items",
  new: "Work items",
  query: "Queries",
  board: "Boards",
  dashboard: "Dashboards",
  hub: "Boards",
  admin: "Organization settings",
};

export function App({ config }: { config: HostConfig }) {
  const { place, go, set, navigate } = usePlace(config);
  const { settings, view } = place;
  const page = usePageServices();
  const { actions, frames } = useActions();
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
    services: { ...hostServices(organization, project, go, navigate), ...page.services },
  };
  // A frame is signed in as one person in one way.
  const frameKey = [organization.name, project.name, person.upn, settings.nestedAppAuth].join(" ");
  const hub = view.kind === "hub" || view.kind === "admin";
  return (
    <>
      <Header config={config} place={place} people={people} go={go} set={set} />
      <PageBanner page={page} />
      <div class="body">
        <Navigation view={view} go={go} />
        <main>
          {/* A hub shows its own heading. */}
          <h1 class={hub ? "visually-hidden" : ""}>{headings[view.kind]}</h1>
          {hub ? (
            <ExtensionFrame
              key={`${view.kind} ${frameKey}`}
              contribution={view.kind}
              title="TimeTracker"
              {...around}
            />
          ) : view.kind === "dashboard" ? (
            <Dashboard around={around} frameKey={frameKey} />
          ) : (
            <WorkItems
              {...{ place, people, around, frameKey, go, actions }}
              onOpen={(form) => {
                frames.form = form;
              }}
            />
          )}
        </main>
      </div>
      {!hub && view.kind !== "dashboard" && <ActionFrames key={frameKey} frames={frames} {...around} />}
      <PageDialog page={page} around={around} />
      <PageToast page={page} />
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
    /** Goes to an address that says nothing of the settings, as an extension knows it. */
    navigate(address: URL): void {
      const next = { ...readPlace(config, address), settings: current.current.settings };
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
      {link("Work items", { kind: "items", id: 0 }, view.kind === "items" || view.kind === "new")}
      {link("Queries", { kind: "query" }, view.kind === "query")}
      {link("Boards", { kind: "board" }, view.kind === "board")}
      {link("Dashboards", { kind: "dashboard" }, view.kind === "dashboard")}
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
  actions: Actions;
  onOpen: Parameters<typeof WorkItemForm>[0]["onOpen"];
}

/** The project's work items: as a list with the form of the opened one, as results of a query, or on a board. */
function WorkItems({ place, people, around, frameKey, go, actions, onOpen }: WorkItemsProps) {
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

  if (view.kind === "query") return <Query items={items ?? []} {...{ place, go, actions }} />;
  if (view.kind === "board") {
    return <Board items={items ?? []} types={around.config.types} actions={actions} />;
  }
  return (
    <div class="work-items">
      <div class="list">
        <WorkItemList items={items} place={place} go={go} actions={actions} />
        <RecycleBin person={person} place={place} count={items?.length ?? 0} onRestored={put} />
      </div>
      {opened ? (
        <WorkItemForm
          key={`${place.organization}/${place.project}`}
          item={opened}
          people={people}
          around={around}
          frameKey={frameKey}
          actions={actions}
          onOpen={onOpen}
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
