import { randomUUID } from 'node:crypto';
import { refuse, type Command, type Decider, type Event, type Meta } from '#kernel';

export type Add = Command<'Add', { readonly amount: number; readonly inSteps?: number }>;
export type Added = Event<'Added', { amount: number }>;
export type Count = { readonly total: number; readonly additions: number };

/** An aggregate that counts up to ten: it refuses larger numbers, and records nothing for zero. */
export const counter: Decider<Add, Added, Count> = {
  category: 'counter',
  initial: { total: 0, additions: 0 },
  decide: ({ data: { amount, inSteps = 1 }, meta: { at } }, { total }) => {
    if (total + amount > 10) return refuse('QUANTITY_OUT_OF_RANGE', `${total} and ${amount} are more than 10`);
    if (amount === 0) return [];
    return Array.from({ length: inSteps }, () => ({
      type: 'Added',
      data: { effectiveAt: at, amount: amount / inSteps },
    }));
  },
  evolve: ({ total, additions }, { data }) => ({ total: total + data.amount, additions: additions + 1 }),
  pinned: ({ total }) => (total > 5 ? { policy: 'many', catalogVersion: '2' } : { policy: 'few' }),
};

/** A command with an id of its own, as from outside. */
export const add = (amount: number, meta: Partial<Meta> = {}, inSteps?: number): Add => {
  const commandId = meta.commandId ?? randomUUID();
  return {
    type: 'Add',
    data: { amount, ...(inSteps === undefined ? {} : { inSteps }) },
    meta: {
      commandId,
      at: '2021-06-18T09:00:00.000Z',
      actor: { id: 'alice', role: 'admin-agent', partnerId: 'contoso' },
      correlationId: randomUUID(),
      causationId: commandId,
      ...meta,
    },
  };
};
