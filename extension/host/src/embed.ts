import { channelManager } from "azure-devops-extension-sdk/XDM";
import type { HostConfig, Organization, Person, Project } from "./api.ts";
import { contributionOf, extensionId, extensionName, publisher } from "./manifest.ts";
import { nestedAppAuth } from "./nested-app-auth.ts";
import type { NestedAppAuth, Theme } from "./settings.ts";
import { themes } from "./theme.ts";

/** The data and services that the frame gets from its host. */
export interface Surroundings {
  config: HostConfig;
  organization: Organization;
  project: Project;
  person: Person;
  nestedAppAuth: NestedAppAuth;
  /** The theme at the time of asking. */
  theme(): Theme;
  /** Services by their contribution ids. */
  services: Record<string, object | undefined>;
  /** What a dialog, a panel or a widget's settings are opened with. */
  configuration?: object;
  /** The frame has loaded, so that events may be sent. */
  loaded(frame: EmbeddedFrame): void;
  resized(height: number): void;
}

/** One frame of the extension, seen from the host page. */
export interface EmbeddedFrame {
  /** Calls the object that the frame has registered for its contribution, if it has one. */
  notify(event: string, details: object): void;
  /** Does so, and gives the answer. */
  call<T>(method: string, ...parameters: unknown[]): Promise<T>;
  changeTheme(theme: Theme): void;
  dispose(): void;
}

/** Loads a contribution into an iframe, and is the host's end of the XDM protocol. */
export function embed(iframe: HTMLIFrameElement, contribution: string, around: Surroundings): EmbeddedFrame {
  const { config, person } = around;
  const { uri, registeredObjectId } = contributionOf(contribution).properties;
  if (!iframe.contentWindow) {
    throw new Error("the iframe is not in the document");
  }
  const url = new URL(uri, config.extension_base_url);
  const contributionId = `${extensionId}.${contribution}`;
  const channel = channelManager.addChannel(iframe.contentWindow, url.origin);
  const registry = channel.getObjectRegistry();

  const frame: EmbeddedFrame = {
    notify(event, details) {
      channel.invokeRemoteMethod(event, contributionId, [details]).catch(() => {});
    },
    call: (method, ...parameters) =>
      channel.invokeRemoteMethod(method, registeredObjectId ?? contributionId, parameters),
    changeTheme(theme) {
      channel
        .invokeRemoteMethod("dispatchEvent", "DevOps.SdkClient", [
          "themeChanged",
          { detail: { data: themes[theme] } },
        ])
        .catch(() => {});
    },
    dispose() {
      channelManager.removeChannel(channel);
    },
  };

  registry.register("DevOps.HostControl", {
    initialHandshake: () => handshake(contribution, contributionId, around),
    notifyLoadSucceeded: () => around.loaded(frame),
    notifyLoadFailed: () => {},
    resize: (_width: number, height: number) => around.resized(height),
    getAccessToken: () => Promise.reject(new Error("The sandbox issues no Azure DevOps tokens.")),
    getAppToken: () => Promise.reject(new Error("The sandbox issues no app tokens.")),
  });
  registry.register("DevOps.ServiceManager", {
    getService(id: string) {
      const service = around.services[id];
      return service ?? Promise.reject(new Error(`There is no service ${id}.`));
    },
  });
  if (around.nestedAppAuth !== "off") {
    registry.register("DevOps.NestedAppAuth", nestedAppAuth(around.nestedAppAuth, person.upn));
  }

  iframe.src = url.href;
  return frame;
}

/** The answer to the SDK's first message. */
function handshake(contribution: string, contributionId: string, around: Surroundings) {
  const { config, organization, project, person } = around;
  return {
    contributionId,
    context: {
      extension: {
        id: extensionId,
        publisherId: publisher,
        extensionId: extensionName,
        version: "0.0.0",
        baseUri: config.extension_base_url,
      },
      user: {
        descriptor: `aad.${btoa(person.oid)}`,
        id: person.oid,
        name: person.email,
        displayName: person.name,
        imageUrl: "",
      },
      host: {
        id: organization.id,
        name: organization.name,
        serviceVersion: "sandbox",
        type: 4,
        isHosted: true,
      },
      pageContext: {
        globalization: {
          culture: navigator.language,
          explicitTheme: "",
          theme: around.theme(),
          timeZoneId: Intl.DateTimeFormat().resolvedOptions().timeZone,
          timezoneOffset: new Date().getTimezoneOffset() * -60_000,
          typeAheadDisabled: false,
        },
        timeZonesConfiguration: { daylightSavingsAdjustments: [] },
        // The organization's settings are outside of any project.
        webContext:
          contribution === "admin" ? {} : { project, team: { id: project.id, name: `${project.name} Team` } },
      },
    },
    initialConfig: around.configuration ?? {},
    themeData: themes[around.theme()],
  };
}
