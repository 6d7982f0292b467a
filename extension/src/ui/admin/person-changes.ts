/** The changes of a person: what is said of each, and what takes it back. */

import type { Role, TenantUser, UserPatch } from "../../api/client.ts";
import type { Session } from "../session.ts";
import type { Undo } from "../timer-store.ts";
import { isStale } from "./failure.ts";
import { adminTexts } from "./texts.ts";

const texts = adminTexts.change;

export interface ChangeListener {
  onDone: (announcement: string, undo?: Undo) => void;
  /** Somebody else has changed the person since they were read. */
  onStale: () => void;
}

/** The person's changes. Each fails with the error of the API, but for one that is out of date. */
export function changesOf(
  person: TenantUser,
  { api, me }: Pick<Session, "api" | "me">,
  { onDone, onStale }: ChangeListener,
) {
  const { id, etag, name } = person;

  async function send<T>(request: () => Promise<T>, announcement: string, undoOf?: (answer: T) => Undo) {
    let answer: T;
    try {
      answer = await request();
    } catch (error) {
      if (!isStale(error)) throw error;
      onStale();
      return;
    }
    onDone(announcement, undoOf?.(answer));
  }

  /** Changes the person. What puts them back as they were is absent where that isn't the opposite change. */
  function patch(body: UserPatch, announcement: string, before?: UserPatch) {
    const undoOf = (changed: TenantUser) => async () => {
      await api.patchUser(id, changed.etag, before ?? {});
      return texts.undone(name);
    };
    // Whoever gives up a role of their own can't take it back.
    return send(
      () => api.patchUser(id, etag, body),
      announcement,
      before && id !== me.user.id ? undoOf : undefined,
    );
  }

  const withdraw = (announcement: string) => send(() => api.withdrawUser(id, etag), announcement);
  return {
    role: async (role: Role) => {
      const announcement = texts.roleChanged(name, adminTexts.roles[role]);
      if (role === person.role) onDone(announcement);
      else await patch({ role }, announcement, { role: person.role });
    },
    deactivate: () => patch({ status: "deactivated" }, texts.deactivated(name), { status: "active" }),
    reactivate: () => patch({ status: "active" }, texts.activated(name), { status: "deactivated" }),
    approve: () => patch({ status: "active" }, texts.activated(name)),
    decline: () => withdraw(texts.declined(name)),
    withdraw: () => withdraw(texts.withdrawn(name)),
  };
}
