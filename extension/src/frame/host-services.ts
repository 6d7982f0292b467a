/** The services of Azure DevOps' pages that the frames ask, by the parts of their contracts that are used here. */

import { getConfiguration, getExtensionContext, getService } from "azure-devops-extension-sdk";

const messagesId = "ms.vss-tfs-web.tfs-global-messages-service";
const layoutId = "ms.vss-features.host-page-layout-service";
const navigationId = "ms.vss-features.host-navigation-service";
const locationId = "ms.vss-features.location-service";

/** A sentence at the bottom of the page, for a while. */
export interface Toast {
  message: string;
  /** In milliseconds. */
  duration: number;
  /** The text of its one button. */
  callToAction?: string;
  onCallToActionClick?: () => void;
  /** It takes the place of what is shown. */
  forceOverrideExisting?: boolean;
}

interface MessagesService {
  addToast(toast: Toast): void;
}

export async function addToast(toast: Toast): Promise<void> {
  const messages = await getService<MessagesService>(messagesId);
  await messages.addToast(toast);
}

interface LayoutService {
  openCustomDialog(
    contributionId: string,
    options: { title: string; lightDismiss: boolean; onClose(result: unknown): void },
  ): void;
}

/** Shows a contribution of this extension in a dialog, and waits for what the dialog is closed with. */
export async function openDialog(contribution: string, title: string): Promise<unknown> {
  const layout = await getService<LayoutService>(layoutId);
  const id = `${getExtensionContext().id}.${contribution}`;
  return new Promise((resolve, reject) => {
    const opened = layout.openCustomDialog(id, { title, lightDismiss: false, onClose: resolve });
    Promise.resolve(opened).catch(reject);
  });
}

type Close = (result?: unknown) => void;

/** Closes the dialog or the panel around the frame; gives whether there is one. */
export function closeDialog(result: unknown): boolean {
  const { dialog, panel } = getConfiguration() as { dialog?: { close?: Close }; panel?: { close?: Close } };
  const close = dialog?.close ?? panel?.close;
  close?.(result);
  return close !== undefined;
}

interface NavigationService {
  navigate(url: string): void;
}

/** Shows another page of Azure DevOps in place of the one around the frame. */
export async function navigate(url: string): Promise<void> {
  const navigation = await getService<NavigationService>(navigationId);
  await navigation.navigate(url);
}

interface LocationService {
  getServiceLocation(): Promise<string>;
}

/** The address of this extension's hub in a project. */
export async function hubAddress(project: string): Promise<string> {
  const location = await getService<LocationService>(locationId);
  const root = await location.getServiceLocation();
  const hub = `${getExtensionContext().id}.hub`;
  return `${root.replace(/\/?$/, "/")}${encodeURIComponent(project)}/_apps/hub/${hub}`;
}
