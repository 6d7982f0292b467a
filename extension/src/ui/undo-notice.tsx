/** The notice that says what was done, and takes it back. */

import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Button } from "./controls.tsx";
import { useTimerState } from "./hooks.ts";
import { isAlt, isTyping } from "./keys.ts";
import { useSession } from "./session.ts";
import { texts } from "./texts.ts";
import "./undo-notice.css";

/** How long a notice stays that nobody points at or has the focus in. */
const shownMs = 10_000;

/**
 * Says what the last change was, at the bottom left. Ctrl+Z takes it back, and Alt+U brings the focus to its button. A
 * new notice ends the one before. The element is always there, so that screen readers notice its text.
 */
export function UndoNotice() {
  const { me, timers } = useSession();
  const { announcement, announcements, undo, undoFailed } = useTimerState(timers);
  const notice = useRef<HTMLElement>(null);
  const before = useRef<HTMLElement>(null);
  const [pointedAt, setPointedAt] = useState(false);
  const [focused, setFocused] = useState(false);
  // Where nothing may be recorded any more, a stop can't be taken back either.
  const offered = undo !== null && me.tenant.status === "active";
  const held = pointedAt || focused;

  useEffect(() => {
    // Not every browser tells that a button has lost the focus by being removed.
    if (!offered) setFocused(false);
  }, [offered]);

  useEffect(() => {
    if (announcement === "" || held) return;
    const timeout = setTimeout(() => timers.dismissAnnouncement(), shownMs);
    return () => clearTimeout(timeout);
  }, [announcement, announcements, held, timers]);

  useEffect(() => {
    if (!offered) return;
    const onKey = (event: KeyboardEvent) => {
      if (isAlt(event, "U")) {
        event.preventDefault();
        notice.current?.querySelector("button")?.focus();
      } else if (isUndoKey(event) && !isTyping(event.target)) {
        event.preventDefault();
        void timers.undo();
      }
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [offered, timers]);

  return (
    <section
      ref={notice}
      aria-label={texts.undo.region}
      class={announcement ? "undo-notice" : "visually-hidden"}
      onMouseEnter={() => setPointedAt(true)}
      onMouseLeave={() => setPointedAt(false)}
      onFocusIn={(event) => {
        setFocused(true);
        if (event.relatedTarget instanceof HTMLElement) before.current = event.relatedTarget;
      }}
      onFocusOut={() => setFocused(false)}
    >
      <p role={undoFailed ? "alert" : "status"}>{announcement}</p>
      {offered && announcement && <UndoButton before={before} />}
    </section>
  );
}

/** Gives the focus back, when it goes, to what had it before, or else to the page's heading or first button. */
function UndoButton({ before }: { before: RefObject<HTMLElement | null> }) {
  const { timers } = useSession();
  const place = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    const own = place.current;
    return () => {
      if (!own?.contains(document.activeElement)) return;
      queueMicrotask(() => {
        const next = before.current?.isConnected
          ? before.current
          : document.querySelector<HTMLElement>("h1[tabindex], .frame button");
        next?.focus();
      });
    };
  }, [before]);
  return (
    <span ref={place}>
      <Button onClick={() => void timers.undo()}>{texts.undo.button}</Button>
    </span>
  );
}

function isUndoKey(event: KeyboardEvent): boolean {
  return (
    (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "z"
  );
}
