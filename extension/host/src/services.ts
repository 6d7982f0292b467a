import type { Organization, Project } from "./api.ts";
import type { Place } from "./settings.ts";

/** The host's services that do not depend on a work item. */
export function hostServices(
  organization: Organization,
  project: Project,
  go: (change: Partial<Place>) => void,
  navigate: (address: URL) => void,
) {
  return {
    "ms.vss-work-web.work-item-form-navigation-service": {
      openWorkItem: async (id: number) => go({ view: { kind: "items", id } }),
      openNewWorkItem: async (type: string) => go({ view: { kind: "new", type } }),
    },
    "ms.vss-tfs-web.tfs-page-data-service": {
      getProject: async () => project,
    },
    "ms.vss-features.location-service": {
      getServiceLocation: async () => `${location.origin}/${encodeURIComponent(organization.name)}/`,
    },
    "ms.vss-features.host-navigation-service": {
      navigate: (url: string) => navigate(new URL(url, location.href)),
      getHash: async () => location.hash.slice(1),
      setHash(hash: string) {
        location.hash = hash;
      },
      replaceHash: (hash: string) => location.replace(`#${hash}`),
      onHashChanged: (callback: (hash: string) => void) =>
        window.addEventListener("hashchange", () => callback(location.hash.slice(1))),
    },
  };
}
