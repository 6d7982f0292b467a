/** What an organization takes along, and how it ends. For super_admins. */

import { useRef, useState } from "preact/hooks";
import { ApiProblem, type TenantDeletion } from "../../api/client.ts";
import { textOf } from "../catalogue.ts";
import { Button, FailureNotice, Field, Notice } from "../controls.tsx";
import { ConfirmDialog } from "../dialog.tsx";
import { Download } from "../download.tsx";
import { explain, type Failure } from "../failure.ts";
import { useFocusHandover } from "../focus.ts";
import { formatDateTime } from "../format.ts";
import { type AsyncState, useAsync } from "../hooks.ts";
import { useSession } from "../session.ts";
import { endingTexts as texts } from "./texts.ts";
import "./ending.css";

const longestSlug = 40;

function explainEnding(error: unknown): Failure {
  const code = error instanceof ApiProblem ? error.code : undefined;
  const text = textOf(texts.codes, code);
  return text && code ? { text, code, retryable: false } : explain(error);
}

export type Deletion = AsyncState<TenantDeletion | undefined>;

/** When the organization ends, for super_admins; nothing for everybody else. */
export function useDeletion(): Deletion {
  const { api, me } = useSession();
  const mayAsk = me.user.role === "super_admin";
  return useAsync(async () => (mayAsk ? await api.tenantDeletion() : undefined), [api, mayAsk]);
}

/** Says above the whole administration that the organization is going to end. */
export function EndingNotice({ deletion }: { deletion: Deletion }) {
  const { data } = deletion;
  return data?.begins_at ? <Planned begins={data.begins_at} data={data} reload={deletion.reload} /> : null;
}

interface PlannedProps {
  begins: string;
  data: TenantDeletion;
  reload: Deletion["reload"];
}

function Planned({ begins, data, reload }: PlannedProps) {
  const { api, me, timers } = useSession();
  const element = useRef<HTMLDivElement>(null);
  useFocusHandover(element);
  const [working, setWorking] = useState(false);
  const [confirming, setConfirming] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const when = (instant: string) => formatDateTime(Date.parse(instant), me.user.time_zone);
  const { asked_at, asked_by } = data;

  async function stop() {
    setWorking(true);
    setFailure(null);
    try {
      await api.stopTenantDeletion();
      timers.announce(texts.stopped);
    } catch (error) {
      setFailure(explainEnding(error));
    }
    await reload();
    setWorking(false);
  }

  return (
    <div class="ending-notice" ref={element}>
      <Notice
        kind="review"
        title={texts.planned(when(begins))}
        actions={
          asked_at && (
            <>
              <Button disabled={working} onClick={() => void stop()}>
                {working ? texts.stopping : texts.stop}
              </Button>
              {data.may_confirm && (
                <Button kind="quiet" onClick={() => setConfirming(true)}>
                  {texts.confirm}
                </Button>
              )}
            </>
          )
        }
      >
        {asked_at
          ? asked_by
            ? texts.askedBy(asked_by.name, when(asked_at))
            : texts.askedByOperator(when(asked_at))
          : texts.afterCancellation}
      </Notice>
      {failure && <FailureNotice failure={failure} onDismiss={() => setFailure(null)} />}
      {confirming && (
        <ConfirmDialog
          title={texts.confirmTitle}
          submit={texts.confirmSubmit}
          working={texts.confirming}
          explainFailure={explainEnding}
          onSubmit={async () => {
            await api.confirmTenantDeletion();
            setConfirming(false);
            timers.announce(texts.confirmed);
            await reload();
          }}
          onClose={() => setConfirming(false)}
        >
          <p>{texts.confirmText}</p>
        </ConfirmDialog>
      )}
    </div>
  );
}

/** The section in the administration's part about privacy. */
export function Ending({ deletion }: { deletion: Deletion }) {
  const { api, me } = useSession();
  return (
    <section class="ending" aria-labelledby="ending">
      <h2 id="ending" tabIndex={-1}>
        {texts.title}
      </h2>
      <p class="secondary">{texts.lead}</p>
      <Download
        text={texts.export}
        load={() => api.tenantExport()}
        name={`timetracker-${me.tenant.slug}.zip`}
        explainFailure={explainEnding}
      />
      <p class="help">{texts.exportHelp}</p>
      <h3>{texts.delete}</h3>
      <p>{texts.what}</p>
      {deletion.data && !deletion.data.asked_at && <AskForm onAsked={() => void deletion.reload()} />}
    </section>
  );
}

function AskForm({ onAsked }: { onAsked: () => void }) {
  const { api, me, timers } = useSession();
  const form = useRef<HTMLFormElement>(null);
  useFocusHandover(form);
  const [slug, setSlug] = useState("");
  const [working, setWorking] = useState(false);
  const [wrong, setWrong] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);

  async function ask() {
    const typed = slug.trim();
    setWrong(typed !== me.tenant.slug);
    setFailure(null);
    if (typed !== me.tenant.slug) return;
    setWorking(true);
    try {
      await api.askTenantDeletion(typed);
      timers.announce(texts.asked);
      onAsked();
    } catch (error) {
      setFailure(explainEnding(error));
    }
    setWorking(false);
  }

  return (
    <form
      ref={form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void ask();
      }}
    >
      <Field
        label={texts.slug}
        help={texts.slugHelp(me.tenant.slug)}
        error={wrong ? texts.codes.slug_wrong : undefined}
      >
        {(attributes) => (
          <input
            {...attributes}
            type="text"
            value={slug}
            maxLength={longestSlug}
            autocomplete="off"
            onInput={(event) => setSlug(event.currentTarget.value)}
          />
        )}
      </Field>
      <Button type="submit" disabled={working}>
        {working ? texts.asking : texts.ask}
      </Button>
      {failure && <FailureNotice failure={failure} onDismiss={() => setFailure(null)} />}
    </form>
  );
}
