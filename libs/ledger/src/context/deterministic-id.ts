import { idsWithin, type EventStore } from '#event-store';

const idOf = idsWithin('0b9f4ef1-6a63-5c2e-8a44-3b1d2f2f5a10');

/** Where a UUID says which version it is. */
const VERSION_AT = 14;

/**
 * A UUID (version 5) that the same words always give. Ids of resources that callers cannot name, and the ids of commands that
 * processes send, are derived, so that a retry reaches the same stream and the same command.
 */
export const deterministicId = (...words: readonly string[]): string => idOf(words.join('/'));

/**
 * As `deterministicId`, but of version 8, which no caller may give: otherwise one partner could compute the id that another one's
 * key leads to, and take it first.
 */
export const reservedId = (...words: readonly string[]): string => {
  const id = deterministicId(...words);
  return `${id.slice(0, VERSION_AT)}8${id.slice(VERSION_AT + 1)}`;
};

/** Whether an id is one of those that only the ledger makes. */
export const isReserved = (id: string): boolean => id.charAt(VERSION_AT) === '8';

/** Id of a command: the same key of the same partner on the same resource always names the same command (http-api.md §2). */
export const commandIdOf = (partnerId: string, stream: string, idempotencyKey: string): string =>
  deterministicId('command', partnerId, stream, idempotencyKey);

/** Who creates a resource under which key, without giving it an id. */
export type Creation = {
  /** Also the category of its stream. */
  readonly resource: 'customer' | 'subscription';
  readonly partnerId: string;
  readonly idempotencyKey: string;
};

/**
 * The id of a resource that is created without one: reserved, and the same for each retry. Older versions derived one that
 * was not reserved; a retry of a command that was recorded then still reaches it.
 */
export const idForCreation = async (store: Pick<EventStore, 'read'>, creation: Creation): Promise<string> => {
  const { resource, partnerId, idempotencyKey } = creation;
  const former = deterministicId(resource, partnerId, idempotencyKey);
  const stream = `${resource}-${former}`;
  const [first] = await store.read(stream, 0, 1);
  const isRetry = first?.meta.commandId === commandIdOf(partnerId, stream, idempotencyKey);
  return isRetry ? former : ownId(creation);
};

/**
 * Whether a caller may give this id to what it creates: one that is not reserved; or the one that its own key leads to, as
 * after a dry run; or one that is in use, which is then refused as such.
 */
export const mayBeGiven = async (store: Pick<EventStore, 'read'>, creation: Creation, id: string): Promise<boolean> =>
  !isReserved(id) || id === ownId(creation) || (await store.read(`${creation.resource}-${id}`, 0, 1)).length > 0;

const ownId = ({ resource, partnerId, idempotencyKey }: Creation): string =>
  reservedId(resource, partnerId, idempotencyKey);
