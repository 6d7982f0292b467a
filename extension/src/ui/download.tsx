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
export function Download({ text, label, kind, load, name, onDone, explainFailure = explain }: DownloadProps) {
  const [working, setWorking] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);

  async function download() {
    setWorking(true);
    setFailure(null);
    try {
      saveFile(await load(), name);
      onDone?.();
    } catch (error) {
      setFailure(explainFailure(error));
    }
    setWorking(false);
  }

  return (
    <>
      <Button
        disabled={working}
        onClick={() => void download()}
        {...(kind && { kind })}
        {...(label && !working && { label })}
      >
        {working ? texts.downloading : text}
      </Button>
      {failure && (
        <FailureNotice failure={failure} onRetry={() => void download()} onDismiss={() => setFailure(null)} />
      )}
    </>
  );
}
