import { createHash } from 'node:crypto';
import { idForCreation, isReserved, mayBeGiven, reservedId } from './deterministic-id.ts';

const of = { resource: 'subscription', partnerId: 'victim', idempotencyKey: 'order-1001' } as const;

/** UUIDv5 by RFC 9562 §5.5, with the namespace that is in the source: what another partner can compute. */
const guessed = (name: string): string => {
  const namespace = Buffer.from('0b9f4ef16a635c2e8a443b1d2f2f5a10', 'hex');
  const digest = createHash('sha1').update(namespace).update(name).digest('hex');
  const variant = ((Number.parseInt(digest.charAt(16), 16) & 3) | 8).toString(16);
  return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-5${digest.slice(13, 16)}-${variant}${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
};

/** A store with one stream that begins with an event of this command. */
const storeWith = (stream: string, commandId: string) => ({
  read: (asked: string) => Promise.resolve((asked === stream ? [{ meta: { commandId } }] : []) as never),
});

it('derives an id of version 8, which only the ledger makes, for what is created without one', async () => {
  const id = await idForCreation(storeWith('none', ''), of);
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(await idForCreation(storeWith('none', ''), of)).toBe(id);
  expect(await idForCreation(storeWith('none', ''), { ...of, partnerId: 'rival' })).not.toBe(id);
  expect([isReserved(id), isReserved(guessed('subscription/victim/order-1001'))]).toEqual([true, false]);
});

it('still reaches what an older version created under the same key', async () => {
  const former = guessed('subscription/victim/order-1001');
  const stream = `subscription-${former}`;
  const commandId = guessed(`command/victim/${stream}/order-1001`);
  expect(await idForCreation(storeWith(stream, commandId), of)).toBe(former);
});

it('leaves an id alone that another partner took first', async () => {
  const former = guessed('subscription/victim/order-1001');
  const theirs = guessed(`command/rival/subscription-${former}/key`);
  expect(await idForCreation(storeWith(`subscription-${former}`, theirs), of)).toBe(
    reservedId('subscription', 'victim', 'order-1001'),
  );
});

it('lets a caller give any id but the reserved ones of others', async () => {
  const given = (id: string, inUse = '') => mayBeGiven(storeWith(`subscription-${inUse}`, 'x'), of, id);
  const theirs = reservedId('subscription', 'rival', 'order-1001');
  expect(await given(guessed('subscription/rival/order-1001'))).toBe(true);
  expect(await given(theirs)).toBe(false);
  // The one that its own key leads to, as after a dry run; and one in use, which the command then refuses as such.
  expect(await given(reservedId('subscription', 'victim', 'order-1001'))).toBe(true);
  expect(await given(theirs, theirs)).toBe(true);
});
