import * as SDK from "azure-devops-extension-sdk";
import { withTimeLimit } from "../auth/time-limit.ts";
import { type HostAddress, hostAddress } from "./address.ts";
import { type PageContext, readPageContext } from "./context.ts";
import { followTheme } from "./theme.ts";
import { type FormActions, type WorkItemContext, WorkItemForm } from "./work-item-form.ts";

/**
 * The page of Azure DevOps around us. Any page that frames us can make up its data, so all of it is for display. Only
 * the server knows who somebody is, from the token.
 */
export interface Frame {
  contributionId: string;
  context: PageContext;
  userName: string;
  /** Keeps the frame as high as its document while the element grows and shrinks. Returns what ends it. */
  autoResize(element: HTMLElement): () => void;
  /** The work item of the form; absent in the hubs. */
  workItem?(): Promise<WorkItemContext>;
  /** The form around the frame; absent in the hubs. */
  form?: FormActions;
  /** Calls the listener when the form may show something else. Returns what ends it. Without a form nothing happens. */
  onWorkItemChanged(listener: () => void): () => void;
  /** Shows a work item of the organization. */
  openWorkItem(id: number): Promise<void>;
  /** The page's address; absent where the frame isn't all of the page. */
  address?: HostAddress;
}

/** Azure DevOps has not opened the page. */
export class NoHostError extends Error {
  override readonly name = "NoHostError";
}

const navigationServiceId = "ms.vss-work-web.work-item-form-navigation-service";

/** The part of Azure DevOps' IWorkItemFormNavigationService that is used here. */
interface NavigationService {
  openWorkItem(id: number): Promise<unknown>;
}

/** SDK.init() never settles without a host. */
const handshakeMs = 5_000;

/** Shakes hands with the host page, and takes on its theme. Rejects with NoHostError when there is none. */
export async function shakeHands(): Promise<void> {
  followTheme();
  if (window.parent === window) {
    throw new NoHostError("not in a frame");
  }
  try {
    await withTimeLimit(SDK.init({ loaded: false, applyTheme: true }), handshakeMs);
  } catch (error) {
    throw new NoHostError("the page around the frame does not answer", { cause: error });
  }
}

/** Offers what the dashboard calls on a widget or its settings, and says that the frame is ready for it. */
export async function offerToDashboard(object: object): Promise<void> {
  const id = SDK.getContributionId();
  // Microsoft's documents name the object by the whole id, and Microsoft's samples by its last part.
  SDK.register(id, object);
  SDK.register(id.slice(id.lastIndexOf(".") + 1), object);
  await SDK.notifyLoadSucceeded();
}

/** Keeps the frame as high as its document while the element grows and shrinks. Returns what ends it. */
export function followHeight(element: HTMLElement): () => void {
  // Without a height the SDK takes the body's scroll height, which lacks the margins. The root element's height
  // has them, and doesn't depend on the frame's height.
  const observer = new ResizeObserver(() =>
    SDK.resize(undefined, Math.ceil(document.documentElement.getBoundingClientRect().height)),
  );
  observer.observe(element);
  return () => observer.disconnect();
}

/**
 * Connects the frame with the host page. With a widget, the host calls that and decides on the frame's height. Rejects
 * with NoHostError when there is no host.
 */
export async function initFrame(widget?: object): Promise<Frame> {
  await shakeHands();
  const contributionId = SDK.getContributionId();
  const form = /\.(group|page)$/.test(contributionId) ? new WorkItemForm() : undefined;
  if (form) {
    // The host sends its first event as soon as it is notified below.
    SDK.register(contributionId, () => form.listener);
  }
  await (widget ? offerToDashboard(widget) : SDK.notifyLoadSucceeded());

  return {
    contributionId,
    context: readPageContext(),
    userName: SDK.getUser().name,
    autoResize: widget ? () => () => {} : followHeight,
    ...(form && { workItem: () => form.read(), form }),
    ...(contributionId.endsWith(".hub") && { address: hostAddress() }),
    onWorkItemChanged: (listener) => form?.subscribe(listener) ?? (() => {}),
    async openWorkItem(id) {
      const navigation = await SDK.getService<NavigationService>(navigationServiceId);
      await navigation.openWorkItem(id);
    },
  };
}
