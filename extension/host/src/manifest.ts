/** The extension's manifest, from which the host knows what there is to embed, as Azure DevOps does. */

import manifest from "../../vss-extension.json";

/** Of a widget, in cells of a dashboard. */
export interface Size {
  rowSpan: number;
  columnSpan: number;
}

export interface Contribution {
  id: string;
  type: string;
  targets: string[];
  properties: {
    uri: string;
    name?: string;
    /** Of an action: what its menu shows. */
    text?: string;
    /** Of a group on the form, in pixels, until it asks for more. */
    height?: number;
    /** The object that the host calls; without it the frame's id names it. */
    registeredObjectId?: string;
    /** Of a widget, the first one at the beginning. */
    supportedSizes?: Size[];
  };
}

export const contributions: readonly Contribution[] = manifest.contributions;

export function contributionOf(id: string): Contribution {
  const found = contributions.find((each) => each.id === id);
  if (!found) {
    throw new Error(`the manifest has no contribution ${id}`);
  }
  return found;
}

/** The id of the extension, with which those of its contributions begin. */
export const extensionId = `${manifest.publisher}.${manifest.id}`;
export const { publisher } = manifest;
export const extensionName = manifest.id;

/** The actions of a menu. */
export function actionsOf(menu: Menu): Contribution[] {
  return contributions.filter(
    ({ type, targets }) => type === "ms.vss-web.action" && targets.includes(`ms.vss-work-web.${menu}`),
  );
}

/** The menus that the host has. */
export type Menu =
  | "work-item-toolbar-menu"
  | "work-item-context-menu"
  | "query-result-work-item-menu"
  | "backlog-board-card-item-menu";
