import { createApi } from "../api/client.ts";
import { createAuth } from "../auth/auth.ts";
import { loadConfig } from "../auth/config.ts";
import type { Frame } from "../frame/frame.ts";
import { followTheme } from "../frame/theme.ts";
import type { Connection } from "./app.tsx";
import { texts } from "./texts.ts";

/** Connects a page that people open by its address, without Azure DevOps around it. */
export async function connectStandalone(): Promise<Connection> {
  followTheme();
  const config = await loadConfig();
  const auth = createAuth(config, { standalone: true });
  const frame: Frame = {
    contributionId: "signup",
    context: { organization: { id: "", name: "" } },
    userName: "",
    // The size of a window is the person's.
    autoResize: () => () => {},
    onWorkItemChanged: () => () => {},
    openWorkItem: async () => {},
  };
  return { frame, auth, api: createApi(auth, config), offer: config, welcome: texts.welcome };
}
