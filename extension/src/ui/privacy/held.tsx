/** What is held about people, by its purpose, and the download of all that is held about the caller. */

import type { HeldData } from "../../api/client.ts";
import { FailureNotice, Loading } from "../controls.tsx";
import { Download } from "../download.tsx";
import { useAsync } from "../hooks.ts";
import type { OwnData } from "./my-data.tsx";
import { privacyTexts } from "./texts.ts";
import "../admin/list.css";
import "../table.css";

const texts = privacyTexts.held;
const fileName = "timetracker-my-data.zip";

export function Held({ api, announce }: OwnData) {
  const held = useAsync(() => api.heldData(), [api]);
  return (
    <section aria-labelledby="held">
      <h2 id="held">{texts.title}</h2>
      <div class="actions">
        <Download
          text={texts.download}
          load={api.myData}
          name={fileName}
          onDone={() => announce(texts.downloaded)}
        />
      </div>
      <p class="secondary">{texts.downloadHelp}</p>
      {held.failure && <FailureNotice failure={held.failure} onRetry={held.reload} />}
      {!held.data && !held.failure && <Loading />}
      {held.data && <HeldTable rows={held.data.data} />}
    </section>
  );
}

function HeldTable({ rows }: { rows: readonly HeldData[] }) {
  const purposes = [...new Set(rows.map(({ purpose }) => purpose))];
  return (
    <table class="table lines held-table">
      <caption class="visually-hidden">{texts.title}</caption>
      <thead>
        <tr>
          <th scope="col">{texts.what}</th>
          <th scope="col">{texts.kept}</th>
          <th scope="col">{texts.erased}</th>
        </tr>
      </thead>
      <tbody>
        {purposes.map((purpose) => {
          const own = rows.filter((row) => row.purpose === purpose);
          return (
            <tr key={purpose}>
              <th scope="row">
                {texts.purposes[purpose]}
                <Each texts={whatOf(own)} kind="secondary" />
              </th>
              <td data-label={texts.kept}>
                <Each texts={own.map(({ retention }) => texts.retentions[retention])} />
              </td>
              <td data-label={texts.erased}>
                <Each texts={own.map(({ erasure }) => texts.erasures[erasure])} />
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

/** What is held, with what each is: "Your time entries (about you, typed text)". */
function whatOf(rows: readonly HeldData[]): string[] {
  return [...new Set(rows.map(({ record_set }) => record_set))].map((set) => {
    const classes = kinds.filter((kind) => rows.some((row) => row.record_set === set && row.class === kind));
    const words = classes.map((kind) => texts.classes[kind]).join(", ");
    return `${privacyTexts.recordSets[set]} (${words})`;
  });
}

const kinds: readonly HeldData["class"][] = ["personal", "content"];

/** Different texts, each once. */
function Each({ texts: all, kind }: { texts: readonly string[]; kind?: string }) {
  return [...new Set(all)].map((text) => (
    <span key={text} class={kind ? `held-each ${kind}` : "held-each"}>
      {text}
    </span>
  ));
}
