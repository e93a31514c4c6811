import type { Command } from 'commander';
import type { Instant, Recorded } from '#kernel';
import { whereLogIs } from '#ledger';
import { fail } from '../failure.ts';
import { withStores } from '../stores.ts';
import { instant, verb, type Json } from '../options.ts';
import { inOneLine, print, printJson, table } from '../output.ts';

/** `events <subscriptionId> [--at]`: what was recorded of a subscription, up to an instant. */
export const events = (program: Command): void => {
  verb(program, 'events <subscriptionId>', 'what was recorded of a subscription')
    .option('--at <instant>', 'only what had taken effect by then', instant)
    .action(async (subscriptionId: string, { at, json }: Json & { readonly at?: Instant }) => {
      const recorded = await recordedOf(subscriptionId, at);
      if (json) printJson({ subscriptionId, events: recorded.map(shown) });
      else print(table(['rev>', 'effective at', 'recorded at', 'event', 'by', 'what'], recorded.map(row)));
    });
};

const recordedOf = (subscriptionId: string, at: Instant | undefined): Promise<readonly Recorded[]> =>
  withStores(async ({ events, locations }) => {
    const recorded = await events.read(`subscription-${subscriptionId}`);
    if (recorded.length === 0) fail(`there is no subscription ${subscriptionId} ${whereLogIs(locations)}`);
    return at === undefined ? recorded : recorded.filter(({ data }) => data.effectiveAt <= at);
  });

/** The form of `GET /subscriptions/{id}/events` (http-api.md §4.7). */
const shown = ({ position, id, stream, revision, type, data, meta }: Recorded) => {
  const { effectiveAt, ...decided } = data;
  return {
    position,
    eventId: id,
    stream,
    revision,
    type,
    schema: meta.schema,
    effectiveAt,
    recordedAt: meta.recordedAt,
    actor: meta.actor,
    commandId: meta.commandId,
    correlationId: meta.$correlationId,
    causationId: meta.$causationId,
    policy: meta.policy ?? null,
    data: decided,
  };
};

const LONGEST = 100;

/** Fields that have a column of their own, or that the creation of the subscription shows. */
const ELSEWHERE = new Set(['effectiveAt', 'subscriptionId', 'partnerId', 'customerId', 'orderId', 'offerName', 'kind']);

const row = ({ revision, type, data, meta }: Recorded): readonly string[] => {
  const what = gistOf(data);
  return [
    String(revision),
    data.effectiveAt,
    meta.recordedAt,
    type,
    `${meta.actor.partnerId}/${meta.actor.role}`,
    what.length > LONGEST ? `${what.slice(0, LONGEST)}…` : what,
  ];
};

/** Charges line by line; of everything else, the plain values. */
const gistOf = (data: Recorded['data']): string => {
  const { lines, ...rest } = data as Readonly<Record<string, unknown>>;
  if (Array.isArray(lines))
    return (lines as readonly Record<string, unknown>[])
      .map(({ chargeType, subtotal }) => inOneLine({ [String(chargeType)]: subtotal }))
      .concat(String(rest['currency']))
      .join(' ');
  const plain = Object.entries(rest).filter(([name, value]) => typeof value !== 'object' && !ELSEWHERE.has(name));
  return inOneLine(Object.fromEntries(plain));
};
