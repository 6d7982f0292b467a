/** Channels between frames, which some browsers refuse to frames that may keep nothing. */

/** Opens a channel; returns undefined where the browser has none or refuses it. */
export function openChannel(name: string): BroadcastChannel | undefined {
  try {
    return new BroadcastChannel(name);
  } catch {
    return undefined;
  }
}

/**
 * Takes channels out of this frame where the browser refuses them. Libraries look only at whether there are channels, and
 * fail as a whole when opening one throws; without any they do less.
 */
export function withdrawRefusedChannels(): void {
  const probe = openChannel("timetracker.probe");
  if (probe) {
    probe.close();
  } else {
    Reflect.deleteProperty(globalThis, "BroadcastChannel");
  }
}
