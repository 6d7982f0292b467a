/** The gate for somebody whose directory uses TimeTracker, but who has no access, or has lost it on a page that is open. */

import { useRef, useState } from "preact/hooks";
import type { Api, JoinRequest } from "../api/client.ts";
import { Button, FailureNotice } from "./controls.tsx";
import { explain, type Failure } from "./failure.ts";
import type { JoinCode } from "./join-code.ts";
import { texts } from "./texts.ts";

interface JoinGateProps {
  api: Pick<Api, "requestToJoin">;
  code: JoinCode;
  /** The server's words, which name the administrator. */
  detail: string;
  onCheckAgain: () => void;
}

export function JoinGate({ api, code, detail, onCheckAgain }: JoinGateProps) {
  const [waiting, setWaiting] = useState<JoinRequest>();
  const [failure, setFailure] = useState<Failure | null>(null);
  const [working, setWorking] = useState(false);
  const key = useRef(crypto.randomUUID());

  async function ask() {
    if (working) return;
    setWorking(true);
    setFailure(null);
    try {
      setWaiting(await api.requestToJoin(key.current));
    } catch (error) {
      setFailure(explain(error));
    }
    setWorking(false);
  }

  const asks = code === "join_by_request" && !waiting;
  const gone = code === "not_joined";
  const known: Partial<Record<JoinCode, string>> = {
    seat_limit: texts.join.seats,
    not_joined: texts.join.gone,
  };
  return (
    <div class="stack">
      <h1>{texts.join.titles[waiting ? "join_requested" : code]}</h1>
      {/* It is read out when the person has asked, or when it takes the place of their page. */}
      <p role={gone ? "alert" : "status"}>
        {waiting ? texts.join.waits(waiting.tenant_name, waiting.admin_email) : (known[code] ?? detail)}
      </p>
      {failure && <FailureNotice failure={failure} onRetry={() => void ask()} />}
      <div class="actions">
        {asks && (
          <Button kind="primary" disabled={working} onClick={() => void ask()}>
            {working ? texts.join.asking : texts.join.ask}
          </Button>
        )}
        {!asks && <Button onClick={onCheckAgain}>{gone ? texts.join.anew : texts.join.again}</Button>}
      </div>
    </div>
  );
}
