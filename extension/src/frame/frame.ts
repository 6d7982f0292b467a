import * as SDK from "azure-devops-extension-sdk";
import { withTimeLimit } from "../auth/time-limit.ts";
import { followTheme, type Theme } from "./theme.ts";
import { type WorkItemContext, type WorkItemEvents, WorkItemForm } from "./work-item-form.ts";

/**
 * The page of Azure DevOps around us. Everything in it is display data that any page which frames us can make
 * up; who somebody is, only the server knows, from the token.
 */
export interface Frame {
  contributionId: string;
  organization: string;
  /** Absent on pages of the organization. */
  project?: string;
  userName: string;
  configuration: Record<string, unknown>;
  readonly theme: Theme;
  onThemeChanged(listener: (theme: Theme) => void): () => void;
  /** Keeps the frame as high as its document while the element grows and shrinks, until told to stop. */
  autoResize(element: HTMLElement): () => void;
  /** The work item of the form; absent in the hubs. */
  workItem?(): Promise<WorkItemContext>;
  /** Where there is no work item form, no event ever happens. */
  onWorkItemEvents(events: WorkItemEvents): void;
}

/** The page was not opened by Azure DevOps. */
export class NoHostError extends Error {
  override readonly name = "NoHostError";
}

/** SDK.init() never settles without a host. */
const handshakeMs = 5_000;

/** Shakes hands with the host page. Rejects with NoHostError when there is none. */
export async function initFrame(): Promise<Frame> {
  const theme = followTheme();
  if (window.parent === window) {
    throw new NoHostError("not in a frame");
  }
  try {
    await withTimeLimit(SDK.init({ loaded: false, applyTheme: true }), handshakeMs);
  } catch (error) {
    throw new NoHostError("the page around the frame does not answer", { cause: error });
  }
  const contributionId = SDK.getContributionId();
  const project = (SDK.getWebContext() as Partial<ReturnType<typeof SDK.getWebContext>> | undefined)?.project
    ?.name;
  const form = /\.(hub|admin)$/.test(contributionId) ? undefined : new WorkItemForm();
  if (form) {
    // The host sends its first event as soon as we say that we have loaded.
    SDK.register(contributionId, () => form.listener);
  }
  await SDK.notifyLoadSucceeded();

  return {
    contributionId,
    organization: SDK.getHost().name,
    ...(project && { project }),
    userName: SDK.getUser().name,
    configuration: SDK.getConfiguration(),
    get theme() {
      return theme.current;
    },
    onThemeChanged: (listener) => theme.subscribe(listener),
    autoResize(element) {
      // Without a height the SDK takes the body's scroll height, which lacks the margins. The root element has
      // them, and is as high as its content, whatever height the frame has.
      const observer = new ResizeObserver(() =>
        SDK.resize(undefined, Math.ceil(document.documentElement.getBoundingClientRect().height)),
      );
      observer.observe(element);
      return () => observer.disconnect();
    },
    ...(form && { workItem: () => form.read() }),
    onWorkItemEvents: (events) => form?.follow(events),
  };
}
