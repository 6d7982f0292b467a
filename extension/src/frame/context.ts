/** Where in Azure DevOps the page around the frame is. Nothing else reads it from the SDK. */

import * as SDK from "azure-devops-extension-sdk";

/** Something of Azure DevOps. Its id is a GUID, which stays the same when the name changes. */
export interface Named {
  id: string;
  name: string;
}

/** Any page that frames us can make all of it up, so the server takes it for a claim. */
export interface PageContext {
  organization: Named;
  /** Absent on pages of the organization. */
  project?: Named;
}

/** Reads the context, once the SDK has shaken hands with the host. */
export function readPageContext(): PageContext {
  const host = SDK.getHost();
  const { project } = SDK.getWebContext() as Partial<ReturnType<typeof SDK.getWebContext>>;
  return {
    organization: { id: host.id, name: host.name },
    ...(project && { project: { id: project.id, name: project.name } }),
  };
}
