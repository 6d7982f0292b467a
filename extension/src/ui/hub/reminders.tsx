/** The weeks that somebody has reminded the caller of. One is gone when it is handed in, whole, or dismissed. */

import { useRef, useState } from "preact/hooks";
import type { ReminderList } from "../../api/client.ts";
import { Button, FailureNotice } from "../controls.tsx";
import { explain, type Failure } from "../failure.ts";
import { useFocusHandover } from "../focus.ts";
import { formatDateRange } from "../format.ts";
import { useAsync, useTimerState } from "../hooks.ts";
import { useSession } from "../session.ts";
import { useAddress } from "./address.ts";
import { hubTexts } from "./texts.ts";
import "./reminders.css";

type Reminder = ReminderList["data"][number];

/** Without any, nothing is shown. Nobody misses a failure to load them: the week itself says what it lacks. */
export function Reminders({ shown }: { shown: string }) {
  const { api, timers } = useSession();
  const { changes } = useTimerState(timers);
  const { data, reload } = useAsync(() => api.reminders(), [api, changes]);
  const [gone, setGone] = useState<readonly string[]>([]);
  const [failure, setFailure] = useState<Failure | null>(null);
  const standing = data?.data.filter(({ id }) => !gone.includes(id)) ?? [];

  async function dismiss({ id, first_day, last_day }: Reminder) {
    setFailure(null);
    setGone((before) => [...before, id]);
    try {
      await api.dismissReminder(id);
      timers.announce(hubTexts.reminders.dismissed(formatDateRange(first_day, last_day)));
    } catch (error) {
      setGone((before) => before.filter((each) => each !== id));
      setFailure(explain(error));
    }
    reload();
  }

  return (
    <>
      {failure && <FailureNotice failure={failure} onDismiss={() => setFailure(null)} />}
      {standing.length > 0 && (
        <ReminderNotice reminders={standing} shown={shown} onDismiss={(each) => void dismiss(each)} />
      )}
    </>
  );
}

interface ReminderNoticeProps {
  reminders: readonly Reminder[];
  /** The first day of the week on show. */
  shown: string;
  onDismiss: (reminder: Reminder) => void;
}

function ReminderNotice({ reminders, shown, onDismiss }: ReminderNoticeProps) {
  const notice = useRef<HTMLElement>(null);
  useFocusHandover(notice);
  return (
    <section ref={notice} class="notice info reminders" aria-label={hubTexts.reminders.label}>
      <ul>
        {reminders.map((reminder) => (
          <ReminderLine key={reminder.id} reminder={reminder} shown={shown} onDismiss={onDismiss} />
        ))}
      </ul>
    </section>
  );
}

type ReminderLineProps = Omit<ReminderNoticeProps, "reminders"> & { reminder: Reminder };

function ReminderLine({ reminder, shown, onDismiss }: ReminderLineProps) {
  const { me } = useSession();
  const { go } = useAddress();
  const line = useRef<HTMLLIElement>(null);
  useFocusHandover(line);
  const { first_day, last_day, missing_ms, reminded_by } = reminder;
  const week = formatDateRange(first_day, last_day);
  const texts = hubTexts.reminders;
  return (
    <li ref={line}>
      <span>{texts.line(reminded_by.name, week, missing_ms)}</span>
      {(shown < first_day || shown > last_day) && (
        <Button
          kind="quiet"
          label={texts.showOf(week)}
          onClick={() => go({ week: first_day, day: undefined })}
        >
          {texts.show}
        </Button>
      )}
      {me.tenant.status === "active" && (
        <Button kind="quiet" label={texts.dismissOf(week)} onClick={() => onDismiss(reminder)}>
          {texts.dismiss}
        </Button>
      )}
    </li>
  );
}
