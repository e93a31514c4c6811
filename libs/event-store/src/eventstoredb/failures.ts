import type { Position } from '#kernel';
import { StoreUnavailable, StoreUnusable } from '../event-store.ts';

/**
 * A property of whatever the client threw. That is one of its own errors, with a `type`; or grpc's, with a `code` only;
 * or a plain `Error`, with neither.
 */
const propertyOf = (error: unknown, name: string): unknown =>
  typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;

const typeOf = (error: unknown): string => {
  const type = propertyOf(error, 'type');
  return typeof type === 'string' ? type : '';
};

/** Without the time of day, which grpc adds now and then: the same reason twice is said once only where it reads the same. */
const messageOf = (error: unknown): string =>
  String(propertyOf(error, 'message') ?? error)
    .replace(/ Resolution note: $/, '')
    .replace(/ \(\d{4}-\d\d-\d\dT[\d:.]+Z\)/g, '');

/** No answer within the time that was set: whether it has happened is unknown. */
export class TimedOut extends Error {
  override readonly name = 'TimedOut';
}

/** The log is not the one that a position was taken from. */
export class EndsBefore extends Error {
  override readonly name = 'EndsBefore';
  constructor(position: Position) {
    super(`the log ends before position ${position}`);
  }
}

/** Another writer was faster. */
export const isConflict = (error: unknown): boolean => typeOf(error) === 'wrong-expected-version';

/** The stream's revision, from the error of a conflict; -1 if it has none. */
export const actualIn = (error: unknown): number => {
  const actual = propertyOf(error, 'actualVersion');
  return typeof actual === 'bigint' ? Number(actual) : -1;
};

export const isAbsent = (error: unknown): boolean => typeOf(error) === 'stream-not-found';

/** The position is between two events: it comes from another log. */
const isNoPosition = (error: unknown): boolean => /invalid position/i.test(messageOf(error));

/** The client goes to the leader by itself, with the next call. */
export const isNotLeader = (error: unknown): boolean => typeOf(error) === 'not-leader';

const isDenied = (error: unknown): boolean => typeOf(error) === 'access-denied';

/** What trying again does not change. */
const isFinal = (error: unknown): boolean =>
  ['stream-deleted', 'maximum-append-size-exceeded', 'missing-required-metadata-property', 'invalid-argument'].includes(
    typeOf(error),
  );

/** Whether the server has responded, if only with a refusal: then the connection is as good as before. */
export const isAnswer = (error: unknown): boolean =>
  isConflict(error) ||
  isAbsent(error) ||
  isFinal(error) ||
  isDenied(error) ||
  isNoPosition(error) ||
  // The server's own time-out of a write.
  (typeOf(error) === 'deadline-exceeded' && propertyOf(error, 'code') === undefined);

/** The port's error for an error of the driver. */
export const toPortError = (error: unknown, what: string): Error => {
  if (error instanceof StoreUnavailable || error instanceof EndsBefore) return error;
  const options = { cause: error };
  // Messages of the client may be empty: for these the type says it all.
  const why = messageOf(error) || typeOf(error) || 'no reason given';
  if (isNoPosition(error)) return new Error(`the log has no event at that position: ${why}`, options);
  if (isFinal(error)) return new Error(`${what} is not possible: ${why}`, options);
  if (isDenied(error)) return new StoreUnusable(`the event store denies access: ${what}: ${why}`, options);
  return new StoreUnavailable(`the event store does not answer: ${what}: ${why}`, options);
};
