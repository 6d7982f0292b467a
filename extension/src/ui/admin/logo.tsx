/** The picture on documents to print: shown, chosen and removed. */

import { useRef, useState } from "preact/hooks";
import type { TenantDetails } from "../../api/client.ts";
import { Button, FailureNotice, Notice } from "../controls.tsx";
import type { Failure } from "../failure.ts";
import { useAsync } from "../hooks.ts";
import { useSession } from "../session.ts";
import { explainToAdmin, isStale } from "./failure.ts";
import { adminTexts } from "./texts.ts";
import "./logo.css";

const texts = adminTexts.tenant.logo;
const maxBytes = 64 * 1024;

interface LogoProps {
  details: TenantDetails;
  /** Reads the settings again, whose version a change of the logo moves on. */
  reload: () => void;
}

export function Logo({ details, reload }: LogoProps) {
  const { logo, failure, tooLong, working, choose, save, retry } = useLogo(details, reload);
  const input = useRef<HTMLInputElement>(null);
  return (
    <section class="logo" aria-labelledby="logo">
      <h3 id="logo">{texts.title}</h3>
      <p class="secondary">{texts.help}</p>
      {logo?.image ? (
        <img src={`data:${logo.media_type};base64,${logo.image}`} alt={texts.alt} />
      ) : (
        logo && <p>{texts.none}</p>
      )}
      {tooLong && <Notice kind="error">{texts.tooLong}</Notice>}
      {failure && <FailureNotice failure={failure} onRetry={retry} />}
      <input
        ref={input}
        type="file"
        hidden
        accept="image/png,image/jpeg"
        aria-label={texts.choose}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          event.currentTarget.value = ""; // so that the same file can be chosen again
          if (file) void choose(file);
        }}
      />
      <div class="actions">
        <Button disabled={!logo || working} onClick={() => input.current?.click()}>
          {logo?.image ? texts.replace : texts.choose}
        </Button>
        {logo?.image && (
          <Button disabled={working} onClick={() => void save(null)}>
            {texts.remove}
          </Button>
        )}
      </div>
    </section>
  );
}

function useLogo(details: TenantDetails, reload: () => void) {
  const { api, timers } = useSession();
  const stored = useAsync(() => api.logo(), [api]);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [tooLong, setTooLong] = useState(false);
  const [working, setWorking] = useState(false);

  function refresh() {
    stored.reload();
    reload();
  }

  async function choose(file: File) {
    setTooLong(file.size > maxBytes);
    if (file.size <= maxBytes) await save(base64(new Uint8Array(await file.arrayBuffer())));
  }

  async function save(image: string | null) {
    const before = stored.data?.image ?? null;
    setWorking(true);
    setFailure(null);
    setTooLong(false);
    try {
      const saved = await api.patchTenant(details.etag, { logo: image });
      timers.announce(image ? texts.saved : texts.removed, async () => {
        await api.patchTenant(saved.etag, { logo: before });
        refresh();
        return texts.undone;
      });
      refresh();
    } catch (error) {
      setFailure(explainToAdmin(error));
      if (isStale(error)) reload();
    }
    setWorking(false);
  }

  return {
    logo: stored.data,
    failure: failure ?? stored.failure,
    tooLong,
    working,
    choose,
    save,
    retry: failure ? undefined : stored.reload,
  };
}

function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}
