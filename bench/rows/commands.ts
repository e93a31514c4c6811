import type { CommandHandler } from '#event-store';
import { RenameSubscription, subscription, type SubscriptionCreated } from '#subscription';
import type { SubscriptionCommands } from '#ledger';
import { byClients, compare, rate, type Result } from '../compare.ts';
import { BaselineSubscriptions, type Log } from '../baseline/subscriptions.ts';
import { accepted, metaAt, NOW, purchaseFor } from '../harness.ts';

export type Load = { readonly clients: number; readonly commands: number; readonly rounds: number };

/** The two sides that take commands, the ledger and the baseline: each with the same subscriptions, of 20 events. */
export type WriteSides = {
  readonly handler: CommandHandler;
  readonly target: SubscriptionCommands;
  readonly customerId: string;
  readonly ids: readonly string[];
  readonly baselineLog: Log;
};

/** B1: load a stream of 20 events, decide, append durably. States are cached on both sides, and names never repeat. */
export const renames = async (
  { handler, target, ids, baselineLog }: WriteSides,
  { clients, commands, rounds }: Load,
): Promise<Result> => {
  const baseline = new BaselineSubscriptions(baselineLog);
  for (const id of ids) {
    await handler.load(subscription(target.context()), id);
    await baseline.load(id);
  }
  let names = 0;
  const idOf = (n: number) => ids[n % ids.length] ?? '';
  return compare(
    rounds,
    () =>
      rate(commands, () =>
        byClients(clients, commands, async (n) => {
          const subscriptionId = idOf(n);
          const friendlyName = `Contoso, team ${(names += 1)}`;
          const command = new RenameSubscription({ subscriptionId, friendlyName }, metaAt(NOW));
          accepted(await handler.handle(subscription(target.context()), subscriptionId, command));
        }),
      ),
    () =>
      rate(commands, () =>
        byClients(clients, commands, (n) => baseline.rename(idOf(n), `Contoso, team ${(names += 1)}`, metaAt(NOW))),
      ),
  );
};

/** B2: purchases, each of which opens a stream with two events. The baseline writes the same two, priced beforehand. */
export const purchases = async (
  { handler, target, customerId, baselineLog }: WriteSides,
  { clients, commands, rounds }: Load,
): Promise<Result> => {
  const baseline = new BaselineSubscriptions(baselineLog);
  const model = purchaseFor(customerId);
  accepted(await target.purchase(model));
  const [created, posted] = (await handler.pages(`subscription-${model.data.subscriptionId}`).next()).value ?? [];
  if (created === undefined || posted === undefined) throw new Error('a purchase records two events');
  const template = { created: (created as unknown as SubscriptionCreated).data, posted: posted.data };
  return compare(
    rounds,
    () =>
      rate(commands, () =>
        byClients(clients, commands, async () => accepted(await target.purchase(purchaseFor(customerId)))),
      ),
    () =>
      rate(commands, () =>
        byClients(clients, commands, () => {
          const { data, meta } = purchaseFor(customerId);
          return baseline.purchase(data.subscriptionId, template, meta);
        }),
      ),
  );
};
