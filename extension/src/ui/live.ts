/** Keeps a frame's timer true while other frames, other tabs, sleep and lost networks go on around it. */

import type { TimerStore } from "./timer-store.ts";

const pollMs = 60_000;
const channelName = "timetracker";

/**
 * Reads the timer again whenever this frame may have missed something: it became visible or focused, came back from
 * the browser's cache or online, another frame said so, or a minute has passed in sight of somebody. Returns what ends
 * it.
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

  // The browser gives the channel to our own origin inside the same site alone. It carries no data: who hears of a
  // change asks the server, with their own token.
  const channel = new BroadcastChannel(channelName);
  channel.onmessage = () => void store.changedElsewhere();
  store.onChange = () => channel.postMessage("changed");

  return () => {
    for (const [target, event] of sources) target.removeEventListener(event, refresh);
    clearInterval(poll);
    channel.close();
    store.onChange = () => {};
  };
}
