/** Cuts an entry to a time that is typed. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Button } from "../controls.tsx";
import { faultText } from "../entry/entry-editor.tsx";
import { type Ends, endsOf, timesOf } from "../entry/times.ts";
import { useFocusReturn } from "../focus.ts";
import { operationTexts } from "../operations/texts.ts";
import { useSession } from "../session.ts";
import { reviewTexts } from "./texts.ts";

interface CutFormProps {
  ends: Ends;
  /** The end that is proposed; without it, the entry's own. */
  proposed: number | undefined;
  onCut: (to: number) => void;
  onClose: () => void;
}

export function CutForm({ ends, proposed, onCut, onClose }: CutFormProps) {
  const { me, timers } = useSession();
  const zone = me.user.time_zone;
  const times = timesOf(ends, zone, false);
  const first =
    proposed === undefined ? times.end : timesOf({ from: ends.from, to: proposed }, zone, false).end;
  const [end, setEnd] = useState(first);
  const [fault, setFault] = useState("");
  const input = useRef<HTMLInputElement>(null);
  useFocusReturn();
  useLayoutEffect(() => input.current?.focus(), []);

  function submit() {
    const next = endsOf({ ...times, end }, ends, zone, timers.clock.now());
    if (typeof next === "string") {
      setFault(faultText(next));
      return;
    }
    // A time of before the start would be one of the next day.
    if (next.to > ends.to) {
      setFault(operationTexts.splitOutside);
      return;
    }
    onClose();
    onCut(next.to);
  }

  return (
    <form
      class="strip-cut"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape") onClose();
      }}
    >
      <input
        ref={input}
        type="time"
        class="entry-time"
        aria-label={reviewTexts.cutLabel}
        aria-invalid={fault !== ""}
        value={end}
        onInput={(event) => setEnd(event.currentTarget.value)}
      />
      <Button type="submit">{reviewTexts.cutAt}</Button>
      {fault && (
        <span class="field-error" role="alert">
          {fault}
        </span>
      )}
    </form>
  );
}
