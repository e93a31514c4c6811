import * as access from '#access';
import * as catalog from '#catalog';
import * as customers from '#customer';
import type { History } from '#kernel';
import * as orders from '#order';
import * as policies from '#policy';
import * as subscriptions from '#subscription';

/** Upcasters of every event that may be in a ledger's log. A new aggregate adds its own here, and nowhere else. */
export const history: History = {
  ...access.history,
  ...catalog.history,
  ...customers.history,
  ...orders.history,
  ...policies.history,
  ...subscriptions.history,
};

/** The categories of all streams: the part of their names before the `-`. A new aggregate adds its own here, too. */
export const categories = [
  'cart',
  'catalog',
  'clock',
  'customer',
  'key',
  'order',
  'partner',
  'policy',
  'subscription',
] as const;
