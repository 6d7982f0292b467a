/** What the pages say of the privacy notice: that it changes, until the person has dismissed that, and where it is. */

import { useRef, useState } from "preact/hooks";
import { Button, Notice } from "../controls.tsx";
import { useFocusHandover } from "../focus.ts";
import { formatDate } from "../format.ts";
import { useKeepOwnPages } from "../own-pages.ts";
import { useSession } from "../session.ts";
import { texts } from "../texts.ts";

/** The page with the notice, beside those of the frames. */
const address = `${import.meta.env.BASE_URL}legal.html#privacy`;

/** Announces a material change. Dismissing it is remembered by the server, for all browsers of the person. */
export function NoticeAnnouncement() {
  const { me } = useSession();
  const { announced } = me.privacy_notice;
  if (!announced) return null;
  return <Announcement key={announced.version} {...announced} />;
}

function Announcement({ version, effective_on }: { version: number; effective_on: string }) {
  const { me } = useSession();
  const keep = useKeepOwnPages();
  const [working, setWorking] = useState(false);
  const region = useRef<HTMLElement>(null);
  useFocusHandover(region);
  const says = version > me.privacy_notice.version ? texts.notice.changes : texts.notice.changed;

  async function dismiss() {
    if (working) return;
    setWorking(true);
    // Once it is kept, the announcement is gone with the next answer of the server.
    if (!(await keep({ notice_seen: version }))) setWorking(false);
  }

  return (
    <section ref={region} aria-label={texts.notice.region}>
      <Notice
        kind="info"
        actions={
          <Button kind="quiet" disabled={working} onClick={() => void dismiss()}>
            {texts.notice.dismiss}
          </Button>
        }
      >
        {says(formatDate(effective_on, "medium"))}{" "}
        <a href={address} target="_blank" rel="noreferrer">
          {texts.notice.read}
        </a>
      </Notice>
    </section>
  );
}

/** Leads to the notice. */
export function NoticeLink() {
  return (
    <a class="secondary" href={address} target="_blank" rel="noreferrer">
      {texts.notice.link}
    </a>
  );
}
