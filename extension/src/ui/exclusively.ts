const lockName = "timetracker.outbox";

/**
 * Runs the task unless another frame of the browser runs one: then it gives undefined at once. Where the browser has no
 * locks, or refuses them, the task runs: whatever it sends twice has one effect, since it has the same keys.
 */
export async function exclusively<T>(task: () => Promise<T>): Promise<T | undefined> {
  const { locks } = navigator;
  if (!locks) return task();
  let begun: Promise<T> | undefined;
  try {
    await locks.request(lockName, { ifAvailable: true }, async (lock) => {
      if (!lock) return;
      begun = task();
      await begun;
    });
  } catch (error) {
    if (begun) throw error;
    return task();
  }
  return begun;
}
