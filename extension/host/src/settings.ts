import type { HostConfig } from "./api.ts";

export type Theme = "light" | "dark";
/** Whether this host signs in for extensions: on, off, or silent, when it never answers. */
export type NestedAppAuth = "on" | "off" | "silent";

export interface Settings {
  /** User principal name of the person who is signed in to the host. */
  person: string;
  theme: Theme;
  nestedAppAuth: NestedAppAuth;
}

export type View =
  | { kind: "items"; id: number }
  | { kind: "new"; type: string }
  | { kind: "query" }
  | { kind: "board" }
  | { kind: "dashboard" }
  | { kind: "hub" }
  | { kind: "admin" };

export interface Place {
  organization: string;
  project: string;
  view: View;
  settings: Settings;
}

/**
 * Reads the place from an address. The paths are those of dev.azure.com. The settings are in the query, so that two
 * tabs can differ and an address can be passed on.
 */
export function readPlace(config: HostConfig, address: URL): Place {
  const [first, second, area, ...rest] = address.pathname.split("/").filter(Boolean).map(decodeURIComponent);
  const organization = config.organizations.find(({ name }) => name === first) ?? config.organizations[0];
  if (!organization) {
    throw new Error("the sandbox has no organization");
  }
  const project = organization.projects.find(({ name }) => name === second) ?? organization.projects[0];
  const people = config.people.filter(({ directory }) => directory === organization.directory_id);
  const asked = address.searchParams.get("as") ?? config.signed_in_as;
  const nestedAppAuth = address.searchParams.get("naa");
  return {
    organization: organization.name,
    project: project?.name ?? "",
    view: second === "_settings" ? { kind: "admin" } : readView(area, rest),
    settings: {
      person: (people.find(({ upn }) => upn === asked) ?? people[0])?.upn ?? "",
      theme: address.searchParams.get("theme") === "dark" ? "dark" : "light",
      nestedAppAuth:
        nestedAppAuth === "on" || nestedAppAuth === "off" || nestedAppAuth === "silent"
          ? nestedAppAuth
          : config.naa_default
            ? "on"
            : "off",
    },
  };
}

function readView(area: string | undefined, [kind, name]: string[]): View {
  const areas: Record<string, View> = {
    _apps: { kind: "hub" },
    _queries: { kind: "query" },
    _boards: { kind: "board" },
    _dashboards: { kind: "dashboard" },
  };
  const shown = areas[area ?? ""];
  if (shown) {
    return shown;
  }
  if (area === "_workitems" && kind === "create") {
    return { kind: "new", type: name ?? "Task" };
  }
  return { kind: "items", id: area === "_workitems" && kind === "edit" ? Number(name) || 0 : 0 };
}

/** Writes a place as an address. */
export function writePlace({ organization, project, view, settings }: Place): string {
  const query = new URLSearchParams({
    as: settings.person,
    theme: settings.theme,
    naa: settings.nestedAppAuth,
  });
  const path = [organization, ...(view.kind === "admin" ? [] : [project])].map(encodeURIComponent).join("/");
  return `/${path}/${writeView(view)}?${query}`;
}

function writeView(view: View): string {
  switch (view.kind) {
    case "items":
      return view.id ? `_workitems/edit/${view.id}` : "_workitems";
    case "new":
      return `_workitems/create/${encodeURIComponent(view.type)}`;
    case "query":
      return "_queries/query";
    case "board":
      return "_boards/board";
    case "dashboard":
      return "_dashboards/dashboard";
    case "hub":
      return "_apps/hub/time";
    case "admin":
      return "_settings/timetracker";
  }
}
