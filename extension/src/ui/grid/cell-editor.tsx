import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { hubTexts } from "../hub/texts.ts";
import { parseDuration } from "./duration.ts";
import type { Editing } from "./grid-row.tsx";

const texts = hubTexts.grid;

/** Where one goes from a cell that was typed into. */
export type Leave = "stay" | "down" | "up" | "right" | "left";

interface CellEditorProps {
  label: string;
  editing: Editing;
  onLeave: (text: string, leave: Leave) => void;
  onCancel: () => void;
}

/** The field in a cell. What was understood stands below it before it is kept. */
export function CellEditor({ label, editing, onLeave, onCancel }: CellEditorProps) {
  const [text, setText] = useState(editing.text);
  const [refused, setRefused] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const left = useRef(false);
  const id = useId();
  useLayoutEffect(() => {
    input.current?.focus();
    if (editing.keeps) input.current?.select();
  }, []);
  const ms = parseDuration(text);
  const latest = useRef({ text, onLeave });
  latest.current = { text, onLeave };
  // When another week or view is shown, what was typed is kept all the same.
  useLayoutEffect(
    () => () => {
      if (!left.current) latest.current.onLeave(latest.current.text, "stay");
    },
    [],
  );

  function leave(where: Leave) {
    if (left.current) return;
    if (parseDuration(text) === undefined && where !== "stay") {
      setRefused(true);
      return;
    }
    left.current = true;
    onLeave(text, where);
  }

  function onKeyDown(event: KeyboardEvent) {
    event.stopPropagation();
    if (event.isComposing) return;
    const where = leaveBy(event, editing.keeps);
    if (event.key === "Escape") {
      event.preventDefault();
      left.current = true;
      onCancel();
    } else if (where) {
      event.preventDefault();
      leave(where);
    }
  }

  return (
    <>
      <input
        ref={input}
        class="grid-input"
        type="text"
        inputMode="text"
        autocomplete="off"
        spellcheck={false}
        maxLength={20}
        aria-label={label}
        aria-describedby={id}
        aria-invalid={ms === undefined}
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setRefused(false);
        }}
        onKeyDown={onKeyDown}
        onBlur={() => leave("stay")}
      />
      <span
        id={id}
        class={`grid-hint ${ms === undefined ? "is-error" : ""}`}
        role={refused ? "alert" : undefined}
      >
        {ms === undefined ? texts.unread : texts.understood(ms)}
      </span>
    </>
  );
}

function leaveBy({ key, shiftKey, altKey }: KeyboardEvent, keeps: boolean): Leave | undefined {
  if (altKey) return undefined;
  if (key === "Enter") return shiftKey ? "up" : "down";
  if (key === "Tab") return shiftKey ? "left" : "right";
  if (key === "ArrowUp") return "up";
  if (key === "ArrowDown") return "down";
  // What was typed in place of the old sum is left by the arrows; in a text they move.
  if (!keeps && key === "ArrowLeft") return "left";
  if (!keeps && key === "ArrowRight") return "right";
  return undefined;
}
