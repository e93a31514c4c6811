/** Where runners say what happens; pino's loggers fit. Facts first, then a sentence. */
export type Logger = Readonly<Record<'info' | 'warn' | 'error', (facts: object, sentence: string) => void>>;

const nothing = (): void => undefined;

/** Says nothing. */
export const silent: Logger = { info: nothing, warn: nothing, error: nothing };

/** An error in a sentence. */
export const sentenceOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
