import { useMemo, useState } from "preact/hooks";
import { field, type Project, type WorkItem } from "./api.ts";
import type { EmbeddedFrame } from "./embed.ts";
import { ExtensionFrame } from "./extension-frame.tsx";
import { actionsOf, contributionOf, contributions, type Menu } from "./manifest.ts";
import type { MenuItem } from "./menu.tsx";

type Around = Omit<Parameters<typeof ExtensionFrame>[0], "contribution" | "title">;

/** Gives the items that extensions add to a menu, which is opened on something that the context tells. */
export type Actions = (menu: Menu, context: object) => MenuItem[];

/**
 * The actions of extensions, and the frames that carry them out. A frame is loaded with the page, and nobody sees it. It
 * is called when its item is chosen.
 */
export function useActions() {
  const frames = useMemo(() => new BackgroundFrames(), []);
  const actions: Actions = (menu, context) =>
    actionsOf(menu).map(({ id, properties }) => ({
      text: properties.text ?? id,
      onChoose: () => void frames.call(id, context),
    }));
  return { actions, frames };
}

export const formServiceId = "ms.vss-work-web.work-item-form";

class BackgroundFrames {
  /** The service of the form that is open, if one is. */
  form: object | undefined;
  readonly #loaded = new Map<string, EmbeddedFrame>();
  readonly #waiting = new Map<string, ((frame: EmbeddedFrame) => void)[]>();

  loaded(id: string, frame: EmbeddedFrame): void {
    this.#loaded.set(id, frame);
    for (const resolve of this.#waiting.get(id) ?? []) resolve(frame);
    this.#waiting.delete(id);
  }

  disposed(id: string): void {
    this.#loaded.delete(id);
  }

  async call(id: string, context: object): Promise<void> {
    const frame =
      this.#loaded.get(id) ??
      (await new Promise<EmbeddedFrame>((resolve) => {
        this.#waiting.set(id, [...(this.#waiting.get(id) ?? []), resolve]);
      }));
    await frame.call("execute", context);
  }
}

export function ActionFrames({ frames, ...around }: Around & { frames: BackgroundFrames }) {
  // A frame's key is its own, so that another person has other frames.
  const [ids] = useState(() =>
    contributions.filter(({ type }) => type === "ms.vss-web.action").map(({ id }) => id),
  );
  return (
    <div class="background" aria-hidden="true">
      {ids.map((id) => (
        <ExtensionFrame
          key={id}
          contribution={id}
          title={contributionOf(id).properties.text ?? id}
          {...around}
          services={{
            ...around.services,
            get [formServiceId]() {
              return frames.form;
            },
          }}
          onLoaded={(frame) => frames.loaded(id, frame)}
          onDisposed={() => frames.disposed(id)}
        />
      ))}
    </div>
  );
}

/** What Azure DevOps tells of the item on the form. */
export function formContext({ id, fields }: WorkItem, project: Project): object {
  return {
    workItemId: id,
    workItemAvailable: true,
    workItemTypeName: fields[field.type],
    isNew: id === 0,
    currentProjectGuid: project.id,
    currentProjectName: project.name,
  };
}

/** What it tells of rows of a list. */
export function rowsContext(items: WorkItem[]): object {
  return {
    workItemIds: items.map(({ id }) => id),
    workItemTypeNames: items.map(({ fields }) => fields[field.type]),
    workItemProjects: Object.fromEntries(items.map(({ id, project }) => [id, project])),
  };
}

/** What it tells of a card. */
export function cardContext({ id, fields }: WorkItem): object {
  return { id, workItemType: fields[field.type] };
}
