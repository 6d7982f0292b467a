/** The chain that seals the tenant's history: how far it reaches, whether it holds, and a copy of it. For super_admins. */

import { useState } from "preact/hooks";
import type { ProofVerification } from "../../api/client.ts";
import { Button, FailureNotice, Field, Loading, Notice } from "../controls.tsx";
import { Download } from "../download.tsx";
import { Facts } from "../facts.tsx";
import type { Failure } from "../failure.ts";
import { formatDateTime, formatNumber } from "../format.ts";
import { useAsync } from "../hooks.ts";
import { WhomToAsk } from "../offer.tsx";
import { useSession } from "../session.ts";
import { explainToAdmin } from "./failure.ts";
import { adminTexts } from "./texts.ts";
import "./proof.css";

const texts = adminTexts.proof;

export function Proof() {
  const { me } = useSession();
  if (me.user.role === "super_admin") return <Chain />;
  return (
    <Notice kind="info" title={texts.onlySuperAdmins}>
      {adminTexts.bills.shouldSee} <WhomToAsk />
    </Notice>
  );
}

function Chain() {
  const { api, me } = useSession();
  const { data, failure, reload } = useAsync(() => api.proofStatus(), [api]);
  const when = (instant: string) => formatDateTime(Date.parse(instant), me.user.time_zone);
  return (
    <section class="proof" aria-labelledby="proof" aria-busy={data === undefined && !failure}>
      <div class="card-header">
        <h2 id="proof">{adminTexts.proofTab}</h2>
        <Download text={texts.download} load={() => api.proof()} name={`chain-${me.tenant.slug}.jsonl`} />
      </div>
      <p class="secondary">{texts.what}</p>
      {failure && <FailureNotice failure={failure} onRetry={reload} />}
      {data === undefined && !failure && <Loading />}
      {data && (
        <Facts
          facts={[
            [texts.links, formatNumber(data.links)],
            [texts.sealed, data.sealed_at && when(data.sealed_at)],
            [texts.waiting, data.waiting_since && when(data.waiting_since)],
            [texts.head, data.head],
          ]}
        />
      )}
      <p class="help">{texts.keep}</p>
      <Verification />
    </section>
  );
}

/** Looks at every link, and tells the first one that doesn't hold. */
function Verification() {
  const { api } = useSession();
  const [head, setHead] = useState("");
  const [working, setWorking] = useState(false);
  const [report, setReport] = useState<ProofVerification | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);

  async function verify() {
    setWorking(true);
    setFailure(null);
    setReport(null);
    try {
      setReport(await api.verifyProof(head.trim() || undefined));
    } catch (error) {
      setFailure(explainToAdmin(error));
    }
    setWorking(false);
  }

  return (
    <form
      class="proof-verification"
      onSubmit={(event) => {
        event.preventDefault();
        void verify();
      }}
    >
      <Field label={texts.kept}>
        {(attributes) => (
          <input
            {...attributes}
            type="text"
            value={head}
            maxLength={100}
            autocomplete="off"
            spellcheck={false}
            onInput={(event) => setHead(event.currentTarget.value)}
          />
        )}
      </Field>
      <div class="actions">
        <Button kind="primary" type="submit" disabled={working}>
          {working ? texts.verifying : texts.verify}
        </Button>
      </div>
      {failure && <FailureNotice failure={failure} onRetry={() => void verify()} />}
      <div role="status">{report && <Outcome report={report} />}</div>
    </form>
  );
}

function Outcome({ report }: { report: ProofVerification }) {
  const { fault } = report;
  if (!fault) {
    return (
      <Notice kind="info" title={texts.holds}>
        {texts.looked(report.links, report.unsealed)}
        {(report.erased > 0 || report.expired > 0) && ` ${texts.ended(report.erased, report.expired)}`}
      </Notice>
    );
  }
  return (
    <Notice kind="error" title={fault.link === undefined ? texts.brokenRow : texts.broken(fault.link)}>
      {texts.reasons[fault.reason]}
      {fault.row_id && (
        <>
          {" "}
          <code>
            {fault.kind} {fault.row_id}
          </code>
        </>
      )}
    </Notice>
  );
}
