/** Keeps a frame's timer up to date in spite of other frames, other tabs, sleep and lost networks. */

import { openChannel } from "../frame/channel.ts";
import type { TimerStore } from "./timer-store.ts";

const pollMs = 60_000;

/**
 * The channel by which frames tell each other that the caller's time has changed. It connects only frames of our origin
 * inside the same site, and carries no data, since every frame asks the server with its own token.
 */
export function openChanges(): BroadcastChannel | undefined {
  return openChannel("timetracker");
}

/**
 * Reads the timer again whenever this frame may have missed a change: when it becomes visible, focused or online,
 * or comes back from the cache. Another frame's message and each visible minute do the same. Returns what ends it.
 */
export function keepFresh(store: TimerStore): () => void {
  const refresh = () => {
    if (document.visibilityState === "visible") void store.refresh();
  };
  const sources: [EventTarget, string][] = [
    [document, "visibilitychange"],
    [window, "focus"],
    [window, "pageshow"],
    [window, "online"],
  ];
  for (const [target, event] of sources) target.addEventListener(event, refresh);
  const poll = setInterval(refresh, pollMs);

  const channel = openChanges();
  if (channel) {
    channel.onmessage = () => void store.changedElsewhere();
    store.onChange = () => channel.postMessage("changed");
  }

  const onStorage = () => store.outboxChanged();
  window.addEventListener("storage", onStorage);

  return () => {
    window.removeEventListener("storage", onStorage);
    for (const [target, event] of sources) target.removeEventListener(event, refresh);
    clearInterval(poll);
    channel?.close();
    store.onChange = () => {};
  };
}
