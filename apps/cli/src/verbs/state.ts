import type { Command } from 'commander';
import { addDays } from '#calendar';
import { cataloguePublication, timeline } from '#catalog';
import { CommandHandler } from '#event-store';
import type { Instant, Recorded } from '#kernel';
import { type ReadOnlyStores, whereLogIs } from '#ledger';
import { evolve, advanceTo, type Existing, type Subscription, type SubscriptionEvent } from '#subscription';
import { fail } from '../failure.ts';
import { withStores } from '../stores.ts';
import { instant, verb, type Json } from '../options.ts';
import { print, printJson, tree } from '../output.ts';
import { ledgerNow, policies } from '../settings.ts';

/** `state <subscriptionId> [--at]`: a subscription's state, folded from its events. */
export const state = (program: Command): void => {
  verb(program, 'state <subscriptionId>', 'the state that results from the events of a subscription')
    .option('--at <instant>', 'as it was then, with everything that was due; otherwise as recorded', instant)
    .action(async (subscriptionId: string, { at, json }: Json & { readonly at?: Instant }) => {
      const found = await withStores((stores) => stateOf(stores, subscriptionId, at));
      if (json) printJson(found);
      else print(`subscription ${subscriptionId}\n${tree(found)}`);
    });
};

const stateOf = async (stores: ReadOnlyStores, subscriptionId: string, at: Instant | undefined): Promise<object> => {
  const recorded = (await stores.events.read(`subscription-${subscriptionId}`)) as unknown as readonly Story[];
  const [first] = recorded;
  if (first === undefined) return fail(`there is no subscription ${subscriptionId} ${whereLogIs(stores.locations)}`);
  const handler = new CommandHandler(stores.events, { codec: stores.codec });
  const now = await ledgerNow(handler);
  // The future is not a state (http-api.md §4.7).
  const until = at === undefined || at < now ? at : now;
  const past = until === undefined ? recorded : recorded.filter(({ data }) => data.effectiveAt <= until);
  const folded = past.reduce<Subscription>(evolve, { status: 'none' });
  const last = past.at(-1);
  if (folded.status === 'none' || last === undefined)
    return fail(`the subscription ${subscriptionId} begins at ${first.data.effectiveAt}, not before`);
  if (until === undefined) return shown(folded, last.revision);
  const { state: published } = await handler.load(cataloguePublication, 'main');
  const settled = advanceTo(folded, until, { catalogue: timeline(published), policies: policies() });
  return shown(settled.state, last.revision);
};

type Story = Recorded<SubscriptionEvent>;

/** The whole state of a subscription, under the names of http-api.md §4.4 where it has them. */
const shown = (
  { cycle, policy, subscriptionId, status, offerName, friendlyName, quantity, ...rest }: Existing,
  revision: number,
) => ({
  // The fields that readers look for first.
  subscriptionId,
  status,
  access: status === 'active' || status === 'expired',
  offerName,
  friendlyName,
  quantity,
  ...rest,
  policy: policy.preset,
  ...(policy.override === undefined ? {} : { policyOverride: policy.override }),
  cycleStart: cycle.start,
  cycleEnd: cycle.end,
  cycleDays: cycle.days,
  renewsOn: rest.autoRenew ? addDays(rest.termEnd, 1) : null,
  revision,
});
