import { idsWithin } from '#event-store';

const idOf = idsWithin('0b9f4ef1-6a63-5c2e-8a44-3b1d2f2f5a10');

/**
 * A UUID that the same words always give. Ids that a caller leaves out, and the ids of commands that processes send, are
 * derived, so that a retry meets the same stream and the same command.
 */
export const derivedId = (...words: readonly string[]): string => idOf(words.join('/'));

/** Id of a command: the same key of the same partner on the same resource is the same command, for ever (http-api.md §2). */
export const commandIdOf = (partnerId: string, stream: string, idempotencyKey: string): string =>
  derivedId('command', partnerId, stream, idempotencyKey);
