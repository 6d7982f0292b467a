/** The privacy notice, with all of its versions. */

import { useState } from "preact/hooks";
import { type NoticeText, noticeTexts as texts } from "./texts.ts";
import { type NoticeVersion, textOf, versionsOn } from "./versions.ts";
import "./notice.css";

/** The notice as of a day: the version in force, those before it, and one that was announced. */
export function PrivacyNotice({ today, all }: { today: string; all?: readonly NoticeVersion[] }) {
  const { shown, inForce } = versionsOn(today, all);
  const [selected, setSelected] = useState(inForce);
  const version = shown.find((each) => each.version === selected);
  const text = textOf(selected);
  if (!version || !text) return null;
  return (
    <section class="notice-text" aria-labelledby="privacy">
      <h2 id="privacy">{texts.title}</h2>
      <p class="secondary" role="status">
        {standing(version, inForce)}
      </p>
      {shown.length > 1 && (
        <nav class="notice-versions" aria-label={texts.versions}>
          {shown.map(({ version: number }) => (
            <button
              key={number}
              type="button"
              class="button quiet"
              aria-pressed={number === selected}
              onClick={() => setSelected(number)}
            >
              {texts.show(String(number))}
            </button>
          ))}
        </nav>
      )}
      {text.changes.length > 0 && <Points title={texts.news} points={text.changes} />}
      <Points {...text.responsible} />
      <Held held={text.held} />
      <Points {...text.notHeld} />
      <Points {...text.recipients} />
      <Points {...text.rights} />
      <Points {...text.browser} />
      <Points {...text.ahead} />
    </section>
  );
}

function standing({ version, effective }: NoticeVersion, inForce: number): string {
  const number = String(version);
  if (version === inForce) return texts.inForce(number, effective);
  return version > inForce ? texts.coming(number, effective) : texts.past(number, effective);
}

function Points({ title, points }: { title: string; points: readonly string[] }) {
  return (
    <section>
      <h3>{title}</h3>
      <ul class="points">
        {points.map((point) => (
          <li key={point}>{point}</li>
        ))}
      </ul>
    </section>
  );
}

function Held({ held }: { held: NoticeText["held"] }) {
  return (
    <section>
      <h3>{held.title}</h3>
      {Object.entries(held.of).map(([key, { what, purpose, kept }]) => (
        <dl key={key} class="holding">
          <div>
            <dt>{held.what}</dt>
            <dd>{what}</dd>
          </div>
          <div>
            <dt>{held.purpose}</dt>
            <dd>{purpose}</dd>
          </div>
          <div>
            <dt>{held.kept}</dt>
            <dd>{kept}</dd>
          </div>
        </dl>
      ))}
    </section>
  );
}
