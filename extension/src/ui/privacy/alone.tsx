/** One's own data on a page of its own, for people who can't use the product any more. */

import { render } from "preact";
import { useState } from "preact/hooks";
import type { Api } from "../../api/client.ts";
import { ApiProblem } from "../../api/client.ts";
import type { Auth } from "../../auth/auth.ts";
import { followTheme } from "../../frame/theme.ts";
import { speak } from "../../texts/catalogue.ts";
import { Button, FailureNotice, Field, Loading, Notice, SignInContext } from "../controls.tsx";
import { DownloadForm } from "../download.tsx";
import type { Failure } from "../failure.ts";
import { useAsync } from "../hooks.ts";
import { SignIn, useAuthState } from "../sign-in.tsx";
import { connectStandalone } from "../standalone.ts";
import { texts as commonTexts } from "../texts.ts";
import { MyData } from "./my-data.tsx";
import { confirmationLanguage, explainRequest } from "./requests.tsx";
import { privacyTexts } from "./texts.ts";
import "../layout.css";
import "./my-data.css";

const texts = privacyTexts.alone;

export function mountAlone(): void {
  const root = document.getElementById("app");
  if (!root) throw new Error("the document has no element with the id app");
  followTheme();
  void speak().then(() => {
    document.title = texts.title;
    render(<Start />, root);
  });
}

function Start() {
  const connection = useAsync(connectStandalone, []);
  return (
    <div class="frame my-data-alone">
      <h1>{texts.title}</h1>
      <p>{texts.lead}</p>
      {connection.data && <Alone {...connection.data} />}
      {connection.loading && <Loading text={commonTexts.boot.starting} />}
      {connection.failure && !connection.loading && (
        <FailureNotice failure={connection.failure} onRetry={connection.reload} />
      )}
    </div>
  );
}

interface AloneProps {
  auth: Auth;
  api: Api;
}

export function Alone({ auth, api }: AloneProps) {
  const authState = useAuthState(auth);
  const [said, setSaid] = useState("");
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <SignInContext.Provider value={() => void auth.signIn()}>
      {authState.kind === "needs_click" && <SignIn auth={auth} state={authState} first={texts.signIn} />}
      {authState.kind === "signing_in" && <Loading text={commonTexts.signIn.working} />}
      {authState.kind === "signed_in" && (
        <Known api={api} auth={auth} zone={zone} announce={(text) => setSaid(text)} />
      )}
      <FindConfirmation api={api} />
      <p role="status" class={said ? "notice info" : undefined}>
        {said}
      </p>
    </SignInContext.Provider>
  );
}

interface KnownProps extends AloneProps {
  zone: string;
  announce: (text: string) => void;
}

/** The data, once it is known that there is any. */
function Known({ api, auth, zone, announce }: KnownProps) {
  const known = useAsync(
    () =>
      api.myPrivacy().then(
        () => true,
        (error) => {
          if (error instanceof ApiProblem && error.code === "not_known") return false;
          throw error;
        },
      ),
    [api],
  );
  if (known.failure) return <FailureNotice failure={known.failure} onRetry={known.reload} />;
  if (known.data === undefined) return <Loading />;
  if (!known.data) {
    return (
      <Notice
        kind="info"
        actions={
          <Button onClick={() => void auth.signIn({ otherAccount: true })}>{texts.otherAccount}</Button>
        }
      >
        {texts.unknown}
      </Notice>
    );
  }
  return (
    <MyData
      api={api}
      zone={zone}
      announce={announce}
      lead={({ person }) =>
        !person.active && <Notice kind="info">{texts.inactive(person.organization)}</Notice>
      }
    />
  );
}

/** The letters of a reference, without what stands between them. */
const referenceLength = 26;

class IncompleteReference extends Error {}

function explainFinding(error: unknown): Failure {
  return error instanceof IncompleteReference
    ? { text: privacyTexts.find.incomplete, retryable: false }
    : explainRequest(error);
}

function FindConfirmation({ api }: Pick<AloneProps, "api">) {
  const [reference, setReference] = useState("");
  const typed = reference.replaceAll(/[\s-]/g, "");
  return (
    <section aria-labelledby="find-confirmation">
      <h2 id="find-confirmation">{privacyTexts.find.title}</h2>
      <p class="secondary">{privacyTexts.find.lead}</p>
      <DownloadForm
        class="privacy-form"
        text={privacyTexts.find.find}
        load={async () => {
          if (typed.length !== referenceLength) throw new IncompleteReference();
          return api.findConfirmation(typed, confirmationLanguage());
        }}
        name="confirmation.pdf"
        explainFailure={explainFinding}
      >
        <Field label={privacyTexts.find.reference}>
          {(attributes) => (
            <input
              {...attributes}
              maxLength={64}
              autocomplete="off"
              spellcheck={false}
              value={reference}
              onInput={(event) => setReference(event.currentTarget.value)}
            />
          )}
        </Field>
      </DownloadForm>
    </section>
  );
}
