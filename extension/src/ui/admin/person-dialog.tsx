import { useState } from "preact/hooks";
import type { Role, TenantUser, UserPatch } from "../../api/client.ts";
import { ConfirmDialog } from "../dialog.tsx";
import { useSession } from "../session.ts";
import { explainToAdmin, isStale } from "./failure.ts";
import { adminTexts } from "./texts.ts";
import "./people.css";

const texts = adminTexts.change;

export type PersonAction = "role" | "deactivate" | "reactivate" | "approve" | "decline" | "withdraw";

interface PersonDialogProps {
  action: PersonAction;
  person: TenantUser;
  onClose: () => void;
  onDone: (announcement: string) => void;
  /** Somebody else has changed the person since they were read, so the dialog is out of date. */
  onStale: () => void;
}

/** Asks before a person is changed, and changes them. */
export function PersonDialog({ action, person, onClose, onDone, onStale }: PersonDialogProps) {
  const { api } = useSession();
  const { id, etag, name, email } = person;

  async function send(request: () => Promise<unknown>, announcement: string) {
    try {
      await request();
    } catch (error) {
      if (!isStale(error)) throw error;
      onStale();
      return;
    }
    onDone(announcement);
  }
  const patch = (body: UserPatch, announcement: string) =>
    send(() => api.patchUser(id, etag, body), announcement);
  const withdraw = (announcement: string) => send(() => api.withdrawUser(id, etag), announcement);
  const common = { working: adminTexts.working, explainFailure: explainToAdmin, onClose };

  if (action === "role") {
    return (
      <RoleDialog
        {...common}
        person={person}
        onSubmit={(role) => {
          const announcement = texts.roleChanged(name, adminTexts.roles[role]);
          if (role !== person.role) return patch({ role }, announcement);
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
      onSubmit: () => patch({ status: "deactivated" }, texts.deactivated(name)),
    },
    reactivate: {
      title: texts.reactivateTitle(name),
      detail: texts.reactivateDetail,
      onSubmit: () => patch({ status: "active" }, texts.activated(name)),
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
