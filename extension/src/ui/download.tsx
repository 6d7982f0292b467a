import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Button, FailureNotice } from "./controls.tsx";
import { explain, type Failure } from "./failure.ts";
import { saveFile } from "./save-file.ts";
import { texts } from "./texts.ts";

interface DownloadProps {
  text: string;
  /** The full name, where the visible text alone is ambiguous. It begins with the visible text. */
  label?: string;
  kind?: "quiet";
  load: () => Promise<Blob>;
  /** The file's name. */
  name: string;
  onDone?: () => void;
  /** Puts a failure into words. */
  explainFailure?: (error: unknown) => Failure;
}

/** Downloads a file through the API, which a plain link can't, since the API needs the token. */
export function Download({ text, label, kind, ...props }: DownloadProps) {
  const { working, download, failure } = useDownload(props);
  return (
    <>
      <Button
        disabled={working}
        onClick={download}
        {...(kind && { kind })}
        {...(label && !working && { label })}
      >
        {working ? texts.downloading : text}
      </Button>
      {failure}
    </>
  );
}

interface DownloadFormProps extends Omit<DownloadProps, "label" | "kind"> {
  class: string;
  /** The fields. */
  children: ComponentChildren;
}

/** Downloads what its fields say; Enter in one of them does, too. */
export function DownloadForm({ text, children, class: name, ...props }: DownloadFormProps) {
  const { working, download, failure } = useDownload(props);
  return (
    <form
      class={name}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!working) download();
      }}
    >
      {children}
      <div class="actions">
        <Button type="submit" disabled={working}>
          {working ? texts.downloading : text}
        </Button>
        {failure}
      </div>
    </form>
  );
}

function useDownload(props: Pick<DownloadProps, "load" | "name" | "onDone" | "explainFailure">) {
  const { load, name, onDone, explainFailure = explain } = props;
  const [working, setWorking] = useState(false);
  const [failed, setFailed] = useState<Failure | null>(null);

  async function run() {
    setWorking(true);
    setFailed(null);
    try {
      saveFile(await load(), name);
      onDone?.();
    } catch (error) {
      setFailed(explainFailure(error));
    }
    setWorking(false);
  }

  const download = () => void run();
  const failure = failed && (
    <FailureNotice failure={failed} onRetry={download} onDismiss={() => setFailed(null)} />
  );
  return { working, download, failure };
}
