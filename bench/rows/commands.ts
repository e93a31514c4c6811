import type { CommandHandler } from '#event-store';
import { RenameSubscription, subscription, type SubscriptionCreated } from '#subscription';
import type { SubscriptionCommands } from '#ledger';
import { byClients, contest, rate, type Result } from '../compare.ts';
import { FloorSubscriptions, type Log } from '../baseline/subscriptions.ts';
import { accepted, metaAt, NOW, purchaseFor } from '../harness.ts';

export type Load = { readonly clients: number; readonly commands: number; readonly rounds: number };

/** What takes commands, the ledger's and by hand: each with the same subscriptions, of 20 events. */
export type WriteSides = {
  readonly handling: CommandHandler;
  readonly face: SubscriptionCommands;
  readonly customerId: string;
  readonly ids: readonly string[];
  readonly byHand: Log;
};

/** W1: load a stream of 20 events, decide, append durably. States are at hand on both sides, and names never repeat. */
export const renames = async (
  { handling, face, ids, byHand }: WriteSides,
  { clients, commands, rounds }: Load,
): Promise<Result> => {
  const floor = new FloorSubscriptions(byHand);
  for (const id of ids) {
    await handling.load(subscription(face.surroundings()), id);
    await floor.load(id);
  }
  let names = 0;
  const idOf = (n: number) => ids[n % ids.length] ?? '';
  return contest(
    rounds,
    () =>
      rate(commands, () =>
        byClients(clients, commands, async (n) => {
          const subscriptionId = idOf(n);
          const friendlyName = `Contoso, floor ${(names += 1)}`;
          const command = new RenameSubscription({ subscriptionId, friendlyName }, metaAt(NOW));
          accepted(await handling.handle(subscription(face.surroundings()), subscriptionId, command));
        }),
      ),
    () =>
      rate(commands, () =>
        byClients(clients, commands, (n) => floor.rename(idOf(n), `Contoso, floor ${(names += 1)}`, metaAt(NOW))),
      ),
  );
};

/** W2: purchases, each of which opens a stream with two events. The floor writes the same two, priced beforehand. */
export const purchases = async (
  { handling, face, customerId, byHand }: WriteSides,
  { clients, commands, rounds }: Load,
): Promise<Result> => {
  const floor = new FloorSubscriptions(byHand);
  const model = purchaseFor(customerId);
  accepted(await face.purchase(model));
  const [created, posted] = await handling.events(`subscription-${model.data.subscriptionId}`);
  if (created === undefined || posted === undefined) throw new Error('a purchase records two events');
  const template = { created: (created as unknown as SubscriptionCreated).data, posted: posted.data };
  return contest(
    rounds,
    () =>
      rate(commands, () =>
        byClients(clients, commands, async () => accepted(await face.purchase(purchaseFor(customerId)))),
      ),
    () =>
      rate(commands, () =>
        byClients(clients, commands, () => {
          const { data, meta } = purchaseFor(customerId);
          return floor.purchase(data.subscriptionId, template, meta);
        }),
      ),
  );
};
