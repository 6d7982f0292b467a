/** Brings the form up to date after something was written to its work item. Nobody loses what they have typed. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { CompletedWork } from "../api/client.ts";
import type { ChangedField, WorkItemContext } from "../frame/work-item-form.ts";
import { Button, Notice } from "./controls.tsx";
import { isolate } from "./sentence.ts";
import { useSession } from "./session.ts";
import { texts as allTexts } from "./texts.ts";

const texts = allTexts.completedWork.form;

/** What the form lacks, and why it was not refreshed. */
interface News {
  revision: number;
  hours: number | undefined;
  /** It has changes that aren't saved. */
  unsaved: boolean;
}

interface FormNewsProps {
  item: WorkItemContext;
  completed: CompletedWork | undefined;
}

/**
 * Refreshes a form without changes once the caller's time was written to its item. A form with changes is left alone, and
 * the person is asked.
 */
export function FormNews({ item, completed }: FormNewsProps) {
  const { frame } = useSession();
  const { form } = frame;
  const shown = item.revision ?? 0;
  const [news, setNews] = useState<News>();
  const [given, setGiven] = useState<ChangedField[]>([]);
  // What was written before the form was loaded is on it already.
  const known = useRef<string | undefined>(undefined);

  async function tell({ revision = 0, hours }: CompletedWork) {
    if (!form) return;
    let unsaved = false;
    try {
      unsaved = await form.isDirty();
      if (!unsaved) return await form.refresh();
    } catch {
      // The person may refresh the form then.
    }
    setNews({ revision, hours, unsaved });
  }

  useEffect(() => {
    if (!completed) return;
    const { written_at = "", revision = 0 } = completed;
    const written = known.current !== undefined && written_at > known.current;
    known.current = written_at;
    if (written && revision > shown) void tell(completed);
  }, [completed]);

  if (given.length > 0) return <Given fields={given} onClose={() => setGiven([])} />;
  if (!form || !news || news.revision <= shown) return null;
  return <Question news={news} onGiven={setGiven} onClose={() => setNews(undefined)} />;
}

interface QuestionProps {
  news: News;
  /** Called with what was not filled in again. */
  onGiven: (fields: ChangedField[]) => void;
  onClose: () => void;
}

function Question({ news: { hours, unsaved }, onGiven, onClose }: QuestionProps) {
  const { frame, timers } = useSession();
  const [working, setWorking] = useState(false);
  const [failed, setFailed] = useState(false);

  async function refresh() {
    if (working || !frame.form) return;
    setWorking(true);
    setFailed(false);
    try {
      const left = await frame.form.refreshAndKeep(); // there may be changes by now
      if (left) {
        if (left.length > 0) onGiven(left);
        else if (unsaved) timers.announce(texts.kept);
        onClose();
      }
    } catch {
      setFailed(true);
    }
    setWorking(false);
  }

  return (
    <Notice
      kind="review"
      title={texts.title(hours)}
      actions={
        <>
          <Button disabled={working} onClick={() => void refresh()}>
            {working ? texts.refreshing : unsaved ? texts.keep : texts.refresh}
          </Button>
          <Button kind="quiet" onClick={onClose}>
            {texts.later}
          </Button>
        </>
      }
    >
      {failed && <b role="alert">{texts.failed} </b>}
      {unsaved ? `${texts.unsaved} ${texts.keepHelp}` : texts.unread}
    </Notice>
  );
}

/** What somebody else has changed meanwhile, so that it wasn't filled in again. */
function Given({ fields, onClose }: { fields: ChangedField[]; onClose: () => void }) {
  return (
    <section class="notice review" aria-label={texts.given}>
      <p>{texts.given}</p>
      <ul class="points">
        {fields.map(({ name, value }) => (
          <li key={name}>{texts.field(name, valueText(value))}</li>
        ))}
      </ul>
      <div class="notice-actions">
        <Button onClick={onClose}>{allTexts.dismiss}</Button>
      </div>
    </section>
  );
}

/** A value of a field as text; of a person their name. */
function valueText(value: unknown): string {
  if (value === null || value === undefined || value === "") return texts.empty;
  if (typeof value === "object" && "displayName" in value) return isolate(String(value.displayName));
  return String(value);
}
