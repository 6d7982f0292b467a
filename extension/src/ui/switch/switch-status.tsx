import { Button } from "../controls.tsx";
import type { Failure } from "../failure.ts";
import { formatTimeNear } from "../format.ts";
import { useSession } from "../session.ts";
import { useAuthState } from "../sign-in.tsx";
import { texts } from "../texts.ts";
import { isEmpty, isSearched } from "./choices.ts";
import type { Choices } from "./use-choices.ts";
import type { Switch } from "./use-switch.ts";

/** What is found and what isn't, why Azure DevOps can't be searched, and how old is what is shown. */
export function SwitchStatus({ field, late }: { field: Switch; late: boolean }) {
  const { auth, me, timers } = useSession();
  const authState = useAuthState(auth);
  const { choices } = field;
  const { failure, trackerFailure, staleSince } = choices;
  const asOf =
    staleSince === undefined
      ? ""
      : texts.switch.asOf(formatTimeNear(staleSince, timers.clock.now(), me.user.time_zone));
  const why = field.pinFailure?.text ?? failure?.text ?? trackerText(trackerFailure);
  const signsIn = authState.kind === "needs_click" && trackerFailure?.signedOut;
  const act = (action: () => void) => () => {
    // The button goes with what it mends.
    field.input.current?.focus();
    action();
  };
  const retries = !signsIn && (failure ?? trackerFailure)?.retryable;
  const n = choices.groups.reduce((sum, group) => sum + group.choices.length, 0);
  const text = [why, asOf, late ? texts.switch.searching : n === 0 ? nothingText(choices) : ""]
    .filter(Boolean)
    .join(" ");
  return (
    <div class={text ? "switch-status secondary" : "visually-hidden"}>
      <p role="status">
        {text}
        {n > 0 && !choices.searching && <span class="visually-hidden"> {texts.switch.found(n)}</span>}
      </p>
      {signsIn && (
        <Button kind="quiet" onClick={act(() => void auth.signIn())}>
          {texts.signIn.button}
        </Button>
      )}
      {retries && (
        <Button kind="quiet" onClick={act(choices.again)}>
          {texts.tryAgain}
        </Button>
      )}
    </div>
  );
}

/** Why nothing is offered. */
function nothingText({ wanted, searching, failure, trackerFailure }: Choices): string {
  if (searching || failure) return "";
  if (isEmpty(wanted)) return texts.switch.empty;
  if (!isSearched(wanted)) return texts.switch.keepTyping;
  if (trackerFailure) return texts.switch.noMatch;
  return wanted.number === undefined ? texts.switch.noMatch : texts.switch.noNumber(`#${wanted.number}`);
}

/** Why Azure DevOps can't be searched, and who can change that. */
function trackerText(failure: Failure | null): string {
  if (!failure) return "";
  if (failure.signedOut) return texts.switch.confirm;
  if (failure.code === "tracker_consent_required") return texts.switch.consent;
  if (failure.code === "tracker_unavailable") return texts.switch.down;
  return failure.text;
}
