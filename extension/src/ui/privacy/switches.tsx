/** What somebody objects to: switches that hold at once. */

import { useId, useState } from "preact/hooks";
import type { PrivacyChoices, Processing } from "../../api/client.ts";
import { FailureNotice } from "../controls.tsx";
import { explain, type Failure } from "../failure.ts";
import type { OwnData } from "./my-data.tsx";
import { privacyTexts } from "./texts.ts";

const texts = privacyTexts.objections;

interface SwitchesProps extends OwnData {
  choices: PrivacyChoices;
  onChosen: (choices: PrivacyChoices) => void;
}

export function Switches({ api, announce, choices, onChosen }: SwitchesProps) {
  const id = useId();
  const [failure, setFailure] = useState<Failure | null>(null);
  const [sending, setSending] = useState(false);
  // What holds can be ended, also where the organization offers it no more.
  const shown = [...new Set([...choices.offered, ...choices.objections])];

  async function set(one: Processing, objects: boolean) {
    if (sending) return;
    setSending(true);
    setFailure(null);
    const objections = choices.objections.filter((each) => each !== one);
    try {
      onChosen(
        await api.choosePrivacy(choices.etag, { objections: objects ? [...objections, one] : objections }),
      );
      announce(texts.saved);
    } catch (error) {
      setFailure(explain(error));
    }
    setSending(false);
  }

  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{texts.title}</h2>
      <p class="secondary">{texts.lead}</p>
      {shown.map((one) => (
        <div key={one} class="privacy-switch">
          <label>
            <input
              type="checkbox"
              checked={choices.objections.includes(one)}
              aria-describedby={`${id}-${one}`}
              onChange={(event) => {
                const wanted = event.currentTarget.checked;
                // The box shows what holds, until the answer says otherwise.
                event.currentTarget.checked = !wanted;
                void set(one, wanted);
              }}
            />
            {texts.names[one]}
          </label>
          <p class="help" id={`${id}-${one}`}>
            {texts.help[one]}
          </p>
        </div>
      ))}
      {failure && <FailureNotice failure={failure} onDismiss={() => setFailure(null)} />}
    </section>
  );
}
