import { createHash } from 'node:crypto';
import { catalogueAt } from '#catalog';
import { refuse, type Command, type Recorded } from '#kernel';
import { pinAt } from '#policy';
import type { DecisionContext } from '#subscription';
import type { Refusal } from '../context/refusals.ts';

/** Ids that differ when the same request is sent again. */
const DERIVED = new Set(['subscriptionId', 'orderId', 'newSubscriptionId', 'cartId']);
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;
const INSTANT = /^\d{4}-\d\d-\d\dT/;

/** A request, with the catalogs and rules by which it is judged. */
type QuotedCommand = {
  readonly command: Command;
  /** The resource; null if the command creates one. */
  readonly stream: string | null;
  readonly context: DecisionContext;
};

const timeless = (_: string, value: unknown): unknown => {
  if (typeof value !== 'string') return value;
  return INSTANT.test(value) ? 'an instant' : value.replace(UUID, 'an id');
};

/**
 * A token for exactly this result. It holds no secret and no state: the sender of it accepts only this result, and gets it
 * if stream, catalog, rules, dates and amounts are the same as for the quote (R56).
 */
export const quoteToken = ({ command, stream, context }: QuotedCommand, events: readonly Recorded[]): string => {
  const { at } = command.meta;
  const frame = {
    type: command.type,
    wish: Object.fromEntries(Object.entries(command.data).filter(([name]) => !DERIVED.has(name))),
    stream,
    revision: events[0]?.revision ?? null,
    catalogue: catalogueAt(context.catalogue, at)?.version ?? null,
    policy: pinAt(context.policies, at),
    outcome: JSON.stringify(
      events.map(({ type, data }) => ({ type, data })),
      timeless,
    ),
  };
  return createHash('sha256').update(JSON.stringify(frame)).digest('base64url');
};

/** The refusal of a command whose result would differ from the quote. */
export const stale = (): Refusal =>
  refuse('QUOTE_STALE', 'stream, catalog, rules or dates have changed since the quote: ask for a new one (R56)');
