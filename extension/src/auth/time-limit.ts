/** The other side did not answer in time. */
export class TimeLimitError extends Error {
  override readonly name = "TimeLimitError";
}

/** Waits for `work` for at most `ms` milliseconds, then rejects with TimeLimitError. The work itself goes on. */
export async function withTimeLimit<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TimeLimitError(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
