/** Who may exercise the person's rights after their death or incapacity. */

import { useId, useState } from "preact/hooks";
import type { PrivacyChoices } from "../../api/client.ts";
import { Button, FailureNotice, Field } from "../controls.tsx";
import { explain, type Failure } from "../failure.ts";
import { dateIn } from "../zone.ts";
import type { OwnData } from "./my-data.tsx";
import { privacyTexts } from "./texts.ts";

const texts = privacyTexts.nominee;

interface NomineeProps extends OwnData {
  choices: PrivacyChoices;
  onChosen: (choices: PrivacyChoices) => void;
}

export function Nominee({ api, zone, announce, choices, onChosen }: NomineeProps) {
  const id = useId();
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [missing, setMissing] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [sending, setSending] = useState(false);
  const { nominee } = choices;

  async function save(wanted: { name: string; email: string } | null, done: string) {
    if (sending) return;
    setSending(true);
    setFailure(null);
    try {
      onChosen(await api.choosePrivacy(choices.etag, { nominee: wanted }));
      announce(done);
    } catch (error) {
      setFailure(explain(error));
    }
    setSending(false);
  }

  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{texts.title}</h2>
      <p class="secondary">{texts.lead}</p>
      {nominee ? (
        <>
          <p class="privacy-nominee">
            <bdi>
              {texts.named(nominee.name, nominee.email, dateIn(Date.parse(nominee.named_at ?? ""), zone))}
            </bdi>
          </p>
          <div class="actions privacy-nominee">
            <Button
              kind="quiet"
              disabled={sending}
              onClick={() => {
                // The form has what was taken back, so that it can be named again.
                setName(nominee.name);
                setEmail(nominee.email);
                void save(null, texts.takenBack);
              }}
            >
              {texts.takeBack}
            </Button>
          </div>
        </>
      ) : (
        <form
          class="privacy-form"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            const wanted = { name: name.trim(), email: email.trim() };
            const incomplete = wanted.name === "" || !wanted.email.includes("@");
            setMissing(incomplete);
            if (!incomplete) void save(wanted, texts.saved(wanted.name));
          }}
        >
          <Field label={texts.name}>
            {(attributes) => (
              <input
                {...attributes}
                maxLength={200}
                autocomplete="off"
                value={name}
                onInput={(event) => setName(event.currentTarget.value)}
              />
            )}
          </Field>
          <Field label={texts.email} error={missing ? texts.required : undefined}>
            {(attributes) => (
              <input
                {...attributes}
                type="email"
                maxLength={254}
                autocomplete="off"
                value={email}
                onInput={(event) => setEmail(event.currentTarget.value)}
              />
            )}
          </Field>
          <div class="actions">
            <Button type="submit" disabled={sending}>
              {sending ? texts.saving : texts.save}
            </Button>
          </div>
        </form>
      )}
      {failure && <FailureNotice failure={failure} onDismiss={() => setFailure(null)} />}
    </section>
  );
}
