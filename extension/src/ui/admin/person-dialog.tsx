/** What is asked before a person is changed, where it must be: it can't be undone, or something is to be chosen. */

import { useState } from "preact/hooks";
import type { Role, TenantUser } from "../../api/client.ts";
import { ConfirmDialog } from "../dialog.tsx";
import { useSession } from "../session.ts";
import { explainToAdmin } from "./failure.ts";
import { type ChangeListener, changesOf } from "./person-changes.ts";
import { adminTexts } from "./texts.ts";
import "./people.css";

const texts = adminTexts.change;

export type AskedAction = "role" | "approve" | "decline" | "withdraw";

interface PersonDialogProps extends ChangeListener {
  action: AskedAction;
  person: TenantUser;
  onClose: () => void;
}

/** Asks before a person is changed, and changes them. */
export function PersonDialog({ action, person, onClose, ...listener }: PersonDialogProps) {
  const session = useSession();
  const { name, email } = person;
  const changes = changesOf(person, session, listener);
  const common = { working: adminTexts.working, explainFailure: explainToAdmin, onClose };
  if (action === "role") return <RoleDialog {...common} person={person} onSubmit={changes.role} />;
  const dialogs = {
    approve: { title: texts.approveTitle(name), detail: texts.approveDetail(email) },
    decline: { danger: true, title: texts.declineTitle(name), detail: texts.declineDetail },
    withdraw: { danger: true, title: texts.withdrawTitle(name), detail: texts.withdrawDetail },
  };
  const { detail, ...dialog } = dialogs[action];
  return (
    <ConfirmDialog {...common} {...dialog} submit={texts[action]} onSubmit={changes[action]}>
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
