import type { SubscriptionCreated } from '#subscription';
import { RenameSubscription, subscription } from '#subscription';
import { byClients, contest, rate, type Result } from '../contest.ts';
import { FloorSubscriptions } from '../floor/subscriptions.ts';
import { accepted, metaAt, NOW, purchaseFor } from '../scene.ts';
import type { Stage } from '../stage.ts';

export type Load = { readonly clients: number; readonly commands: number; readonly rounds: number };

/** W1: load a stream of 20 events, decide, append durably. States are at hand on both sides, and names never repeat. */
export const renames = async (
  { ledger: { handling, commands: face }, floor, ids }: Stage,
  { clients, commands, rounds }: Load,
): Promise<Result> => {
  const table = new FloorSubscriptions(floor);
  for (const id of ids) {
    await handling.load(subscription(face.surroundings()), id);
    table.load(id);
  }
  let names = 0;
  const idOf = (n: number) => ids[n % ids.length] ?? '';
  return contest(
    rounds,
    () =>
      rate(commands, () =>
        byClients(clients, commands, async (n) => {
          const command = new RenameSubscription({ friendlyName: `Contoso, floor ${(names += 1)}` }, metaAt(NOW));
          accepted(await handling.handle(subscription(face.surroundings()), idOf(n), command));
        }),
      ),
    () =>
      rate(commands, () =>
        byClients(clients, commands, (n) => table.rename(idOf(n), `Contoso, floor ${(names += 1)}`, metaAt(NOW))),
      ),
  );
};

/** W2: purchases, each of which opens a stream with two events. The floor writes the same two, priced beforehand. */
export const purchases = async (
  { ledger, customerId, floor }: Stage,
  { clients, commands, rounds }: Load,
): Promise<Result> => {
  const table = new FloorSubscriptions(floor);
  const model = purchaseFor(customerId);
  accepted(await ledger.commands.purchase(model));
  const [created, posted] = await ledger.handling.events(`subscription-${model.data.subscriptionId}`);
  if (created === undefined || posted === undefined) throw new Error('a purchase records two events');
  const template = { created: (created as unknown as SubscriptionCreated).data, posted: posted.data };
  return contest(
    rounds,
    () =>
      rate(commands, () =>
        byClients(clients, commands, async () => accepted(await ledger.commands.purchase(purchaseFor(customerId)))),
      ),
    () =>
      rate(commands, () =>
        byClients(clients, commands, () => {
          const { data, meta } = purchaseFor(customerId);
          return table.purchase(data.subscriptionId, template, meta);
        }),
      ),
  );
};
