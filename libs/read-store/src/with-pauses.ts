/**
 * The values of a source, and `undefined` once if none comes within the given milliseconds. The source is closed when the
 * reader leaves, also while it is waited for.
 */
export async function* withPauses<T>(
  open: (signal: AbortSignal) => AsyncIterable<T>,
  signal: AbortSignal,
  milliseconds: number,
): AsyncGenerator<T | undefined> {
  const left = new AbortController();
  const source = open(AbortSignal.any([signal, left.signal]))[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = source.next();
      if (await isLate(next, milliseconds)) yield undefined;
      const result = await next;
      if (result.done === true) return;
      yield result.value;
    }
  } finally {
    left.abort();
    await source.return?.();
  }
}

/** Whether something takes longer than that. Its result goes to its own reader. */
const isLate = async (next: Promise<unknown>, milliseconds: number): Promise<boolean> => {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(true), milliseconds);
  const settled = () => resolve(false);
  next.then(settled, settled);
  const late = await promise;
  clearTimeout(timer);
  return late;
};
