/**
 * The server's clock, as seen from this frame. The local clock may be off, so nothing here asks it for the time. It only
 * measures how much time has passed since the server's last answer.
 */

/** When the local clocks disagree by more than this, the machine has slept, or its clock was set. */
const toleranceMs = 2_000;

export class ServerClock {
  #base: { serverMs: number; monotonic: number; wall: number } | undefined;
  readonly #onDisturbed: () => void;
  #reported = false;

  /**
   * onDisturbed is called when a tick finds that the clock can't be trusted any more. It should ask the server, and is
   * called again only after the next `sync`.
   */
  constructor(onDisturbed: () => void) {
    this.#onDisturbed = onDisturbed;
  }

  /** Sends a request whose answer has the server's time, and sets the clock by it. */
  async timed<T extends { server_time: string }>(request: () => Promise<T>): Promise<T> {
    const sentAt = performance.now();
    const answer = await request();
    this.sync(answer.server_time, sentAt);
    return answer;
  }

  /**
   * Takes the server's time of an answer whose request left at sentAt, by performance.now(). The server read its clock
   * between then and now, which gives an interval for its time now. An estimate within the interval is kept, so that a
   * slow answer doesn't make the clock jump. Any other is replaced by the middle.
   */
  sync(serverTime: string, sentAt: number): void {
    const received = performance.now();
    const earliest = Date.parse(serverTime);
    const latest = earliest + (received - sentAt);
    const estimate = this.#base && !this.disturbed() ? this.now() : undefined;
    const consistent = estimate !== undefined && estimate >= earliest && estimate <= latest;
    this.#base = {
      serverMs: consistent ? estimate : (earliest + latest) / 2,
      monotonic: received,
      wall: Date.now(),
    };
    this.#reported = false;
  }

  /** The server's time in milliseconds since the Unix epoch. Before the first answer it is the local clock's. */
  now(): number {
    if (!this.#base) return Date.now();
    return this.#base.serverMs + (performance.now() - this.#base.monotonic);
  }

  /**
   * The server's time as well as it can be told without asking: after sleep, as much has passed as by the local clock.
   * It is for offers to a person.
   */
  estimate(): number {
    if (!this.#base || !this.disturbed()) return this.now();
    return this.#base.serverMs + (Date.now() - this.#base.wall);
  }

  /**
   * Whether the machine has slept or its clock was set since the last answer. During sleep performance.now() stands
   * still and Date.now() doesn't, and setting the clock moves only the latter.
   */
  disturbed(): boolean {
    if (!this.#base) return false;
    const monotonic = performance.now() - this.#base.monotonic;
    const wall = Date.now() - this.#base.wall;
    return Math.abs(wall - monotonic) > toleranceMs;
  }

  /**
   * Calls the listener with the milliseconds since the instant, now and at each full second of them. Returns what ends
   * it.
   */
  follow(since: number, listener: (elapsedMs: number) => void): () => void {
    let timeout: ReturnType<typeof setTimeout>;
    let due = performance.now();
    const tick = () => {
      const late = performance.now() - due > toleranceMs;
      if ((late || this.disturbed()) && !this.#reported) {
        this.#reported = true;
        this.#onDisturbed();
      }
      const elapsed = Math.max(0, this.now() - since);
      listener(Math.floor(elapsed));
      const wait = 1000 - (elapsed % 1000);
      due = performance.now() + wait;
      timeout = setTimeout(tick, wait);
    };
    tick();
    return () => clearTimeout(timeout);
  }
}
