import type { TenantUser } from "../../api/client.ts";
import { Button, Field } from "../controls.tsx";
import { Dialog } from "../dialog.tsx";
import { devOpsAddress } from "../next-steps.tsx";
import { useSession } from "../session.ts";
import { adminTexts } from "./texts.ts";

const texts = adminTexts.invite;

/** Some mail programs and browsers cut off longer addresses. */
const longestMailto = 1_900;

/** The address that opens a mail; undefined when it would be too long. Several recipients don't see each other. */
export function mailtoOf(emails: string[], subject: string, body: string): string | undefined {
  const list = emails.map(encodeURIComponent).join(",");
  const fields = `subject=${encodeURIComponent(subject)}&body=${encodeURIComponent(body.replaceAll("\n", "\r\n"))}`;
  const address = emails.length === 1 ? `mailto:${list}?${fields}` : `mailto:?bcc=${list}&${fields}`;
  return address.length <= longestMailto ? address : undefined;
}

/** The text to send to the invited people, since TimeTracker sends no mail. */
export function InvitationDialog({ people, onClose }: { people: TenantUser[]; onClose: () => void }) {
  const { me } = useSession();
  const link = devOpsAddress(me.tenant.azure_devops_organization);
  const body = texts.body(me.user.name, me.tenant.name, link);
  const emails = people.map(({ email }) => email);
  const mailto = mailtoOf(emails, texts.subject, body);
  const selectAll = (event: { currentTarget: HTMLTextAreaElement }) => event.currentTarget.select();
  return (
    <Dialog title={texts.sendTitle} onClose={onClose}>
      <div class="stack">
        <p>{texts.sendLead(people.length)}</p>
        <Field label={texts.text}>
          {(attributes) => <textarea {...attributes} rows={12} readOnly value={body} onFocus={selectAll} />}
        </Field>
        {!mailto && (
          <Field label={texts.addresses} help={texts.tooLong}>
            {(attributes) => (
              <textarea {...attributes} rows={3} readOnly value={emails.join(", ")} onFocus={selectAll} />
            )}
          </Field>
        )}
        <div class="actions">
          {mailto && (
            <a class="button primary" href={mailto} target="_blank" rel="noreferrer">
              {texts.mail}
            </a>
          )}
          <Button onClick={onClose}>{texts.done}</Button>
        </div>
      </div>
    </Dialog>
  );
}
