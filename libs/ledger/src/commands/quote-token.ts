import { createHash } from 'node:crypto';
import { catalogueAt } from '#catalog';
import { refuse, type Command, type Recorded } from '#kernel';
import { pinAt } from '#policy';
import type { Surroundings } from '#subscription';
import type { Refusal } from '../context/refusals.ts';

/** Ids that differ from one sending of the same wish to the next. */
const DERIVED = new Set(['subscriptionId', 'orderId', 'newSubscriptionId', 'cartId']);
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;
const INSTANT = /^\d{4}-\d\d-\d\dT/;

/** A wish, under the price lists and rules it is judged by. */
type Wish = {
  readonly command: Command;
  /** The resource; none where the command creates one. */
  readonly stream: string | null;
  readonly surroundings: Surroundings;
};

const timeless = (_: string, value: unknown): unknown => {
  if (typeof value !== 'string') return value;
  return INSTANT.test(value) ? 'an instant' : value.replace(UUID, 'an id');
};

/**
 * A token for exactly this outcome. It holds no secret and no state: whoever brings it says "only if it comes out like
 * this", and it does when stream, price list, rules, dates and amounts are what they were (R56).
 */
export const quoteToken = ({ command, stream, surroundings }: Wish, events: readonly Recorded[]): string => {
  const { at } = command.meta;
  const frame = {
    type: command.type,
    wish: Object.fromEntries(Object.entries(command.data).filter(([name]) => !DERIVED.has(name))),
    stream,
    revision: events[0]?.revision ?? null,
    catalogue: catalogueAt(surroundings.catalogue, at)?.version ?? null,
    policy: pinAt(surroundings.policies, at),
    outcome: JSON.stringify(
      events.map(({ type, data }) => ({ type, data })),
      timeless,
    ),
  };
  return createHash('sha256').update(JSON.stringify(frame)).digest('base64url');
};

/** The refusal of a command that would not come out as quoted. */
export const stale = (): Refusal =>
  refuse('QUOTE_STALE', 'stream, price list, rules or dates moved since the quote: ask for a new one (R56)');
