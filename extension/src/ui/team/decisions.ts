import { useRef, useState } from "preact/hooks";
import { ApiProblem, type Timesheet } from "../../api/client.ts";
import { explain, type Failure } from "../failure.ts";
import { formatNumber } from "../format.ts";
import { useSession } from "../session.ts";
import { teamTexts as texts } from "./texts.ts";

/** Decides on weeks, one thing after the other. `reload` shows what became of them. */
export function useDecisions(reload: () => void) {
  const { api, timers } = useSession();
  const [failure, setFailure] = useState<Failure | null>(null);
  const working = useRef(false);

  /** Says whether the change was made. */
  async function act(change: () => Promise<void>): Promise<boolean> {
    if (working.current) return false;
    working.current = true;
    setFailure(null);
    let made = false;
    try {
      await change();
      made = true;
    } catch (error) {
      const stale = error instanceof ApiProblem && (error.status === 412 || error.status === 409);
      if (stale) timers.announce(texts.changed);
      else setFailure(explain(error));
    }
    working.current = false;
    reload();
    return made;
  }

  /** Says what was decided on weeks, and offers to take that back. */
  function announce(decided: readonly Timesheet[], done: string, undone: string) {
    timers.announce(done, async () => {
      for (const week of decided) await api.decideWeek(week, "undo");
      reload();
      return undone;
    });
  }

  return {
    failure,
    dismiss: () => setFailure(null),
    approve: (week: Timesheet) =>
      act(async () => {
        const approved = await api.decideWeek(week, "approve");
        announce([approved], texts.approved(week.user.name), texts.approvalUndone(week.user.name));
      }),
    approveAll: (weeks: readonly Timesheet[]) =>
      act(async () => {
        const approved: Timesheet[] = [];
        try {
          for (const week of weeks) approved.push(await api.decideWeek(week, "approve"));
        } finally {
          const count = formatNumber(approved.length);
          if (approved.length > 0)
            announce(approved, texts.approvedSeveral(count), texts.severalUndone(count));
        }
      }),
    sendBack: (week: Timesheet, comment: string) =>
      act(async () => {
        const returned = await api.decideWeek(week, "return", comment);
        announce([returned], texts.returned(week.user.name), texts.approvalUndone(week.user.name));
      }),
  };
}
