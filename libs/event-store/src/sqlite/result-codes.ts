/** Result codes of SQLite, https://sqlite.org/rescode.html. */
export const BUSY = 5;
const CORRUPT = 11;
const NOT_A_DATABASE = 26;

/** A property of what was thrown. It need not be one of our realm's `Error`s, so it is not asked for its class. */
const propertyOf = (error: unknown, name: string): unknown =>
  typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;

/** The primary result code with which SQLite failed. */
export const resultCodeOf = (error: unknown): number => Number(propertyOf(error, 'errcode')) & 0xff;

/** Whether the stored bytes are the cause, so that retrying is useless. The ledger never writes a number beyond 2^53. */
export const isDamage = (error: unknown): boolean =>
  [CORRUPT, NOT_A_DATABASE].includes(resultCodeOf(error)) || propertyOf(error, 'code') === 'ERR_OUT_OF_RANGE';

export const messageOf = (error: unknown): string => String(propertyOf(error, 'message') ?? error);
