/** What the switch field does: opening and closing, choosing, pinning, and its keys. */

import type { RefObject } from "preact";
import { useRef, useState } from "preact/hooks";
import type { TimeEntry } from "../../api/client.ts";
import { explain, type Failure } from "../failure.ts";
import { useTimerState } from "../hooks.ts";
import { isAlt, isPlain, isSingleKey, singleKeys, usePageKey } from "../keys.ts";
import { useSession } from "../session.ts";
import { texts } from "../texts.ts";
import { itemName, referenceOf, startAgain, type Work } from "../work-item.ts";
import { type Choice, firstChoice, sameWork } from "./choices.ts";
import { type Choices, useChoices } from "./use-choices.ts";

/** What has been pinned or unpinned while the field is open. The order is the old one until it is opened again. */
type Pins = Readonly<Record<string, { pinned: boolean; uid?: string }>>;

export interface Switch {
  input: RefObject<HTMLInputElement | null>;
  open: boolean;
  typed: string;
  choices: Choices;
  /** Whether the person has gone to a choice since the last letter. */
  moved: boolean;
  /** What Enter takes. */
  active: Choice | undefined;
  /** The item to which time is being added. */
  adding: Work | undefined;
  pinFailure: Failure | null;
  isPinned(choice: Choice): boolean;
  /** Work items can be pinned; projects without one can't. */
  canPin(choice: Choice): boolean;
  isRunning(choice: Choice): boolean;
  show(): void;
  close(): void;
  type(text: string): void;
  /** Makes a choice the one that Enter takes. */
  activate(choice: Choice): void;
  /** Starts a timer, or switches to it. */
  choose(choice: Choice): void;
  add(choice: Choice): void;
  leaveForm(): void;
  togglePin(choice: Choice): void;
  onKeyDown(event: KeyboardEvent): void;
}

export function useSwitch(): Switch {
  const { timers } = useSession();
  const { timer } = useTimerState(timers);
  const opening = useOpening();
  const { open, typed, moved, close } = opening;
  const choices = useChoices(typed, open);
  const pins = usePins(open);
  const start = useStart();
  const all = choices.groups.flatMap((group) => group.choices);
  const active = all.find(({ key }) => key === moved) ?? firstChoice(all, choices.wanted);
  const isRunning = ({ item }: Choice) => (timer ? sameWork(runningWork(timer), item) : false);
  const self: Omit<Switch, "onKeyDown"> = {
    ...opening,
    ...pins,
    choices,
    moved: moved !== undefined,
    active,
    isRunning,
    activate: ({ key }) => opening.setMoved(key),
    choose(choice) {
      if (isRunning(choice) || start(choice.item)) close();
    },
    add: ({ item }) => opening.setAdding(item),
    leaveForm: () => opening.setAdding(undefined),
  };
  return { ...self, onKeyDown: (event) => onKey(event, { ...self, all }) };
}

/** What the running timer is on, as it can be chosen. */
function runningWork({ work_item, project }: TimeEntry): Work {
  return work_item ?? { project_id: project.id, project: project.name, organization: project.organization };
}

/** Whether the field is open, what is in it, and where the focus came from. */
function useOpening() {
  const input = useRef<HTMLInputElement>(null);
  const opener = useRef<Element | null>(null);
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState("");
  const [moved, setMoved] = useState<string>();
  const [adding, setAdding] = useState<Work>();
  const show = () => setOpen(true);
  function close() {
    setOpen(false);
    setTyped("");
    setMoved(undefined);
    setAdding(undefined);
    opener.current = null;
  }
  usePageKey(
    (event) => isSingleKey(event, "/"),
    () => {
      opener.current = document.activeElement;
      input.current?.focus();
      show();
    },
  );
  usePageKey(
    (event) => event.key === "Escape" && open && !adding && !event.isComposing,
    () => {
      const before = opener.current;
      close();
      // From the field's own buttons it goes back to the field.
      if (!before) input.current?.focus();
      else if (before instanceof HTMLElement && before.isConnected && before !== document.body)
        before.focus();
      else input.current?.blur();
    },
  );
  function type(text: string) {
    setTyped(text);
    setMoved(undefined);
    setAdding(undefined);
    show();
  }
  return { input, open, typed, moved, setMoved, adding, setAdding, show, close, type };
}

/** Starts a timer on an item, or switches to it. It says whether it does so. */
function useStart(): (item: Work) => boolean {
  const { me, timers } = useSession();
  const { timer, pending } = useTimerState(timers);
  return (item) => {
    // The server has not told yet what runs, or is just being told.
    if (pending !== null || timer === undefined) return false;
    const body = referenceOf(item);
    const rejects = me.tenant.settings.on_start_while_running === "reject";
    void (timer && rejects ? timers.stopAndStart(body, item) : timers.start(body, item));
    return true;
  };
}

interface KeyState extends Omit<Switch, "onKeyDown"> {
  all: readonly Choice[];
}

function onKey(event: KeyboardEvent, field: KeyState): void {
  const { open, typed, active } = field;
  // Enter ends the composition of a character. While the form is there, the list isn't.
  if (event.isComposing || field.adding) return;
  const run = (action: () => void) => {
    event.preventDefault();
    action();
  };
  const pins =
    isAlt(event, "P") || (field.moved && event.key.toLowerCase() === "p" && isPlain(event) && singleKeys());
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    run(() => (open ? move(field, event.key === "ArrowDown" ? 1 : -1) : field.show()));
  } else if (event.key === "Enter") {
    run(() => {
      if (!open) field.show();
      else if (active && (event.ctrlKey || event.metaKey)) field.add(active);
      else if (active) field.choose(active);
    });
  } else if (event.key === "/" && typed === "" && isPlain(event)) {
    run(field.show);
  } else if (open && active && pins) {
    run(() => field.togglePin(active));
  }
}

/** Goes to the next choice, round at the ends. */
function move({ all, active, activate }: KeyState, by: 1 | -1): void {
  const at = all.findIndex(({ key }) => key === active?.key);
  const next = at < 0 ? (by > 0 ? 0 : all.length - 1) : (at + by + all.length) % all.length;
  const choice = all[next];
  if (choice) activate(choice);
}

const uidOf = ({ item }: Choice) => (item.id === undefined ? "" : (item.uid ?? ""));

/** Pins and unpins, at once and with the way back. */
function usePins(open: boolean) {
  const { api, timers } = useSession();
  const [pins, setPins] = useState<Pins>({});
  const [pinFailure, setFailure] = useState<Failure | null>(null);
  const [openBefore, setOpenBefore] = useState(open);
  const working = useRef(new Set<string>());
  if (open !== openBefore) {
    setOpenBefore(open);
    setPins({});
    setFailure(null);
  }

  const isPinned = ({ key, group }: Choice) => pins[key]?.pinned ?? group === "pinned";

  async function pin({ key, item }: Choice) {
    if (item.id === undefined) return "";
    const { work_item } = await api.pinWorkItem(startAgain(item).work_item);
    setPins((old) => ({ ...old, [key]: { pinned: true, ...(work_item.uid && { uid: work_item.uid }) } }));
    return work_item.uid ?? "";
  }
  async function unpin({ key }: Choice, uid: string) {
    await api.unpinWorkItem(uid);
    setPins((old) => ({ ...old, [key]: { pinned: false, uid } }));
  }
  async function toggle(choice: Choice) {
    const name = itemName(choice.item);
    if (isPinned(choice)) {
      await unpin(choice, pins[choice.key]?.uid ?? uidOf(choice));
      timers.announce(texts.switch.unpinned(name), async () => {
        await pin(choice);
        return texts.switch.pinned(name);
      });
    } else {
      const uid = await pin(choice);
      timers.announce(texts.switch.pinned(name), async () => {
        await unpin(choice, uid);
        return texts.switch.unpinned(name);
      });
    }
  }
  return {
    pinFailure,
    isPinned,
    canPin: ({ item }: Choice) => item.id !== undefined,
    togglePin(choice: Choice) {
      // A key that is held down sends one request.
      if (choice.item.id === undefined || working.current.has(choice.key)) return;
      working.current.add(choice.key);
      setFailure(null);
      toggle(choice)
        .catch((error) => setFailure(explain(error)))
        .finally(() => working.current.delete(choice.key));
    },
  };
}
