/** One's own data: what is held, the requests about it, the switches and the nominee. It needs no session. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Api, PrivacyChoices } from "../../api/client.ts";
import { FailureNotice, Loading, Notice } from "../controls.tsx";
import { formatDateTime } from "../format.ts";
import { useAsync } from "../hooks.ts";
import { Accesses } from "./access/accesses.tsx";
import { Held } from "./held.tsx";
import { Nominee } from "./nominee.tsx";
import { Requests } from "./requests.tsx";
import { Switches } from "./switches.tsx";
import { privacyTexts as texts } from "./texts.ts";
import "./my-data.css";

export interface OwnData {
  api: Api;
  /** In which days are shown. */
  zone: string;
  /** Says what was done to screen readers, and on the page. */
  announce: (text: string) => void;
}

interface MyDataProps extends OwnData {
  /** The id of a person who uses the product. */
  self?: string;
  /** How the time zone is seen and changed, where somebody has one. */
  zoneSetting?: ComponentChildren;
  /** What is said first, of who the person is. */
  lead?: (choices: PrivacyChoices) => ComponentChildren;
}

export function MyData({ self, zoneSetting, lead, ...own }: MyDataProps) {
  const { api } = own;
  const read = useAsync(() => api.myPrivacy(), [api]);
  const [chosen, setChosen] = useState<PrivacyChoices>();
  const choices = chosen ?? read.data;
  if (!choices) {
    return read.failure ? <FailureNotice failure={read.failure} onRetry={read.reload} /> : <Loading />;
  }
  const choose = { ...own, choices, onChosen: setChosen };
  const reload = () => {
    setChosen(undefined);
    read.reload();
  };
  return (
    <div class="my-data">
      {lead?.(choices)}
      <Ends {...choices.person} zone={own.zone} />
      <You {...choices.person} zoneSetting={zoneSetting} />
      <Requests {...own} choices={choices} onChanged={reload} />
      <Switches {...choose} />
      <Nominee {...choose} />
      <Accesses {...own} self={self} />
      <Held {...own} />
    </div>
  );
}

/** Says until when there is time to download, where the organization ends. */
function Ends({ organization, ends_at, zone }: PrivacyChoices["person"] & Pick<OwnData, "zone">) {
  return ends_at ? (
    <Notice kind="review" title={texts.ends(organization, formatDateTime(Date.parse(ends_at), zone))}>
      {texts.endsHelp}
    </Notice>
  ) : null;
}

function You({
  name,
  email,
  organization,
  active,
  zoneSetting,
}: PrivacyChoices["person"] & { zoneSetting: ComponentChildren }) {
  return (
    <section aria-labelledby="about-you">
      <h2 id="about-you">{texts.you.title}</h2>
      <dl class="my-data-facts">
        <div>
          <dt>{texts.you.name}</dt>
          <dd>
            <bdi>{name}</bdi>
          </dd>
        </div>
        <div>
          <dt>{texts.you.email}</dt>
          <dd>
            <bdi>{email}</bdi>
          </dd>
        </div>
        <div>
          <dt>{texts.you.organization}</dt>
          <dd>
            <bdi>{organization}</bdi>
          </dd>
        </div>
      </dl>
      <p class="secondary">{texts.you.fromDirectory}</p>
      {zoneSetting}
      <p class="secondary">{active ? texts.you.entries : texts.you.entriesByRequest}</p>
    </section>
  );
}
