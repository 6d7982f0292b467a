import { useState } from "preact/hooks";
import type { Role, TenantUser, UserPatch } from "../../api/client.ts";
import { ConfirmDialog } from "../dialog.tsx";
import { useSession } from "../session.ts";
import type { Undo } from "../timer-store.ts";
import { explainToAdmin, isStale } from "./failure.ts";
import { adminTexts } from "./texts.ts";
import "./people.css";

const texts = adminTexts.change;

export type PersonAction = "role" | "deactivate" | "reactivate" | "approve" | "decline" | "withdraw";

interface PersonDialogProps {
  action: PersonAction;
  person: TenantUser;
  onClose: () => void;
  onDone: (announcement: string, undo?: Undo) => void;
  /** Somebody else has changed the person since they were read, so the dialog is out of date. */
  onStale: () => void;
}

/** Asks before a person is changed, and changes them. */
export function PersonDialog({ action, person, onClose, onDone, onStale }: PersonDialogProps) {
  const { api, me } = useSession();
  const { id, etag, name, email } = person;

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
  const common = { working: adminTexts.working, explainFailure: explainToAdmin, onClose };

  if (action === "role") {
    return (
      <RoleDialog
        {...common}
        person={person}
        onSubmit={(role) => {
          const announcement = texts.roleChanged(name, adminTexts.roles[role]);
          if (role !== person.role) return patch({ role }, announcement, { role: person.role });
          onDone(announcement);
          return Promise.resolve();
        }}
      />
    );
  }
  const dialogs = {
    deactivate: {
      danger: true,
      title: texts.deactivateTitle(name),
      detail: texts.deactivateDetail,
      onSubmit: () => patch({ status: "deactivated" }, texts.deactivated(name), { status: "active" }),
    },
    reactivate: {
      title: texts.reactivateTitle(name),
      detail: texts.reactivateDetail,
      onSubmit: () => patch({ status: "active" }, texts.activated(name), { status: "deactivated" }),
    },
    approve: {
      title: texts.approveTitle(name),
      detail: texts.approveDetail(email),
      onSubmit: () => patch({ status: "active" }, texts.activated(name)),
    },
    decline: {
      danger: true,
      title: texts.declineTitle(name),
      detail: texts.declineDetail,
      onSubmit: () => withdraw(texts.declined(name)),
    },
    withdraw: {
      danger: true,
      title: texts.withdrawTitle(name),
      detail: texts.withdrawDetail,
      onSubmit: () => withdraw(texts.withdrawn(name)),
    },
  };
  const { detail, ...dialog } = dialogs[action];
  return (
    <ConfirmDialog {...common} {...dialog} submit={texts[action]}>
      <p>{detail}</p>
      {action === "approve" && person.claimed_email && <p>{texts.approveClaim(person.claimed_email)}</p>}
    </ConfirmDialog>
  );
}

const roles: Role[] = ["user", "admin", "super_admin"];

interface RoleDialogProps {
  person: TenantUser;
  working: string;
  explainFailure: typeof explainToAdmin;
  onClose: () => void;
  onSubmit: (role: Role) => Promise<void>;
}

function RoleDialog({ person, onSubmit, ...dialog }: RoleDialogProps) {
  const { me } = useSession();
  const [role, setRole] = useState(person.role);
  return (
    <ConfirmDialog
      {...dialog}
      title={texts.roleTitle(person.name)}
      submit={texts.role}
      onSubmit={() => onSubmit(role)}
    >
      <fieldset class="radios">
        <legend class="visually-hidden">{adminTexts.list.role}</legend>
        {roles.map((each) => (
          <label key={each}>
            <input type="radio" name="role" checked={each === role} onChange={() => setRole(each)} />
            <span>
              {adminTexts.roles[each]}
              <span class="secondary">{adminTexts.roleHelp[each]}</span>
            </span>
          </label>
        ))}
      </fieldset>
      {person.id === me.user.id && <p>{texts.ownRole}</p>}
    </ConfirmDialog>
  );
}
