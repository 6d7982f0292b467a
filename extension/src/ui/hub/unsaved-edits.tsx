/** What was typed into weeks that aren't on show, and could not be saved. It stands above every part of the hub. */

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Button } from "../controls.tsx";
import { useFocusHandover } from "../focus.ts";
import { formatDateSpan } from "../format.ts";
import type { CellEdit } from "../grid/edits.ts";
import { editText } from "../grid/refusal-text.ts";
import { type AllEdits, allEditsOf, type WeekEdits } from "../grid/week-edits.ts";
import { useSession } from "../session.ts";
import { addDays, dateIn } from "../zone.ts";
import { useAddress } from "./address.ts";
import { hubTexts } from "./texts.ts";
import "./unsaved-edits.css";

const texts = hubTexts.grid;

/** So many are told one by one. */
const mostTold = 5;

export function UnsavedEdits() {
  const { timers } = useSession();
  const all = allEditsOf(timers);
  const [, setShown] = useState({});
  useLayoutEffect(() => all.subscribe(() => setShown({})), [all]);
  useLayoutEffect(() => () => all.close(), [all]);
  useWarning(all);
  const hidden = all.weeks.filter((week) => !week.shown && unsavedOf(week).length > 0);
  return (
    <>
      {hidden.map((week) => (
        <WeekNotice key={week.first} week={week} />
      ))}
    </>
  );
}

const unsavedOf = ({ edits }: WeekEdits) =>
  [...edits.state.values()].filter(({ state }) => state.kind !== "saving");

function WeekNotice({ week }: { week: WeekEdits }) {
  const { me, timers } = useSession();
  const { go } = useAddress();
  const notice = useRef<HTMLElement>(null);
  useFocusHandover(notice);
  const { first, edits } = week;
  const left = unsavedOf(week);
  const today = dateIn(timers.clock.now(), me.user.time_zone);
  const span = formatDateSpan(first, addDays(first, 6), today);
  const show = () => go({ tab: undefined, view: undefined, week: first, day: left[0]?.target.date });
  return (
    <section
      ref={notice}
      class="notice error unsaved-edits"
      role="alert"
      aria-label={texts.unsavedOf(span, left.length)}
    >
      <p class="notice-title">{texts.unsavedOf(span, left.length)}</p>
      <ul>
        {left.slice(0, mostTold).map((edit) => (
          <li key={edit.id}>{told(edit)}</li>
        ))}
      </ul>
      <div class="notice-actions">
        <Button label={hubTexts.reminders.showOf(span)} onClick={show}>
          {hubTexts.reminders.show}
        </Button>
        {left.some(({ state }) => state.kind === "offline") && (
          <Button kind="quiet" onClick={() => edits.tryNow()}>
            {texts.tryNow}
          </Button>
        )}
      </div>
    </section>
  );
}

/** What was typed stands there, so that it is known even if it can't be kept. */
function told(edit: CellEdit): string {
  const { target, wanted, state } = edit;
  const typed = state.kind === "unread" ? state.text : wanted;
  return texts.notSavedSum(typed, target.work.name, target.date, editText(edit));
}

/** Asks before the page is left while something isn't saved, and sends what waits as soon as there is a network. */
function useWarning(all: AllEdits): void {
  const any = all.weeks.some(({ edits }) => edits.state.size > 0);
  useEffect(() => {
    if (!any) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    const online = () => all.tryNow();
    window.addEventListener("beforeunload", warn);
    window.addEventListener("online", online);
    return () => {
      window.removeEventListener("beforeunload", warn);
      window.removeEventListener("online", online);
    };
  }, [any, all]);
}
