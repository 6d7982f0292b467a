import type { Project } from "./api.ts";
import type { Place } from "./settings.ts";

/** The host's services that do not depend on a work item. */
export function hostServices(project: Project, go: (change: Partial<Place>) => void) {
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
